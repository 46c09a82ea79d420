using ScimLite.Protocol;

namespace ScimLite.Store;

/// <summary>
/// What a tenant's administrator reads: the activity log, and how provisioning fares. An entry of a write is kept by that write's own
/// step (<see cref="IResourceStore"/>); calls that wrote nothing are told here, afterwards. Callers have to expect
/// <see cref="StoreUnavailableException"/>.
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

    /// <summary>Adds what a replica counted to what all replicas counted.</summary>
    ValueTask CountCallsAsync(string tenant, CallTally tally, CancellationToken cancel);

    /// <summary>Reads how the tenant fares; nothing in it is counted by walking through the directory.</summary>
    ValueTask<TenantStatus> ReadStatusAsync(string tenant, CancellationToken cancel);

    /// <summary>Claims the right to warn of an event, which one replica gets and only once.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="kind">Of what kind, such as <c>quarantine</c>.</param>
    /// <param name="what">Which event; another one of the kind is claimed anew.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Whether to warn.</returns>
    ValueTask<bool> ClaimWarningAsync(string tenant, string kind, string what, CancellationToken cancel);

    /// <summary>Puts the guard into the state that an administrator decided on, and tells the log.</summary>
    ValueTask DecideAsync(string tenant, GuardDecision decision, CancellationToken cancel);

    /// <summary>Reads deleted resources that can still be restored, last deleted first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="type">Of which type.</param>
    /// <param name="id">Which one; null for all.</param>
    /// <param name="start">How many to pass over.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancel">Gives up waiting.</param>
    ValueTask<IReadOnlyList<DeletedResource>> ReadDeletedAsync(string tenant, ResourceType type, string? id, int start, int count, CancellationToken cancel);

    /// <summary>Lets go of what has been kept long enough: deleted resources and entries of the log.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="type">Of which type.</param>
    /// <param name="deletedBefore">Resources deleted before this time go.</param>
    /// <param name="now">From which time the log's retention counts.</param>
    /// <param name="retention">How long the log is kept.</param>
    /// <param name="most">At most so many of both.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>How many went; when it is fewer than <paramref name="most"/> nothing is left to do.</returns>
    ValueTask<int> PurgeAsync(
        string tenant, ResourceType type, DateTimeOffset deletedBefore, DateTimeOffset now, ActivityRetention retention, int most, CancellationToken cancel);
}
