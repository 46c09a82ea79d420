namespace ScimLite.Store;

/// <summary>What one replica counted of a tenant's calls since it last told the store.</summary>
public sealed record CallTally
{
    /// <summary>How long a tenant has to be silent for its next call to begin another cycle.</summary>
    public static TimeSpan Silence { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The name under which failed calls that concern references alone are counted, beside their operation and status.</summary>
    public const string ReferenceFailure = "failure.reference";

    /// <summary>When the first call came, probes not counted; null when there was none.</summary>
    public DateTimeOffset? First { get; init; }

    /// <summary>When the last call came, probes not counted.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>When the last probe came: Test Connection, or the same question at the start of a cycle.</summary>
    public DateTimeOffset? Probe { get; init; }

    /// <summary>When a user was created.</summary>
    public DateTimeOffset? User { get; init; }

    /// <summary>When a group was created.</summary>
    public DateTimeOffset? Group { get; init; }

    /// <summary>Calls by what they were, such as <c>create.User.created</c>, <c>status.409</c>, <c>quirk.op-case</c>; of a bounded number of names.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>Ids of resources with how many PATCHes of each changed nothing.</summary>
    public IReadOnlyDictionary<string, long> Unchanged { get; init; } = new Dictionary<string, long>();

    /// <summary>Names of attributes that no schema knows, with how often each was sent.</summary>
    public IReadOnlyDictionary<string, long> Ignored { get; init; } = new Dictionary<string, long>();
}

/// <summary>A burst of calls: what the provisioning service did between two silences.</summary>
/// <param name="First">When it began.</param>
/// <param name="Last">When its last call came.</param>
/// <param name="CreatedBefore">Whether anything had been created in the directory before it began.</param>
/// <param name="Users">How many users there were at its end.</param>
/// <param name="Counts">Its calls, as in <see cref="CallTally.Counts"/>.</param>
public sealed record CallCycle(DateTimeOffset First, DateTimeOffset Last, bool CreatedBefore, long Users, IReadOnlyDictionary<string, long> Counts);

/// <summary>What the store knows about how a tenant fares.</summary>
public sealed record TenantStatus
{
    /// <summary>How many finished cycles are kept.</summary>
    public const int MostCycles = 100;

    /// <summary>How many resources and attribute names are kept with their counts.</summary>
    public const int MostCounted = 100;

    /// <summary>When the last call came, probes counted.</summary>
    public DateTimeOffset? LastCall { get; init; }

    /// <summary>When the last probe was answered.</summary>
    public DateTimeOffset? LastProbe { get; init; }

    /// <summary>When the first user was created.</summary>
    public DateTimeOffset? FirstUser { get; init; }

    /// <summary>When the first group was created.</summary>
    public DateTimeOffset? FirstGroup { get; init; }

    /// <summary>The last cycle and those before it, newest first; the first may still be going on.</summary>
    public IReadOnlyList<CallCycle> Cycles { get; init; } = [];

    /// <summary>The resources with most PATCHes that changed nothing, highest first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Unchanged { get; init; } = [];

    /// <summary>The unknown attributes sent most often, highest first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Ignored { get; init; } = [];

    /// <summary>How many users there are.</summary>
    public long Users { get; init; }

    /// <summary>How many of them are active; counted by the writes themselves.</summary>
    public long ActiveUsers { get; init; }

    /// <summary>How many groups there are.</summary>
    public long Groups { get; init; }

    /// <summary>How the guard against mass removal stands.</summary>
    public GuardStatus Guard { get; init; } = new(GuardState.Counting, null, null, 0);
}
