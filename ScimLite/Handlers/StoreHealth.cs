using Microsoft.Extensions.Diagnostics.HealthChecks;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Handlers;

/// <summary>Ready means that the store answers and that the process is not about to end. The answer comes within a second, also when the
/// store hangs. The log has a line when readiness changes.</summary>
public sealed class StoreHealth(
    IResourceStore store, StoreOutage outage, Drain drain, TimeProvider clock, ILogger<StoreHealth> logger) : IHealthCheck
{
    // Together less than a second, the usual time-out of a probe.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600), Look = TimeSpan.FromMilliseconds(120);

    // Of a store that is known to be away, only whether it is back.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(150);

    private int notReady;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (drain.Started)
        {
            return HealthCheckResult.Unhealthy("The process is about to end.");
        }
        using var patience = new CancellationTokenSource(outage.Cause is null ? Patience : ShortPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await store.PingAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (Interlocked.Exchange(ref notReady, 1) == 0)
            {
                Log.NotReady(logger, await outage.ExplainAsync(Look, cancellationToken).ConfigureAwait(false));
            }
            return HealthCheckResult.Unhealthy("The store does not answer.");
        }
        if (Interlocked.Exchange(ref notReady, 0) == 1)
        {
            Log.ReadyAgain(logger);
        }
        return HealthCheckResult.Healthy();
    }
}

/// <summary>The services of the probes.</summary>
public static class HealthSetup
{
    /// <summary>Adds the check behind <c>/health/ready</c>.</summary>
    public static void AddStoreHealth(this IServiceCollection services)
    {
        services.AddSingleton<StoreHealth>().AddHealthChecks().AddCheck<StoreHealth>("store");
        // It would log an error for each probe.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
    }
}
