using System.Collections.Concurrent;

namespace ScimLite.Tenancy;

/// <summary>
/// Which credentials were good from which address within the last day: bits of their hashes, never what they are. That one is here means only
/// that it may be looked up again, never that it is still good. The memory is bounded by two halves: when the young one is full it becomes the
/// old one, and what was not used since goes with the old one.
/// </summary>
/// <param name="most">How many each half holds.</param>
/// <param name="clock">The time.</param>
internal sealed class ProvenCredentials(int most, TimeProvider clock)
{
    /// <summary>How long one is remembered; Entra's slowest job calls once a day, which may come some minutes late.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(25);

    // Who calls all the time is written once a minute; else it is read alone, which needs no lock.
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    private readonly Lock door = new();
    private volatile Halves kept = new([], []);

    /// <summary>Whether it was good from there.</summary>
    public bool Has(UInt128 source, SecretHash credential)
    {
        var (halves, name) = (kept, (source, credential.Key));
        return (halves.Young.TryGetValue(name, out var at) || halves.Old.TryGetValue(name, out at)) && clock.GetElapsedTime(at) < Memory;
    }

    /// <summary>Notes that it was good from there.</summary>
    public void Add(UInt128 source, SecretHash credential)
    {
        var (halves, name) = (kept, (source, credential.Key));
        if (halves.Young.TryGetValue(name, out var at) && clock.GetElapsedTime(at) < Pace)
        {
            return;
        }
        lock (door)
        {
            if (kept.Young.Count >= most && !kept.Young.ContainsKey(name))
            {
                kept = new Halves([], kept.Young);
            }
            kept.Young[name] = clock.GetTimestamp();
        }
    }

    /// <summary>Notes that it is good no more.</summary>
    public void Remove(UInt128 source, SecretHash credential)
    {
        lock (door)
        {
            kept.Young.TryRemove((source, credential.Key), out _);
            kept.Old.TryRemove((source, credential.Key), out _);
        }
    }

    private sealed record Halves(ConcurrentDictionary<(UInt128, long), long> Young, ConcurrentDictionary<(UInt128, long), long> Old);
}
