using System.Globalization;
using ScimLite.Telemetry;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// The tenants in Redis, for all replicas. All its keys carry the hash tag <c>{_}</c>, which no tenant's id can be, so that one script can
/// touch a document and all its handles; it is asked seldom, since replicas remember what they found for a few seconds.
/// </summary>
public sealed class RedisTenantStore(RedisConnection connection, ScimTelemetry telemetry) : ITenantStore
{
    private const string Prefix = "scimlite:{_}:";

    private static readonly RedisChannel Changes = RedisChannel.Literal("scimlite:tenants");
    private static readonly RedisKey Heads = Prefix + "heads", Bodies = Prefix + "bodies", Handles = Prefix + "handles", Leaving = Prefix + "leaving";

    private Action<string> watchers = static _ => { };

    /// <inheritdoc/>
    public async ValueTask<TenantDocument?> ReadAsync(string tenant, CancellationToken cancel) =>
        (await FindAsync(tenant, "", cancel).ConfigureAwait(false))?.Document;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TenantDocument>> ListAsync(CancellationToken cancel)
    {
        var documents = new List<TenantDocument>();
        // The ids at once, the documents in pages, each of which the server answers in a short time.
        var ids = await RunAsync("list", static (database, _) => database.HashKeysAsync(Heads), 0, cancel).ConfigureAwait(false);
        foreach (var page in ids.Chunk(200))
        {
            var (heads, bodies) = await RunAsync("list", static async (database, page) =>
            {
                var heads = database.HashGetAsync(Heads, page);
                return (await heads.ConfigureAwait(false), await database.HashGetAsync(Bodies, page).ConfigureAwait(false));
            }, page, cancel).ConfigureAwait(false);
            for (var i = 0; i < page.Length; i++)
            {
                if (heads[i].HasValue && bodies[i].HasValue)
                {
                    documents.Add(Show(page[i]!, heads[i]!, bodies[i]));
                }
            }
        }
        return documents;
    }

