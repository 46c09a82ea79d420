using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Store;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Telemetry;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>The health card, the directory views, and the warnings that nobody has to look for.</summary>
public sealed class StatusTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, OnBothStores]
    public async Task The_card_tells_what_a_cycle_did_and_what_is_wrong_with_it(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var client = host.Host.Client;
        var id = (await client.CreateUser("ada", ""","title":"Countess" """)).Id;
        await client.CreateUser("bob", ""","active":false""");
        await client.CreateGroup("Engines");
        for (var i = 0; i < 3; i++)
        {
            (await client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"title","value":"Countess"},{"op":"add","path":"shoe","value":"41"}"""))).Is(200);
        }
        (await client.Send("DELETE", "Users/nobody")).Is(404);

        var status = (await host.Ask("status")).Is(200).Json;

        Assert.NotNull(status["firstUser"]);
        Assert.NotNull(status["firstGroup"]);
        Assert.NotNull(status["lastCall"]);
        Assert.Null(status["lastTestConnection"]);
        Assert.Equal("""{"active":1,"total":2}""", status["seats"]!.ToJsonString());
        Assert.Equal("1", status.Text("groups"));
        var cycle = status["currentCycle"]!;
        Assert.Equal(("initial", "7", "3", "0", "3", "1"),
            (cycle.Text("kind"), cycle.Text("calls"), cycle.Text("created"), cycle.Text("changed"), cycle.Text("unchanged"), cycle.Text("failures")));
        Assert.Equal("1", cycle["errors"]!.Text("404"));
        Assert.Equal("3", cycle["quirks"]!.Text("unknown-attribute"));
        Assert.Equal("2", cycle["operations"]!.Text("create.User"));
        Assert.Equal($$"""[{"name":"{{id}}","count":3}]""", status["unchanged"]!.ToJsonString());
        Assert.Equal("""[{"name":"shoe","count":3}]""", status["unknownAttributes"]!.ToJsonString());
        Assert.Equal(("none", "7", "1", "off"), (status["quarantine"]!.Text("risk"), status["quarantine"]!.Text("events"), status["quarantine"]!.Text("failures"), status["guard"]!.Text("state")));
    }

    [Fact]
    public async Task Calls_after_a_silence_are_another_cycle_and_one_that_finds_everybody_again_is_an_initial_one()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock));
        var client = host.Host.Client;
        for (var i = 0; i < 6; i++)
        {
            await client.CreateUser($"user-{i}");
        }
        (await host.Ask("status")).Is(200);
        clock.Advance(TimeSpan.FromMinutes(40));
        await client.CreateUser("late");
        (await host.Ask("status")).Is(200);
        clock.Advance(TimeSpan.FromMinutes(40));
        for (var i = 0; i < 6; i++)
        {
            (await client.Send("GET", $"Users?filter=userName%20eq%20%22user-{i}%22")).Is(200);
        }

        var status = (await host.Ask("status")).Is(200).Json;

        Assert.Equal(("initial", "6"), (status["currentCycle"]!.Text("kind"), status["currentCycle"]!.Text("calls")));
        Assert.Equal(["incremental 1", "initial 6"], status["cycles"]!.AsArray().Select(c => $"{c!.Text("kind")} {c!.Text("created")}"));
    }

    [Theory, OnBothStores]
    public async Task A_credential_that_ends_soon_is_on_the_card(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.WithTenant();
        var soon = TimeProvider.System.GetUtcNow().AddDays(6).ToString("O");
        var late = TimeProvider.System.GetUtcNow().AddDays(60).ToString("O");
        var id = (await host.IssueToken(more: $""","expiresAt":"{soon}" """)).Id;
        await host.IssueToken(more: $""","expiresAt":"{late}" """);
        await host.IssueToken();

        var credential = Assert.Single((await host.Send("GET", $"tenants/{host.Tenant}/status")).Is(200).Json["credentials"]!.AsArray())!;

        Assert.Equal(("token", id, "Entra", "5", "7"), (credential.Text("kind"), credential.Text("id"), credential.Text("name"), credential.Text("days"), credential.Text("level")));
    }

    [Theory, OnBothStores]
    public async Task The_directory_is_read_in_pages_and_searched(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var id = "";
        for (var i = 0; i < 7; i++)
        {
            id = (await host.Host.Client.CreateUser($"user-{i}", $""","externalId":"x{i}","displayName":"Person {i}" """)).Id;
        }
        await host.Host.Client.CreateGroup("Engines", id);

        Assert.Equal(["user-0", "user-1", "user-2", "user-3", "user-4", "user-5", "user-6"], await Names("limit=3"));
        Assert.Equal(["user-5"], await Names("text=USER-5"));
        Assert.Equal(["user-4"], await Names("text=son%204"));
        Assert.Equal(["user-3"], await Names("text=x3"));
        Assert.Equal(["user-6"], await Names($"text={id}"));
        Assert.Empty(await Names("text=nobody"));
        var group = Assert.Single((await host.Ask("directory/groups?text=eng")).Is(200).Json["resources"]!.AsArray())!;
        Assert.Equal("Engines", group.Text("displayName"));
        Assert.Equal("Engines", (await host.Ask($"directory/users/{id}")).Is(200).Json["groups"]![0]!.Text("display"));
        (await host.Ask("directory/users/nobody")).Problem(404);
        (await host.Ask("directory/users?limit=0")).Problem(400);

        async Task<string[]> Names(string query)
        {
            var names = new List<string>();
            for (var next = ""; ;)
            {
                var page = (await host.Ask($"directory/users?{query}{next}")).Is(200).Json;
                names.AddRange(page["resources"]!.AsArray().Select(r => r!.Text("userName")));
                if (page["next"] is not { } position)
                {
                    return [.. names];
                }
                next = $"&after={position}";
            }
        }
    }

    [Theory, OnBothStores]
    public async Task A_cycle_that_did_not_come_and_one_that_fails_are_warned_of_once_by_all_replicas_together(StoreKind store)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var log = new CapturedLog();
        using var recorder = new Recorder();
        await using var host = await AdminHost.StartAsync(store, new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Warning" }, Services);
        await using var other = store == StoreKind.Memory ? null
            : await AdminHost.StartAsync(store, new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Warning" }, Services, sameDirectoryAs: host);
        await host.Host.Client.CreateUser("zoe.quill");
        for (var i = 0; i < 110; i++)
        {
            (await host.Host.Client.Send("DELETE", "Users/nobody")).Is(404);
        }
        (await host.Host.Client.Send("PATCH", "Groups/nobody", HttpCalls.Patch("""{"op":"Remove","path":"members"}"""))).Is(404);
        (await host.Ask("status")).Is(200);

        await Look();
        clock.Advance(TimeSpan.FromMinutes(119));
        await Look();
        var warned = Lines();
        Assert.Contains($"Tenant {host.Host.Tenant}: 110 of 112 calls of this cycle failed, and 1 for members or managers. This is an early sign",
            Assert.Single(warned), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Look();
        await Look();

        // The watch of a replica wakes up with the clock: where it claims the warning first, its line comes a moment later.
        Assert.True(SpinWait.SpinUntil(() => Lines().Except(warned).Any(), TimeSpan.FromSeconds(10)));
        Assert.Contains($"Tenant {host.Host.Tenant}: the last call came 121 minutes ago", Assert.Single(Lines().Except(warned)), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("zoe.quill", StringComparison.Ordinal));

        void Services(IServiceCollection services) => services.AddSingleton<TimeProvider>(clock).AddSingleton<ILoggerProvider>(log);
        async Task Look()
        {
            foreach (var replica in new[] { host, other }.OfType<AdminHost>())
            {
                await replica.Host.Services.GetRequiredService<TenantWatch>().LookAsync(Cancel);
            }
        }
        string[] Lines() => [.. log.Lines.Where(line => line.Contains($"Tenant {host.Host.Tenant}", StringComparison.Ordinal))];
    }

    [Theory, OnBothStores]
    public async Task Failures_of_members_and_managers_are_counted_apart_from_others(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var client = host.Host.Client;
        var ada = (await client.CreateUser("ada")).Id;
        var group = (await client.CreateGroup("Engines", ada)).Id;
        const string manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
        const string enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        (HttpMethod Method, string Path, string Body, int Status)[] references =
        [
            (HttpMethod.Patch, $"Groups/{group}", HttpCalls.Patch("""{"op":"Add","path":"members","value":[{"value":"nobody"}]}"""), 400),
            (HttpMethod.Patch, $"Groups/{group}", HttpCalls.Patch("""{"op":"add","value":{"members":[{"value":"nobody"}]}}"""), 400),
            (HttpMethod.Patch, $"Groups/{group}", HttpCalls.Patch("""{"op":"Add","path":"members","value":[{"display":"Ada"}]}"""), 400),
            (HttpMethod.Patch, $"Groups/{group}", HttpCalls.Patch("""{"op":"Add","path":"members"}"""), 400),
            (HttpMethod.Patch, $"Groups/{group}",
                HttpCalls.Patch("""{"op":"Replace","path":"displayName","value":"Engineers"},{"op":"Add","path":"members","value":[{"value":"nobody"}]}"""), 400),
            (HttpMethod.Patch, "Groups/nobody", HttpCalls.Patch($$"""{"op":"Remove","path":"members[value eq \"{{ada}}\"]"}"""), 404),
            (HttpMethod.Patch, "Users/nobody", HttpCalls.Patch($$"""{"op":"Add","path":"{{manager}}","value":"{{ada}}"}"""), 404),
            (HttpMethod.Patch, "Users/nobody", HttpCalls.Patch($$$$"""{"op":"add","path":"{{{{enterprise}}}}","value":{"manager":{"value":"{{{{ada}}}}"}}}"""), 404),
            (HttpMethod.Patch, $"Users/{ada}", HttpCalls.Patch($$$"""{"op":"Add","path":"{{{manager}}}","value":{"value":true}}"""), 400),
            (HttpMethod.Post, "Groups", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"New","members":[{"value":"nobody"}]}""", 400),
            (HttpMethod.Put, $"Groups/{group}",
                """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Engines","members":[{"value":"nobody"}]}""", 400),
            (HttpMethod.Post, "Users",
                $$$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob","{{{{enterprise}}}}":{"manager":{"value":true}}}""", 400),
        ];
        (HttpMethod Method, string Path, string Body, int Status)[] others =
        [
            (HttpMethod.Patch, "Groups/nobody", HttpCalls.Patch("""{"op":"Replace","path":"displayName","value":"Engineers"}"""), 404),
            (HttpMethod.Patch, "Users/nobody", HttpCalls.Patch($$"""{"op":"Add","path":"title","value":"x"},{"op":"Add","path":"{{manager}}","value":"{{ada}}"}"""), 404),
            (HttpMethod.Patch, "Users/nobody", HttpCalls.Patch("""{"op":"add","value":{}}"""), 404),
            (HttpMethod.Post, "Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}""", 409),
            (HttpMethod.Post, "Users",
                $$$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","{{{{enterprise}}}}":{"manager":{"value":"x"}}}""", 409),
            (HttpMethod.Patch, $"Groups/{group}", "[]", 400),
            (HttpMethod.Delete, "Groups/nobody", "", 404),
        ];
        foreach (var (method, path, body, status) in references.Concat(others))
        {
            (await client.Send(method.Method, path, body)).Is(status);
        }

        var card = (await host.Ask("status")).Is(200).Json;

        var quarantine = card["quarantine"]!;
        Assert.Equal(("none", "21", $"{others.Length}", $"{references.Length}", "0.3333"),
            (quarantine.Text("risk"), quarantine.Text("events"), quarantine.Text("failures"), quarantine.Text("referenceFailures"), quarantine.Text("share")));
        Assert.Equal("""{"leastFailures":5000,"share":0.4,"failures":40000,"withReferences":60000}""", quarantine["limits"]!.ToJsonString());
        var cycle = card["currentCycle"]!;
        Assert.Equal(("19", "12"), (cycle.Text("failures"), cycle.Text("referenceFailures")));
    }

    [Theory]
    [InlineData(4999, 0, 100, QuarantineRisk.Early)]
    [InlineData(5000, 0, 7501, QuarantineRisk.Early)]
    [InlineData(5000, 0, 7499, QuarantineRisk.Reached)]
    [InlineData(40_001, 0, 1_000_000, QuarantineRisk.Reached)]
    [InlineData(40_000, 0, 1_000_000, QuarantineRisk.Early)]
    [InlineData(20_001, 0, 1_000_000, QuarantineRisk.Early)]
    [InlineData(99, 0, 1, QuarantineRisk.None)]
    [InlineData(100, 0, 400, QuarantineRisk.None)]
    [InlineData(100, 0, 399, QuarantineRisk.Early)]
    [InlineData(0, 29_999, 1, QuarantineRisk.None)]
    [InlineData(0, 30_000, 1_000_000, QuarantineRisk.Early)]
    [InlineData(0, 59_999, 1, QuarantineRisk.Early)]
    [InlineData(0, 60_000, 1_000_000, QuarantineRisk.Reached)]
    [InlineData(4_000, 56_000, 1_000_000, QuarantineRisk.Reached)]
    [InlineData(99, 5_000, 0, QuarantineRisk.None)]
    public void The_rule_of_quarantine_is_Entras(long failures, long references, long successes, QuarantineRisk risk) =>
        Assert.Equal(risk, new CallCycle(default, default, true, 0, new Dictionary<string, long>
        {
            ["patch.User.refused"] = failures,
            ["patch.Group.refused"] = references,
            [CallTally.ReferenceFailure] = references,
            ["patch.User.changed"] = successes,
        }).Risk());
}
