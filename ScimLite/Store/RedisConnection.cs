using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using ScimLite.Telemetry;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// The one connection to Redis and what stands round it: retries of what may be repeated, a time-out, and a breaker that lets
/// requests fail at once while the store is away. What it gives up on is a <see cref="StoreUnavailableException"/>.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    /// <summary>How the keys and scripts of this build lie in Redis. A store that a later build has changed is not touched.</summary>
    public const int Layout = 2;

    private static readonly RedisKey LayoutKey = "scimlite:layout";

    // The server is not there, or not the right one at the moment.
    private static readonly string[] Away = ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "UNBLOCKED"];

    // It is there and answers reads, but takes no writes. The breaker stays closed on these.
    private static readonly string[] Full = ["NOREPLICAS", "OOM", "MISCONF"];

    private static readonly string[] Forbidden = ["NOPERM", "NOAUTH", "WRONGPASS"];

    // A call that meets an absent server is answered in three seconds, which outlasts a fail-over of Sentinel or Cluster with the
    // client's time-outs of one second, and is well within the half minute after which Entra gives up.
    private static readonly TimeSpan WholeCall = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly RedisOptions options;
    private readonly ILogger logger;
    private readonly ResiliencePipeline pipeline;
    private readonly CircuitBreakerStateProvider breaker = new();
    private readonly RedisProbe probe;
    private Task<ConnectionMultiplexer>? opening;
    private volatile bool layoutChecked;
    private volatile bool hasAnswered;
    private volatile bool breakerLogged;

    /// <summary>Prepares a connection; the first call opens it.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="telemetry">Is told the breaker's state.</param>
    /// <param name="logger">Is told when the breaker opens and closes.</param>
    public RedisConnection(RedisOptions options, ScimTelemetry? telemetry = null, ILogger<RedisConnection>? logger = null)
    {
        this.options = options;
        this.logger = logger ?? NullLogger<RedisConnection>.Instance;
        telemetry?.WatchBreaker(() => breaker.CircuitState switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 });
        probe = new RedisProbe(options);
        Outage = new StoreOutage(probe.ExplainAsync);
        Acks = options.AckReplicas > 0 ? new ReplicaAcks(options) : null;
        pipeline = Build();
    }

    /// <summary>Prepares a connection that waits for no replica and tells nobody.</summary>
    /// <param name="configuration">A connection string of StackExchange.Redis: standalone, Sentinel or Cluster.</param>
    public RedisConnection(string configuration)
        : this(RedisOptions.Read(configuration))
    {
    }

    /// <summary>Where the connection begins, for the log.</summary>
    public string Addresses => options.Addresses;

    /// <summary>Whether Redis is known to be away, and why.</summary>
    public StoreOutage Outage { get; }

    private ReplicaAcks? Acks { get; }

    /// <summary>Whether Redis has answered this process once.</summary>
    internal bool HasAnswered => hasAnswered;

    /// <summary>Asks for a sign of life, once and without the breaker.</summary>
    /// <param name="withScript">Whether to see that scripts may be run, too.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">It gave none.</exception>
    internal async Task PingAsync(bool withScript, CancellationToken cancel)
    {
        try
        {
            var redis = await OpenAsync().WaitAsync(cancel).ConfigureAwait(false);
            var database = redis.GetDatabase();
            if (!layoutChecked)
            {
                await CheckLayoutAsync(database).WaitAsync(cancel).ConfigureAwait(false);
            }
            if (withScript)
            {
                await database.ScriptEvaluateAsync("return 1").WaitAsync(cancel).ConfigureAwait(false);
            }
            await database.PingAsync().WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or StoreLayoutException)
        {
            throw new StoreUnavailableException(e);
        }
    }

    /// <summary>Finds out why Redis does not answer.</summary>
    /// <returns>One sentence that begins with host and port; null when Redis answers as it should.</returns>
    internal Task<string?> ExplainAsync(TimeSpan patience, CancellationToken cancel) => probe.ExplainAsync(patience, cancel);

    /// <summary>Runs one call, which may be repeated.</summary>
    /// <exception cref="StoreUnavailableException">Redis did not answer, time after time.</exception>
    public ValueTask<T> ExecuteAsync<T, TState>(Func<IDatabase, TState, Task<T>> call, TState state, CancellationToken cancel) =>
        RunAsync(call, state, null, cancel);

    /// <summary>Runs one write, which may be repeated and leaves a record under a key of its own. With <see cref="RedisOptions.AckReplicas"/>
    /// it comes back when that many replicas have it.</summary>
    /// <param name="call">The write.</param>
    /// <param name="state">What it needs.</param>
    /// <param name="record">The key that exists when it is done.</param>
    /// <param name="done">Whether this answer means that it is done, rather than refused.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">Redis did not answer or its replicas did not follow, time after time: it may be done or not.</exception>
    public ValueTask<T> WriteAsync<T, TState>(
        Func<IDatabase, TState, Task<T>> call, TState state, RedisKey record, Func<T, bool> done, CancellationToken cancel) =>
        RunAsync(call, state, Acks is null ? null : answer => done(answer) ? Acks.WaitAsync(record) : Task.CompletedTask, cancel);

    /// <summary>The database, for a library that calls it by itself, outside of what stands round it here. Waits for the connection.</summary>
    public IDatabase Database => DatabaseWithin(Timeout.InfiniteTimeSpan);

    /// <summary>The database, as <see cref="Database"/>.</summary>
    /// <param name="patience">How long to wait for the connection.</param>
    /// <exception cref="TimeoutException">There is no connection yet.</exception>
    internal IDatabase DatabaseWithin(TimeSpan patience) => OpenAsync().WaitAsync(patience).GetAwaiter().GetResult().GetDatabase();

    /// <summary>Walks through the keys that match a pattern, on every primary there is.</summary>
    internal async IAsyncEnumerable<RedisKey> KeysAsync(string pattern, [EnumeratorCancellation] CancellationToken cancel)
    {
        var redis = await OpenAsync().WaitAsync(cancel).ConfigureAwait(false);
        foreach (var server in redis.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(redis.GetDatabase().Database, pattern, 1000).WithCancellation(cancel).ConfigureAwait(false))
            {
                yield return key;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Acks is not null)
        {
            await Acks.DisposeAsync().ConfigureAwait(false);
        }
        if (opening is { } opened)
        {
            await opened.ContinueWith(static t => t.IsCompletedSuccessfully ? t.Result.DisposeAsync().AsTask() : Task.CompletedTask, TaskScheduler.Default)
                .Unwrap().ConfigureAwait(false);
        }
    }

    private async ValueTask<T> RunAsync<T, TState>(Func<IDatabase, TState, Task<T>> call, TState state, Func<T, Task>? acknowledge, CancellationToken cancel)
    {
        try
        {
            return await pipeline.ExecuteAsync(
                static async (s, token) =>
                {
                    var redis = await s.connection.OpenAsync().WaitAsync(token).ConfigureAwait(false);
                    var database = redis.GetDatabase();
                    if (!s.connection.layoutChecked)
                    {
                        await s.connection.CheckLayoutAsync(database).WaitAsync(token).ConfigureAwait(false);
                    }
                    var answer = await s.call(database, s.state).WaitAsync(token).ConfigureAwait(false);
                    if (s.acknowledge is not null)
                    {
                        await s.acknowledge(answer).WaitAsync(token).ConfigureAwait(false);
                    }
                    return answer;
                },
                (connection: this, call, state, acknowledge), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsAway(e) || IsFull(e) || IsForbidden(e)
            || e is BrokenCircuitException or TimeoutRejectedException or StoreLayoutException)
        {
            throw new StoreUnavailableException(e, isReported: Outage.Cause is not null);
        }
    }

    // A first attempt that failed is made again by the next call: with Sentinel it fails when no sentinel answers.
    private Task<ConnectionMultiplexer> OpenAsync()
    {
        if (opening is { IsCompletedSuccessfully: true } open)
        {
            return open;
        }
        lock (gate)
        {
            return opening = opening is null or { IsFaulted: true } ? ConnectAsync() : opening;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(options.ForClient()).ConfigureAwait(false);
        // Whoever is there now may hold other data than who was there before.
        multiplexer.ConnectionRestored += (_, _) => layoutChecked = false;
        multiplexer.ConnectionFailed += (_, _) => Outage.Suspect();
        return multiplexer;
    }

    private async Task CheckLayoutAsync(IDatabase database)
    {
        var stamp = await database.StringGetAsync(LayoutKey).ConfigureAwait(false);
        if (stamp.IsNull)
        {
            await database.StringSetAsync(LayoutKey, Layout.ToString(CultureInfo.InvariantCulture), when: When.NotExists).ConfigureAwait(false);
            stamp = await database.StringGetAsync(LayoutKey).ConfigureAwait(false);
        }
        if (!stamp.TryParse(out int layout) || layout > Layout)
        {
            throw new StoreLayoutException(stamp.ToString());
        }
        if (layout < Layout)
        {
            // What lies in an older layout is read as it is. A still newer build that comes at the same time keeps its stamp.
            await database.ScriptEvaluateAsync("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end",
                [LayoutKey], [stamp, Layout]).ConfigureAwait(false);
        }
        layoutChecked = hasAnswered = true;
    }

    private ResiliencePipeline Build()
    {
        var building = new ResiliencePipelineBuilder { Name = "redis" };
        building.AddTimeout(new TimeoutStrategyOptions { Name = "whole-call", Timeout = WholeCall })
            .AddRetry(new RetryStrategyOptions
            {
                Name = "retry",
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => IsAway(e) || IsFull(e)),
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(100),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = failed =>
                {
                    if (failed.Outcome.Exception is { } fault && IsAway(fault))
                    {
                        Outage.Suspect();
                    }
                    return ValueTask.CompletedTask;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                Name = "breaker",
                ShouldHandle = new PredicateBuilder().Handle<Exception>(IsAway),
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(5),
                BreakDuration = TimeSpan.FromSeconds(1),
                StateProvider = breaker,
                OnOpened = opened =>
                {
                    // An outage has its own line, and the breaker opens again and again while it lasts.
                    breakerLogged = Outage.Cause is null;
                    Log.BreakerOpened(logger, breakerLogged ? LogLevel.Warning : LogLevel.Debug,
                        opened.Outcome.Exception?.Message ?? "", opened.BreakDuration.TotalSeconds);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    Log.BreakerClosed(logger, breakerLogged ? LogLevel.Information : LogLevel.Debug);
                    return ValueTask.CompletedTask;
                },
            })
            // Attempts, time-outs and the breaker's turns as metrics of the meter Polly. Its log would bring a stack for each attempt.
            .ConfigureTelemetry(NullLoggerFactory.Instance);
        return building.Build();
    }

    // Every script of the store is safe to repeat, so each of these may mean "not done" or "done, and the answer was lost".
    private static bool IsAway(Exception e) => e switch
    {
        RedisConnectionException or RedisTimeoutException => true,
        RedisServerException server => Array.Exists(Away, prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal)),
        _ => false,
    };

    // It answers, and does not permit what is needed: of no use to repeat, and nothing is known about the directory either.
    private static bool IsForbidden(Exception e) => e is RedisServerException server
        && (Array.Exists(Forbidden, prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal))
            || server.Message.Contains("ACL failure in script", StringComparison.Ordinal)
            || server.Message.Contains("user executing the script can't", StringComparison.Ordinal));

    private static bool IsFull(Exception e) => e is ReplicasMissingException
        || (e is RedisServerException server && Array.Exists(Full, prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal)));
}

/// <summary>The store was written by a later build, whose layout this one does not know.</summary>
/// <param name="found">The stamp that was found.</param>
public sealed class StoreLayoutException(string found)
    : Exception($"The store has layout '{found}', and this build knows {RedisConnection.Layout} at most.");
