using ScimLite.Protocol.Patches;

namespace ScimLite.Store;

/// <summary>Which state of a resource a write may meet.</summary>
public sealed record Expected
{
    private Expected(string text) => Text = text;

    /// <summary>It exists, in any version.</summary>
    public static Expected Any { get; } = new("any");

    /// <summary>It does not exist yet.</summary>
    public static Expected Absent { get; } = new("absent");

    /// <summary>It has one of these versions.</summary>
    public static Expected OneOf(params IEnumerable<long> versions) => new($",{string.Join(',', versions)},");

    /// <summary>It exists, in a version that is none of these.</summary>
    public static Expected NoneOf(params IEnumerable<long> versions) => new($"!,{string.Join(',', versions)},");

    /// <summary>Whether it tells which versions are wanted, and not merely which are not.</summary>
    public bool NamesVersion => Text[0] != '!';

    /// <summary><c>any</c>, <c>absent</c>, or the versions with a comma before and behind each; an exclamation mark in front turns them round.</summary>
    internal string Text { get; }

    /// <summary>Whether a request may go on that meets this version.</summary>
    public bool Allows(long version) => Text == "any" || Text.Contains($",{version},", StringComparison.Ordinal) == NamesVersion;
}

/// <summary>A write to one resource.</summary>
public sealed record Change
{
    /// <summary>Which resource.</summary>
    public required ResourceKey Key { get; init; }

    /// <summary>In which state it has to be.</summary>
    public required Expected Expected { get; init; }

    /// <summary>The new document, without <c>meta</c>, <c>members</c> and <c>groups</c>, as <see cref="StoredResource.Stored"/> describes it;
    /// null leaves the document, its terms and its name.</summary>
    public ReadOnlyMemory<byte>? Document { get; init; }

    /// <summary>What the indexes are to hold of the new document.</summary>
    public IReadOnlyList<IndexTerm> Terms { get; init; } = [];

    /// <summary>Whether no other user, or no other group, may have its externalId. A value that it has already passes.</summary>
    public bool UniqueExternalId { get; init; }

    /// <summary>The name for people that others show of it.</summary>
    public string Name { get; init; } = "";

    /// <summary>The userName, by which the activity log is searched; empty where the type has none.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Whether the new document says that the resource is not active.</summary>
    public bool Inactive { get; init; }

    /// <summary>How many resources may be deactivated and deleted; null sets no limit.</summary>
    public RemovalLimits? Limits { get; init; }

    /// <summary>Whether, and how, a deleted or deactivated resource comes into it; for a creation.</summary>
    public Revival Revival { get; init; }

    /// <summary>What happens to the membership.</summary>
    public MembershipDelta Members { get; init; } = MembershipDelta.None;

    /// <summary>Whether ids that are neither users nor groups may become members.</summary>
    public bool AcceptUnknownMembers { get; init; }

    /// <summary>Whether the outcome reports the names of the members added, or the groups of a user that came back.</summary>
    public bool FollowLinks { get; init; }

    /// <summary>Whether no other resource may have this term, by the tenant's choice and not by the schema's.</summary>
    internal bool Claims(IndexTerm term) =>
        UniqueExternalId && Key.Type.MayBeMember && !term.Unique && term is { Value: not null, Attribute.Index: "externalId" };

    /// <summary>What the activity log is to hold of it.</summary>
    public required ActivityEntry Activity { get; init; }
}

/// <summary>A deletion of one resource.</summary>
/// <param name="Key">Which resource.</param>
/// <param name="Expected">In which state it has to be.</param>
/// <param name="Activity">What the activity log is to hold of it.</param>
public sealed record Deletion(ResourceKey Key, Expected Expected, ActivityEntry Activity)
{
    /// <summary>How many resources may be deactivated and deleted; null sets no limit.</summary>
    public RemovalLimits? Limits { get; init; }

    /// <summary>Whether the resource is kept for a while, so that it can be restored.</summary>
    public bool Keep { get; init; }
}

/// <summary>How many resources of a type may be deactivated or deleted within a time; the one too many pauses removals.</summary>
/// <param name="Most">So many, 0 sets no number.</param>
/// <param name="Share">So many percent of those that there are, from the eleventh on; 0 sets no share.</param>
/// <param name="Window">Within which time.</param>
public sealed record RemovalLimits(int Most, int Share, TimeSpan Window)
{
    /// <summary>How many may go whatever the share.</summary>
    internal const int Few = 10;

    internal string Text => $"{Most} {Share} {(long)Window.TotalMilliseconds}";
}

/// <summary>What a creation does about a user that was deleted or is deactivated.</summary>
public enum Revival
{
    /// <summary>Nothing: the new resource is another one.</summary>
    None,

    /// <summary>It is refused with <see cref="CommitOutcome.Deactivated"/> where a deactivated user has the same userName or externalId,
    /// and with <see cref="CommitOutcome.Deleted"/> where such a user was deleted lately.</summary>
    Look,

    /// <summary>It brings the deleted resource with its id back, into the groups that it was in.</summary>
    Restore,

    /// <summary>It replaces a deactivated user, whose version <see cref="Change.Expected"/> names, and is logged as restored.</summary>
    Reactivate,
}

/// <summary>What became of a write.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>The write is done; a write that changed nothing left version and time as they were.</summary>
    /// <param name="Changed">Whether anything is different now.</param>
    /// <param name="Version">The version now.</param>
    /// <param name="Created">When the resource was created.</param>
    /// <param name="LastModified">When it was last changed.</param>
    /// <param name="Added">How many members came.</param>
    /// <param name="Removed">How many members went.</param>
    /// <param name="Links">The members added with their names, or the groups of a user that came back (at most
    /// <see cref="MembershipWalk.MostReported"/>), where they were asked for.</param>
    public sealed record Committed(
        bool Changed, long Version, string Created, string LastModified, int Added, int Removed, IReadOnlyList<Link> Links) : CommitOutcome;

    /// <summary>There is no such resource.</summary>
    public sealed record Missing : CommitOutcome;

    /// <summary>The resource has another version.</summary>
    public sealed record Stale(long Version) : CommitOutcome;

    /// <summary>Another resource has the unique value.</summary>
    /// <param name="Term">Which value.</param>
    /// <param name="Holder">The id of the other resource.</param>
    /// <param name="IsInactive">Whether that resource is not active.</param>
    public sealed record Taken(IndexTerm Term, string Holder, bool IsInactive) : CommitOutcome;

    /// <summary>It would take away more than may go at once, and removals are paused until an administrator decides.</summary>
    /// <param name="IsFirst">Whether it was this write that paused them.</param>
    public sealed record Paused(bool IsFirst) : CommitOutcome;

    /// <summary>The resource with the same userName, or the only one with the same externalId, is not active.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Stored">Its document, as <see cref="StoredResource.Stored"/> has it.</param>
    public sealed record Deactivated(string Id, long Version, ReadOnlyMemory<byte> Stored) : CommitOutcome;

    /// <summary>A resource with the same userName or externalId was deleted lately.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Stored">Its document, as <see cref="StoredResource.Stored"/> has it.</param>
    public sealed record Deleted(string Id, ReadOnlyMemory<byte> Stored) : CommitOutcome;

    /// <summary>Ids to be added that are neither users nor groups; at most ten are told.</summary>
    public sealed record UnknownMembers(IReadOnlyList<string> Ids) : CommitOutcome;
}
