using System.Diagnostics;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using StackExchange.Redis;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>A server that is away, comes back, or has no room: callers hear of it in time, and no write is done by half.</summary>
public sealed class RedisFailureTests
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Dictionary<string, Func<Task>> Calls(TestTenant tenant) => new()
    {
        ["get"] = () => tenant.Find(User, "a"),
        ["query"] = () => tenant.Query(User, new Lookup.All()),
        ["scan"] = () => tenant.Scan(User, 0, 10),
        ["commit"] = () => tenant.Rename(User, "a", "new"),
        ["delete"] = () => tenant.Delete(User, "a"),
        ["activity"] = () => tenant.Activity(),
        ["ping"] = () => tenant.Store.PingAsync(Cancel).AsTask(),
    };

    // Each call takes its own time; asking until the answer comes is how a client lives through it.
    static async Task BackAgain(RedisStore store)
    {
        var patience = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await Record.ExceptionAsync(() => store.PingAsync(Cancel).AsTask()) is { } away)
        {
            Assert.IsType<StoreUnavailableException>(away);
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "The store did not find the server again.");
            await pace.WaitForNextTickAsync(Cancel);
        }
    }

    [Fact]
    public async Task While_the_server_is_away_every_call_says_so_in_time_and_afterwards_all_is_well()
    {
        await using var server = await OwnServer.StartedAsync();
        var tenant = new TestTenant(server.Store);
        using var telemetry = new ScimTelemetry();
        // This one would wait for a minute if the time for a whole call were not bounded too.
        await using var patient = new RedisConnection($"{server.Address},connectTimeout=1000,syncTimeout=60000,asyncTimeout=60000");
        await tenant.CreateUser("a");
        await new RedisStore(patient, SchemaCatalog.Core, telemetry).PingAsync(Cancel);
        var calls = Calls(tenant);
        calls["ping with patience"] = () => new RedisStore(patient, SchemaCatalog.Core, telemetry).PingAsync(Cancel).AsTask();

        await server.KillAsync();

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(calls.Select(async call =>
        {
            var said = await Record.ExceptionAsync(call.Value);
            Assert.True(said is StoreUnavailableException { InnerException: not null }, $"{call.Key}: {said}");
            Assert.True(watch.Elapsed < Bound, $"{call.Key} took {watch.Elapsed}");
        }));

        await server.StartAsync();
        await BackAgain(server.Store);

        // The server has lost everything, its scripts as well.
        Assert.Null(await tenant.Find(User, "a"));
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");
        Assert.Equal("g", await tenant.Links(User, "a"));
        Assert.Equal(2, (await tenant.Activity()).Count);
    }

    [Fact]
    public async Task A_server_that_starts_after_the_store_is_found()
    {
        await using var server = new OwnServer();
        var tenant = new TestTenant(server.Store);
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => tenant.Find(User, "a"));
        Assert.True(watch.Elapsed < Bound, $"took {watch.Elapsed}");

        await server.StartAsync();
        await BackAgain(server.Store);
        await tenant.CreateUser("a");
        Assert.NotNull(await tenant.Find(User, "a"));
    }

    [Fact]
    public async Task Who_gives_up_waiting_is_not_kept_waiting()
    {
        await using var server = await OwnServer.StartedAsync();
        using var telemetry = new ScimTelemetry();
        // Left to itself the call would wait for 20 seconds.
        await using var connection = new RedisConnection($"{server.Address},connectTimeout=1000,syncTimeout=20000,asyncTimeout=20000");
        var store = new RedisStore(connection, SchemaCatalog.Core, telemetry);
        await store.PingAsync(Cancel);
        await server.KillAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(100);
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync(new ResourceKey("t", User, "a"), Follow.Direct, patience.Token).AsTask());

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"kept waiting for {watch.Elapsed}");
    }

    [Fact]
    public async Task A_server_without_room_refuses_writes_as_a_whole_and_still_deletes_as_a_whole()
    {
        await using var server = await OwnServer.StartedAsync();
        var tenant = new TestTenant(server.Store);
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a", "b");
        var before = await tenant.Everything();
        await using var raw = await ConnectionMultiplexer.ConnectAsync(server.Address + ",allowAdmin=true");
        if (!OwnServer.LimitsMemory)
        {
            // Garnet pages to disk instead and never runs out in this way; it does not know the setting.
            await Assert.ThrowsAsync<RedisServerException>(() => raw.GetServers()[0].ConfigSetAsync("maxmemory", "1"));
            return;
        }
        await raw.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        foreach (var (name, write) in new Dictionary<string, Func<Task>>
        {
            ["create"] = () => tenant.CreateUser("c"),
            ["rename"] = () => tenant.Rename(User, "a", "new"),
            ["remove a member"] = () => tenant.Change("g", remove: ["a"]),
            ["change nothing"] = () => tenant.Change("g", add: ["a"]),
        })
        {
            var said = await Record.ExceptionAsync(write);
            Assert.True(said is StoreUnavailableException, $"{name}: {said}");
            Assert.Equal((name, before), (name, await tenant.Everything()));
        }

        // Deleting makes room, so it is let through; what it has to write besides comes with it.
        Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(User, "a"));
        Assert.Equal("b", await tenant.Links(Group, "g"));
        Assert.Equal("delete", (await tenant.Activity())[0].Entry.Operation);
        Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(Group, "g"));
        Assert.Equal("", await tenant.Links(User, "b"));

        await raw.GetServers()[0].ConfigSetAsync("maxmemory", "0");
        await BackAgain(server.Store);
        await tenant.CreateUser("a");
    }
}
