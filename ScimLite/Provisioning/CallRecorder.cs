using System.Collections.Concurrent;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <summary>
/// Counts each tenant's calls in this process and tells the store every few seconds, so that the cycles of all replicas are seen as
/// one and no request waits for it. What the store could not be told is told later.
/// </summary>
public sealed class CallRecorder(IActivityStore store, ScimTelemetry telemetry, TimeProvider clock, ILogger<CallRecorder> logger) : BackgroundService
{
    // More than that many resources or attributes at once are some too many to be looked at one by one.
    private const int MostNames = 1000;

    private readonly ConcurrentDictionary<string, Counted> tenants = new(StringComparer.Ordinal);

    /// <summary>How often the store is told.</summary>
    public static TimeSpan Pace { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Tells the store at once what was counted of one tenant.</summary>
    public async ValueTask FlushAsync(string tenant, CancellationToken cancel)
    {
        if (!tenants.TryRemove(tenant, out var counted))
        {
            return;
        }
        try
        {
            await store.CountCallsAsync(tenant, counted.Close(), cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            while (!counted.GiveTo(tenants.GetOrAdd(tenant, _ => new Counted())))
            {
                Thread.Yield();
            }
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        telemetry.Finished += Count;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        telemetry.Finished -= Count;
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await FlushAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task FlushAsync(CancellationToken cancel)
    {
        foreach (var tenant in tenants.Keys)
        {
            try
            {
                await FlushAsync(tenant, cancel).ConfigureAwait(false);
            }
            catch (StoreUnavailableException e)
            {
                Log.StoreAway(logger, StoreUnavailableException.LevelOf(e), "count", "calls", e.InnerException!.Message);
            }
        }
    }

    private void Count(ScimCall call)
    {
        if (call.Operation == "restore")
        {
            // An administrator's doing, and no sign of life of the provisioning service.
            return;
        }
        // One that was closed in between is being told already; the next one takes the call.
        while (!tenants.GetOrAdd(call.Tenant, _ => new Counted()).Add(call, clock.GetUtcNow()))
        {
            Thread.Yield();
        }
    }

    // What was counted of one tenant since the store was told the last time.
    private sealed class Counted
    {
        private readonly Dictionary<string, long> counts = [], unchanged = [], ignored = [];
        private CallTally tally = new();
        private bool closed;

        public bool Add(ScimCall call, DateTimeOffset now)
        {
            lock (counts)
            {
                if (closed)
                {
                    return false;
                }
                if (call.IsProbe)
                {
                    tally = tally with { Probe = now };
                }
                if (call.IsProbeOnly || call is { Operation: "bulk", Status: null })
                {
                    // The operations of a bulk request are counted one by one.
                    return true;
                }
                tally = tally with
                {
                    First = tally.First ?? now,
                    Last = now,
                    User = tally.User ?? (call is { ResourceType: "User", Outcome: "created" } ? now : null),
                    Group = tally.Group ?? (call is { ResourceType: "Group", Outcome: "created" } ? now : null),
                };
                Increase(counts, $"{call.Operation}.{call.ResourceType}.{call.Outcome}");
                if (call.Status is { } status)
                {
                    Increase(counts, $"status.{status}");
                }
                if (call is { ConcernsReferences: true, Outcome: "refused" or "failed" })
                {
                    Increase(counts, CallTally.ReferenceFailure);
                }
                foreach (var quirk in call.Quirks)
                {
                    Increase(counts, $"quirk.{quirk}");
                }
                foreach (var name in call.Ignored)
                {
                    Increase(ignored, name);
                }
                if (call is { Operation: "patch", Outcome: "unchanged", ResourceId: { } id })
                {
                    Increase(unchanged, id);
                }
                return true;
            }
        }

        public CallTally Close()
        {
            lock (counts)
            {
                closed = true;
                return tally with { Counts = counts, Unchanged = unchanged, Ignored = ignored };
            }
        }

        // Gives what could not be told to the one that is counting now.
        public bool GiveTo(Counted next)
        {
            lock (next.counts)
            {
                if (next.closed)
                {
                    return false;
                }
                next.tally = next.tally with
                {
                    First = tally.First ?? next.tally.First,
                    Last = next.tally.Last ?? tally.Last,
                    Probe = next.tally.Probe ?? tally.Probe,
                    User = tally.User ?? next.tally.User,
                    Group = tally.Group ?? next.tally.Group,
                };
                foreach (var (from, to) in new[] { (counts, next.counts), (unchanged, next.unchanged), (ignored, next.ignored) })
                {
                    foreach (var (name, number) in from)
                    {
                        Increase(to, name, number);
                    }
                }
                return true;
            }
        }

        private static void Increase(Dictionary<string, long> names, string name, long by = 1)
        {
            if (names.Count < MostNames || names.ContainsKey(name))
            {
                names[name] = names.GetValueOrDefault(name) + by;
            }
        }
    }
}
