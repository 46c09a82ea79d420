namespace ScimLite.Store;

/// <summary>The buckets in Redis, which all replicas share. A bucket that is full again is forgotten by itself.</summary>
public sealed class RedisRequestBudget(RedisConnection connection) : IRequestBudget
{
    /// <inheritdoc/>
    public async ValueTask<Portion> TakeAsync(string tenant, int rate, int burst, int wanted, DateTimeOffset now, CancellationToken cancel)
    {
        // No span: a portion is for many requests, and no part of the one that happens to need it.
        var reply = (long[])(await connection.ExecuteAsync(static (database, s) => RedisScript.Budget.RunAsync(database, s.keys, s.arguments),
            (keys: (StackExchange.Redis.RedisKey[])[RedisKeys.Budget(tenant)], arguments: (StackExchange.Redis.RedisValue[])[rate, burst, wanted, now.ToUnixTimeMilliseconds()]),
            cancel).ConfigureAwait(false))!;
        return new Portion((int)reply[0], TimeSpan.FromMilliseconds(reply[1]));
    }
}
