using System.Globalization;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// Looks after each tenant once a minute: warns, once for each event and not on each replica, of the early signs of quarantine and of
/// a cycle that did not come, and lets go of what has been kept long enough.
/// </summary>
public sealed class TenantWatch(
    TenantAccounts accounts, IActivityStore store, SchemaCatalog catalog, ActivityRetention retention, RestoreSettings restore, ScimTelemetry telemetry,
    TimeProvider clock, ILogger<TenantWatch> logger) : BackgroundService
{
    /// <summary>How long an active tenant may be silent: three incremental cycles of about 40 minutes.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromHours(2);

    private const int PurgeStep = 500, PurgeSteps = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Looks after all tenants once.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        foreach (var tenant in await accounts.ListAsync(cancel).ConfigureAwait(false))
        {
            if (tenant.Settings.ProvisioningEnabled)
            {
                await WarnAsync(tenant.Id, await store.ReadStatusAsync(tenant.Id, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
            }
            await PurgeAsync(tenant.Id, cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (StoreUnavailableException e)
            {
                Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "look after the tenants", e.InnerException!.Message);
            }
        }
    }

    private async ValueTask WarnAsync(string tenant, TenantStatus status, CancellationToken cancel)
    {
        if (status.Cycles is [var cycle, ..] && cycle.Risk() is not QuarantineRisk.None and var risk
            && await ClaimAsync("quarantine", $"{cycle.First.ToUnixTimeMilliseconds()} {risk}").ConfigureAwait(false))
        {
            if (risk == QuarantineRisk.Early)
            {
                Log.QuarantineEarly(logger, tenant, cycle.Failures(), cycle.Events(), cycle.ReferenceFailures());
            }
            else
            {
                Log.QuarantineReached(logger, tenant, cycle.Failures(), cycle.Events(), cycle.ReferenceFailures());
            }
        }
        if (status.Cycles.Count > 0 && status.LastCall is { } last && clock.GetUtcNow() - last is var silence && silence > LongestSilence
            && await ClaimAsync("cycle-missing", last.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false))
        {
            Log.CycleMissing(logger, tenant, (long)silence.TotalMinutes);
        }

        async ValueTask<bool> ClaimAsync(string kind, string what)
        {
            var isFirst = await store.ClaimWarningAsync(tenant, kind, what, cancel).ConfigureAwait(false);
            if (isFirst)
            {
                telemetry.Warned(tenant, kind);
            }
            return isFirst;
        }
    }

    // In bounded steps, and not for ever: what is left goes a minute later.
    private async ValueTask PurgeAsync(string tenant, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        for (var step = 0; step < PurgeSteps; step++)
        {
            if (await store.PurgeAsync(tenant, catalog.User, now.AddDays(-restore.Days), now, retention, PurgeStep, cancel).ConfigureAwait(false) < PurgeStep)
            {
                return;
            }
        }
    }
}
