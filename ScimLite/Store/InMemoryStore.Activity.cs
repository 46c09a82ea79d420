using System.Collections.Immutable;

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
            { After: { } after } => log.Forwards(after),
            { Trail: { } trail } => directory.Along(trail, range.Before),
            _ => log.Backwards(range.Before),
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
                    of.Directory = of.Directory.Refused(entry);
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

    // An entry, and the numbers of the one before it about the same resource and of the last failure before it.
    private readonly record struct Logged(ActivityRecord Record, long Previous, long Failure)
    {
        public bool IsFailure => Record.Outcome is "refused" or "failed";

        public bool IsOf(string trail) => trail == ActivityRange.Failures ? IsFailure : Record.Entry.Trail == trail;

        public long BeforeIn(string trail) => trail == ActivityRange.Failures ? Failure : Previous;
    }

    // The entries, numbered without a gap. An older value looks at no place that a newer one writes to, so they share their blocks.
    private sealed record History
    {
        private const int BlockSize = 1024;

        private Logged[][] blocks = [];

        // The number of the first place in the blocks.
        private long start = 1;

        public long First { get; private init; } = 1;

        public long Last { get; private init; }

        public Logged this[long number] => Place(number);

        public bool Has(long number) => number >= First && number <= Last;

        public History Add(Logged entry)
        {
            var number = Last + 1;
            var next = this with { Last = number };
            if (number - start == (long)blocks.Length * BlockSize)
            {
                next.blocks = [.. blocks, new Logged[BlockSize]];
            }
            next.Place(number) = entry;
            return next;
        }

        public History WithoutFirst() => First + 1 - start < BlockSize
            ? this with { First = First + 1 } : this with { First = First + 1, blocks = blocks[1..], start = start + BlockSize };

        public IEnumerable<ActivityRecord> Forwards(long after)
        {
            for (var number = Math.Clamp(after, First - 1, Last) + 1; number <= Last; number++)
            {
                yield return Place(number).Record;
            }
        }

        public IEnumerable<ActivityRecord> Backwards(long before)
        {
            for (var number = Math.Clamp(before, First, Last + 1) - 1; number >= First; number--)
            {
                yield return Place(number).Record;
            }
        }

        private ref Logged Place(long number) => ref blocks[(number - start) / BlockSize][(number - start) % BlockSize];
    }

    private sealed partial record Directory
    {
        public History Activity { get; init; } = new();

        // The last entry about each resource that is not there, about none (a dash), and the last failure.
        public ImmutableDictionary<string, long> Tails { get; init; } = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

        // Writes an entry behind the one before it about the same, and tells its number; that one's where no log is kept.
        public (Directory Directory, long Last) Log(long previous, string outcome, string[] coming, string[] going, ActivityEntry entry, Label? label)
        {
            if (entry.Retention.Entries == 0)
            {
                return (this, previous);
            }
            var number = Activity.Last + 1;
            var told = entry.Error is null ? entry with { Added = coming[..Math.Min(coming.Length, ActivityEntry.MostIds)], Removed = going[..Math.Min(going.Length, ActivityEntry.MostIds)] } : entry;
            var logged = new Logged(ActivityRecord.Of(number, outcome, coming.Length, going.Length, told, label), previous, 0);
            var tails = Tails;
            if (logged.IsFailure)
            {
                logged = logged with { Failure = tails.GetValueOrDefault(ActivityRange.Failures) };
                tails = tails.SetItem(ActivityRange.Failures, number);
            }
            return ((this with { Activity = Activity.Add(logged), Tails = tails }).Trim(entry.Retention, entry.Time, 2).Directory, number);
        }

        // Writes an entry about what is not there.
        public Directory LogApart(string id, long previous, string outcome, string[] coming, string[] going, ActivityEntry entry, Label? label)
        {
            var (directory, last) = Log(previous, outcome, coming, going, entry, label);
            return last == 0 ? directory : directory with { Tails = directory.Tails.SetItem(id, last) };
        }

        public Directory Refused(ActivityEntry entry)
        {
            var id = entry.Trail;
            var label = LabelOf(entry.ResourceId);
            foreach (var (name, shelf) in Shelves)
            {
                if (shelf.Entries.GetValueOrDefault(id) is { } about)
                {
                    var (directory, last) = Log(about.LastActivity, entry.Refusal, [], [], entry, label);
                    return directory with { Shelves = Shelves.SetItem(name, shelf with { Entries = shelf.Entries.SetItem(id, about with { LastActivity = last }) }) };
                }
            }
            return LogApart(id, Tails.GetValueOrDefault(id), entry.Refusal, [], [], entry, label);
        }

        // Lets go of so many of the oldest entries as are too old or too many.
        public (Directory Directory, int Trimmed) Trim(ActivityRetention retention, DateTimeOffset now, int most)
        {
            var (activity, tails, oldest) = (Activity, Tails, retention.OldestAt(now));
            var trimmed = 0;
            while (trimmed < most && activity.First <= activity.Last
                && (activity.Last - activity.First + 1 > retention.Entries || activity[activity.First].Record.Entry.Time < oldest))
            {
                foreach (var trail in (string[])[activity[activity.First].Record.Entry.Trail, ActivityRange.Failures])
                {
                    tails = tails.GetValueOrDefault(trail) == activity.First ? tails.Remove(trail) : tails;
                }
                activity = activity.WithoutFirst();
                trimmed++;
            }
            return (this with { Activity = activity, Tails = tails }, trimmed);
        }

        public Label? LabelOf(string id) => Labels.TryGetValue(id, out var label) ? label : null;

        // The entries of a trail, newest first. Where a page ended, the next one begins at once; another place is looked for.
        public IEnumerable<ActivityRecord> Along(string trail, long before)
        {
            var number = Shelves.Values.Select(shelf => shelf.Entries.GetValueOrDefault(trail)).FirstOrDefault(entry => entry is not null)?.LastActivity
                ?? Tails.GetValueOrDefault(trail);
            if (Activity.Has(before) && Activity[before].IsOf(trail))
            {
                number = Activity[before].BeforeIn(trail);
            }
            for (var passed = 0; Activity.Has(number) && (number < before || passed++ < ActivityRange.MostSteps); number = Activity[number].BeforeIn(trail))
            {
                if (number < before)
                {
                    yield return Activity[number].Record;
                }
            }
        }
    }
}
