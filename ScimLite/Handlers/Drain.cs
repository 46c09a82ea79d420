using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>
/// Ends a process without cutting a request. Told to end, it is not ready any more, closes each connection behind the answer that
/// is under way on it, and goes on serving for <c>ScimLite:ShutdownDelaySeconds</c>; then the server takes no connection and
/// finishes what is in flight.
/// </summary>
public sealed class Drain(Settings settings, TimeProvider clock, ILogger<Drain> logger) : IHostedLifecycleService
{
    private volatile bool started;

    /// <summary>Whether the process was told to end.</summary>
    public bool Started => started;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        started = true;
        if (settings.ShutdownDelaySeconds == 0)
        {
            return Task.CompletedTask;
        }
        Log.Draining(logger, settings.ShutdownDelaySeconds);
        return Task.Delay(TimeSpan.FromSeconds(settings.ShutdownDelaySeconds), clock, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
