using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ScimLite.Telemetry;

/// <summary>
/// The names under which ScimLite tells what it does, and the few ways to tell it. Ids and names of rules only: no name, e-mail,
/// token or attribute value is ever a tag.
/// </summary>
public sealed class ScimTelemetry : IDisposable
{
    /// <summary>The name of the ActivitySource and of the Meter.</summary>
    public const string SourceName = "ScimLite";

    private static readonly ActivitySource Source = new(SourceName);

    // Half a millisecond is a quick round trip, thirty seconds is when Entra has given up.
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    private readonly Meter meter = new(SourceName);
    private readonly Histogram<double> duration;
    private readonly Counter<long> operations;
    private readonly Counter<long> refusals;
    private readonly Counter<long> quirks;
    private readonly Histogram<double> storeDuration;
    private readonly Counter<long> scanned;
    private readonly Counter<long> throttled;
    private readonly Counter<long> dropped;
    private readonly Counter<long> shed;
    private readonly Counter<long> warnings;

    /// <summary>Makes the instruments.</summary>
    public ScimTelemetry()
    {
        duration = meter.CreateHistogram<double>("scim.operation.duration", "s", "How long provisioning calls take.", advice: Seconds);
        operations = meter.CreateCounter<long>("scim.operations", "{call}", "Provisioning calls.");
        refusals = meter.CreateCounter<long>("scim.refusals", "{call}", "Calls that were refused, by scimType.");
        quirks = meter.CreateCounter<long>("scim.quirks", "{use}", "Dialect rules that were needed to read a request.");
        storeDuration = meter.CreateHistogram<double>("scim.store.duration", "s", "How long calls of the store take.", advice: Seconds);
        meter.CreateObservableGauge("scim.credential.expiry", () => Expiring.Select(c => new Measurement<double>(c.Left.TotalSeconds,
            Tag("scim.tenant", c.Tenant), Tag("scim.credential.kind", c.Kind), Tag("scim.credential.id", c.Id))), "s", "How long credentials that end within 30 days still live.");
        throttled = meter.CreateCounter<long>("scim.throttled", "{call}", "Calls that were refused because their tenant sent too many.");
        scanned = meter.CreateCounter<long>("scim.store.scanned", "{resource}", "Resources that a filter without an index had to look at.");
        dropped = meter.CreateCounter<long>("scim.activity.dropped", "{entry}", "Failures that the activity log does not tell of, since the store was away for long.");
        shed = meter.CreateCounter<long>("scim.shed", "{call}", "Calls turned away because the process had as many under way as it may.");
        warnings = meter.CreateCounter<long>("scim.warnings", "{warning}", "Signs that a tenant's provisioning is in danger, one for each event.");
    }

    /// <summary>The credentials that end soon, with the time that each has left: below zero for one that has ended.</summary>
    public IReadOnlyCollection<(string Tenant, string Kind, string Id, TimeSpan Left)> Expiring { get; set; } = [];

    /// <summary>Counts a request that came too soon.</summary>
    public void Throttled(string tenant) => throttled.Add(1, Tag("scim.tenant", tenant));

    /// <summary>Starts the span of one provisioning call.</summary>
    public ScimCall StartCall(string tenant, string operation, string resourceType)
    {
        var activity = Source.StartActivity($"scim.{operation} {resourceType}");
        activity?.SetTag("scim.tenant", tenant).SetTag("scim.operation", operation).SetTag("scim.resource.type", resourceType);
        return new ScimCall(this, activity, tenant, operation, resourceType);
    }

    /// <summary>Starts the span of one call to the store.</summary>
    public StoreCall StoreCall(string operation)
    {
        var activity = Source.StartActivity($"redis.{operation}", ActivityKind.Client);
        activity?.SetTag("db.system.name", "redis").SetTag("db.operation.name", operation);
        return new StoreCall(this, activity, operation);
    }

    /// <summary>Counts resources that were looked at one by one.</summary>
    public void Scanned(string resourceType, int count) => scanned.Add(count, Tag("scim.resource.type", resourceType));

    /// <summary>Counts a failure that could not be told of.</summary>
    public void ActivityDropped() => dropped.Add(1);

    /// <summary>Counts a call that was turned away because too many were under way.</summary>
    public void Shed() => shed.Add(1);

    /// <summary>Tells the state of the breaker before the store whenever metrics are read.</summary>
    /// <param name="state">0 closed, 1 half open, 2 open.</param>
    public void WatchBreaker(Func<int> state) =>
        meter.CreateObservableGauge("scim.store.breaker", state, "{state}", "The breaker before the store: 0 closed, 1 half open, 2 open.");

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    /// <summary>Whether the meter is this one and not another service's in the same process.</summary>
    internal bool Owns(Meter other) => ReferenceEquals(other, meter);

    /// <summary>Hears of each call at its end, and must not take long.</summary>
    public event Action<ScimCall>? Finished;

    /// <summary>Counts a warning, and tells it to the log by the caller.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="kind"><c>quarantine</c>, <c>cycle-missing</c> or <c>removals-paused</c>.</param>
    public void Warned(string tenant, string kind) => warnings.Add(1, Tag("scim.tenant", tenant), Tag("scim.warning", kind));

    internal void Finish(ScimCall call, TimeSpan elapsed)
    {
        Finished?.Invoke(call);
        var tags = new TagList
        {
            Tag("scim.resource.type", call.ResourceType), Tag("scim.operation", call.Operation), Tag("scim.outcome", call.Outcome),
        };
        duration.Record(elapsed.TotalSeconds, tags);
        operations.Add(1, tags);
        if (call.Refused)
        {
            refusals.Add(1, Tag("scim.error.type", call.ErrorType ?? "none"));
        }
        foreach (var quirk in call.Quirks)
        {
            quirks.Add(1, Tag("scim.quirk", quirk));
        }
    }

