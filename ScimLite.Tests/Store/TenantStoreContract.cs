using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Store;

namespace ScimLite.Tests.Store;

/// <summary>What <see cref="ITenantStore"/> promises; every store runs all of it.</summary>
public abstract class TenantStoreContract(ITenantStore store)
{
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    readonly string tenant = $"t{Guid.NewGuid():N}";
    readonly string other = $"t{Guid.NewGuid():N}";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Handle(string name) => $"token:{tenant}-{name}";

    // Other tests list the tenants of the same server, and read accounts in them; an account without settings is nobody's.
    static byte[] Written(string note) => JsonSerializer.SerializeToUtf8Bytes(new { note });

    static string Note(TenantDocument document) => JsonNode.Parse(document.Body.Span)!["note"]!.GetValue<string>();

    TenantDocument Document(string body, long version = 0, params string[] handles) => new(tenant, version, handles, Written(body));

    async Task<long> Saved(TenantDocument document) => Assert.IsType<SaveOutcome.Saved>(await store.SaveAsync(document, Cancel)).Version;

    async Task<string?> Body() => await store.ReadAsync(tenant, Cancel) is { } document ? Note(document) : null;

    async Task<string?> Found(string handle) => await store.FindAsync(handle, Cancel) is { } found
        ? $"{found.Document.Tenant} {Note(found.Document)} {(found.Grant is { } grant ? Encoding.UTF8.GetString(grant.Span) : "-")}" : null;

    [Fact]
    public async Task What_was_saved_is_read_back_with_its_version_and_handles()
    {
        Assert.Null(await store.ReadAsync(tenant, Cancel));

        Assert.Equal(1, await Saved(Document("zoë \n\0", 0, Handle("a"), Handle("b"))));

        var read = (await store.ReadAsync(tenant, Cancel))!;
        Assert.Equal((tenant, 1L, "zoë \n\0"), (read.Tenant, read.Version, Note(read)));
        Assert.Equal([Handle("a"), Handle("b")], read.Handles);
        Assert.Contains(await store.ListAsync(Cancel), d => d.Tenant == tenant && d.Version == 1);
    }

    [Fact]
    public async Task A_document_is_written_on_the_version_that_was_read_and_on_no_other()
    {
        await Saved(Document("one"));
        Assert.IsType<SaveOutcome.Stale>(await store.SaveAsync(Document("two"), Cancel));
        Assert.Equal(2, await Saved(Document("two", 1)));
        Assert.IsType<SaveOutcome.Stale>(await store.SaveAsync(Document("three", 1), Cancel));
        Assert.IsType<SaveOutcome.Stale>(await store.SaveAsync(Document("three", 3), Cancel));
        Assert.Equal("two", await Body());
    }

    [Fact]
    public async Task A_document_is_found_by_the_handles_of_its_last_version_alone()
    {
        await Saved(Document("one", 0, Handle("a"), Handle("b")));
        Assert.Equal($"{tenant} one -", await Found(Handle("a")));

        await Saved(Document("two", 1, Handle("b"), Handle("c")));

        Assert.Null(await Found(Handle("a")));
        Assert.Equal($"{tenant} two -", await Found(Handle("b")));
        Assert.Equal($"{tenant} two -", await Found(Handle("c")));
        Assert.Null(await Found(""));
        Assert.Null(await Found(tenant));
    }

    [Fact]
    public async Task A_handle_belongs_to_one_tenant_and_who_comes_second_changes_nothing()
    {
        await Saved(Document("one", 0, Handle("a")));

        var outcome = await store.SaveAsync(new TenantDocument(other, 0, [Handle("new"), Handle("a")], Written("x")), Cancel);

        Assert.Equal(new SaveOutcome.Taken(Handle("a")), outcome);
        Assert.Null(await store.ReadAsync(other, Cancel));
        Assert.Null(await Found(Handle("new")));
        Assert.Equal($"{tenant} one -", await Found(Handle("a")));
    }

