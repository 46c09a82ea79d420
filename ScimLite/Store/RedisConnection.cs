using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// The one connection to Redis and what stands round it: retries of what may be repeated, a time-out, and a breaker that lets
/// requests fail at once while the store is away. What it gives up on is a <see cref="StoreUnavailableException"/>.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    // Every script of the store is safe to repeat, so each of these may mean "not done" or "done, and the answer was lost".
    private static readonly string[] Passing = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY", "OOM", "MISCONF"];

    private readonly Lazy<Task<ConnectionMultiplexer>> connection;
    private readonly ResiliencePipeline pipeline;

    /// <summary>Prepares a connection; the first call opens it.</summary>
    /// <param name="configuration">A connection string of StackExchange.Redis: standalone, Sentinel or Cluster.</param>
    public RedisConnection(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        options.ClientName ??= "scimlite";
        if (!configuration.Contains("Timeout=", StringComparison.OrdinalIgnoreCase))
        {
            // A fail-over is noticed in about two seconds rather than ten: the backlog waits as long as the synchronous time-out.
            options.ConnectTimeout = options.SyncTimeout = options.AsyncTimeout = 1000;
            options.ConfigCheckSeconds = 5;
        }
        connection = new Lazy<Task<ConnectionMultiplexer>>(() => ConnectionMultiplexer.ConnectAsync(options));
        pipeline = new ResiliencePipelineBuilder()
            .AddTimeout(TimeSpan.FromSeconds(10))
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(IsPassing),
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(100),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(IsPassing),
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(5),
                BreakDuration = TimeSpan.FromSeconds(2),
            })
            .Build();
    }

    /// <summary>Runs one call, which may be repeated.</summary>
    /// <exception cref="StoreUnavailableException">Redis did not answer, time after time.</exception>
    public async ValueTask<T> ExecuteAsync<T, TState>(Func<IDatabase, TState, Task<T>> call, TState state, CancellationToken cancel)
    {
        try
        {
            return await pipeline.ExecuteAsync(
                static async (s, token) =>
                {
                    var redis = await s.connection.Value.WaitAsync(token).ConfigureAwait(false);
                    return await s.call(redis.GetDatabase(), s.state).WaitAsync(token).ConfigureAwait(false);
                },
                (connection, call, state), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsPassing(e) || e is BrokenCircuitException or TimeoutRejectedException)
        {
            throw new StoreUnavailableException(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection.IsValueCreated)
        {
            await (await connection.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool IsPassing(Exception e) => e switch
    {
        RedisConnectionException or RedisTimeoutException => true,
        RedisServerException server => Array.Exists(Passing, prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal)),
        _ => false,
    };
}
