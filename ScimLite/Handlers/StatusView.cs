using System.Globalization;
using ScimLite.Store;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>The health card of a tenant.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="ProvisioningEnabled">Whether SCIM calls are served.</param>
/// <param name="LastCall">When the last call came.</param>
/// <param name="LastTestConnection">When a probe for somebody who does not exist was last answered: Test Connection, or the start of a cycle.</param>
/// <param name="FirstUser">When the first user was created.</param>
/// <param name="FirstGroup">When the first group was created.</param>
/// <param name="Seats">The users.</param>
/// <param name="Groups">How many groups there are.</param>
/// <param name="CurrentCycle">The cycle that is going on; null when the tenant has been silent for five minutes.</param>
/// <param name="Cycles">The cycles before, newest first.</param>
/// <param name="Quarantine">How near the last cycle is to Entra's quarantine.</param>
/// <param name="Guard">How the guard against mass removal stands.</param>
/// <param name="Unchanged">Resources that get PATCHes which change nothing, most first: what Entra sends and what it reads back differ.</param>
/// <param name="UnknownAttributes">Attributes sent that no schema knows, most first.</param>
/// <param name="Credentials">Credentials that have expired or will within 30 days, soonest first.</param>
/// <param name="Refusals">The tenant's credentials that were refused.</param>
public sealed record StatusView(
    string Tenant, bool ProvisioningEnabled, DateTimeOffset? LastCall, DateTimeOffset? LastTestConnection, DateTimeOffset? FirstUser, DateTimeOffset? FirstGroup,
    SeatsView Seats, long Groups, CycleView? CurrentCycle, IReadOnlyList<CycleView> Cycles, QuarantineView Quarantine, GuardView Guard,
    IReadOnlyList<CountView> Unchanged, IReadOnlyList<CountView> UnknownAttributes, IReadOnlyList<ExpiryView> Credentials,
    RefusalSummary Refusals)
{
    /// <summary>Puts the card together.</summary>
    public static StatusView Of(TenantEntry tenant, TenantStatus status, RefusalSummary refusals, DateTimeOffset now)
    {
        var goesOn = status.Cycles is [var newest, ..] && now - newest.Last <= CallTally.Silence;
        return new StatusView(
            tenant.Id, tenant.Settings.ProvisioningEnabled, status.LastCall, status.LastProbe, status.FirstUser, status.FirstGroup,
            new SeatsView(status.ActiveUsers, status.Users), status.Groups,
            goesOn ? CycleView.Of(status.Cycles[0]) : null, [.. status.Cycles.Skip(goesOn ? 1 : 0).Select(CycleView.Of)],
            QuarantineView.Of(status.Cycles.Count > 0 ? status.Cycles[0] : null), GuardView.Of(tenant, status.Guard, now),
            [.. status.Unchanged.Select(CountView.Of)], [.. status.Ignored.Select(CountView.Of)], ExpiryView.Of(tenant.Account, now),
            refusals);
    }
}

/// <summary>How many users there are.</summary>
public sealed record SeatsView(long Active, long Total);

/// <summary>A name and how often it occurred.</summary>
public sealed record CountView(string Name, long Count)
{
    /// <summary>Shows one.</summary>
    public static CountView Of(KeyValuePair<string, long> counted) => new(counted.Key, counted.Value);
}

/// <summary>A cycle: the calls between two silences of five minutes.</summary>
/// <param name="Kind"><c>initial</c> or <c>incremental</c>.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When its last call came.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Calls">Its calls, probes left out.</param>
/// <param name="Created">How many resources were created or brought back.</param>
/// <param name="Changed">How many writes changed something.</param>
/// <param name="Unchanged">How many writes changed nothing.</param>
/// <param name="Deleted">How many resources were deleted.</param>
/// <param name="Failures">How many calls were refused or failed.</param>
/// <param name="ReferenceFailures">How many of the failures concern members or managers alone.</param>
/// <param name="Operations">Its calls by operation and resource type, such as <c>patch.User</c>.</param>
/// <param name="Errors">Its errors by status.</param>
/// <param name="Quirks">How often each dialect rule was needed.</param>
public sealed record CycleView(
    string Kind, DateTimeOffset Start, DateTimeOffset End, double Seconds, long Calls, long Created, long Changed, long Unchanged, long Deleted,
    long Failures, long ReferenceFailures,
    IReadOnlyDictionary<string, long> Operations, IReadOnlyDictionary<string, long> Errors, IReadOnlyDictionary<string, long> Quirks)
{
    /// <summary>Shows one.</summary>
    public static CycleView Of(CallCycle cycle) => new(
        cycle.IsInitial() ? "initial" : "incremental", cycle.First, cycle.Last, Math.Round((cycle.Last - cycle.First).TotalSeconds, 3),
        cycle.Sum((_, _, _) => true), cycle.Sum((_, _, outcome) => outcome is "created" or "restored"), cycle.Sum((_, _, outcome) => outcome == "changed"),
        cycle.Sum((_, _, outcome) => outcome == "unchanged"), cycle.Sum((_, _, outcome) => outcome == "deleted"),
        cycle.Failures() + cycle.ReferenceFailures(), cycle.ReferenceFailures(),
        cycle.Counts.Where(c => c.Key.Count(letter => letter == '.') == 2).GroupBy(c => c.Key[..c.Key.LastIndexOf('.')], c => c.Value).ToDictionary(g => g.Key, g => g.Sum()),
        Behind(cycle, "status."), Behind(cycle, "quirk."));

    private static Dictionary<string, long> Behind(CallCycle cycle, string prefix) =>
        cycle.Counts.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(c => c.Key[prefix.Length..], c => c.Value);
}

