namespace ScimLite.Store;

/// <summary>
/// What a tenant's administrator reads: the activity log. An entry of a write is kept by that write's own step
/// (<see cref="IResourceStore"/>); calls that wrote nothing are told here, afterwards. Callers have to expect <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IActivityStore
{
    /// <summary>Reads a stretch of the log; it costs the same in a log of any length.</summary>
    ValueTask<IReadOnlyList<ActivityRecord>> ReadActivityAsync(ActivityRange range, CancellationToken cancel);

    /// <summary>Adds entries of calls that wrote nothing, at most 100 at a time. One that is in doubt is left out where its call has an
    /// entry already.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="entries">The entries, each with an <see cref="ActivityEntry.Error"/>.</param>
    /// <param name="cancel">Gives up waiting.</param>
    ValueTask AppendActivityAsync(string tenant, IReadOnlyList<ActivityEntry> entries, CancellationToken cancel);
}
