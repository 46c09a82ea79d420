using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>On whose behalf a call runs, and how its tenant wants it read.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Credential">The name of the credential, for the activity log.</param>
/// <param name="Dialect">How contradictions between the RFC and Entra are read.</param>
/// <param name="AcceptUnknownMembers">Whether ids that don't exist may be members.</param>
/// <param name="CorrelationId">What joins the call to the caller's own log.</param>
/// <param name="BaseUrl">The Tenant URL as the outside sees it, without a slash at the end.</param>
public sealed record Caller(string Tenant, string Credential, Dialect Dialect, bool AcceptUnknownMembers, string CorrelationId, string BaseUrl)
{
    /// <summary>The caller's own <c>request-id</c>, where it sent one.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether users show the groups of their groups.</summary>
    public bool IndirectGroups { get; init; }

    /// <summary>Whether a change has to name the version that it means.</summary>
    public bool RequireIfMatch { get; init; }

    /// <summary>How far a read follows memberships for this caller.</summary>
    /// <param name="wanted">Whether it is to follow them at all.</param>
    public Follow Follow(bool wanted) => !wanted ? Store.Follow.None : IndirectGroups ? Store.Follow.Indirect : Store.Follow.Direct;

    /// <summary>How many resources may be deactivated and deleted at once; null sets no limit.</summary>
    public RemovalLimits? Limits { get; init; }

    /// <summary>The limits that a tenant's settings set; null where they set none.</summary>
    public static RemovalLimits? LimitsOf(GuardSettings guard) => guard is { MaxRemovals: 0, MaxShare: 0 } ? null
        : new RemovalLimits(guard.MaxRemovals, guard.MaxShare, TimeSpan.FromMinutes(guard.WindowMinutes));

    /// <summary>Whether a POST with the userName or externalId of a deleted user brings that user back.</summary>
    public bool RestoresDeleted { get; init; }

    /// <summary>Whether it brings a deactivated user back as well.</summary>
    public bool Reactivates { get; init; }

    /// <summary>Whether no two users, and no two groups, may get the same externalId.</summary>
    public bool UniqueExternalId { get; init; }
}

/// <summary>What became of a provisioning call.</summary>
public abstract record Provisioned
{
    private Provisioned()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Id">The resource.</param>
    /// <param name="Version">Its version now.</param>
    /// <param name="Resource">The resource itself, where the call had it at hand.</param>
    public sealed record Done(string Id, long Version, StoredResource? Resource) : Provisioned
    {
        /// <summary>What the client wrote of the attributes that are returned on request.</summary>
        public IReadOnlyList<AttributeTarget> Written { get; init; } = [];
    }

    /// <summary>It was refused and changed nothing.</summary>
    public sealed record Refused(ScimError Error) : Provisioned;
}

/// <summary>A resource that a search found.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Resource">The resource.</param>
public sealed record FoundResource(ResourceType Type, StoredResource Resource);

/// <summary>A page of a group's members.</summary>
/// <param name="Page">Where the page stands in the list.</param>
/// <param name="Members">The members of the page.</param>
public sealed record FoundMembers(FoundPage Page, IReadOnlyList<Link> Members);

/// <summary>A page of a search.</summary>
/// <param name="Total">How many resources match in all; null when that would cost a walk through everything, which pages by cursor don't take.</param>
/// <param name="Start">The page's first, counting from 1, as it was asked for; null for a page by cursor.</param>
/// <param name="Resources">The resources of the page.</param>
public sealed record FoundPage(long? Total, int? Start, IReadOnlyList<FoundResource> Resources)
{
    /// <summary>RFC 9865: the cursor of the next page; null on the last one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>RFC 9865: the cursor of the previous page; null on the first one.</summary>
    public string? PreviousCursor { get; init; }
}
