using ScimLite.Telemetry;

namespace ScimLite.Store;

/// <summary>
/// Looks for Redis as the service starts, and says so until it answers: meanwhile the process lives, is not ready and answers 503.
/// On a store that a later build has changed the service ends.
/// </summary>
public sealed class RedisStart(
    RedisConnection connection, IResourceStore store, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<RedisStart> logger) : BackgroundService
{
    /// <summary>The exit code of a process that may not touch the store.</summary>
    public const int RefusedByStore = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await store.PingAsync(stoppingToken).ConfigureAwait(false);
                Log.StoreFound(logger, connection.Addresses, clock.GetElapsedTime(start).TotalSeconds);
                return;
            }
            catch (StoreUnavailableException e) when (e.InnerException is StoreLayoutException layout)
            {
                Log.NewerLayout(logger, layout.Message);
                Environment.ExitCode = RefusedByStore;
                // Before the start is over, an end would be a start that failed.
                lifetime.ApplicationStarted.Register(lifetime.StopApplication);
                return;
            }
            catch (StoreUnavailableException e)
            {
                Log.WaitingForStore(logger, connection.Addresses, clock.GetElapsedTime(start).TotalSeconds, e.InnerException!.Message);
                await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(false);
            }
        }
    }
}
