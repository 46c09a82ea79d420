using ScimLite.Telemetry;

namespace ScimLite.Store;

/// <summary>
/// Asks Redis for a sign of life every two seconds, and at once when a call fails. One line in the log says that Redis is away and why,
/// one line that it is back. A process that finds no Redis at its start waits for it: it lives, is not ready, and answers 503. On a store
/// that a later build has changed the service ends.
/// </summary>
public sealed class RedisWatch(
    RedisConnection connection, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<RedisWatch> logger) : BackgroundService
{
    /// <summary>The exit code of a process that may not touch the store.</summary>
    public const int RefusedByStore = 3;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(1);

    // How soon a Redis that is well answers.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    // Looking twice, as for TLS, has to end within the second that a ping has.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(600);

    // While a process waits at its start, the line is repeated.
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (start, found, failures) = (clock.GetTimestamp(), false, 0);
        var (since, said) = (start, start);
        while (true)
        {
            var (fault, cause) = await LookAsync(found, stoppingToken).ConfigureAwait(false);
            if (fault is StoreLayoutException)
            {
                Log.NewerLayout(logger, fault.Message);
                Environment.ExitCode = RefusedByStore;
                // Before the start is over, an end would be a start that failed.
                lifetime.ApplicationStarted.Register(lifetime.StopApplication);
                return;
            }
            failures = fault is null ? 0 : failures + 1;
            // On a busy machine a call may have found Redis before the watch did.
            found |= fault is not null && connection.HasAnswered;
            // Redis itself answers: the client library may only need another moment to connect.
            cause ??= failures > 1
                ? $"{connection.Addresses} answers, and the client library can't use it ({fault!.Message.ReplaceLineEndings(" ")})" : null;
            var before = connection.Outage.Cause;
            if (fault is null)
            {
                connection.Outage.Set(null);
                if (!found)
                {
                    Log.StoreFound(logger, connection.Addresses, clock.GetElapsedTime(start).TotalSeconds);
                }
                else if (before is not null)
                {
                    Log.StoreBack(logger, connection.Addresses, clock.GetElapsedTime(since).TotalSeconds);
                }
                found = true;
                await connection.Outage.WaitAsync(Pace, stoppingToken).ConfigureAwait(false);
                continue;
            }
            if (cause is not null)
            {
                connection.Outage.Set(cause);
                if (found && before is null)
                {
                    since = clock.GetTimestamp();
                    Log.StoreGone(logger, connection.Addresses, cause);
                }
                else if (!found && (cause != before || clock.GetElapsedTime(said) > Reminder))
                {
                    said = clock.GetTimestamp();
                    Log.WaitingForStore(logger, connection.Addresses, clock.GetElapsedTime(start).TotalSeconds, cause);
                }
            }
            await Task.Delay(Pace, clock, stoppingToken).ConfigureAwait(false);
        }
    }

    // Why Redis does not answer is looked for beside the ping that waits, on a connection of its own.
    private async Task<(Exception? Fault, string? Cause)> LookAsync(bool found, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        var ping = PingAsync(found, both.Token, cancel);
        await Task.WhenAny(ping, Task.Delay(Soon, clock, cancel)).ConfigureAwait(false);
        if (ping.IsCompleted && await ping.ConfigureAwait(false) is null or StoreLayoutException)
        {
            return (await ping.ConfigureAwait(false), null);
        }
        var looking = connection.ExplainAsync(Look, cancel);
        var fault = await ping.ConfigureAwait(false);
        var cause = await looking.ConfigureAwait(false);
        return (fault, fault is null ? null : cause ?? RedisProbe.Refusal(connection.Addresses, fault.Message));
    }

    private async Task<Exception?> PingAsync(bool found, CancellationToken either, CancellationToken stopping)
    {
        try
        {
            await connection.PingAsync(withScript: !found, either).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new TimeoutException("no answer within a second");
        }
        catch (StoreUnavailableException e)
        {
            return e.InnerException;
        }
    }
}
