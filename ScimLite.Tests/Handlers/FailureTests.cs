using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScimLite.Store;
using ScimLite.Tests.Telemetry;

namespace ScimLite.Tests.Handlers;

/// <summary>What is answered when the service itself fails: in SCIM's shape, without its insides, and never as if nothing were there.</summary>
public sealed class FailureTests
{
    const string Inside = "the inside of the service";

    static readonly (string Method, string Target, string? Body)[] Everything =
    [
        ("GET", "Users", null), ("GET", "Groups", null), ("GET", "Users/x", null), ("GET", "Groups/x", null), ("GET", "Users?count=0", null), ("GET", "Users?filter=userName%20eq%20%22ada%22", null),
        ("GET", "Users?filter=title%20pr", null), ("GET", "Users?filter=id%20eq%20%22x%22", null), ("GET", "Groups?filter=members%20eq%20%22x%22&excludedAttributes=members", null), ("GET", "Groups?filter=displayName%20co%20%22x%22", null),
        ("POST", "Users", """{"userName":"ada"}"""), ("POST", "Groups", """{"displayName":"g","members":[{"value":"x"}]}"""), ("PUT", "Users/x", """{"userName":"ada"}"""), ("PUT", "Groups/x", """{"displayName":"g"}"""),
        ("PATCH", "Users/x", HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}""")), ("PATCH", "Groups/x", HttpCalls.Patch("""{"op":"add","path":"members","value":"x"}""")),
        ("PATCH", "Groups/x?attributes=members", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"x"}""")), ("DELETE", "Users/x", null), ("DELETE", "Groups/x", null),
    ];

    [Fact]
    public async Task An_unexpected_failure_is_a_500_that_tells_nothing_of_the_inside()
    {
        await using var host = await BrokenStore.StartAsync(name => name == "get_Name" ? null : new InvalidOperationException(Inside));
        foreach (var (method, target, body) in Everything)
        {
            var answer = (await host.Client.Send(method, target, body, ("client-request-id", "c-500"))).Refuses(500);
            Assert.Equal("c-500", answer.Header("X-Correlation-Id"));
            Assert.Contains("c-500", answer.Detail, StringComparison.Ordinal);
            foreach (var telltale in (string[])[Inside, "Exception", "   at ", ".cs", "ScimLite.", "System."])
            {
                Assert.DoesNotContain(telltale, answer.Text, StringComparison.Ordinal);
            }
        }

        Assert.Equal("", (await host.Client.Send("HEAD", "Users")).Is(500).Text);
    }

    [Fact]
    public async Task A_request_that_breaks_http_itself_is_a_400_that_says_what_to_send()
    {
        await using var host = await BrokenStore.StartAsync(name => name == "CommitAsync" ? new BadHttpRequestException(Inside, 400) : null);

        var answer = (await host.Client.Send("POST", "Users", """{"userName":"ada"}""")).Refuses(400);

        Assert.Contains("Send it again", answer.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Inside, answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Fact]
    public async Task A_store_that_is_away_is_a_503_on_every_verb_and_never_an_empty_list()
    {
        await using var host = await BrokenStore.StartAsync(name => name == "get_Name" ? null : new StoreUnavailableException(new TimeoutException(Inside)));
        foreach (var (method, target, body) in Everything)
        {
            var answer = (await host.Client.Send(method, target, body)).Refuses(503);
            Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
            Assert.DoesNotContain("Resources", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(Inside, answer.Text, StringComparison.Ordinal);
        }

        Assert.NotNull((await host.Client.Send("HEAD", "Users/x")).Is(503).Header("Retry-After"));
        (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200);
        (await host.Client.Send("GET", "Schemas")).Is(200);
        (await host.Client.Send("POST", "Users", "{")).Refuses(400);
    }

    [Fact]
    public async Task A_store_that_goes_away_between_read_and_write_is_a_503_and_changes_nothing()
    {
        var away = false;
        await using var host = await BrokenStore.StartAsync(name => away && name is "CommitAsync" or "DeleteAsync" ? new StoreUnavailableException(new TimeoutException()) : null);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var before = await host.Client.Directory();
        away = true;

        foreach (var (method, target, body) in Everything.Where(c => c.Method is not "GET"))
        {
            var real = target.Replace("Users/x", $"Users/{user}", StringComparison.Ordinal).Replace("Groups/x", $"Groups/{group}", StringComparison.Ordinal);
            Assert.NotNull((await host.Client.Send(method, real, body)).Refuses(503).Header("Retry-After"));
        }

        away = false;
        Assert.Equal(before, await host.Client.Directory());
        (await host.Client.Send("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}"""))).Is(200);
    }

    [Fact]
    public async Task A_store_that_goes_away_in_the_middle_of_a_scan_is_a_503_and_no_half_list()
    {
        var scans = 0;
        await using var host = await BrokenStore.StartAsync(name => name == "QueryAsync" && ++scans > 1 ? new StoreUnavailableException(new TimeoutException()) : null);
        for (var i = 0; i < 501; i++)
        {
            await host.Client.CreateUser($"ada{i}", ""","title":"t" """);
        }

        (await host.Client.Send("GET", "Users?filter=title%20eq%20%22t%22")).Refuses(503);

        Assert.Equal(2, scans);
    }

    [Fact]
    public async Task Readiness_follows_the_store_and_liveness_does_not()
    {
        var away = true;
        await using var host = await BrokenStore.StartAsync(name => away && name == "PingAsync" ? new StoreUnavailableException(new TimeoutException()) : null);
        using var anyone = host.Connect(null);

        Assert.Equal(503, (await anyone.Send("GET", "/health/ready")).Status);
        Assert.Equal(200, (await anyone.Send("GET", "/health/live")).Status);
        away = false;
        Assert.Equal(200, (await anyone.Send("GET", "/health/ready")).Status);
    }

    [Fact]
    public async Task Readiness_is_logged_when_it_changes_and_not_for_each_probe()
    {
        var away = true;
        using var log = new CapturedLog();
        await using var host = await BrokenStore.StartAsync(name => away && name == "PingAsync" ? new StoreUnavailableException(new TimeoutException()) : null,
            new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Information" }, services => services.AddSingleton<ILoggerProvider>(log));
        using var anyone = host.Connect(null);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal(503, (await anyone.Send("GET", "/health/ready")).Status);
        }
        away = false;
        Assert.Equal(200, (await anyone.Send("GET", "/health/ready")).Status);
        Assert.Equal(200, (await anyone.Send("GET", "/health/ready")).Status);

        Assert.Single(log.Lines, line => line.StartsWith("Warning ScimLite.Handlers.StoreHealth Not ready: the store did not answer in time", StringComparison.Ordinal));
        Assert.Single(log.Lines, line => line.StartsWith("Information ScimLite.Handlers.StoreHealth Ready again", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_that_always_meets_another_is_a_503_that_asks_to_come_again()
    {
        await using var host = await BrokenStore.StartAsync(_ => null);
        var user = (await host.Client.CreateUser("ada")).Id;
        var bodies = Enumerable.Range(0, 40).Select(i => HttpCalls.Patch($$"""{"op":"add","path":"title","value":"{{i}}"}"""));

        var answers = await Task.WhenAll(bodies.Select(body => host.Client.Send("PATCH", $"Users/{user}", body)));

        // Without If-Match a lost race is run again; what gives up says so, and what was confirmed was written.
        Assert.All(answers, answer => Assert.True(answer.Status == 200 || answer.Refuses(503).Header("Retry-After") is not null));
        var confirmed = answers.Count(a => a.Status == 200);
        Assert.Equal($"W/\"{confirmed + 1}\"", (await host.Client.Send("GET", $"Users/{user}")).Is(200).Header("ETag"));
    }
}
