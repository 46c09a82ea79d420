using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using ScimLite.Protocol;

namespace ScimLite.Store;

/// <summary>
/// The directory in this process's memory, gone at exit. A tenant's directory is one immutable value: a write makes the next
/// one under the tenant's lock and puts it in place in one step, so readers need no lock and never see half a write. It is the
/// specification that <see cref="RedisStore"/> is compared with.
/// </summary>
public sealed partial class InMemoryStore : IResourceStore
{
    private static readonly ImmutableSortedSet<string> Sorted = ImmutableSortedSet.Create<string>(CodePointOrder.Instance);

    private readonly ConcurrentDictionary<string, Tenant> tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> secrets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public ValueTask<StoredResource?> GetAsync(ResourceKey key, Follow follow, CancellationToken cancel)
    {
        var directory = Of(key.Tenant).Directory;
        return ValueTask.FromResult(directory.Of(key.Type).Entries.TryGetValue(key.Id, out var entry)
            ? Show(directory, key.Type, key.Id, entry, follow) : null);
    }

    /// <inheritdoc/>
    public ValueTask<CommitOutcome> CommitAsync(Change change, CancellationToken cancel)
    {
        var tenant = Of(change.Key.Tenant);
        lock (tenant)
        {
            var (outcome, next) = Commit(tenant.Directory, change);
            tenant.Directory = next;
            return ValueTask.FromResult(outcome);
        }
    }

