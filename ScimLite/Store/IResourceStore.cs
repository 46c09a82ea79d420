using ScimLite.Protocol;

namespace ScimLite.Store;

/// <summary>
/// Documents in, documents out: the directory of each tenant. Every write is one commit that moves document, indexes,
/// memberships and activity entry together, or nothing. Everyday outcomes are values; the one exception that callers have to
/// expect is <see cref="StoreUnavailableException"/>. A tenant's data can be reached under its own name only.
/// </summary>
public interface IResourceStore
{
    /// <summary>A word for the banner and the logs: <c>memory</c> or <c>redis</c>.</summary>
    string Name { get; }

    /// <summary>Reads one resource.</summary>
    /// <param name="key">Which.</param>
    /// <param name="follow">Whether to read a group's members, or a user's groups, as well.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The resource; null when there is none.</returns>
    ValueTask<StoredResource?> GetAsync(ResourceKey key, Follow follow, CancellationToken cancel);

    /// <summary>Reads a page of what a lookup finds, in the lookup's order, from a boundary where one is given. Pages that go on from the
    /// boundary behind the last resource meet what exists throughout exactly once, whatever else is created and deleted meanwhile.</summary>
    /// <returns>At most <see cref="ResourceQuery.Count"/> resources, and how many the lookup finds in all; null when it is by an index that
    /// <see cref="BuildIndexesAsync"/> has not completed yet.</returns>
    ValueTask<ResourcePage?> QueryAsync(ResourceQuery query, CancellationToken cancel);

    /// <summary>Reads a page of a group's members in the order of their ids, and neither the group nor its other members.</summary>
    /// <returns>Null when there is no such group.</returns>
    ValueTask<MemberPage?> ReadMembersAsync(MemberQuery query, CancellationToken cancel);

    /// <summary>Creates or changes one resource, its membership, or both.</summary>
    /// <returns><c>Committed</c>; <c>Missing</c> or <c>Stale</c> when the version expected is not there; <c>Taken</c> when a unique value
    /// belongs to another; <c>UnknownMembers</c> when ids to be added exist in neither Users nor Groups.</returns>
    ValueTask<CommitOutcome> CommitAsync(Change change, CancellationToken cancel);

    /// <summary>Deletes one resource with its index entries and every membership in which it takes part; each group that it was
    /// a member of gets a new version.</summary>
    /// <returns><c>Committed</c>, <c>Missing</c> or <c>Stale</c>.</returns>
    ValueTask<CommitOutcome> DeleteAsync(Deletion deletion, CancellationToken cancel);

    /// <summary>Takes a step towards putting every resource of a type into the indexes that the type asks for. Resources that were written
    /// before an index was asked for, or by a replica that knows nothing of it, are not in it. Steps are bounded, go on where the last one of
    /// any replica ended, and change nothing but indexes.</summary>
    ValueTask<IndexStep> BuildIndexesAsync(string tenant, ResourceType type, CancellationToken cancel);

    /// <summary>A key to sign with: 32 random bytes, made at the first call for a name and kept by the store, so that every replica and
    /// every later process has the same.</summary>
    /// <param name="name">What is signed with it, such as <c>cursor</c>: small letters and dashes.</param>
    /// <param name="cancel">Gives up waiting.</param>
    ValueTask<byte[]> GetSecretAsync(string name, CancellationToken cancel);

    /// <summary>Deletes everything that a tenant has here, in bounded steps. What a request that is still running writes meanwhile may
    /// stay; a second call, when nobody can call any more, takes it.</summary>
    ValueTask PurgeAsync(string tenant, CancellationToken cancel);

    /// <summary>Asks the store for a sign of life.</summary>
    /// <exception cref="StoreUnavailableException">It gave none.</exception>
    ValueTask PingAsync(CancellationToken cancel);
}

/// <summary>The store did not answer, or not in time: nothing is known about the directory, so the answer is 503 and never an empty list.</summary>
/// <param name="cause">What the last attempt met.</param>
/// <param name="isReported">Whether the log already says that the store is away.</param>
public sealed class StoreUnavailableException(Exception cause, bool isReported = false) : Exception("The store did not answer.", cause)
{
    /// <summary>After how many seconds to try again.</summary>
    public static int RetryAfterSeconds => 5;

    /// <summary>Whether the log already says that the store is away, so that a single call needs no line of its own.</summary>
    public bool IsReported => isReported;

    /// <summary>The level at which a call that failed is logged.</summary>
    public static LogLevel LevelOf(Exception fault) =>
        fault is StoreUnavailableException { IsReported: true } ? LogLevel.Debug : LogLevel.Warning;
}