/// <summary>How near the last cycle is to quarantine, in which Entra calls but once a day.</summary>
/// <param name="Risk"><c>none</c>, <c>early</c> or <c>reached</c>.</param>
/// <param name="Events">The calls of the cycle that asked for a change or failed.</param>
/// <param name="Failures">Those that were refused or failed, failures of references aside.</param>
/// <param name="ReferenceFailures">Those that were refused or failed and concern members or managers alone.</param>
/// <param name="Share"><paramref name="Failures"/> of <paramref name="Events"/>, 0 to 1.</param>
/// <param name="Limits">The numbers of Entra's rule.</param>
/// <param name="Rule">Entra's rule in words.</param>
public sealed record QuarantineView(
    string Risk, long Events, long Failures, long ReferenceFailures, double Share, QuarantineLimits Limits, string Rule)
{
    private static readonly string EntrasRule = string.Create(CultureInfo.InvariantCulture,
        $"Entra puts the job into quarantine at {QuarantineRule.LeastFailures:N0} failures that are more than {QuarantineRule.Share * 100:0} % "
        + $"of the events, or at more than {QuarantineRule.MostFailures:N0} failures. Failures of references (members, manager) do not count there; "
        + $"with them the limit is {QuarantineRule.MostWithReferences:N0}.");

    /// <summary>Shows it.</summary>
    public static QuarantineView Of(CallCycle? cycle)
    {
        var (events, failures) = (cycle?.Events() ?? 0, cycle?.Failures() ?? 0);
        var risk = (cycle?.Risk() ?? QuarantineRisk.None) switch
        {
            QuarantineRisk.None => "none",
            QuarantineRisk.Early => "early",
            QuarantineRisk.Reached => "reached",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var share = events == 0 ? 0 : Math.Round((double)failures / events, 4);
        return new QuarantineView(risk, events, failures, cycle?.ReferenceFailures() ?? 0, share, QuarantineLimits.Entras, EntrasRule);
    }
}

/// <summary>The numbers of Entra's quarantine rule.</summary>
/// <param name="LeastFailures">From how many failures on the share counts.</param>
/// <param name="Share">The share of the events that may fail, 0 to 1.</param>
/// <param name="Failures">How many failures are tolerated whatever the share.</param>
/// <param name="WithReferences">How many failures, those of references included, are too many.</param>
public sealed record QuarantineLimits(long LeastFailures, decimal Share, long Failures, long WithReferences)
{
    internal static readonly QuarantineLimits Entras =
        new(QuarantineRule.LeastFailures, QuarantineRule.Share, QuarantineRule.MostFailures, QuarantineRule.MostWithReferences);
}

/// <summary>How the guard against mass removal stands.</summary>
/// <param name="State"><c>off</c>, <c>counting</c>, <c>paused</c>, <c>kept-paused</c> or <c>allowed</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when removals are allowed.</param>
/// <param name="Removals">How many had been made when they were paused.</param>
/// <param name="MaxRemovals">The limit as a number; 0 is none.</param>
/// <param name="MaxShare">The limit in percent; 0 is none.</param>
/// <param name="WindowMinutes">Within which time.</param>
public sealed record GuardView(string State, DateTimeOffset? Since, DateTimeOffset? Until, long Removals, int MaxRemovals, int MaxShare, int WindowMinutes)
{
    /// <summary>Shows it.</summary>
    public static GuardView Of(TenantEntry tenant, GuardStatus status, DateTimeOffset now)
    {
        var limits = tenant.Settings.Guard;
        var state = limits is { MaxRemovals: 0, MaxShare: 0 } ? "off" : status.State switch
        {
            GuardState.Counting => "counting",
            GuardState.Paused => "paused",
            GuardState.Kept => "kept-paused",
            GuardState.Allowed => status.Until > now ? "allowed" : "counting",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new GuardView(state, status.Since, status.Until, status.Removals, limits.MaxRemovals, limits.MaxShare, limits.WindowMinutes);
    }
}

/// <summary>A credential that ends soon.</summary>
/// <param name="Kind"><c>token</c> or <c>secret</c>.</param>
/// <param name="Id">The token's id, or the secret's.</param>
/// <param name="Name">The token's name, or the client's.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Days">How many whole days are left; below zero it has ended.</param>
/// <param name="Level"><c>expired</c>, or the least of 1, 7 and 30 days that it is within.</param>
public sealed record ExpiryView(string Kind, string Id, string Name, DateTimeOffset ExpiresAt, int Days, string Level)
{
    private static readonly int[] Levels = [1, 7, 30];

    /// <summary>Those of a tenant, soonest first.</summary>
    public static IReadOnlyList<ExpiryView> Of(TenantAccount account, DateTimeOffset now) =>
        [.. account.Tokens.Select(t => (Kind: "token", t.Id, t.Name, t.ExpiresAt))
            .Concat(account.Clients.SelectMany(c => c.Secrets.Select(s => (Kind: "secret", Id: s.SecretId, c.Name, ExpiresAt: (DateTimeOffset?)s.ExpiresAt))))
            .Where(c => c.ExpiresAt - now <= TimeSpan.FromDays(30)).OrderBy(c => c.ExpiresAt)
            .Select(c => (Credential: c, Left: c.ExpiresAt!.Value - now))
            .Select(c => new ExpiryView(c.Credential.Kind, c.Credential.Id, c.Credential.Name, c.Credential.ExpiresAt!.Value, (int)Math.Floor(c.Left.TotalDays),
                c.Left <= TimeSpan.Zero ? "expired" : $"{Levels.First(l => c.Left <= TimeSpan.FromDays(l))}"))];
}
