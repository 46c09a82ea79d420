using System.Collections.Immutable;
using ScimLite.Protocol;

namespace ScimLite.Store;

/// <content>The guard against mass removal, and what is kept of the deleted.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask DecideAsync(string tenant, GuardDecision decision, CancellationToken cancel)
    {
        var (of, time) = (Of(tenant), decision.Activity.Time);
        lock (of)
        {
            // How many there were when they were paused is told as long as they are.
            var removals = decision.State == GuardState.Kept ? of.Directory.Guard.Removals : 0;
            of.Directory = (of.Directory with { Guard = new GuardStatus(decision.State, time, decision.Until, removals), CountedFrom = time })
                .LogApart("-", of.Directory.Tails.GetValueOrDefault("-"), decision.Outcome, [], [], decision.Activity, null);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeletedResource>> ReadDeletedAsync(
        string tenant, ResourceType type, string? id, int start, int count, CancellationToken cancel)
    {
        var shelf = Of(tenant).Directory.Of(type);
        var ids = id is null ? Backwards(shelf.DeletedAt.Count - 1 - start).Take(count).Select(i => shelf.DeletedAt[i].Id) : [id];
        return ValueTask.FromResult<IReadOnlyList<DeletedResource>>([.. ids.Where(shelf.Deleted.ContainsKey).Select(i => (Id: i, Kept: shelf.Deleted[i])).Select(d =>
            new DeletedResource(d.Id, d.Kept.At, d.Kept.Label.UserName, d.Kept.Label.Display, d.Kept.Entry.Document))]);
    }

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(
        string tenant, ResourceType type, DateTimeOffset deletedBefore, DateTimeOffset now, ActivityRetention retention, int most, CancellationToken cancel)
    {
        var of = Of(tenant);
        lock (of)
        {
            var directory = of.Directory;
            var shelf = directory.Of(type);
            var gone = shelf.DeletedAt.TakeWhile(d => d.At < deletedBefore).Take(most).ToArray();
            foreach (var (_, id) in gone)
            {
                shelf = shelf.Forget(id);
            }
            (directory, var trimmed) = directory.With(type, shelf).Trim(retention, now, most);
            of.Directory = directory;
            return ValueTask.FromResult(gone.Length + trimmed);
        }
    }

    // Counts one more deactivation or deletion; the outcome is null where it may be made.
    private static (CommitOutcome? Outcome, Directory) ClaimRemoval(Directory directory, ResourceType type, string id, RemovalLimits? limits, DateTimeOffset now)
    {
        if (limits is null || (directory.Guard is { State: GuardState.Allowed, Until: var until } && until > now))
        {
            return (null, directory);
        }
        if (directory.Guard.State is GuardState.Paused or GuardState.Kept)
        {
            return (new CommitOutcome.Paused(false), directory);
        }
        var shelf = directory.Of(type);
        var from = directory.CountedFrom > now - limits.Window ? directory.CountedFrom : now - limits.Window;
        var removals = shelf.Removals.RemoveRange(shelf.Removals.Where(r => r.Value <= from).Select(r => r.Key));
        if (!removals.ContainsKey(id))
        {
            var count = removals.Count + 1;
            if ((limits.Most > 0 && count > limits.Most)
                || (limits.Share > 0 && count > RemovalLimits.Few && count * 100L > (long)limits.Share * shelf.Order.Count))
            {
                return (new CommitOutcome.Paused(true), directory with { Guard = new GuardStatus(GuardState.Paused, now, null, count - 1) });
            }
            removals = removals.Add(id, now);
        }
        return (null, directory with { Shelves = directory.Shelves.SetItem(type.Name, shelf with { Removals = removals }) });
    }

    private static CommitOutcome.Taken Taken(Shelf shelf, IndexTerm term, string holder) =>
        new(term, holder, shelf.Inactive.Contains(holder));

    // The answer to a creation with these terms where a deactivated user is in its way: the one with its userName, or the only one with
    // its externalId. Where another user has the externalId, the creation is refused.
    private static CommitOutcome? FindDeactivated(Shelf shelf, IReadOnlyList<IndexTerm> terms)
    {
        var (name, external) = (terms.FirstOrDefault(t => IsNamed(t, "userName")), terms.FirstOrDefault(t => IsNamed(t, "externalId")));
        var byName = name is null ? null : Range(shelf.Index, name.Text).FirstOrDefault();
        string[] byId = external is null ? [] : [.. Range(shelf.Index, external.Text)];
        var match = byName ?? (byId is [var only] ? only : null);
        if (match is null || !shelf.Inactive.Contains(match))
        {
            return null;
        }
        return byName is not null && byId.Length > 0 && !byId.Contains(match)
            ? Taken(shelf, external!, byId[0])
            : new CommitOutcome.Deactivated(match, shelf.Entries[match].Version, shelf.Entries[match].Document);

        static bool IsNamed(IndexTerm term, string index) => term.Value is not null && term.Attribute.Index == index;
    }

    // The id of what was deleted last of all that bear one of the terms.
    private static string? FindDeleted(Shelf shelf, IEnumerable<IndexTerm> terms) =>
        terms.Where(t => IsMatching(t.Text)).Select(t => Range(shelf.DeletedTerms, t.Text).LastOrDefault()).FirstOrDefault(id => id is not null);

    private static bool IsMatching(string term) =>
        term.StartsWith("userName\0", StringComparison.Ordinal) || term.StartsWith("externalId\0", StringComparison.Ordinal);

    // Back into its groups, as far as they are still there; each of them is another group now.
    private static Directory Rejoin(Directory directory, string id, IEnumerable<string> groups, string now)
    {
        var holders = directory.Shelves.GetValueOrDefault("Group");
        foreach (var group in groups)
        {
            if (holders?.Entries.GetValueOrDefault(group) is { } holder)
            {
                var changed = holder with { Version = holder.Version + 1, LastModified = now };
                holders = holders with
                {
                    Entries = holders.Entries.SetItem(group, changed),
                    Index = With(holders.Index, [Modified(group, changed)], [Modified(group, holder)]),
                };
                directory = directory with
                {
                    Shelves = directory.Shelves.SetItem("Group", holders),
                    Members = directory.Members.Add(Pair(group, id)),
                    MemberOf = directory.MemberOf.Add(Pair(id, group)),
                };
            }
        }
        return directory;
    }

    // A resource that was deleted, as it was then.
    private sealed record Kept(DateTimeOffset At, Entry Entry, Label Label, IReadOnlyList<string> Groups);

    private sealed partial record Shelf
    {
        public ImmutableDictionary<string, DateTimeOffset> Removals { get; init; } = ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

        public ImmutableDictionary<string, Kept> Deleted { get; init; } = ImmutableDictionary.Create<string, Kept>(StringComparer.Ordinal);

        public ImmutableSortedSet<(DateTimeOffset At, string Id)> DeletedAt { get; init; } = [];

        public ImmutableSortedSet<string> DeletedTerms { get; init; } = Sorted;

        public Shelf Keep(string id, Kept kept)
        {
            var shelf = Forget(id);
            return shelf with
            {
                Deleted = shelf.Deleted.SetItem(id, kept),
                DeletedAt = shelf.DeletedAt.Add((kept.At, id)),
                DeletedTerms = With(shelf.DeletedTerms, kept.Entry.Terms.Where(IsMatching).Select(t => Pair(t, id)), []),
            };
        }

        public Shelf Forget(string id) => !Deleted.TryGetValue(id, out var kept) ? this : this with
        {
            Deleted = Deleted.Remove(id),
            DeletedAt = DeletedAt.Remove((kept.At, id)),
            DeletedTerms = With(DeletedTerms, [], kept.Entry.Terms.Select(t => Pair(t, id))),
        };
    }

    private sealed partial record Directory
    {
        public GuardStatus Guard { get; init; } = new(GuardState.Counting, null, null, 0);

        public DateTimeOffset CountedFrom { get; init; }
    }
}