    /// <inheritdoc/>
    public async ValueTask<SaveOutcome> SaveAsync(TenantDocument document, CancellationToken cancel)
    {
        RedisValue[] arguments = [document.Tenant, document.Version, document.Body, .. document.Handles.Select(h => (RedisValue)h)];
        var record = Record();
        var reply = (RedisResult[])(await WriteAsync(RedisScript.SaveTenant, "savetenant", [Heads, Bodies, Handles, Leaving, record], arguments, record,
            static reply => (string?)((RedisResult[])reply!)[0] == "saved", cancel).ConfigureAwait(false))!;
        switch ((string?)reply[0])
        {
            case "saved":
                await AnnounceAsync(document.Tenant).ConfigureAwait(false);
                return new SaveOutcome.Saved((long)reply[1]);
            case "taken":
                return new SaveOutcome.Taken((string)reply[1]!);
            case "leaving":
                return new SaveOutcome.Leaving();
            default:
                return new SaveOutcome.Stale();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string tenant, DateTimeOffset now, CancellationToken cancel)
    {
        var record = Record();
        var there = (bool)await WriteAsync(RedisScript.RemoveTenant, "removetenant", [Heads, Bodies, Handles, Leaving, Uses(tenant), record],
            [tenant, now.ToUnixTimeMilliseconds()], record, static reply => (bool)reply, cancel).ConfigureAwait(false);
        if (there)
        {
            await AnnounceAsync(tenant).ConfigureAwait(false);
        }
        return there;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ListLeavingAsync(CancellationToken cancel) =>
        Times(await RunAsync("leaving", static (database, _) => database.SortedSetRangeByRankWithScoresAsync(Leaving), 0, cancel).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask GoneAsync(string tenant, CancellationToken cancel) =>
        await RunAsync("gone", static async (database, tenant) =>
        {
            await database.KeyDeleteAsync(Uses(tenant)).ConfigureAwait(false);
            return await database.SortedSetRemoveAsync(Leaving, tenant).ConfigureAwait(false);
        }, tenant, cancel).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<FoundTenant?> FindAsync(string handle, CancellationToken cancel) => FindAsync("", handle, cancel);

    /// <inheritdoc/>
    public async ValueTask GrantAsync(string handle, string tenant, ReadOnlyMemory<byte> grant, TimeSpan life, CancellationToken cancel)
    {
        byte[] value = [.. System.Text.Encoding.UTF8.GetBytes(tenant), (byte)'\n', .. grant.Span];
        await RunAsync("grant", static (database, s) => database.StringSetAsync(Grant(s.handle), s.value, s.life), (handle, value, life), cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask NoteUsesAsync(string tenant, IReadOnlyDictionary<string, DateTimeOffset> uses, CancellationToken cancel)
    {
        SortedSetEntry[] entries = [.. uses.Select(u => new SortedSetEntry(u.Key, u.Value.ToUnixTimeMilliseconds()))];
        await RunAsync("uses", static async (database, s) =>
        {
            var added = database.SortedSetAddAsync(s.key, s.entries, SortedSetWhen.GreaterThan);
            await database.SortedSetRemoveRangeByRankAsync(s.key, 0, -ITenantStore.MostUses - 1).ConfigureAwait(false);
            return await added.ConfigureAwait(false);
        }, (key: Uses(tenant), entries), cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ReadUsesAsync(string tenant, CancellationToken cancel) =>
        Times(await RunAsync("uses", static (database, key) => database.SortedSetRangeByRankWithScoresAsync(key), Uses(tenant), cancel).ConfigureAwait(false));

    /// <inheritdoc/>
    public async ValueTask WatchAsync(Action<string> changed, CancellationToken cancel)
    {
        await RunAsync("watch", static async (database, changed) =>
        {
            await database.Multiplexer.GetSubscriber().SubscribeAsync(Changes, (_, tenant) => changed(tenant!)).ConfigureAwait(false);
            return true;
        }, changed, cancel).ConfigureAwait(false);
        watchers += changed;
    }

    private async ValueTask AnnounceAsync(string tenant)
    {
        watchers(tenant);
        try
        {
            await RunAsync("announce", static (database, tenant) => database.PublishAsync(Changes, tenant, CommandFlags.FireAndForget), tenant, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The write is done. Replicas that are not told find out by themselves.
        }
    }

    private async ValueTask<FoundTenant?> FindAsync(string tenant, string handle, CancellationToken cancel)
    {
        var reply = (RedisResult[])(await RunAsync(RedisScript.FindTenant, "findtenant", [Heads, Bodies, Handles, Grant(handle)], [tenant, handle], cancel).ConfigureAwait(false))!;
        if (reply.Length == 0)
        {
            return null;
        }
        var grant = (ReadOnlyMemory<byte>)(RedisValue)reply[3];
        return new FoundTenant(Show((string)reply[0]!, (string)reply[1]!, (RedisValue)reply[2]), grant.IsEmpty ? default(ReadOnlyMemory<byte>?) : grant);
    }

    // What an administrator was told is done, a revocation above all, is not to be undone by a fail-over; so it waits for the replicas too, where
    // the operator wants that.
    private async ValueTask<RedisResult> WriteAsync(
        RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments, RedisKey record, Func<RedisResult, bool> done, CancellationToken cancel)
    {
        using var span = telemetry.StoreCall(operation);
        try
        {
            return await connection.WriteAsync(static (database, s) => s.script.RunAsync(database, s.keys, s.arguments), (script, keys, arguments), record, done, cancel)
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private ValueTask<RedisResult> RunAsync(RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancel) =>
        RunAsync(operation, static (database, s) => s.script.RunAsync(database, s.keys, s.arguments), (script, keys, arguments), cancel);

    private async ValueTask<T> RunAsync<T, TState>(string operation, Func<IDatabase, TState, Task<T>> call, TState state, CancellationToken cancel)
    {
        using var span = telemetry.StoreCall(operation);
        try
        {
            return await connection.ExecuteAsync(call, state, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private static RedisKey Grant(string handle) => $"{Prefix}grant:{handle}";

    private static RedisKey Record() => $"{Prefix}request:{Guid.NewGuid():N}";

    private static RedisKey Uses(string tenant) => $"{Prefix}uses:{tenant}";

    private static TenantDocument Show(string tenant, string head, RedisValue body)
    {
        var lines = head.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new TenantDocument(tenant, long.Parse(lines[0], CultureInfo.InvariantCulture), lines[1..], (ReadOnlyMemory<byte>)body);
    }

    private static Dictionary<string, DateTimeOffset> Times(SortedSetEntry[] entries) =>
        entries.ToDictionary(e => (string)e.Element!, e => DateTimeOffset.FromUnixTimeMilliseconds((long)e.Score));
}
