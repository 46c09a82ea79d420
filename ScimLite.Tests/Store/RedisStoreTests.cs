using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>The contract on a real Redis-compatible server, and what is left there to look at.</summary>
public sealed class RedisStoreTests(RedisUnderTest redis) : StoreContract(redis.Store), IClassFixture<RedisUnderTest>
{
    readonly TestTenant own = new(redis.Store);

    string Prefix => $"scimlite:{{{own.Id}}}:";

    string[] Keys() => [.. redis.Server.Keys(pattern: $"*{own.Id}*", pageSize: 1000).Select(k => (string)k!).Order(StringComparer.Ordinal)];

    [Fact]
    public void It_is_called_redis() => Assert.Equal("redis", redis.Store.Name);

    [Fact]
    public async Task Scripts_are_sent_again_when_the_server_forgot_them()
    {
        foreach (var round in new[] { "a", "b" })
        {
            await redis.Server.ScriptFlushAsync();
            await own.CreateUser(round);
            await redis.Server.ScriptFlushAsync();
            Assert.NotNull(await own.Find(User, round));
            await redis.Server.ScriptFlushAsync();
            Assert.Equal($"1: {round}", await own.FoundBy(User, "userName", $"name of {round}"));
            await redis.Server.ScriptFlushAsync();
            Assert.NotEmpty(await own.Activity());
            await redis.Server.ScriptFlushAsync();
            Assert.IsType<CommitOutcome.Committed>(await own.Delete(User, round));
        }
    }

    [Fact]
    public async Task Every_replica_has_the_same_secret()
    {
        var name = $"test-{Guid.NewGuid():N}";
        await using var connection = new RedisConnection(RedisServer.ConnectionString);
        using var telemetry = new ScimTelemetry();
        var replica = new RedisStore(connection, SchemaCatalog.Core, telemetry);

        var secrets = await Task.WhenAll(new[] { redis.Store, replica, redis.Store, replica }.Select(s => s.GetSecretAsync(name, TestContext.Current.CancellationToken).AsTask()));

        Assert.Single(secrets.Select(Convert.ToHexString).Distinct());
        Assert.Equal(secrets[0], (byte[]?)await redis.Database.StringGetAsync($"scimlite:secret:{name}"));
        await redis.Database.KeyDeleteAsync($"scimlite:secret:{name}");
    }

    [Fact]
    public async Task Every_key_of_a_tenant_is_in_one_slot_of_a_cluster()
    {
        await own.CreateUsers("a", "b");
        await own.CreateGroup("g", "a", "b");
        await own.CreateGroup("h", "g");
        await own.Delete(User, "b");

        var keys = Keys();

        Assert.All(keys, key => Assert.StartsWith(Prefix, key, StringComparison.Ordinal));
        Assert.Single(keys.Select(key => redis.Database.Multiplexer.GetHashSlot(key)).Distinct());
        Assert.True(keys.Length > 10, string.Join(' ', keys));
    }

    [Fact]
    public async Task Outcomes_for_replays_are_kept_for_a_minute_and_nothing_else_expires()
    {
        await own.CreateUser("a");
        await own.Delete(User, "a");
        await own.CreateUser("b");

        var ages = Keys().Select(key => (Key: key, Left: redis.Database.KeyTimeToLive(key))).ToArray();

        Assert.Equal(3, ages.Count(a => a.Key.StartsWith($"{Prefix}request:", StringComparison.Ordinal)));
        Assert.All(ages, a => Assert.Equal(a.Key.Contains(":request:", StringComparison.Ordinal), a.Left is { TotalSeconds: > 30 and <= 60 }));
    }

    [Fact]
    public async Task A_read_and_a_refused_write_leave_no_key()
    {
        Assert.Null(await own.Find(User, "a"));
        Assert.Equal("User 0\nGroup 0\n", await own.Everything());
        Assert.IsType<CommitOutcome.Missing>(await own.Delete(User, "a"));
        Assert.IsType<CommitOutcome.Missing>(await own.Commit(own.Membership("g", add: ["a"])));

        Assert.Empty(Keys());
    }

    [Fact]
    public async Task When_everything_was_deleted_only_the_log_is_left()
    {
        var many = Enumerable.Range(0, (2 * RedisStore.MostLinks) + 1).Select(i => $"m{i}").ToArray();
        await own.CreateUser("a", more: r => r["externalId"] = "1\n2\0");
        await own.CreateUser("b", "strange\n\0\x1");
        await own.CreateGroup("g", "a", "b", "unknown");
        await own.CreateGroup("big", [.. many, "a", "g"]);
        await own.CreateGroup("exact", many[..RedisStore.MostLinks]);
        await own.Change("g", add: ["big", "g"]);
        await own.Rename(User, "b", "renamed");

        foreach (var group in new[] { "big", "g", "exact" })
        {
            await own.Delete(Group, group);
        }
        await own.Delete(User, "a");
        await own.Delete(User, "b");

        // What the indexes are is no trace of anybody.
        Assert.Equal([$"{Prefix}indexes:Group", $"{Prefix}indexes:User", $"{Prefix}log", $"{Prefix}sequence", $"{Prefix}tails"], Keys().Where(k => !k.Contains(":request:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_gap_in_the_log_stops_no_write()
    {
        await own.CreateUsers("a", "b", "c");
        await redis.Database.HashDeleteAsync($"{Prefix}log", ["2", "3"]);

        await own.CreateUsers([.. Enumerable.Range(0, 20).Select(i => $"u{i}")]);

        Assert.Equal("u19", (await own.Activity(count: 1))[0].Entry.ResourceId);
    }
}