    /// <inheritdoc/>
    public ValueTask<CommitOutcome> DeleteAsync(Deletion deletion, CancellationToken cancel)
    {
        var tenant = Of(deletion.Key.Tenant);
        lock (tenant)
        {
            var (outcome, next) = Delete(tenant.Directory, deletion);
            tenant.Directory = next;
            return ValueTask.FromResult(outcome);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IndexStep> BuildIndexesAsync(string tenant, ResourceType type, CancellationToken cancel) =>
        // A process has one catalogue, and nothing was there before it.
        ValueTask.FromResult(new IndexStep(Complete: true, Began: false, []));

    /// <inheritdoc/>
    public ValueTask<byte[]> GetSecretAsync(string name, CancellationToken cancel) =>
        ValueTask.FromResult(secrets.GetOrAdd(name, static _ => RandomNumberGenerator.GetBytes(32)));

    /// <inheritdoc/>
    public ValueTask PurgeAsync(string tenant, CancellationToken cancel)
    {
        tenants.TryRemove(tenant, out _);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask PingAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    private Tenant Of(string tenant) => tenants.GetOrAdd(tenant, _ => new Tenant());

    private static (CommitOutcome, Directory) Commit(Directory directory, Change change)
    {
        var (type, id) = (change.Key.Type, change.Key.Id);
        var shelf = directory.Of(type);
        var old = shelf.Entries.GetValueOrDefault(id);
        var kept = change.Revival == Revival.Restore ? shelf.Deleted.GetValueOrDefault(id) : null;
        if ((Refuse(change.Expected, old) ?? (change.Revival == Revival.Restore && kept is null ? new CommitOutcome.Missing() : null)) is { } refused)
        {
            return (refused, directory);
        }
        if ((change.Revival == Revival.Look ? FindDeactivated(shelf, change.Terms) : null) is { } deactivated)
        {
            return (deactivated, directory);
        }
        // What the resource has already by the tenant's choice is not claimed again.
        var claims = change.Terms.Where(t => change.Claims(t) && old?.Terms.Contains(t.Text) != true);
        foreach (var term in change.Terms.Where(t => t.Unique).Concat(claims))
        {
            if (Range(shelf.Index, term.Text).FirstOrDefault(h => h != id) is { } holder)
            {
                return (Taken(shelf, term, holder), directory);
            }
        }
        var unknown = change.Members.Added.Where(m => !directory.Labels.ContainsKey(m)).Take(10).ToArray();
        if (unknown.Length > 0 && !change.AcceptUnknownMembers)
        {
            return (new CommitOutcome.UnknownMembers(unknown), directory);
        }
        if (change.Revival == Revival.Look && FindDeleted(shelf, change.Terms) is { } gone)
        {
            return (new CommitOutcome.Deleted(gone, shelf.Deleted[gone].Entry.Document), directory);
        }
        if (old is not null && change.Inactive && !shelf.Inactive.Contains(id))
        {
            (var paused, directory) = ClaimRemoval(directory, type, id, change.Limits, change.Activity.Time);
            if (paused is not null)
            {
                return (paused, directory);
            }
            shelf = directory.Of(type);
        }
        var coming = change.Members.Added.Where(m => !directory.Members.Contains(Pair(id, m))).ToArray();
        var wanted = change.Members.Added.ToHashSet(StringComparer.Ordinal);
        var going = change.Members.Reset
            ? Range(directory.Members, id).Where(m => !wanted.Contains(m)).ToArray()
            : change.Members.Removed.Where(m => directory.Members.Contains(Pair(id, m))).ToArray();

        var now = Time(change.Activity.Time);
        var changed = old is null || change.Document is not null || coming.Length + going.Length > 0;
        var revived = change.Revival is Revival.Restore or Revival.Reactivate;
        var outcome = revived ? "restored" : old is null ? "created" : changed ? "changed" : "unchanged";
        var label = change.Document is null ? directory.LabelOf(Known(type, id)) : new Label(type.Name, change.Name, change.UserName);
        var previous = old?.LastActivity ?? directory.Tails.GetValueOrDefault(id);
        (directory, var last) = directory.Log(previous, outcome, coming, going, change.Activity, label);
        var entry = (old ?? new Entry(directory.Sequence + 1, kept?.Entry.Version ?? 0, kept?.Entry.Created ?? now, now, default, [])) with { LastActivity = last };
        if (!changed)
        {
            directory = directory.With(type, shelf with { Entries = shelf.Entries.SetItem(id, entry) });
        }
        else
        {
            entry = entry with { Version = entry.Version + 1, LastModified = now };
            if (change.Document is { } document)
            {
                entry = entry with { Document = document, Terms = [.. change.Terms.Select(t => t.Text)] };
                shelf = shelf with { Inactive = change.Inactive ? shelf.Inactive.Add(id) : shelf.Inactive.Remove(id) };
                directory = directory with { Labels = directory.Labels.SetItem(Known(type, id), label!.Value) };
            }
            if (old is null)
            {
                directory = directory with { Sequence = entry.Sequence, Tails = directory.Tails.Remove(id) };
                shelf = shelf with { Order = shelf.Order.Add(new Place(entry.Sequence, id)) };
            }
            shelf = (kept is null ? shelf : shelf.Forget(id)) with { Entries = shelf.Entries.SetItem(id, entry), Index = With(shelf.Index, Indexed(id, entry), Indexed(id, old)) };
            directory = directory.With(type, shelf) with
            {
                Members = With(directory.Members, coming.Select(m => Pair(id, m)), going.Select(m => Pair(id, m))),
                MemberOf = With(directory.MemberOf, coming.Select(m => Pair(m, id)), going.Select(m => Pair(m, id))),
            };
        }
        directory = kept is null ? directory : Rejoin(directory, id, kept.Groups, now);
        var linked = revived ? Range(directory.MemberOf, id).Take(MembershipWalk.MostReported) : change.Members.Added;
        var links = change.FollowLinks ? linked.Select(m => LinkTo(directory, m)).ToArray() : [];
        return (new CommitOutcome.Committed(changed, entry.Version, entry.Created, entry.LastModified, coming.Length, going.Length, links), directory);
    }

    private static (CommitOutcome, Directory) Delete(Directory directory, Deletion deletion)
    {
        var (type, id) = (deletion.Key.Type, deletion.Key.Id);
        var shelf = directory.Of(type);
        if (shelf.Entries.GetValueOrDefault(id) is not { } old)
        {
            return (new CommitOutcome.Missing(), directory);
        }
        if (Refuse(deletion.Expected, old) is { } refused)
        {
            return (refused, directory);
        }
        (var paused, directory) = ClaimRemoval(directory, type, id, deletion.Limits, deletion.Activity.Time);
        if (paused is not null)
        {
            return (paused, directory);
        }
        shelf = directory.Of(type);
        var label = directory.LabelOf(Known(type, id));
        var groups = Range(directory.MemberOf, id).ToArray();
        var members = Range(directory.Members, id).ToArray();
        shelf = deletion.Keep ? shelf.Keep(id, new Kept(deletion.Activity.Time, old, label!.Value, groups)) : shelf;
        directory = directory with
        {
            Shelves = directory.Shelves.SetItem(type.Name, shelf with
            {
                Entries = shelf.Entries.Remove(id),
                Inactive = shelf.Inactive.Remove(id),
                Order = shelf.Order.Remove(new Place(old.Sequence, id)),
                Index = With(shelf.Index, [], Indexed(id, old)),
            }),
            Labels = directory.Labels.Remove(Known(type, id)),
            Members = With(directory.Members, [], groups.Select(g => Pair(g, id)).Concat(members.Select(m => Pair(id, m)))),
            MemberOf = With(directory.MemberOf, [], groups.Select(g => Pair(id, g)).Concat(members.Select(m => Pair(m, id)))),
        };
        var now = Time(deletion.Activity.Time);
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
                directory = directory with { Shelves = directory.Shelves.SetItem("Group", holders) };
            }
        }
        return (new CommitOutcome.Committed(true, old.Version, old.Created, old.LastModified, 0, members.Length, []),
            directory.LogApart(id, old.LastActivity, "deleted", [], members, deletion.Activity, label));
    }

    private static CommitOutcome? Refuse(Expected expected, Entry? entry) => entry switch
    {
        null => expected == Expected.Absent ? null : new CommitOutcome.Missing(),
        _ => expected != Expected.Absent && expected.Allows(entry.Version) ? null : new CommitOutcome.Stale(entry.Version),
    };

    private static StoredResource Show(Directory directory, ResourceType type, string id, Entry entry, Follow follow)
    {
        List<Link> links = [];
        if (follow != Follow.None && type.HasMembers)
        {
            links.AddRange(Range(directory.Members, id).Select(m => LinkTo(directory, m)));
        }
        else if (follow != Follow.None && type.HasGroups)
        {
            links.AddRange(Range(directory.MemberOf, id).Select(g => LinkTo(directory, g)));
            if (follow == Follow.Indirect)
            {
                links.AddRange(Above(directory, links));
            }
        }
        return new StoredResource(id, entry.Version, entry.Created, entry.LastModified, entry.Document, links);
    }

    // The groups of the groups, level by level: what was met before is not walked through again, so that a circle ends.
    private static IEnumerable<Link> Above(Directory directory, IReadOnlyList<Link> direct)
    {
        var met = direct.Select(l => l.Id).ToHashSet(StringComparer.Ordinal);
        var walked = new Queue<string>(direct.Select(l => l.Id));
        var above = new SortedSet<string>(StringComparer.Ordinal);
        for (var left = MembershipWalk.MostSteps; left > 0 && walked.TryDequeue(out var id);)
        {
            var groups = Range(directory.MemberOf, id).Take(left).ToArray();
            left -= Math.Max(1, groups.Length);
            foreach (var group in groups.Where(met.Add))
            {
                walked.Enqueue(group);
                above.Add(group);
            }
        }
        return above.Select(id => LinkTo(directory, id) with { Indirect = true });
    }

    private static Link LinkTo(Directory directory, string id) =>
        directory.Labels.TryGetValue(id, out var name) ? new Link(id, name.Type, name.Display) : new Link(id, null, null);

    // What the index holds of a resource.
    private static IEnumerable<string> Indexed(string id, Entry? entry) => entry is null ? [] : entry.Terms.Select(t => Pair(t, id)).Append(Modified(id, entry));

    private static string Modified(string id, Entry entry) => Pair(new IndexTerm(ResourceType.LastModified, entry.LastModified).Text, id);

    // A builder shares what it does not change with the set it came from, and makes no copy for each entry.
    private static ImmutableSortedSet<string> With(ImmutableSortedSet<string> set, IEnumerable<string> added, IEnumerable<string> removed)
    {
        var builder = set.ToBuilder();
        foreach (var entry in removed)
        {
            builder.Remove(entry);
        }
        foreach (var entry in added)
        {
            builder.Add(entry);
        }
        return builder.ToImmutable();
    }

    // Under its mere id a label is found by whoever wants to make the resource a member.
    private static string Known(ResourceType type, string id) => type.MayBeMember ? id : Pair(type.Name, id);

    private static string Pair(string left, string right) => $"{left}\0{right}";

    // The right sides of all pairs with this left side, which lie next to each other.
    private static Stretch Range(ImmutableSortedSet<string> set, string left) =>
        new(set, Rank(set, new IndexBound(left + "\0")), Rank(set, new IndexBound(left + "\0", Past: true)), left.Length + 1);

    // How many entries lie before the bound.
    private static int Rank(ImmutableSortedSet<string> set, IndexBound bound)
    {
        var at = set.IndexOf(bound.ToText());
        return at < 0 ? ~at : at;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Counted without being walked through: a total must not cost more in a large directory.
    private sealed class Stretch(ImmutableSortedSet<string> set, int first, int last, int skip) : IReadOnlyCollection<string>
    {
        public int Count => last - first;

        public IEnumerator<string> GetEnumerator()
        {
            for (var i = first; i < last; i++)
            {
                yield return set[i][skip..];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Tenant
    {
        private volatile Directory directory = new();

        public Directory Directory
        {
            get => directory;
            set => directory = value;
        }

        public TenantStatus Status { get; set; } = new();

        public bool HasCreated { get; set; }

        public Dictionary<string, string> Warned { get; } = [];
    }

    private readonly record struct Place(long Sequence, string Id) : IComparable<Place>
    {
        public int CompareTo(Place other) => Sequence.CompareTo(other.Sequence);
    }

    private sealed record Entry(
        long Sequence, long Version, string Created, string LastModified, ReadOnlyMemory<byte> Document, IReadOnlyList<string> Terms)
    {
        // The number of the last entry in the activity log about it; 0 where there is none.
        public long LastActivity { get; init; }
    }

    private sealed partial record Shelf
    {
        public ImmutableDictionary<string, Entry> Entries { get; init; } = ImmutableDictionary.Create<string, Entry>(StringComparer.Ordinal);

        public ImmutableSortedSet<Place> Order { get; init; } = [];

        public ImmutableSortedSet<string> Index { get; init; } = Sorted;

        public ImmutableHashSet<string> Inactive { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    }

    private sealed partial record Directory
    {
        public ImmutableDictionary<string, Shelf> Shelves { get; init; } = ImmutableDictionary.Create<string, Shelf>(StringComparer.Ordinal);

        public ImmutableDictionary<string, Label> Labels { get; init; } = ImmutableDictionary.Create<string, Label>(StringComparer.Ordinal);

        public ImmutableSortedSet<string> Members { get; init; } = Sorted;

        public ImmutableSortedSet<string> MemberOf { get; init; } = Sorted;

        public long Sequence { get; init; }

        public Shelf Of(ResourceType type) => Shelves.GetValueOrDefault(type.Name) ?? new Shelf();

        public Directory With(ResourceType type, Shelf shelf) => this with { Shelves = Shelves.SetItem(type.Name, shelf) };
    }
}
