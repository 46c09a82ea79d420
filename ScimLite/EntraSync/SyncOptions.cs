namespace ScimLite.EntraSync;

/// <summary>How Entra writes its PATCH requests.</summary>
public enum SyncDialect
{
    /// <summary>What a job without a flag sends: capital ops, one for each attribute, booleans as text.</summary>
    Default,

    /// <summary>What the flag <c>aadOptscim062020</c> in the Tenant URL makes of it: lower-case ops, real booleans, plain attributes in one op without a path.</summary>
    AadOptscim062020,
}

/// <summary>The attribute that finds a user in the target. Groups are found by displayName, or by externalId where users are.</summary>
public enum MatchingAttribute
{
    /// <summary>userName, Entra's default.</summary>
    UserName,

    /// <summary>externalId.</summary>
    ExternalId,

    /// <summary>The work e-mail address, and userName for those who have none.</summary>
    Email,
}

/// <summary>What a run of <c>sync-cycle</c> does. The defaults are those of the command line.</summary>
public sealed record SyncOptions
{
    /// <summary>How many people the company has at first.</summary>
    public int Users { get; init; } = 100;

    /// <summary>How many groups it has at first.</summary>
    public int Groups { get; init; } = 10;

    /// <summary>How many memberships of people in groups it has at first, as far as the groups can hold them.</summary>
    public int Memberships { get; init; } = 500;

    /// <summary>One initial cycle and this many less one incremental cycles.</summary>
    public int Cycles { get; init; } = 2;

    /// <summary>What the company is made of: the same seed makes the same people, groups and changes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many requests are under way at once.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>How requests are written.</summary>
    public SyncDialect Dialect { get; init; }

    /// <summary>How users are found.</summary>
    public MatchingAttribute Match { get; init; }

    /// <summary>How many members one PATCH names: 1 in Entra's own jobs, more in those of gallery applications.</summary>
    public int MembersPerPatch { get; init; } = 1;

    /// <summary>Whether each reference is asked for before it is written, as older jobs do.</summary>
    public bool CheckReferences { get; init; }

    /// <summary>Whether an incremental cycle reads a user before it changes him; if not, it goes by what it last sent.</summary>
    public bool GetBeforePatch { get; init; } = true;

    /// <summary>Every how many POST requests one is sent twice at once; 0 for none.</summary>
    public int DuplicateEvery { get; init; }

    /// <summary>How many members the group has that is changed by adds and removes at once; 0 for no such group.</summary>
    public int BigGroup { get; init; }

    /// <summary>The token that takes the place of the first one in the middle of the initial cycle, or at its first 401.</summary>
    public string? NextToken { get; init; }
}
