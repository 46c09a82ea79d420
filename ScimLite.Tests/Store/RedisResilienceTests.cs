using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>What stands round Redis: attempts and the breaker can be seen from outside, and a store of a later build is left alone.</summary>
public sealed class RedisResilienceTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Attempts_are_counted_and_a_breaker_that_opens_and_closes_says_so()
    {
        using var log = new Lines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var telemetry = new ScimTelemetry();
        using var meters = new Meters(telemetry);
        await using var connection = new RedisConnection(RedisOptions.Read(RedisServer.ConnectionString), telemetry, loggers.CreateLogger<RedisConnection>());
        Task Call(Exception? fault) => connection.ExecuteAsync((d, f) => f is null ? d.PingAsync() : Task.FromException<TimeSpan>(f), fault, Cancel).AsTask();
        await Call(null);
        Assert.Equal(0, meters.Breaker());

        // A full server answers reads: whatever fails on it, the breaker stays closed.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Assert.ThrowsAsync<StoreUnavailableException>(() => Call(new RedisServerException(default, CommandFlags.None, "OOM command not allowed")))));
        await Call(null);
        Assert.Equal(0, meters.Breaker());

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Assert.ThrowsAsync<StoreUnavailableException>(() => Call(new RedisServerException(default, CommandFlags.None, "CLUSTERDOWN the cluster is down")))));
        Assert.Contains(log.Texts, line => line.Contains("circuit breaker before the store is open", StringComparison.Ordinal) && line.Contains("CLUSTERDOWN", StringComparison.Ordinal));

        await Poll.Until(async () => await Record.ExceptionAsync(() => Call(null)) is null, "the breaker closes");
        Assert.Equal(0, meters.Breaker());
        Assert.Contains(log.Texts, line => line.Contains("is closed: the store answers again", StringComparison.Ordinal));
        Assert.Contains(2, meters.BreakerStates);
        Assert.True(meters.Attempts > 50, $"{meters.Attempts} attempts were counted");
    }

    [Fact]
    public async Task A_mistake_of_ours_is_neither_repeated_nor_taken_for_an_absent_store()
    {
        await using var connection = new RedisConnection(RedisServer.ConnectionString);
        var calls = 0;

        await Assert.ThrowsAsync<RedisServerException>(() => connection.ExecuteAsync((_, _) =>
        {
            calls++;
            return Task.FromException<bool>(new RedisServerException(default, CommandFlags.None, "ERR wrong number of arguments"));
        }, 0, Cancel).AsTask());

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_store_that_a_later_build_has_changed_is_not_touched_and_an_unmarked_one_is_marked()
    {
        await using var server = await OwnServer.StartedAsync();
        var tenant = new TestTenant(server.Store);
        await tenant.CreateUser("a");
        await using var raw = await ConnectionMultiplexer.ConnectAsync(server.Address);
        Assert.Equal("2", (string?)await raw.GetDatabase().StringGetAsync("scimlite:layout"));

        await raw.GetDatabase().StringSetAsync("scimlite:layout", "3");
        await using var later = new RedisConnection(server.Address);
        using var telemetry = new ScimTelemetry();
        var said = await Assert.ThrowsAsync<StoreUnavailableException>(() => new TestTenant(new RedisStore(later, SchemaCatalog.Core, telemetry)).CreateUser("b"));

        Assert.Equal("The store has layout '3', and this build knows 2 at most.", Assert.IsType<StoreLayoutException>(said.InnerException).Message);
        Assert.Null(await tenant.Find(User, "b"));
    }

    [Fact]
    public async Task A_store_of_the_layout_before_is_read_and_gets_the_new_stamp()
    {
        await using var server = await OwnServer.StartedAsync();
        var tenant = new TestTenant(server.Store);
        await tenant.CreateUser("a");
        await using var raw = await ConnectionMultiplexer.ConnectAsync(server.Address);
        var (database, heads) = (raw.GetDatabase(), $"scimlite:{{{tenant.Id}}}:heads:User");
        // Layout 1 knew of no entry in the head.
        var head = ((string)(await database.HashGetAsync(heads, "a"))!).Split('\n', 2);
        await database.HashSetAsync(heads, "a", head[0][..head[0].LastIndexOf(' ')] + "\n" + head[1]);
        await database.StringSetAsync("scimlite:layout", "1");
        await using var later = new RedisConnection(server.Address);
        using var telemetry = new ScimTelemetry();
        var same = new TestTenant(new RedisStore(later, SchemaCatalog.Core, telemetry), tenant.Id);

        Assert.Equal(1, (await same.Get(User, "a")).Version);
        await same.Rename(User, "a", "x");

        Assert.Equal("2", (string?)await database.StringGetAsync("scimlite:layout"));
        Assert.Equal(["changed"], (await same.Activity(trail: "a")).Select(r => r.Outcome));
    }

    sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }

    // The metrics of one connection; other tests run meanwhile, so Polly's, which know no connection, are counted at least.
    sealed class Meters : IDisposable
    {
        readonly MeterListener listener = new();
        int last, attempts;

        public Meters(ScimTelemetry telemetry)
        {
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Polly" || (instrument.Name == "scim.store.breaker" && telemetry.Owns(instrument.Meter)))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<int>((_, value, _, _) =>
            {
                last = value;
                BreakerStates.Enqueue(value);
            });
            listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
            {
                if (instrument.Name == "resilience.polly.strategy.attempt.duration" && tags.ToArray().Any(t => $"{t.Value}" == "redis"))
                {
                    Interlocked.Increment(ref attempts);
                    listener.RecordObservableInstruments();
                }
            });
            listener.Start();
        }

        public ConcurrentQueue<int> BreakerStates { get; } = new();

        public int Attempts => attempts;

        public int Breaker()
        {
            listener.RecordObservableInstruments();
            return last;
        }

        public void Dispose() => listener.Dispose();
    }
}