    [Fact]
    public async Task What_was_removed_is_gone_with_its_handles_and_last_uses_and_its_id_rests_until_nothing_is_left()
    {
        await Saved(Document("one", 0, Handle("a")));
        await store.NoteUsesAsync(tenant, new Dictionary<string, DateTimeOffset> { ["x"] = Now }, Cancel);

        Assert.True(await store.RemoveAsync(tenant, Now, Cancel));

        Assert.Null(await Body());
        Assert.Null(await Found(Handle("a")));
        Assert.Empty(await store.ReadUsesAsync(tenant, Cancel));
        Assert.Equal(Now, (await store.ListLeavingAsync(Cancel))[tenant]);
        Assert.IsType<SaveOutcome.Leaving>(await store.SaveAsync(Document("again"), Cancel));
        Assert.True(await store.RemoveAsync(tenant, Now.AddHours(1), Cancel));
        Assert.Equal(Now, (await store.ListLeavingAsync(Cancel))[tenant]);

        await store.NoteUsesAsync(tenant, new Dictionary<string, DateTimeOffset> { ["late"] = Now }, Cancel);
        await store.GoneAsync(tenant, Cancel);
        Assert.Empty(await store.ReadUsesAsync(tenant, Cancel));
        Assert.DoesNotContain(tenant, (await store.ListLeavingAsync(Cancel)).Keys);
        Assert.Equal(1, await Saved(Document("again", 0, Handle("a"))));
        Assert.False(await store.RemoveAsync(other, Now, Cancel));
    }

    [Fact]
    public async Task A_grant_leads_to_its_tenant_as_long_as_both_live()
    {
        await store.GrantAsync(Handle("grant"), tenant, "{\"of\":\n1}"u8.ToArray(), TimeSpan.FromMinutes(1), Cancel);
        Assert.Null(await Found(Handle("grant")));

        await Saved(Document("one"));
        Assert.Equal($"{tenant} one {{\"of\":\n1}}", await Found(Handle("grant")));

        await store.RemoveAsync(tenant, Now, Cancel);
        Assert.Null(await Found(Handle("grant")));
    }

    [Fact]
    public async Task The_last_use_never_goes_back()
    {
        await store.NoteUsesAsync(tenant, new Dictionary<string, DateTimeOffset> { ["a"] = Now, ["b"] = Now }, Cancel);
        await store.NoteUsesAsync(tenant, new Dictionary<string, DateTimeOffset> { ["a"] = Now.AddSeconds(1), ["b"] = Now.AddSeconds(-1) }, Cancel);

        var uses = await store.ReadUsesAsync(tenant, Cancel);
        Assert.Equal((2, Now.AddSeconds(1), Now), (uses.Count, uses["a"], uses["b"]));
        Assert.Empty(await store.ReadUsesAsync(other, Cancel));
    }

    [Fact]
    public async Task Of_many_credentials_those_used_last_are_known()
    {
        var many = Enumerable.Range(0, ITenantStore.MostUses + 5).ToDictionary(i => $"c{i:0000}", i => Now.AddSeconds(i));
        await store.NoteUsesAsync(tenant, many, Cancel);

        var uses = await store.ReadUsesAsync(tenant, Cancel);
        Assert.Equal(ITenantStore.MostUses, uses.Count);
        Assert.Equal(many.Keys.Skip(5), uses.OrderBy(u => u.Value).Select(u => u.Key));
    }

    [Fact]
    public async Task Whoever_watches_hears_of_every_save_and_removal()
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<string>();
        await store.WatchAsync(changed =>
        {
            if (changed == tenant)
            {
                heard.Writer.TryWrite(changed);
            }
        }, Cancel);

