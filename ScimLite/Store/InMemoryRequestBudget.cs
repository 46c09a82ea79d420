namespace ScimLite.Store;

/// <summary>The buckets of this process alone. It is the specification that <see cref="RedisRequestBudget"/> is compared with.</summary>
public sealed class InMemoryRequestBudget : IRequestBudget
{
    private readonly Lock door = new();
    private readonly Dictionary<string, (double Left, DateTimeOffset At)> buckets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<Portion> TakeAsync(string tenant, int rate, int burst, int wanted, DateTimeOffset now, CancellationToken cancel)
    {
        lock (door)
        {
            var (left, at) = buckets.TryGetValue(tenant, out var bucket) ? bucket : (burst, now);
            var time = now > at ? now : at;
            left = Math.Min(burst, left + ((time - at).TotalSeconds * rate));
            var granted = Math.Min(wanted, (int)left);
            left -= granted;
            buckets[tenant] = (left, time);
            return ValueTask.FromResult(new Portion(granted, granted > 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling((1 - left) * 1000 / rate))));
        }
    }
}
