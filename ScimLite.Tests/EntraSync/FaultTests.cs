using System.Globalization;
using System.Net;
using ScimLite.EntraSync;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>A server with a fault does not converge, and the report names the fault.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(ServerFault.LosesParallelMembers, SyncDialect.Default, "LosesParallelMembers", "never read the group and write it back whole")]
    [InlineData(ServerFault.LosesParallelMembers, SyncDialect.AadOptscim062020, "LosesParallelMembers", "never read the group and write it back whole")]
    [InlineData(ServerFault.WipesOnRemoveWithValue, SyncDialect.Default, "WipesOnRemoveWithValue", "Remove the members that the value names, and no other")]
    [InlineData(ServerFault.HidesDisabledUsers, SyncDialect.Default, "HidesDisabledUsers", "Keep disabled users visible")]
    [InlineData(ServerFault.MatchesCaseSensitively, SyncDialect.Default, "MatchesCaseSensitively", "Compare userName without regard to case")]
    [InlineData(ServerFault.AnswersNoMatchWith404, SyncDialect.Default, "NoMatchIsNoList", "never 404")]
    [InlineData(ServerFault.RewritesPhoneNumbers, SyncDialect.Default, "ChangesValues", "Store values exactly as they were sent")]
    [InlineData(ServerFault.AnswersBooleansAsText, SyncDialect.Default, "AnswersBooleansAsText", "store and answer a boolean")]
    [InlineData(ServerFault.AnswersManagerAsText, SyncDialect.Default, "AnswersManagerInAnotherForm", "answer an object with value")]
    public async Task The_fault_is_named_and_what_is_to_be_done(ServerFault fault, SyncDialect dialect, string name, string advice)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var broken = new BrokenServer(host.Server.CreateHandler(), fault);

        var report = await SyncRun.Against(broken, SyncRun.Small with { Dialect = dialect }, host.Token);

        Assert.False(report.Converged);
        Assert.Equal(Verbs.Differences, report.ExitCode);
        var diagnosis = Assert.Single(report.Diagnoses, d => d.Fault != "NeverConverges");
        Assert.Equal(name, diagnosis.Fault);
        Assert.Contains(advice, diagnosis.Sentence, StringComparison.Ordinal);
        Assert.Contains(name, ReportText.Write(report), StringComparison.Ordinal);
        // What does not come back as it was sent is sent again in the cycle in which nothing changed.
        var writesAgain = fault is ServerFault.RewritesPhoneNumbers or ServerFault.AnswersBooleansAsText or ServerFault.AnswersManagerAsText;
        Assert.Equal(writesAgain, report.Diagnoses.Any(d => d.Fault == "NeverConverges"));
    }

    [Fact]
    public async Task Differences_tell_resource_attribute_what_was_sent_and_what_is_there()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var broken = new BrokenServer(host.Server.CreateHandler(), ServerFault.RewritesPhoneNumbers);

        var report = await SyncRun.Against(broken, SyncRun.Small with { Cycles = 1 }, host.Token);

        Assert.Equal(report.DifferenceCount, report.Differences.Count);
        Assert.Equal(report.DifferenceCount, report.DifferencesByAttribute.Sum(d => d.Count));
        Assert.Equal([("Users", "phoneNumbers[type eq \"mobile\"].value"), ("Users", "phoneNumbers[type eq \"work\"].value")],
            report.DifferencesByAttribute.Select(d => (d.Resource, d.Attribute)).Order());
        Assert.All(report.Differences, d =>
        {
            Assert.StartsWith("Users/", d.Resource, StringComparison.Ordinal);
            Assert.StartsWith("phoneNumbers[type eq ", d.Attribute, StringComparison.Ordinal);
            Assert.Equal(d.Actual, string.Concat(d.Expected!.Where(char.IsAsciiDigit)));
        });
    }

    [Fact]
    public async Task A_refused_credential_is_no_difference_but_a_target_that_cant_be_used()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await SyncRun.Against(host.Server.CreateHandler(), SyncRun.Small, "a-wrong-token");

        Assert.Equal(Verbs.Unusable, report.ExitCode);
        Assert.Contains("refused with 401", report.Ended, StringComparison.Ordinal);
        Assert.Equal(1, report.RequestCount);
        Assert.StartsWith("The credential is refused with 401 Unauthorized", ReportText.Write(report), StringComparison.Ordinal);
        Assert.DoesNotContain("CONVERGED", ReportText.Write(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404", "<html>not here</html>", "404 NotFound <html>not here</html>")]
    [InlineData("404", "", "404 NotFound without a body")]
    [InlineData("404", "{\"title\":\"Not Found\"}", "404 NotFound {\"title\":\"Not Found\"}")]
    [InlineData("200", "<html>Sign in</html>", "200 OK <html>Sign in</html>")]
    [InlineData("302", "", "302 Found without a body")]
    [InlineData("502", "Bad Gateway", "502 BadGateway Bad Gateway")]
    public async Task A_target_that_is_no_SCIM_server_is_named_as_such_before_the_first_write(string status, string body, string told)
    {
        using var server = new Constant((HttpStatusCode)int.Parse(status, CultureInfo.InvariantCulture), body);

        var report = await SyncRun.Against(server, SyncRun.Small, "a-token");

        Assert.Equal((Verbs.Unusable, false), (report.ExitCode, server.Wrote));
        Assert.Equal($"No SCIM server answers at http://localhost/scim/v2/Users: {told} The Tenant URL is what comes before /Users.\n", ReportText.Write(report));
        Assert.Contains("\"unusable\": \"No SCIM server answers at", report.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_ask_to_wait_are_in_the_report()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var hasty = new Throttling(host.Server.CreateHandler());

        var report = await SyncRun.Against(hasty, SyncRun.Small with { Cycles = 1 }, host.Token, wire => wire with { Retries = 3, LongestWait = TimeSpan.FromSeconds(9) });

        Assert.Equal((3, 1), (report.Throttled.TooManyRequests, report.Throttled.Unavailable));
        Assert.Equal(1, report.Throttled.GivenUp);
        Assert.InRange(report.Throttled.WaitedSeconds, 0, 1);
        Assert.Contains("throttled: 3 answers 429, 1 answer 503, waited 0.0 s, 1 request given up\n", ReportText.Write(report), StringComparison.Ordinal);
        Assert.Contains("\"tooManyRequests\": 3", report.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_cap_the_run_stops_and_says_so()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await SyncRun.Against(host, SyncRun.Small, wire => wire with { MaxRequests = 100 });

        Assert.Equal((false, 100, Verbs.Differences), (report.Converged, (int)report.RequestCount, report.ExitCode));
        Assert.Contains("The cap of 100 requests is reached", ReportText.Write(report), StringComparison.Ordinal);
    }

    /// <summary>A server that answers everything alike.</summary>
    private sealed class Constant(HttpStatusCode status, string body) : HttpMessageHandler
    {
        public bool Wrote { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Wrote |= request.Method != HttpMethod.Get;
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body) });
        }
    }

    /// <summary>A server that answers the third, fourth and fifth POST 429, the last of them for an hour, and the sixth 503.</summary>
    private sealed class Throttling(HttpMessageHandler sound) : DelegatingHandler(sound)
    {
        private int posts;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = request.Method == HttpMethod.Post ? Interlocked.Increment(ref posts) : 0;
            if (number is < 3 or > 6)
            {
                return base.SendAsync(request, cancellationToken);
            }
            var answer = new HttpResponseMessage(number == 6 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.TooManyRequests) { Content = new StringContent("{}") };
            answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(number == 5 ? 3600 : 0));
            return Task.FromResult(answer);
        }
    }
}
