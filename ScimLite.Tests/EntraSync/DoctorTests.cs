using System.Text.Json;
using ScimLite.EntraSync;
using ScimLite.EntraSync.Checks;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary><c>doctor</c> before a sound server, and before servers with one fault each: it has to name that fault and no other.</summary>
public sealed class DoctorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Memory)]
    [InlineData(StoreKind.Redis)]
    public async Task Every_check_holds_before_ScimLite_and_nothing_is_left_behind(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);

        var report = await Examine(host);

        Assert.Empty(report.Results.Where(r => r.Verdict is Verdict.Failed or Verdict.Warning).Select(r => $"{r.Check.Id}: expected {r.Expected}, found {r.Found}"));
        Assert.Equal(["G2", "L21", "G4", "G5", "G6", "G7", "G8", "G9", "L22", "W8"], report.Results.Where(r => r.Verdict == Verdict.Skipped).Select(r => r.Check.Id));
        Assert.Equal(Doctor.Checks.Count, report.Results.Count);
        Assert.True(report.Ready);
        Assert.Equal(Verbs.Good, report.ExitCode);
        Assert.Empty(report.LeftBehind);
        await AssertEmpty(host);
    }

    [Theory]
    [InlineData(ServerFault.LosesParallelMembers, "S1 S2", "atomic")]
    [InlineData(ServerFault.WipesOnRemoveWithValue, "S3", "remove the members that it lists")]
    [InlineData(ServerFault.HidesDisabledUsers, "M9 S6", "keep showing the user")]
    [InlineData(ServerFault.MatchesCaseSensitively, "M5", "without regard to case")]
    [InlineData(ServerFault.AnswersNoMatchWith404, "C1 C2 C3 C4 C5 C6 C7 M4 M17", "never 404")]
    [InlineData(ServerFault.RewritesPhoneNumbers, "M1 M6 M6v M7 M7v L18", "no reformatting")]
    [InlineData(ServerFault.AnswersBooleansAsText, "M9 X1", "answer with real booleans")]
    [InlineData(ServerFault.AnswersManagerAsText, "M1 M10 M11 L25 X4 X5", "\"manager\":{\"value\":\"…\"}")]
    [InlineData(ServerFault.AnswersPlainJson, "W10", "Set Content-Type: application/scim+json")]
    [InlineData(ServerFault.RedirectsSlashes, "W3 W9", "no redirect for a slash")]
    [InlineData(ServerFault.MatchesByPrefix, "S7 S8", "keep wild cards and full-text search out of it")]
    [InlineData(ServerFault.NumbersTheStatus, "W7", "status as text")]
    [InlineData(ServerFault.ReservesOldNames, "S11", "a rename frees the old one")]
    [InlineData(ServerFault.CreatesTwiceAtOnce, "S9", "a unique index")]
    [InlineData(ServerFault.ForgetsGroupsOfTheDisabled, "S5", "keep the memberships")]
    [InlineData(ServerFault.HasNoGroups, "C6 C7", "also where the product has no groups at all")]
    [InlineData(ServerFault.HidesCanonicalValues, "L15 D2", "\"canonicalValues\":[\"work\",\"home\",\"other\"]")]
    [InlineData(ServerFault.DropsUnknownMembers, "S13", "or store every member that was named")]
    public async Task A_fault_is_named_by_its_checks_with_the_right_advice_and_by_no_other(ServerFault fault, string checks, string advice)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await Examine(host, fault);

        Assert.Equal(checks.Split(' '), report.Results.Where(r => r.Verdict == Verdict.Failed).Select(r => r.Check.Id));
        Assert.Contains(advice, DoctorMarkdown.Write(report), StringComparison.Ordinal);
        Assert.Equal(Verbs.Differences, report.ExitCode);
        Assert.Empty(report.LeftBehind);
        await AssertEmpty(host);
    }

    [Fact]
    public async Task Without_a_group_endpoint_the_checks_of_groups_are_skipped_and_those_of_users_hold()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await Examine(host, ServerFault.HasNoGroups);

        Assert.All(report.Results.Where(r => r.Check.NeedsGroups), r => Assert.Equal((Verdict.Skipped, "The server has no group endpoint."), (r.Verdict, r.Found)));
        Assert.All(report.Results.Where(r => r.Check.Area == Area.Users), r => Assert.Equal(Verdict.Passed, r.Verdict));
    }

    [Fact]
    public async Task What_can_not_be_deleted_is_told()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await Examine(host, ServerFault.RefusesDeletion, o => o with { Only = ["M2", "M19"] });

        Assert.Equal(0, report.Count(Verdict.Failed));
        Assert.Equal(["/Groups/", "/Users/"], report.LeftBehind.Select(l => l[..(l.LastIndexOf('/') + 1)]));
        Assert.Equal(Verbs.Differences, report.ExitCode);
        Assert.Contains($"`{report.LeftBehind[0]}`", DoctorMarkdown.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_run_with_a_report_and_removes_what_was_made()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var interrupt = new CancellationTokenSource();
        using var way = host.Server.CreateHandler();

        var report = await new Doctor(Options(host), way, new SwiftClock()).RunAsync(result =>
        {
            if (result.Check.Id == "S1")
            {
                interrupt.Cancel();
            }
        }, interrupt.Token);

        Assert.True(report.Interrupted);
        Assert.Equal(Verbs.Differences, report.ExitCode);
        Assert.Equal((Verdict.Skipped, "Interrupted."), report.Results.Where(r => r.Check.Id == "S2").Select(r => (r.Verdict, r.Found)).Single());
        Assert.Empty(report.LeftBehind);
        await AssertEmpty(host);
    }

    [Fact]
    public async Task The_cap_on_requests_ends_the_run_and_cleaning_up_goes_on()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await Examine(host, change: o => o with { MaxRequests = 40 });

        Assert.Equal(40, report.Requests);
        Assert.Contains(report.Results, r => r is { Verdict: Verdict.Skipped, Found: "The cap of 40 requests is reached." });
        await AssertEmpty(host);
    }

    [Fact]
    public async Task A_wrong_token_can_not_be_examined()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var way = host.Server.CreateHandler();

        var report = await new Doctor(new DoctorOptions("http://localhost/scim/v2", "wrong") { Rate = 0 }, way).RunAsync(_ => Assert.Fail("Nothing is asked."), Cancel);

        Assert.Equal(Verbs.Unusable, report.ExitCode);
        Assert.StartsWith("The credential is refused: 401", report.Unusable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_that_is_limited_below_25_requests_a_second_fails_the_rate_and_passes_the_429()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, tenantSettings: new Dictionary<string, string> { ["RequestsPerSecond"] = "5" });
        using var way = host.Server.CreateHandler();

        var report = await new Doctor(Options(host) with { Only = ["G1", "G2"], Burst = 90 }, way).RunAsync(_ => { }, Cancel);

        Assert.Equal([("G1", Verdict.Failed), ("G2", Verdict.Passed)], report.Results.Select(r => (r.Check.Id, r.Verdict)));
        Assert.Contains("429", report.Results[0].Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_in_no_report_whatever_the_server_says()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var way = host.Server.CreateHandler();
        using var output = new StringWriter();
        var options = Options(host) with { Only = ["M1", "C8"] };
        var console = new DoctorConsole(output, colours: false, options.Clean);

        var report = await new Doctor(options, way).RunAsync(console.Tell, Cancel);
        // A server that repeats the token in an error, whose text all reports show.
        var told = report.Results[0] with { Verdict = Verdict.Failed, Expected = "nothing", Found = $"401 {{\"detail\":\"{host.Token} is wrong\",\"access_token\":\"opaque-one\"}}" };
        report = report with { Results = [told, .. report.Results.Skip(1)] };
        console.Tell(told);
        console.Tell(report);

        foreach (var text in (string[])[DoctorMarkdown.Write(report), report.ToJson(), output.ToString()])
        {
            Assert.Contains("*** is wrong", text, StringComparison.Ordinal);
            Assert.DoesNotContain(host.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("opaque-one", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_reports_tell_what_was_sent_what_came_what_was_expected_why_it_matters_and_how_to_mend_it()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        var report = await Examine(host, ServerFault.WipesOnRemoveWithValue, o => o with { Only = ["S3"] });

        using var json = JsonDocument.Parse(report.ToJson());
        var check = json.RootElement.GetProperty("checks")[0];
        Assert.False(json.RootElement.GetProperty("ready").GetBoolean());
        Assert.Equal("exactly 2 members", check.GetProperty("expected").GetString());
        Assert.Equal("0 members: 2 lost, 0 that should not be there, 0 twice", check.GetProperty("found").GetString());
        Assert.Contains("""{"op":"Remove","path":"members","value":[{"$ref":null,"value":""", check.GetProperty("exchanges").EnumerateArray().Select(e => e.GetProperty("sent").GetString()).Last(s => s is not null), StringComparison.Ordinal);
        var markdown = DoctorMarkdown.Write(report);
        foreach (var part in (string[])["# Is http://localhost/scim/v2 ready for Microsoft Entra ID?\n\n**No.** 0 passed, 0 with a warning, 1 failed", "### S3 A removal that names a member removes no other",
            "**Expected:** exactly 2 members", "**Found:** 0 members: 2 lost", "**Why it matters:** Without the flag Entra removes", "**How to mend it:** Where remove on members has a value", "\nPATCH /Groups/", "\n200 OK"])
        {
            Assert.Contains(part, markdown, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--token", "--target http://127.0.0.1:1/scim")]
    [InlineData("--target has to be an address", "--target scim.example.com --token t")]
    [InlineData("--target has to be an address", "--target ftp://scim.example.com --token t")]
    [InlineData("add --i-own-this-target if it is yours", "--target https://scim.example.com/scim --token t")]
    [InlineData("login.example.com is not this machine", "--target http://localhost/scim --token t --token-endpoint https://login.example.com/token --client-id i --client-secret s")]
    [InlineData("There is no check M99", "--target http://127.0.0.1:1/scim --token t --check M9 M99")]
    [InlineData("--parallel is 1000; allowed is 2 to 200", "--target http://127.0.0.1:1/scim --token t --parallel 1000")]
    [InlineData("--rate is fast; allowed is 0 to 10000", "--target http://127.0.0.1:1/scim --token t --rate fast")]
    [InlineData("--token-endpoint needs --client-id and --client-secret", "--target http://127.0.0.1:1/scim --token t --token-endpoint http://127.0.0.1:1/oauth2/token")]
    public void Wrong_usage_is_told_in_words(string told, string arguments)
    {
        Assert.Contains(DoctorCommand.Create().Parse(arguments).Errors, e => e.Message.Contains(told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--target http://localhost:5080/scim/v2 --token t")]
    [InlineData("--target http://[::1]:5080/scim/v2/?aadOptscim062020 --token t --check m9 S3 --burst 0")]
    [InlineData("--target https://scim.example.com/scim/v2 --token t --i-own-this-target")]
    public void Right_usage_is_taken(string arguments)
    {
        Assert.Empty(DoctorCommand.Create().Parse(arguments).Errors);
    }

    [Fact]
    public void Every_check_has_its_own_id_and_says_why_and_how_to_mend_it()
    {
        Assert.Equal(Doctor.Checks.Count, Doctor.Checks.Select(c => c.Id.ToUpperInvariant()).Distinct().Count());
        Assert.DoesNotContain(Doctor.Checks, c => c.Why.Length < 20 || c.Mend.Length < 20 || c.Title.Length == 0);
        Assert.Empty(DoctorReport.Gallery.SelectMany(g => g.Checks).Except(Doctor.Checks.Select(c => c.Id)));
        Assert.Equal([.. Enumerable.Range(1, 25).Select(n => $"M{n}"), .. Enumerable.Range(1, 7).Select(n => $"P{n}"), "L15", "L16", "L17", "L18", "L19", "L20", "L21", "L22", "L23", "L24", "L25"],
            Doctor.Checks.Select(c => c.Id).Where(id => id[0] is 'M' or 'P' or 'L' && id[^1] != 'v').OrderBy(id => "MPL".IndexOf(id[0], StringComparison.Ordinal)).ThenBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal));
    }

    private static DoctorOptions Options(ScimHost host) => new("http://localhost/scim/v2", host.Token) { Rate = 0, RateSeconds = 1, Burst = 0, Parallel = 8 };

    private static async Task<DoctorReport> Examine(ScimHost host, ServerFault fault = ServerFault.None, Func<DoctorOptions, DoctorOptions>? change = null)
    {
        using var way = new BrokenServer(host.Server.CreateHandler(), fault);
        var options = Options(host);
        return await new Doctor(change?.Invoke(options) ?? options, way, new SwiftClock()).RunAsync(_ => { }, Cancel);
    }

    private static async Task AssertEmpty(ScimHost host)
    {
        foreach (var endpoint in (string[])["Users", "Groups"])
        {
            Assert.Contains("\"totalResults\":0", await host.Client.GetStringAsync(new Uri(endpoint, UriKind.Relative), Cancel), StringComparison.Ordinal);
        }
    }
}
