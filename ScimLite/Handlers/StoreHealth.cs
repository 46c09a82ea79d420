using Microsoft.Extensions.Diagnostics.HealthChecks;
using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>Ready means that the store answers and that the process is not about to end.</summary>
public sealed class StoreHealth(IResourceStore store, Drain drain) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (drain.Started)
        {
            return HealthCheckResult.Unhealthy("The process is about to end.");
        }
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
