using System.Globalization;

namespace ScimLite.Store;

/// <content>The activity log.</content>
public sealed partial class InMemoryStore : IActivityStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ActivityRecord>> ReadActivityAsync(ActivityRange range, CancellationToken cancel)
    {
        var directory = Of(range.Tenant).Directory;
        var log = directory.Activity;
        IEnumerable<ActivityRecord> found = range switch
        {
            { After: { } after } => Enumerable.Range(directory.FirstFrom(after + 1), int.MaxValue - log.Count).TakeWhile(i => i < log.Count).Select(i => log[i]),
            { Trail: { } trail } => directory.Along(trail, range.Before),
            _ => Backwards(directory.FirstFrom(range.Before) - 1).Select(i => log[i]),
        };
        return ValueTask.FromResult<IReadOnlyList<ActivityRecord>>([.. found.Take(range.Count)]);
    }

    /// <inheritdoc/>
    public ValueTask AppendActivityAsync(string tenant, IReadOnlyList<ActivityEntry> entries, CancellationToken cancel)
    {
        var of = Of(tenant);
        lock (of)
        {
            foreach (var entry in entries)
            {
                if (!entry.InDoubt || !of.Directory.Along(entry.Trail, long.MaxValue).Take(100).Any(told => told.Entry.Call == entry.Call))
                {
                    of.Directory = of.Directory.Log(entry.Refusal, 0, 0, entry, of.Directory.LabelOf(entry.ResourceId));
                }
            }
        }
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<int> Backwards(int from)
    {
        for (var i = from; i >= 0; i--)
        {
            yield return i;
        }
    }

    // Written so that sequence numbers sort.
    private static string Mark(string trail, long sequence) => Pair(trail, sequence.ToString("D16", CultureInfo.InvariantCulture));

    private sealed partial record Directory
    {
        // A creation's record has the creation's own number.
        public Directory Log(string outcome, int added, int removed, ActivityEntry entry, Label? label, long? number = null)
        {
            if (entry.Retention.Entries == 0)
            {
                return this;
            }
            var record = ActivityRecord.Of(number ?? Sequence + 1, outcome, added, removed, entry, label);
            return (this with { Activity = Activity.Add(record), Trails = With(Trails, MarksOf(record), []), Sequence = record.Sequence })
                .Trim(entry.Retention, entry.Time, 2).Directory;
        }

        // Lets go of so many of the oldest entries as are too old or too many.
        public (Directory Directory, int Trimmed) Trim(ActivityRetention retention, DateTimeOffset now, int most)
        {
            var (activity, trails, oldest) = (Activity, Trails, retention.OldestAt(now));
            var trimmed = 0;
            while (trimmed < most && activity.Count > 0 && (activity.Count > retention.Entries || activity[0].Entry.Time < oldest))
            {
                trails = With(trails, [], MarksOf(activity[0]));
                activity = activity.RemoveAt(0);
                trimmed++;
            }
            return (this with { Activity = activity, Trails = trails }, trimmed);
        }

        public Label? LabelOf(string id) => Labels.TryGetValue(id, out var label) ? label : null;

        // Where in the log the first entry with this sequence number or a higher one is; found by halving.
        public int FirstFrom(long sequence)
        {
            var (low, high) = (0, Activity.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Activity[middle].Sequence < sequence ? (middle + 1, high) : (low, middle);
            }
            return low;
        }

        public IEnumerable<ActivityRecord> Along(string trail, long before)
        {
            var (first, at) = (Trails.IndexOf(trail + "\0"), Trails.IndexOf(before == long.MaxValue ? trail + "\x1" : Mark(trail, before)));
            return Backwards((at < 0 ? ~at : at) - 1).TakeWhile(i => i >= (first < 0 ? ~first : first))
                .Select(i => Activity[FirstFrom(long.Parse(Trails[i].AsSpan(trail.Length + 1), CultureInfo.InvariantCulture))]);
        }

        private static string[] MarksOf(ActivityRecord record) => record.Outcome is "refused" or "failed"
            ? [Mark(record.Entry.Trail, record.Sequence), Mark(ActivityRange.Failures, record.Sequence)] : [Mark(record.Entry.Trail, record.Sequence)];
    }
}
