using Microsoft.Extensions.Diagnostics.HealthChecks;
using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>Ready means that the store answers.</summary>
public sealed class StoreHealth(IResourceStore store) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.PingAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (StoreUnavailableException)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.");
        }
    }
}
