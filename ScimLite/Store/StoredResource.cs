using ScimLite.Protocol;

namespace ScimLite.Store;

/// <summary>Names one resource of one tenant.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Type">The resource type.</param>
/// <param name="Id">The resource's id.</param>
public readonly record struct ResourceKey(string Tenant, ResourceType Type, string Id);

/// <summary>The other end of a membership: a member of a group, or a group of a member.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">The name of its resource type; null when there is no such resource.</param>
/// <param name="Display">Its name for people; null when there is no such resource.</param>
/// <param name="Indirect">Whether it is the group of one of the groups, and of the resource by that alone.</param>
public readonly record struct Link(string Id, string? Type, string? Display, bool Indirect = false);

/// <summary>How far a read follows memberships.</summary>
public enum Follow
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>To a group's members, or to a user's groups.</summary>
    Direct,

    /// <summary>To a group's members, or to a user's groups and on to the groups of those (RFC 7643 §4.1.2), along at most
    /// <see cref="MembershipWalk.MostSteps"/> memberships.</summary>
    Indirect,
}

/// <summary>What bounds the walk from a user's groups to the groups of those, which may go in circles.</summary>
public static class MembershipWalk
{
    /// <summary>How many memberships it looks at; what lies beyond is not told.</summary>
    public const int MostSteps = 5000;

    /// <summary>How many groups of a user that comes back a commit reports.</summary>
    public const int MostReported = 5000;
}

/// <summary>A resource as the store holds it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Version">The version, counting from 1.</param>
/// <param name="Created">When it was created, RFC 3339 with milliseconds, UTC.</param>
/// <param name="LastModified">When it was last changed, in the same form.</param>
/// <param name="Stored">What <see cref="Change.Document"/> gave: UTF-8 JSON with <c>schemas</c>, <c>id</c> and all attributes but <c>meta</c>,
/// <c>members</c> and <c>groups</c>. Where some are hidden there are two lines, the document without them and the one with all.</param>
/// <param name="Links">The members of a group or the groups of a member, by id, indirect ones last; empty when they were not asked for.</param>
public sealed record StoredResource(
    string Id, long Version, string Created, string LastModified, ReadOnlyMemory<byte> Stored, IReadOnlyList<Link> Links)
{
    /// <summary>What every answer may show, so that a read copies it without looking inside.</summary>
    public ReadOnlyMemory<byte> Document => ShownOf(Stored);

    /// <summary>All attributes, with those that are returned never or on request.</summary>
    public ReadOnlyMemory<byte> Whole => WholeOf(Stored);

    /// <summary>The line of a stored document that every answer may show.</summary>
    public static ReadOnlyMemory<byte> ShownOf(ReadOnlyMemory<byte> stored) => stored.Span.IndexOf((byte)'\n') is >= 0 and var end ? stored[..end] : stored;

    /// <summary>The line of a stored document that has all attributes.</summary>
    public static ReadOnlyMemory<byte> WholeOf(ReadOnlyMemory<byte> stored) => stored[(stored.Span.LastIndexOf((byte)'\n') + 1)..];
}

/// <summary>A page of a query's results.</summary>
/// <param name="Total">How many resources the query finds in all, on every page the same.</param>
/// <param name="Resources">Those of the page, in the order in which they were asked for.</param>
/// <param name="Positions">Where each of them stands in the lookup's order; for <see cref="Boundary"/>.</param>
/// <param name="More">Whether more come behind them.</param>
public sealed record ResourcePage(long Total, IReadOnlyList<StoredResource> Resources, IReadOnlyList<string> Positions, bool More);

/// <summary>What a query looks for, and in which order it finds it; each kind costs the same in a directory of any size.</summary>
public abstract record Lookup
{
    private Lookup()
    {
    }

    /// <summary>The index that has to hold every resource of the type; null where none does, or where every write keeps it.</summary>
    public IndexedAttribute? Index => this switch
    {
        ByTerm term => term.Term.Attribute,
        ByRange range when range.Range.Index != ResourceType.LastModified => range.Range.Index,
        _ => null,
    };

    /// <summary>Every resource of the type, in the order of creation.</summary>
    public sealed record All : Lookup;

    /// <summary>The resource with this id, if (for a group) it has the member named.</summary>
    public sealed record ById(string Id, string? MemberId) : Lookup;

    /// <summary>The resources with this value in an index, in the order of their ids.</summary>
    public sealed record ByTerm(IndexTerm Term) : Lookup;

    /// <summary>The resources with an entry in a stretch of an index, in the order of their values and then of their ids. One that
    /// has several entries there is found once for each.</summary>
    public sealed record ByRange(IndexRange Range) : Lookup;

    /// <summary>The groups that have this member, in the order of their ids.</summary>
    public sealed record ByMember(string MemberId) : Lookup;
}

/// <summary>A place between two resources in a lookup's order. It stays where it is when resources come and go on either side.</summary>
/// <param name="Position">The position of a resource, which need not exist any more.</param>
/// <param name="After">Whether the place is behind that resource, or before it.</param>
public readonly record struct Boundary(string Position, bool After);

/// <summary>A query for one page.</summary>
/// <param name="Tenant">Whose directory.</param>
/// <param name="Type">Resources of which type.</param>
/// <param name="Lookup">Which of them.</param>
/// <param name="Start">How many to pass over.</param>
/// <param name="Count">How many to return at most; 0 asks for the total alone.</param>
/// <param name="Follow">Whether to read members or groups as well.</param>
public sealed record ResourceQuery(string Tenant, ResourceType Type, Lookup Lookup, int Start, int Count, Follow Follow)
{
    /// <summary>Where to begin; null for the end of the order from which the page runs.</summary>
    public Boundary? From { get; init; }

    /// <summary>Whether the page runs backwards through the order.</summary>
    public bool Backwards { get; init; }
}

/// <summary>A query for one page of a group's members. Their positions are their ids.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Start">How many to pass over.</param>
/// <param name="Count">How many to return at most.</param>
public sealed record MemberQuery(ResourceKey Group, int Start, int Count)
{
    /// <summary>The one member to look for; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>Where to begin; null for the end of the order from which the page runs.</summary>
    public Boundary? From { get; init; }

    /// <summary>Whether the page runs backwards through the order.</summary>
    public bool Backwards { get; init; }
}

/// <summary>A page of a group's members.</summary>
/// <param name="Total">How many the query finds in all.</param>
/// <param name="Members">Those of the page.</param>
/// <param name="More">Whether more come behind them.</param>
public sealed record MemberPage(long Total, IReadOnlyList<Link> Members, bool More);

/// <summary>What a step of building the indexes came to.</summary>
/// <param name="Complete">Whether they hold every resource.</param>
/// <param name="Began">Whether the step was the first one: nothing was built yet, or what was had to be begun again, since a replica that
/// does not know the indexes has written.</param>
/// <param name="Shared">Values that have to be unique and are not, at most ten of them.</param>
public sealed record IndexStep(bool Complete, bool Began, IReadOnlyList<SharedValue> Shared);

/// <summary>A value that two resources have, although it has to be unique.</summary>
/// <param name="Index">The index that it is in.</param>
/// <param name="Id">One of the resources.</param>
/// <param name="Other">The other one.</param>
public sealed record SharedValue(string Index, string Id, string Other);