    internal void Finish(string operation, bool failed, TimeSpan elapsed) =>
        storeDuration.Record(elapsed.TotalSeconds, Tag("scim.store.operation", operation), Tag("scim.store.outcome", failed ? "failed" : "done"));

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}

/// <summary>One provisioning call, from its start to its disposal.</summary>
public sealed class ScimCall : IDisposable
{
    private readonly ScimTelemetry telemetry;
    private readonly Activity? activity;
    private readonly long start = Stopwatch.GetTimestamp();

    internal ScimCall(ScimTelemetry telemetry, Activity? activity, string tenant, string operation, string resourceType)
    {
        this.telemetry = telemetry;
        this.activity = activity;
        Tenant = tenant;
        Operation = operation;
        ResourceType = resourceType;
    }

    /// <summary>How long the call has taken so far.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(start);

    /// <summary>Whether the activity log was told of the call's failure already.</summary>
    public bool IsTold { get; set; }

    /// <summary>Whose call it is.</summary>
    public string Tenant { get; }

    /// <summary>What is asked for.</summary>
    public string Operation { get; }

    /// <summary>Of which resource type.</summary>
    public string ResourceType { get; }

    /// <summary>The id of the resource that it is about, where it is one of ours.</summary>
    public string? ResourceId { get; private set; }

    /// <summary>What it came to; <c>failed</c> until it is known.</summary>
    public string Outcome { get; private set; } = "failed";

    /// <summary>The status of the error that was answered; null without one.</summary>
    public int? Status { get; private set; }

    /// <summary>Whether it looked for a random name that nobody has, as Test Connection does.</summary>
    public bool IsProbe { get; private set; }

    /// <summary>Whether it did so for no other reason than to learn whether the service is there.</summary>
    public bool IsProbeOnly { get; private set; }

    /// <summary>Names of attributes that were left out. They are the caller's words, so no span, metric or log may tell them.</summary>
    public IReadOnlyCollection<string> Ignored { get; set; } = [];

    /// <summary>Whether all that was refused or failed are references: members of a group, the manager of a user.</summary>
    public bool ConcernsReferences { get; set; }

    internal bool Refused { get; private set; }

    internal string? ErrorType { get; private set; }

    /// <summary>The dialect rules that were needed.</summary>
    public IReadOnlyCollection<string> Quirks { get; private set; } = [];

    /// <summary>Which resource the call is about. An id that can't be ours is not told: a client may have put an e-mail there.</summary>
    public void About(string id)
    {
        if (Guid.TryParse(id, out _))
        {
            ResourceId = id;
            activity?.SetTag("scim.resource.id", id);
        }
    }

    /// <summary>It looked for a random name that nobody has.</summary>
    public void Probed(bool isNothingElse) => (IsProbe, IsProbeOnly) = (true, isNothingElse);

    /// <summary>By which index or scan a search is answered.</summary>
    public void Planned(string plan) => activity?.SetTag("scim.query.plan", plan);

    /// <summary>What a PATCH asks for.</summary>
    public void Patches(int count) => activity?.SetTag("scim.patch.operations", count);

    /// <summary>What a Bulk asks for.</summary>
    public void Bulk(int count) => activity?.SetTag("scim.bulk.operations", count);

    /// <summary>Adds the names of dialect rules that were needed: for the address, for the body.</summary>
    public void Noted(IReadOnlyCollection<string> names)
    {
        if (names.Count > 0)
        {
            Quirks = Quirks.Count == 0 ? names : Quirks.Union(names).ToArray();
            activity?.SetTag("scim.quirk", Quirks.ToArray());
        }
    }

    /// <summary>The call came to a good end.</summary>
    /// <param name="outcome"><c>created, changed, unchanged, deleted, found</c> or <c>none</c>.</param>
    /// <param name="added">How many members came.</param>
    /// <param name="removed">How many members went.</param>
    public void Done(string outcome, int added = 0, int removed = 0)
    {
        Outcome = outcome;
        activity?.SetTag("scim.outcome", outcome);
        if (added + removed > 0)
        {
            activity?.SetTag("scim.members.added", added).SetTag("scim.members.removed", removed);
        }
    }

    /// <summary>The call was answered with an error; a status of 500 and above counts as failed.</summary>
    public void Refuse(int status, string? scimType)
    {
        Refused = status < 500;
        ErrorType = scimType;
        Status = status;
        Outcome = Refused ? "refused" : "failed";
        activity?.SetTag("scim.outcome", Outcome);
        if (scimType is not null)
        {
            activity?.SetTag("scim.error.type", scimType);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (activity is not null && Outcome == "failed")
        {
            // So too where an exception went past every refusal.
            activity.SetTag("scim.outcome", Outcome).SetStatus(ActivityStatusCode.Error);
        }
        telemetry.Finish(this, Stopwatch.GetElapsedTime(start));
        activity?.Dispose();
    }
}

/// <summary>One call to the store, from its start to its disposal.</summary>
public sealed class StoreCall : IDisposable
{
    private readonly ScimTelemetry telemetry;
    private readonly Activity? activity;
    private readonly string operation;
    private readonly long start = Stopwatch.GetTimestamp();
    private bool failed;

    internal StoreCall(ScimTelemetry telemetry, Activity? activity, string operation)
    {
        this.telemetry = telemetry;
        this.activity = activity;
        this.operation = operation;
    }

    /// <summary>The call threw.</summary>
    public void Fail(Exception cause)
    {
        failed = true;
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", cause.GetType().Name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        telemetry.Finish(operation, failed, Stopwatch.GetElapsedTime(start));
        activity?.Dispose();
    }
}
