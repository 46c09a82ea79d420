using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>Deletes again what was left of deleted tenants, once no replica believes in them any more, and hears of changes on other replicas.</summary>
public sealed class TenantSweeper(ITenantStore store, IResourceStore directories, IRefusalStore refusals, TenantRegistry registry,
    TimeProvider clock, ILogger<TenantSweeper> logger) : BackgroundService
{
    // A credential is believed for a few seconds, and the request that came with it has ten more to write.
    private static readonly TimeSpan Grace = TenantRegistry.Usable + TimeSpan.FromSeconds(26);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Sweeps up after the tenants whose grace is over.</summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        foreach (var (tenant, since) in await store.ListLeavingAsync(cancel).ConfigureAwait(false))
        {
            if (clock.GetUtcNow() - since >= Grace)
            {
                await directories.PurgeAsync(tenant, cancel).ConfigureAwait(false);
                await refusals.ForgetAsync(tenant, cancel).ConfigureAwait(false);
                await store.GoneAsync(tenant, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watching = false;
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                if (!watching)
                {
                    await store.WatchAsync(registry.Forget, stoppingToken).ConfigureAwait(false);
                    watching = true;
                }
                await SweepAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // It is tried again; until then what is remembered ends by itself.
                Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "sweep up after deleted tenants", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
