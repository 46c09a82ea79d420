using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>
/// Puts resources into the indexes that schemas asked for later, once a minute and step by step, beside all reads and writes. Until it is
/// done lists do without these indexes. A replica that knows nothing of them undoes it with each write, so it is done soon after the last such replica is gone.
/// </summary>
public sealed class IndexBuilder(TenantAccounts accounts, IResourceStore store, SchemaCatalog catalog, TimeProvider clock, ILogger<IndexBuilder> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);

    /// <summary>Builds what is missing in all directories.</summary>
    public async Task BuildAsync(CancellationToken cancel)
    {
        foreach (var tenant in await accounts.ListAsync(cancel).ConfigureAwait(false))
        {
            foreach (var type in catalog.ResourceTypes)
            {
                try
                {
                    await BuildAsync(tenant.Id, type, cancel).ConfigureAwait(false);
                }
                catch (JsonException e)
                {
                    // Of this directory alone: the others go on, and its lists do without the index.
                    Log.Postponed(logger, LogLevel.Warning,
                        $"build the indexes of {type.Name} of tenant {tenant.Id}; ScimLite verify names the document that is no JSON",
                        e.Message);
                }
            }
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
                await BuildAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "build the indexes", e.Message);
            }
        }
    }

    private async ValueTask BuildAsync(string tenant, ResourceType type, CancellationToken cancel)
    {
        for (var steps = 0; ; steps++)
        {
            var step = await store.BuildIndexesAsync(tenant, type, cancel).ConfigureAwait(false);
            foreach (var (index, id, other) in step.Shared)
            {
                Log.ValueShared(logger, tenant, type.Name, id, other, index);
            }
            if (step.Complete && (steps > 0 || step.Began))
            {
                Log.IndexesBuilt(logger, tenant, type.Name);
            }
            if (step.Complete || (step.Began && steps > 0))
            {
                return;
            }
        }
    }
}
