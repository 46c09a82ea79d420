using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Store;

/// <summary>What <see cref="IRefusalStore"/> promises; every store runs all of it.</summary>
public abstract class RefusalStoreContract(IRefusalStore store)
{
    static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 30, 123, TimeSpan.Zero);

    readonly string tenant = $"t{Guid.NewGuid():N}";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Refused One(string name, int seconds = 0, long count = 1, string facts = "{}") =>
        new(name, facts, Now.AddSeconds(seconds), count);

    async Task<RefusalRecord> Read(DateTimeOffset? now = null) => await store.ReadAsync(tenant, now ?? Now, Cancel);

    [Fact]
    public async Task The_newest_comes_first_and_a_repeated_one_is_counted_with_its_latest_facts()
    {
        await store.NoteAsync(tenant, [One("a\nb"), One("c", 1, 3)], Cancel);
        await store.NoteAsync(tenant, [One("a\nb", 2, 4, "{\"new\":\"ä\"}")], Cancel);
        // A replica whose clock is late.
        await store.NoteAsync(tenant, [One("c", -5, 1, "{\"old\":1}")], Cancel);

        Assert.Equal([One("a\nb", 2, 5, "{\"new\":\"ä\"}"), One("c", 1, 4)], (await Read()).Refusals);
    }

    [Fact]
    public async Task Tenants_and_nobody_have_records_of_their_own_and_a_forgotten_one_is_empty()
    {
        var other = $"t{Guid.NewGuid():N}";
        await store.NoteAsync(tenant, [One("a")], Cancel);
        await store.NoteAsync(other, [One("b")], Cancel);
        // Other tests write the same record.
        var present = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var nobodys = new Refused($"x{Guid.NewGuid():N}", "{}", present, 1);
        await store.NoteAsync("", [nobodys], Cancel);

        Assert.Equal([One("a")], (await Read()).Refusals);
        Assert.Contains(nobodys, (await store.ReadAsync("", present, Cancel)).Refusals);
        await store.ForgetAsync(tenant, Cancel);
        await store.ForgetAsync(tenant, Cancel);
        Assert.Equal((0, 0), ((await Read()).Refusals.Count, (await Read()).LastHour));
        Assert.Equal([One("b")], (await store.ReadAsync(other, Now, Cancel)).Refusals);
    }

    [Fact]
    public async Task The_oldest_go_when_they_are_too_many_or_too_old()
    {
        await store.NoteAsync(tenant, [.. Enumerable.Range(0, 70).Select(i => One($"{i}", i))], Cancel);
        Assert.Equal(Enumerable.Range(20, 50).Reverse().Select(i => $"{i}"), (await Read()).Refusals.Select(r => r.Name));

        var week = IRefusalStore.Life;
        Assert.Equal(["69"], (await Read(Now.AddSeconds(69) + week)).Refusals.Select(r => r.Name));
        await store.NoteAsync(tenant, [One("new", (int)week.TotalSeconds + 60)], Cancel);
        Assert.Equal(["new", .. Enumerable.Range(60, 10).Reverse().Select(i => $"{i}")], (await Read()).Refusals.Select(r => r.Name));
        // What has gone starts from zero.
        await store.NoteAsync(tenant, [One("0", (int)week.TotalSeconds + 61)], Cancel);
        Assert.Equal(1, (await Read()).Refusals[0].Count);
    }

    [Fact]
    public async Task The_last_hour_is_counted_by_minutes()
    {
        await store.NoteAsync(tenant, [One("a", 0, 5), One("b", 60, 2)], Cancel);
        await store.NoteAsync(tenant, [One("a", 120, 1)], Cancel);

        Assert.Equal(8, (await Read(Now.AddMinutes(2))).LastHour);
        Assert.Equal(8, (await Read(Now.AddMinutes(59))).LastHour);
        Assert.Equal(3, (await Read(Now.AddMinutes(60))).LastHour);
        Assert.Equal(0, (await Read(Now.AddMinutes(62))).LastHour);
        // The same minute of the next hour, and one that comes late.
        await store.NoteAsync(tenant, [One("a", 3600, 7)], Cancel);
        await store.NoteAsync(tenant, [One("a", 0, 9)], Cancel);
        Assert.Equal(10, (await Read(Now.AddMinutes(60))).LastHour);
    }

    [Fact]
    public async Task Replicas_that_write_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => store.NoteAsync(tenant, [One("a", i), One($"own {i}", i)], Cancel).AsTask()));

        var record = await Read(Now.AddSeconds(30));
        Assert.Equal((21, 20, 40), (record.Refusals.Count, record.Refusals.Single(r => r.Name == "a").Count, record.LastHour));
        Assert.Equal(Now.AddSeconds(19), record.Refusals.Single(r => r.Name == "a").Last);
    }
}

/// <summary>The contract in memory.</summary>
public sealed class InMemoryRefusalStoreTests() : RefusalStoreContract(new InMemoryRefusalStore());

/// <summary>The contract on a real Redis-compatible server.</summary>
public sealed class RedisRefusalStoreTests(RedisRefusalStoreTests.OwnConnection own)
    : RefusalStoreContract(own.Store), IClassFixture<RedisRefusalStoreTests.OwnConnection>
{
    /// <summary>A connection to the server of the test run.</summary>
    public sealed class OwnConnection : IAsyncDisposable
    {
        readonly ScimTelemetry telemetry = new();
        readonly RedisConnection connection = new(RedisServer.ConnectionString);

        /// <summary>Makes the store.</summary>
        public OwnConnection() => Store = new RedisRefusalStore(connection, telemetry);

        /// <summary>The store.</summary>
        public RedisRefusalStore Store { get; }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            telemetry.Dispose();
        }
    }

    [Fact]
    public async Task The_keys_of_a_record_end_by_themselves()
    {
        var tenant = $"t{Guid.NewGuid():N}";
        await own.Store.NoteAsync(tenant, [new Refused("a", "{}", DateTimeOffset.UnixEpoch, 1)], TestContext.Current.CancellationToken);
        await using var raw = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(RedisServer.ConnectionString);

        foreach (var key in (string[])["refused", "refusals"])
        {
            Assert.InRange((await raw.GetDatabase().KeyTimeToLiveAsync($"scimlite:{{_}}:{key}:{tenant}"))!.Value, TimeSpan.FromDays(6.9),
                TimeSpan.FromDays(7));
        }
    }
}
