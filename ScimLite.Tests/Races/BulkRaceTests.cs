using ScimLite.Tests.Conformance;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Races;

/// <summary>Bulks that meet each other and single requests, on two services that share one Redis and on one in memory.</summary>
public sealed class BulkRaceTests
{
    static async Task<HttpClient[]> Connect(StoreKind store, List<ScimHost> hosts)
    {
        hosts.Add(await ScimHost.StartAsync(store));
        if (store == StoreKind.Redis)
        {
            hosts.Add(await ScimHost.StartAsync(store, sameDirectoryAs: hosts[0]));
        }

        return [.. hosts.Select(h => h.Client)];
    }

    static async Task Dispose(List<ScimHost> hosts)
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Theory, OnBothStores]
    public async Task Bulks_that_add_to_and_remove_from_one_group_lose_no_member(StoreKind store)
    {
        var hosts = new List<ScimHost>();
        var clients = await Connect(store, hosts);
        var ids = (await clients[0].Bulk(Body([.. Enumerable.Range(0, 60).Select(i => User($"{i}", $"user{i}"))]))).Select(r => r.Id()).ToArray();
        var group = (await clients[0].CreateGroup("Staff", ids[..30])).Id;
        string Remove(string id) => Patch($"Groups/{group}", $$"""{"op":"remove","path":"members[value eq \"{{id}}\"]"}""");

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(b => Task.Run(() => clients[b % clients.Length].Bulk(Body(
            [.. Enumerable.Range(5 * b, 5).SelectMany(i => (string[])[Remove(ids[i]), Patch($"Groups/{group}", AddMember(ids[30 + i]))])])))));

        Assert.All(results.SelectMany(r => r), r => Assert.Equal("204", r.Text("status")));
        Assert.Equal(Groups.Sorted(ids[30..]), await clients[^1].Values($"Groups/{group}", "members"));
        Assert.Equal("W/\"61\"", (await clients[0].Send("GET", $"Groups/{group}")).Is(200).Header("ETag"));
        await Dispose(hosts);
    }

    [Theory, OnBothStores]
    public async Task Of_bulks_and_requests_that_mean_one_version_one_is_done(StoreKind store)
    {
        var hosts = new List<ScimHost>();
        var clients = await Connect(store, hosts);
        var user = (await clients[0].CreateUser("ada")).Id;
        string Title(int i) => $$"""{"op":"add","path":"title","value":"{{i}}"}""";

        var statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () => (i % 4) switch
        {
            0 => (await clients[i % clients.Length].Send("PATCH", $"Users/{user}", HttpCalls.Patch(Title(i)), ("If-Match", "W/\"1\""))).Status == 200,
            1 => (await clients[i % clients.Length].Send("PUT", $"Users/{user}", $$"""{"userName":"ada","title":"{{i}}"}""", ("If-Match", "W/\"1\", \"x\""))).Status == 200,
            2 => (await clients[i % clients.Length].Send("PATCH", $"Users/{user}", HttpCalls.Patch(Title(i)), ("If-None-Match", "W/\"2\""), ("If-Match", "W/\"1\", W/\"2\""))).Status == 200,
            _ => (await clients[i % clients.Length].Bulk(Body(Patch($"Users/{user}", Title(i), ""","version":"W/\"1\"" """)))).Statuses() == "200",
        })));

        Assert.Equal(1, statuses.Count(done => done));
        Assert.Equal("W/\"2\"", (await clients[^1].Send("GET", $"Users/{user}")).Is(200).Header("ETag"));
        await Dispose(hosts);
    }

    [Theory, OnBothStores]
    public async Task Of_bulks_that_create_the_same_users_each_user_is_created_once(StoreKind store)
    {
        var hosts = new List<ScimHost>();
        var clients = await Connect(store, hosts);
        var body = Body([.. Enumerable.Range(0, 50).Select(i => User($"{i}", $"user{i}"))]);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(b => Task.Run(() => clients[b % clients.Length].Bulk(body))));

        Assert.Equal(50, results.SelectMany(r => r).Count(r => r.Text("status") == "201"));
        Assert.All(Enumerable.Range(0, 50), i => Assert.Single(results, r => r[i].Text("status") == "201"));
        Assert.Equal(50, (await clients[0].Send("GET", "Users?count=0")).Is(200).Total);
        await Dispose(hosts);
    }
}
