using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>The guard against mass removal, as the provisioning service and the administrator meet it.</summary>
public sealed class GuardTests
{
    static Dictionary<string, string> AtMost(int removals, string tenant) => new() { [$"ScimLite:Tenants:{tenant}:Guard:MaxRemovals"] = $"{removals}" };

    [Theory, OnBothStores]
    public async Task Removals_stop_at_the_limit_and_go_on_when_an_administrator_allows_them(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.WithTenant(""","guard":{"maxRemovals":2} """);
        using var client = host.Host.Connect((await host.IssueToken()).Token);
        var ids = new List<string>();
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            ids.Add((await client.CreateUser(name)).Id);
        }
        (await client.SetActive(ids[0], "False")).Is(200);
        (await client.Send("DELETE", $"Users/{ids[1]}")).Is(204);

        var refused = (await client.SetActive(ids[2], "False")).Refuses(503);

        Assert.Equal("3600", refused.Header("Retry-After"));
        Assert.Contains("removals are paused and nothing was changed", refused.Detail, StringComparison.Ordinal);
        (await client.Send("DELETE", $"Users/{ids[2]}")).Refuses(503);
        (await client.CreateUser("e")).Is(201);
        (await client.Send("PATCH", $"Users/{ids[2]}", HttpCalls.Patch("""{"op":"add","path":"title","value":"still here"}"""))).Is(200);
        Assert.Equal(("paused", "2"), await Guard());
        (await host.Send("POST", $"tenants/{host.Tenant}/guard", """{"decision":"keep-paused"}""")).Is(200);
        (await client.SetActive(ids[2], "False")).Refuses(503);
        Assert.Equal(("kept-paused", "2"), await Guard());

        (await host.Send("POST", $"tenants/{host.Tenant}/guard", """{"decision":"allow","hours":1}""")).Is(200);

        (await client.SetActive(ids[2], "False")).Is(200);
        (await client.Send("DELETE", $"Users/{ids[3]}")).Is(204);
        Assert.Equal("allowed", (await Guard()).State);
        foreach (var body in (string[])["{}", """{"decision":"perhaps"}""", """{"decision":"allow","hours":0}""", """{"decision":"allow","hours":169}"""])
        {
            (await host.Send("POST", $"tenants/{host.Tenant}/guard", body)).Problem(400);
        }

        async Task<(string State, string Removals)> Guard()
        {
            var guard = (await host.Send("GET", $"tenants/{host.Tenant}/status")).Is(200).Json["guard"]!;
            return (guard.Text("state"), guard.Text("removals"));
        }
    }

    [Fact]
    public async Task Two_replicas_together_remove_no_more_than_one_may()
    {
        await using var one = await AdminHost.StartAsync(StoreKind.Redis);
        await using var other = await AdminHost.StartAsync(StoreKind.Redis, AtMost(7, one.Host.Tenant), sameDirectoryAs: one);
        await using var third = await AdminHost.StartAsync(StoreKind.Redis, AtMost(7, one.Host.Tenant), sameDirectoryAs: one);
        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i => (await one.Host.Client.CreateUser($"user-{i}")).Id));

        var answers = await Task.WhenAll(ids.Select((id, i) => (i % 2 == 0 ? other : third).Host.Client is var client && i % 3 == 0
            ? client.Send("DELETE", $"Users/{id}") : client.SetActive(id, "False")));

        Assert.Equal(7, answers.Count(a => a.Status is 200 or 204));
        Assert.Equal(23, answers.Count(a => a.Status == 503));
        var status = (await other.Ask("status")).Is(200).Json;
        Assert.Equal(("paused", "23"), (status["guard"]!.Text("state"), status["seats"]!.Text("active")));
    }
}
