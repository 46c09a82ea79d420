namespace ScimLite.Store;

/// <summary>How near a cycle is to Entra's quarantine.</summary>
public enum QuarantineRisk
{
    /// <summary>Not near.</summary>
    None,

    /// <summary>More than 20 % of at least 100 failures, or half of the failures that are too many whatever the share.</summary>
    Early,

    /// <summary>Entra's own rule is met.</summary>
    Reached,
}

/// <summary>What the counts of a cycle come to.</summary>
public static class CycleFigures
{
    private static readonly string[] Writes = ["create", "replace", "patch", "delete"];

    /// <summary>How many calls of the cycle asked for a change, and those that failed whatever they asked for.</summary>
    public static long Events(this CallCycle cycle) => cycle.Sum((operation, _, outcome) => Writes.Contains(operation) || IsFailure(outcome));

    /// <summary>How many calls of the cycle were refused or failed.</summary>
    public static long Failures(this CallCycle cycle) => cycle.Sum((_, _, outcome) => IsFailure(outcome));

    /// <summary>The calls of the cycle whose operation, resource type and outcome are wanted.</summary>
    public static long Sum(this CallCycle cycle, Func<string, string, string, bool> wanted) =>
        cycle.Counts.Where(c => c.Key.Split('.') is [var operation, var type, var outcome] && wanted(operation, type, outcome)).Sum(c => c.Value);

    /// <summary>Whether it is the first cycle that created anything, or one that looked most of the users up again, as after a restart.</summary>
    public static bool IsInitial(this CallCycle cycle) => (!cycle.CreatedBefore && cycle.Sum((o, _, outcome) => o == "create" && outcome == "created") > 0)
        || cycle.Sum((operation, type, outcome) => (operation, type, outcome) is ("search", "User", "found")) >= Math.Max(5, (cycle.Users + 1) / 2);

    /// <summary>How near the cycle is to quarantine: more than 40 % of the events fail, of at least 5000 failures, or more than 40000 do.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status</summary>
    public static QuarantineRisk Risk(this CallCycle cycle)
    {
        var (failures, events) = (cycle.Failures(), cycle.Events());
        return failures > 40_000 || (failures >= 5_000 && failures * 10 > events * 4) ? QuarantineRisk.Reached
            : failures > 20_000 || (failures >= 100 && failures * 10 > events * 2) ? QuarantineRisk.Early
            : QuarantineRisk.None;
    }

    private static bool IsFailure(string outcome) => outcome is "refused" or "failed";
}