        await Saved(Document("one"));
        Assert.Equal(tenant, await heard.Reader.ReadAsync(Cancel));
        await store.RemoveAsync(tenant, Now, Cancel);
        Assert.Equal(tenant, await heard.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_that_write_at_once_each_is_done_or_stale_and_none_is_lost()
    {
        await Saved(Document(""));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            while (true)
            {
                var read = (await store.ReadAsync(tenant, Cancel))!;
                if (await store.SaveAsync(Document($"{Note(read)}<{i}>", read.Version), Cancel) is SaveOutcome.Saved)
                {
                    return;
                }
            }
        }, Cancel)));

        var body = (await Body())!;
        Assert.All(Enumerable.Range(0, 20), i => Assert.Contains($"<{i}>", body, StringComparison.Ordinal));
        Assert.Equal(21, (await store.ReadAsync(tenant, Cancel))!.Version);
    }
}

/// <summary>The contract in memory.</summary>
public sealed class InMemoryTenantStoreTests() : TenantStoreContract(new InMemoryTenantStore(TimeProvider.System))
{
    [Fact]
    public async Task A_grant_ends_with_its_life()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var store = new InMemoryTenantStore(clock);
        var cancel = TestContext.Current.CancellationToken;
        await store.SaveAsync(new TenantDocument("t", 0, [], "x"u8.ToArray()), cancel);
        await store.GrantAsync("token:a", "t", "g"u8.ToArray(), TimeSpan.FromMinutes(60), cancel);

        clock.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await store.FindAsync("token:a", cancel));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await store.FindAsync("token:a", cancel));
    }
}

/// <summary>The contract on a real Redis-compatible server.</summary>
public sealed class RedisTenantStoreTests(RedisUnderTest redis) : TenantStoreContract(redis.Tenants), IClassFixture<RedisUnderTest>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_that_is_repeated_after_its_answer_was_lost_is_done_once()
    {
        var tenant = $"t{Guid.NewGuid():N}";
        var document = new TenantDocument(tenant, 0, [], "{\"note\":1}"u8.ToArray());

        Assert.Equal(new SaveOutcome.Saved(1), await redis.Tenants.SaveAsync(document, Cancel));
        Assert.Equal(new SaveOutcome.Saved(1), await redis.Tenants.SaveAsync(document, Cancel));
        Assert.IsType<SaveOutcome.Stale>(await redis.Tenants.SaveAsync(document with { Body = "{\"note\":2}"u8.ToArray() }, Cancel));
    }

    [Fact]
    public async Task A_grant_is_a_key_that_ends_by_itself()
    {
        var handle = $"token:{Guid.NewGuid():N}";
        await redis.Tenants.GrantAsync(handle, "t", "g"u8.ToArray(), TimeSpan.FromMinutes(60), Cancel);

        Assert.InRange((await redis.Database.KeyTimeToLiveAsync($"scimlite:{{_}}:grant:{handle}"))!.Value.TotalMinutes, 59, 60);
    }

    [Fact]
    public async Task All_keys_lie_in_one_slot_of_a_cluster_and_a_removed_tenant_leaves_none_of_its_own()
    {
        var tenant = $"t{Guid.NewGuid():N}";
        await redis.Tenants.SaveAsync(new TenantDocument(tenant, 0, [$"token:{tenant}"], "{}"u8.ToArray()), Cancel);
        await redis.Tenants.NoteUsesAsync(tenant, new Dictionary<string, DateTimeOffset> { ["a"] = DateTimeOffset.UnixEpoch }, Cancel);
        var keys = redis.Server.Keys(pattern: "scimlite:{_}:*", pageSize: 1000).Where(k => !((string)k!).Contains(":grant:", StringComparison.Ordinal)).ToArray();

        Assert.Single(keys.Select(k => redis.Database.Multiplexer.GetHashSlot(k)).Distinct());
        Assert.Contains(keys, k => ((string)k!).Contains(tenant, StringComparison.Ordinal));

        await redis.Tenants.RemoveAsync(tenant, DateTimeOffset.UnixEpoch, Cancel);
        await redis.Tenants.GoneAsync(tenant, Cancel);
        Assert.Empty(redis.Server.Keys(pattern: $"*{tenant}*", pageSize: 1000));
        Assert.False((await redis.Database.HashExistsAsync("scimlite:{_}:handles", $"token:{tenant}")) || (await redis.Database.HashExistsAsync("scimlite:{_}:heads", tenant)));
    }
}
