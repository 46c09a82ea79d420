namespace ScimLite.Store;

/// <summary>How near a cycle is to Entra's quarantine.</summary>
public enum QuarantineRisk
{
    /// <summary>Not near.</summary>
    None,

    /// <summary>An early sign: at least 100 failures that are more than 20 % of the events, or half of a limit without a share.</summary>
    Early,

    /// <summary>Entra's own rule is met.</summary>
    Reached,
}

/// <summary>The limits of Entra's quarantine, and those of the early sign.</summary>
public static class QuarantineRule
{
    /// <summary>From how many failures on the share counts, failures of references aside.</summary>
    public const long LeastFailures = 5_000;

    /// <summary>The share of the events that may fail, failures of references aside.</summary>
    public const decimal Share = 0.4m;

    /// <summary>How many failures are tolerated whatever the share, failures of references aside.</summary>
    public const long MostFailures = 40_000;

    /// <summary>How many failures, those of references included, are too many.</summary>
    public const long MostWithReferences = 60_000;

    /// <summary>From how many failures on the early share counts.</summary>
    public const long EarlyFailures = 100;

    /// <summary>The share of the events whose failure is an early sign.</summary>
    public const decimal EarlyShare = 0.2m;
}

/// <summary>What the counts of a cycle come to.</summary>
public static class CycleFigures
{
    private static readonly string[] Writes = ["create", "replace", "patch", "delete"];

    /// <summary>How many calls of the cycle asked for a change, and those that failed whatever they asked for.</summary>
    public static long Events(this CallCycle cycle) => cycle.Sum((operation, _, outcome) => Writes.Contains(operation) || IsFailure(outcome));

    /// <summary>How many calls of the cycle were refused or failed, failures of references aside.</summary>
    public static long Failures(this CallCycle cycle) => cycle.Sum((_, _, outcome) => IsFailure(outcome)) - cycle.ReferenceFailures();

    /// <summary>How many calls were refused or failed that concern references alone: members of a group, the manager of a user.</summary>
    public static long ReferenceFailures(this CallCycle cycle) => cycle.Counts.GetValueOrDefault(CallTally.ReferenceFailure);

    /// <summary>The calls of the cycle whose operation, resource type and outcome are wanted.</summary>
    public static long Sum(this CallCycle cycle, Func<string, string, string, bool> wanted) =>
        cycle.Counts.Where(c => c.Key.Split('.') is [var operation, var type, var outcome] && wanted(operation, type, outcome)).Sum(c => c.Value);

    /// <summary>Whether it is the first cycle that created anything, or one that looked most of the users up again, as after a restart.</summary>
    public static bool IsInitial(this CallCycle cycle) => (!cycle.CreatedBefore && cycle.Sum((o, _, outcome) => o == "create" && outcome == "created") > 0)
        || cycle.Sum((operation, type, outcome) => (operation, type, outcome) is ("search", "User", "found")) >= Math.Max(5, (cycle.Users + 1) / 2);

    /// <summary>How near the cycle is to quarantine. Entra's rule: at least 5,000 failures that are more than 40 % of the events,
    /// or more than 40,000 failures, both without those of references; or 60,000 failures with those of references.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status</summary>
    public static QuarantineRisk Risk(this CallCycle cycle)
    {
        var (failures, references, events) = (cycle.Failures(), cycle.ReferenceFailures(), cycle.Events());
        var isReached = (failures >= QuarantineRule.LeastFailures && failures > events * QuarantineRule.Share)
            || failures > QuarantineRule.MostFailures || failures + references >= QuarantineRule.MostWithReferences;
        var isEarly = (failures >= QuarantineRule.EarlyFailures && failures > events * QuarantineRule.EarlyShare)
            || failures > QuarantineRule.MostFailures / 2 || failures + references >= QuarantineRule.MostWithReferences / 2;
        return isReached ? QuarantineRisk.Reached : isEarly ? QuarantineRisk.Early : QuarantineRisk.None;
    }

    private static bool IsFailure(string outcome) => outcome is "refused" or "failed";
}
