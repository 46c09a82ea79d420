using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Threading.Channels;
using OpenTelemetry;
using OpenTelemetry.Trace;
using ScimLite.Telemetry;
using ScimLite.Tests.Handlers;

namespace ScimLite.Tests.Telemetry;

/// <summary>
/// Listens to the spans and metrics of this process as an operator would set it up. Other tests run meanwhile: each call made here
/// sends a trace id of its own, by which what belongs to it is told.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private readonly Channel<Activity> ended = Channel.CreateUnbounded<Activity>();
    private readonly List<Activity> all = [];
    private readonly ConcurrentQueue<Measurement> measurements = new();
    private readonly TracerProvider tracing;
    private readonly MeterListener metrics = new();

    public Recorder()
    {
        tracing = Sdk.CreateTracerProviderBuilder().AddScimLite().AddProcessor(new Forwarder(ended.Writer)).Build();
        metrics.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        metrics.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        metrics.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        metrics.Start();
    }

    /// <summary>All spans that ended until the last call's did, by whatever test.</summary>
    public IEnumerable<Activity> Ended => all;

    /// <summary>All that was measured, by whatever test.</summary>
    public IEnumerable<Measurement> Measured => measurements;

    /// <summary>Makes a call and waits until the server's span of it has ended, which it does after the answer.</summary>
    public async Task<Trace> Call(HttpClient client, string method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        var (id, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        var answer = await client.Send(method, target, body, [("traceparent", $"00-{id}-{parent}-01"), .. headers]);
        var spans = new List<Activity>();
        // Not a wait for time to pass, but a bound: a span that never comes is a failure and no hanging test.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!spans.Exists(s => s.Kind == ActivityKind.Server))
        {
            var span = await ended.Reader.ReadAsync(patience.Token);
            all.Add(span);
            if (span.TraceId == id)
            {
                spans.Add(span);
            }
        }

        return new Trace(answer, parent, spans, [.. measurements.Where(m => m.TraceId == id)]);
    }

    public void Dispose()
    {
        tracing.Dispose();
        metrics.Dispose();
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var texts = tags.ToArray().ToDictionary(t => t.Key, t => Convert.ToString(t.Value, CultureInfo.InvariantCulture) ?? "");
        measurements.Enqueue(new Measurement(Activity.Current?.TraceId, instrument.Meter.Name, instrument.Name, value, texts));
    }

    private sealed class Forwarder(ChannelWriter<Activity> writer) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => writer.TryWrite(data);
    }
}

/// <summary>One value that was measured while a trace was current.</summary>
internal sealed record Measurement(ActivityTraceId? TraceId, string Meter, string Name, double Value, IReadOnlyDictionary<string, string> Tags);

/// <summary>An answer with the spans and measurements that its call led to.</summary>
internal sealed record Trace(HttpAnswer Answer, ActivitySpanId Parent, IReadOnlyList<Activity> Spans, IReadOnlyList<Measurement> Measured)
{
    /// <summary>The span of the request.</summary>
    public Activity Server => Spans.Single(s => s.Kind == ActivityKind.Server);

    /// <summary>The span of the provisioning call.</summary>
    public Activity Scim => Spans.Single(s => s.Source.Name == "ScimLite" && s.Kind == ActivityKind.Internal);

    /// <summary>The round trips to Redis that the call took, in their order; each is one script, as RedisReplayTests sees on the wire.</summary>
    public string RoundTrips => string.Join(' ', Spans.Where(s => s.DisplayName.StartsWith("redis.", StringComparison.Ordinal))
        .OrderBy(s => s.StartTimeUtc).Select(s => s.DisplayName["redis.".Length..]));

    /// <summary>The value of the span's tag as text; null when it has none.</summary>
    public string? Tag(string name) => Scim.GetTagItem(name) switch
    {
        null => null,
        string text => text,
        IEnumerable<string> texts => string.Join(' ', texts.Order(StringComparer.Ordinal)),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    /// <summary>Fails unless the call was answered so and its span says so.</summary>
    public Trace Says(int status, string name, string outcome, params (string Tag, string? Value)[] more)
    {
        Answer.Is(status);
        Assert.Equal(name, Scim.DisplayName);
        Assert.Equal(name, $"scim.{Tag("scim.operation")} {Tag("scim.resource.type")}");
        Assert.Equal(outcome, Tag("scim.outcome"));
        Assert.All(more, tag => Assert.Equal((tag.Tag, tag.Value), (tag.Tag, Tag(tag.Tag))));
        return this;
    }
}
