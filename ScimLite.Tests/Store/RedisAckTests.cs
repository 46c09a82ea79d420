using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>With <c>ScimLite:Redis:AckReplicas</c> a write is acknowledged when so many replicas have it, and nobody else waits for that.</summary>
public sealed class RedisAckTests
{
    [Fact]
    public async Task What_was_acknowledged_is_on_the_replica_and_on_every_primary_of_a_cluster()
    {
        RedisProcess.IsNeeded();
        await using var replicated = await RedisTopology.ReplicatedAsync(1);
        await using var cluster = await RedisTopology.ClusterAsync(1);
        foreach (var servers in (RedisTopology[])[replicated, cluster])
        {
            await using var store = new AckedStore(servers.ConnectionString, 1);
            var tenants = Enumerable.Range(0, 6).Select(_ => new TestTenant(store.Store)).ToArray();

            await Task.WhenAll(tenants.SelectMany(t => Enumerable.Range(0, 20).Select(i => t.CreateUser($"u{i}"))));
            foreach (var tenant in tenants)
            {
                Assert.Equal(20, (await tenant.Query(User, new Lookup.All())).Total);
            }
            await Task.WhenAll(tenants.Select(t => t.Delete(User, "u0")));

            await using var raw = await ConnectionMultiplexer.ConnectAsync(string.Join(',', servers.Servers.Select(server => server.Address)));
            foreach (var tenant in tenants)
            {
                Assert.Equal(19, await raw.GetDatabase().HashLengthAsync($"scimlite:{{{tenant.Id}}}:documents:User", CommandFlags.DemandReplica));
            }
        }
    }

    [Fact]
    public async Task Without_its_replica_a_write_is_unsettled_reads_go_on_and_a_repeated_write_is_recognised()
    {
        RedisProcess.IsNeeded();
        await using var servers = await RedisTopology.ReplicatedAsync(1);
        await using var store = new AckedStore(servers.ConnectionString, 1);
        var tenant = new TestTenant(store.Store);
        await tenant.CreateUser("a");

        await servers.Servers[1].SignalAsync("STOP");
        var write = tenant.CreateUser("b");
        // The shared connection does not wait: reads are answered while the write is not.
        for (var i = 0; i < 20; i++)
        {
            Assert.NotNull(await tenant.Find(User, "a"));
        }
        Assert.False(write.IsCompleted);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        // Nor does the breaker open.
        Assert.NotNull(await tenant.Find(User, "a"));
        // What is refused wrote nothing and waits for nobody.
        Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "nobody"));

        var repeated = tenant.Rename(User, "a", "renamed");
        await servers.Servers[1].SignalAsync("CONT");
        await Poll.Until(async () => await Record.ExceptionAsync(() => tenant.Rename(User, "a", "renamed twice")) is null, "writes are acknowledged again");
        _ = await Record.ExceptionAsync(() => repeated);

        // Done once, however often it was tried.
        Assert.Single(await tenant.Activity(), entry => entry.Entry.ResourceId == "b");
    }

    [Fact]
    public async Task A_server_that_knows_no_wait_acknowledges_nothing()
    {
        RedisProcess.IsNeeded();
        await using var server = await RedisProcess.StartAsync(["--save", "", "--rename-command", "WAIT", ""]);
        await using var store = new AckedStore(server.Address, 1);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => new TestTenant(store.Store).CreateUser("a"));
    }

    sealed class AckedStore : IAsyncDisposable
    {
        readonly ScimTelemetry telemetry = new();
        readonly RedisConnection connection;

        public AckedStore(string configuration, int replicas)
        {
            connection = new RedisConnection(RedisOptions.Read(configuration, replicas), telemetry);
            Store = new RedisStore(connection, SchemaCatalog.Core, telemetry);
        }

        public RedisStore Store { get; }

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            telemetry.Dispose();
        }
    }
}
