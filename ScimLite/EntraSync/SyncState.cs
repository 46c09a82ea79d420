using System.Collections.Concurrent;

namespace ScimLite.EntraSync;

/// <summary>The run is over before its end: Entra has put the job into quarantine.</summary>
internal sealed class QuarantineException(string reason, bool unusable) : Exception(reason)
{
    /// <summary>Whether it is because the target can't be reached or refuses the credential.</summary>
    public bool Unusable => unusable;
}

/// <summary>
/// What the job remembers of the target between cycles: links (Entra's anchors), what was sent, which references the target has, and the escrow of
/// objects that failed.
/// </summary>
internal sealed class SyncState
{
    private readonly ConcurrentDictionary<string, (int Gap, int Due)> escrow = new();
    private long events;
    private long failures;
    private long referenceFailures;

    /// <summary>Source object id to target id.</summary>
    public ConcurrentDictionary<string, string> Links { get; } = new();

    /// <summary>Which revision of a source object was provisioned last.</summary>
    public ConcurrentDictionary<string, int> Provisioned { get; } = new();

    /// <summary>What was last sent for a user; <c>active</c> is among it.</summary>
    public ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> LastSent { get; } = new();

    /// <summary>The target id of the manager that the target has for a user.</summary>
    public ConcurrentDictionary<string, string?> Managers { get; } = new();

    /// <summary>The target ids of the members that the target has for a group.</summary>
    public ConcurrentDictionary<string, MemberSet> Members { get; } = new();

    /// <summary>Target ids of users and groups that were deleted, by endpoint.</summary>
    public ConcurrentBag<(string Endpoint, string Id)> DeletedIds { get; } = [];

    /// <summary>The number of the cycle, from 1 on.</summary>
    public int Cycle { get; set; }

    /// <summary>How many objects wait to be tried again.</summary>
    public int InEscrow => escrow.Count;

    /// <summary>Whether an object may be tried in this cycle.</summary>
    public bool MayTry(string key) => !escrow.TryGetValue(key, out var waiting) || waiting.Due <= Cycle;

    /// <summary>Whether an object failed before and is to be tried in this cycle.</summary>
    public bool IsDue(string key) => escrow.TryGetValue(key, out var waiting) && waiting.Due <= Cycle;

    /// <summary>Notes that all went well.</summary>
    public void Succeeded(string key)
    {
        Interlocked.Increment(ref events);
        escrow.TryRemove(key, out _);
    }

    /// <summary>Puts an object into escrow: it is tried again one cycle later, then two, then four.</summary>
    /// <exception cref="QuarantineException">So much failed that Entra stops the job.</exception>
    public void Failed(string key, bool reference)
    {
        escrow.AddOrUpdate(key, _ => (1, Cycle + 1), (_, waiting) => (2 * waiting.Gap, Cycle + (2 * waiting.Gap)));
        var all = Interlocked.Increment(ref events);
        // References count for the absolute limit alone.
        var references = reference ? Interlocked.Increment(ref referenceFailures) : Interlocked.Read(ref referenceFailures);
        var failed = reference ? Interlocked.Read(ref failures) : Interlocked.Increment(ref failures);
        if ((failed >= 5_000 && failed > 0.4 * all) || failed > 40_000 || failed + references >= 60_000)
        {
            throw new QuarantineException(
                $"EncounteredEscrowProportionThreshold: {failed} of {all} events failed, and {references} of references", unusable: false);
        }
    }
}

/// <summary>The members that the target has, as far as its answers tell. Safe for many threads.</summary>
internal sealed class MemberSet
{
    private readonly ConcurrentDictionary<string, byte> ids = new();

    /// <summary>The members that the last read-back found.</summary>
    public HashSet<string> Seen { get; private set; } = [];

    /// <summary>Those that the last read-back found missing or too many.</summary>
    public HashSet<string> Wrong { get; private set; } = [];

    /// <summary>Whether members were removed since.</summary>
    public bool RemovedSome { get; private set; }

    public IEnumerable<string> Ids => ids.Keys;

    public bool Contains(string id) => ids.ContainsKey(id);

    public void ReadBack(HashSet<string> seen, HashSet<string> wrong) => (Seen, Wrong, RemovedSome) = (seen, wrong, false);

    public void Add(IEnumerable<string> added)
    {
        foreach (var id in added)
        {
            ids.TryAdd(id, 0);
        }
    }

    public void Remove(IEnumerable<string> removed)
    {
        RemovedSome = true;
        foreach (var id in removed)
        {
            ids.TryRemove(id, out _);
        }
    }

    /// <summary>Forgets a member that was deleted: the server takes it out by itself.</summary>
    public void Forget(string id) => ids.TryRemove(id, out _);
}
