using System.Collections.Concurrent;
using HdrHistogram;

namespace ScimLite.EntraSync;

/// <summary>Counts and times the requests of a run, and says how far it is. Safe for many threads.</summary>
/// <param name="clock">The time that phases are measured in.</param>
internal sealed class SyncMeasures(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Kind> kinds = new();
    private readonly long start = clock.GetTimestamp();
    private long phaseStart;
    private long phaseRequests;
    private long requests;
    private long writes;
    private long failures;
    private long done;
    private long tooMany;
    private long unavailable;

    /// <summary>What is being done, such as <c>initial cycle: users</c>.</summary>
    public string Phase { get; private set; } = "";

    /// <summary>How many items this phase has.</summary>
    public long Total { get; private set; }

    /// <summary>How many of them are done.</summary>
    public long Done => Interlocked.Read(ref done);

    /// <summary>All requests so far.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>POST, PUT, PATCH and DELETE among them.</summary>
    public long Writes => Interlocked.Read(ref writes);

    /// <summary>Objects and references that failed so far.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>How many requests were answered 429.</summary>
    public long TooMany => Interlocked.Read(ref tooMany);

    /// <summary>How many requests were answered 503.</summary>
    public long Unavailable => Interlocked.Read(ref unavailable);

    /// <summary>How long the run has taken.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(start);

    /// <summary>Requests a second in this phase.</summary>
    public double PhaseRate => (Requests - phaseRequests) / Math.Max(0.001, clock.GetElapsedTime(phaseStart).TotalSeconds);

    /// <summary>How long this phase is likely to take yet, or null while nothing of it is done.</summary>
    public TimeSpan? Left => Done is > 0 and var now ? clock.GetElapsedTime(phaseStart) * ((Total - now) / (double)now) : null;

    /// <summary>Begins a phase; the one before is over.</summary>
    public void Begin(string phase, long total)
    {
        End();
        (Phase, Total, phaseStart, phaseRequests) = (phase, total, clock.GetTimestamp(), Requests);
        Interlocked.Exchange(ref done, 0);
    }

    /// <summary>Ends the phase; its time counts for the kinds of requests that it sent.</summary>
    public void End()
    {
        var took = phaseStart == 0 ? TimeSpan.Zero : clock.GetElapsedTime(phaseStart);
        foreach (var kind in kinds.Values)
        {
            kind.EndPhase(took);
        }
    }

    public void Step() => Interlocked.Increment(ref done);

    public void Fail() => Interlocked.Increment(ref failures);

    public void Record(Exchange exchange)
    {
        Interlocked.Increment(ref requests);
        if (exchange.Request.Method != "GET")
        {
            Interlocked.Increment(ref writes);
        }
        if (exchange.Status == 429)
        {
            Interlocked.Increment(ref tooMany);
        }
        if (exchange.Status == 503)
        {
            Interlocked.Increment(ref unavailable);
        }
        kinds.GetOrAdd(exchange.Request.Kind, _ => new Kind()).Record(exchange.Duration);
    }

    public IReadOnlyDictionary<string, RequestFigures> Figures() => kinds.OrderBy(k => k.Key, StringComparer.Ordinal).ToDictionary(k => k.Key, k => k.Value.Figures());

    private sealed class Kind
    {
        // Microseconds up to ten minutes, with three digits.
        private readonly LongConcurrentHistogram times = new(1, 600_000_000, 3);
        private long counted;
        private TimeSpan busy;

        public void Record(TimeSpan duration) => times.RecordValue(Math.Clamp(duration.Ticks / TimeSpan.TicksPerMicrosecond, 1, 600_000_000));

        public void EndPhase(TimeSpan took)
        {
            if (times.TotalCount > counted)
            {
                counted = times.TotalCount;
                busy += took;
            }
        }

        public RequestFigures Figures()
        {
            return new(times.TotalCount, Math.Round(times.TotalCount / Math.Max(0.001, busy.TotalSeconds), 1), At(50), At(95), At(99), At(100));

            double At(double percent) => Math.Round(times.GetValueAtPercentile(percent) / 1000.0, 2);
        }
    }
}
