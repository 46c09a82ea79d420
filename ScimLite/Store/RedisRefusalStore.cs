using System.Globalization;
using ScimLite.Telemetry;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>The refused credentials in Redis, for all replicas. The keys carry the hash tag <c>{_}</c>, as those of
/// <see cref="RedisTenantStore"/> do.</summary>
public sealed class RedisRefusalStore(RedisConnection connection, ScimTelemetry telemetry) : IRefusalStore
{
    private const string Prefix = "scimlite:{_}:";

    /// <inheritdoc/>
    public async ValueTask NoteAsync(string tenant, IReadOnlyList<Refused> refusals, CancellationToken cancel)
    {
        if (refusals.Count == 0)
        {
            return;
        }
        RedisKey[] keys = [Names(tenant), Facts(tenant), $"{Prefix}request:{Guid.NewGuid():N}"];
        RedisValue[] arguments =
        [
            (refusals.Max(r => r.Last) - IRefusalStore.Life).ToUnixTimeMilliseconds(), IRefusalStore.MostOf(tenant),
            (long)IRefusalStore.Life.TotalSeconds,
            .. refusals.SelectMany(r => (RedisValue[])[r.Name, r.Facts, r.Last.ToUnixTimeMilliseconds(), r.Count]),
        ];
        await RunAsync(
            "refuse", static (database, s) => RedisScript.Refuse.RunAsync(database, s.keys, s.arguments), (keys, arguments), cancel)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<RefusalRecord> ReadAsync(string tenant, DateTimeOffset now, CancellationToken cancel)
    {
        var (names, fields) = await RunAsync("refusals", static async (database, tenant) =>
        {
            var names = database.SortedSetRangeByRankWithScoresAsync(Names(tenant), order: Order.Descending);
            var fields = await database.HashGetAllAsync(Facts(tenant)).ConfigureAwait(false);
            return (await names.ConfigureAwait(false), fields.ToDictionary(f => (string)f.Name!, f => (string)f.Value!));
        }, tenant, cancel).ConfigureAwait(false);
        var minute = now.ToUnixTimeMilliseconds() / 60_000;
        return new RefusalRecord(
            // The two keys are read one after the other: a refusal that another replica trims in between is left out.
            [.. from entry in names
                let name = (string)entry.Element!
                let last = DateTimeOffset.FromUnixTimeMilliseconds((long)entry.Score)
                where last >= now - IRefusalStore.Life && fields.ContainsKey($"f:{name}") && fields.ContainsKey($"n:{name}")
                select new Refused(name, fields[$"f:{name}"], last, Number(fields[$"n:{name}"]))],
            fields.Where(f => f.Key.StartsWith("m:", StringComparison.Ordinal)).Select(f => f.Value.Split(' '))
                .Where(m => Number(m[0]) > minute - 60).Sum(m => Number(m[1])));
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string tenant, CancellationToken cancel) =>
        await RunAsync("refusals", static (database, tenant) => database.KeyDeleteAsync([Names(tenant), Facts(tenant)]), tenant, cancel)
            .ConfigureAwait(false);

    private async ValueTask<T> RunAsync<T, TState>(string operation, Func<IDatabase, TState, Task<T>> call, TState state,
        CancellationToken cancel)
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

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static RedisKey Names(string tenant) => $"{Prefix}refused:{tenant}";

    private static RedisKey Facts(string tenant) => $"{Prefix}refusals:{tenant}";
}
