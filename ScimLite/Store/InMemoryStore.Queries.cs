using System.Collections.Immutable;
using System.Globalization;

namespace ScimLite.Store;

/// <summary>Queries: each is a stretch of a sorted set, found by rank, so that no page costs more than another.</summary>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<ResourcePage?> QueryAsync(ResourceQuery query, CancellationToken cancel)
    {
        var directory = Of(query.Tenant).Directory;
        var shelf = directory.Of(query.Type);
        return ValueTask.FromResult<ResourcePage?>(query.Lookup switch
        {
            Lookup.All => Page(InOrderOfCreation(shelf, query.From)),
            Lookup.ByTerm lookup => Page(InIndex(shelf.Index, IndexRange.Of(lookup.Term), query.From)),
            Lookup.ByRange lookup => Page(InIndex(shelf.Index, lookup.Range, query.From)),
            Lookup.ById lookup => Page(OneOf(Exists(directory, shelf, lookup) ? [lookup.Id] : [], query.From)),
            Lookup.ByMember lookup => Page(OneOf([.. Range(directory.MemberOf, lookup.MemberId).Where(shelf.Entries.ContainsKey)], query.From)),
            _ => throw new System.Diagnostics.UnreachableException(),
        });

        ResourcePage Page(Found found)
        {
            var (places, more) = found.Cut(query.Start, query.Count, query.Backwards);
            return new ResourcePage(found.High - found.Low, [.. places.Select(p => Show(directory, query.Type, p.Id, shelf.Entries[p.Id], query.Follow))],
                [.. places.Select(p => p.Position)], more);
        }
    }

    /// <inheritdoc/>
    public ValueTask<MemberPage?> ReadMembersAsync(MemberQuery query, CancellationToken cancel)
    {
        var (tenant, type, id) = query.Group;
        var directory = Of(tenant).Directory;
        if (!directory.Of(type).Entries.ContainsKey(id))
        {
            return ValueTask.FromResult<MemberPage?>(null);
        }
        var members = directory.Members;
        var (low, high) = query.Only is { } only
            ? (Rank(members, new IndexBound(Pair(id, only))), Rank(members, new IndexBound(Pair(id, only) + "\0")))
            : (Rank(members, new IndexBound(id + "\0")), Rank(members, new IndexBound(id + "\0", Past: true)));
        var at = query.From is { } from ? Rank(members, new IndexBound(Pair(id, IndexBound.Of(from).Text))) : (int?)null;
        var (places, more) = new Found(low, high, at, i => (members[i][(id.Length + 1)..], "")).Cut(query.Start, query.Count, query.Backwards);
        return ValueTask.FromResult<MemberPage?>(new MemberPage(high - low, [.. places.Select(p => LinkTo(directory, p.Id))], more));
    }

    private static Found InOrderOfCreation(Shelf shelf, Boundary? from)
    {
        int? at = null;
        if (from is { } boundary)
        {
            var rank = shelf.Order.IndexOf(new Place(long.Parse(boundary.Position, CultureInfo.InvariantCulture) + (boundary.After ? 1 : 0), ""));
            at = rank < 0 ? ~rank : rank;
        }
        return new Found(0, shelf.Order.Count, at, i => (shelf.Order[i].Id, shelf.Order[i].Sequence.ToString(CultureInfo.InvariantCulture)));
    }

    private static Found InIndex(ImmutableSortedSet<string> index, IndexRange range, Boundary? from) => new(
        Rank(index, range.From), Rank(index, range.To), from is { } boundary ? Rank(index, IndexBound.Of(boundary)) : null,
        i => (index[i][(index[i].LastIndexOf('\0') + 1)..], index[i]));

    private static Found OneOf(string[] ids, Boundary? from) => new(
        0, ids.Length, from is { } boundary ? ids.Count(id => Protocol.CodePointOrder.Instance.Compare(id, IndexBound.Of(boundary).Text) < 0) : null,
        i => (ids[i], ids[i]));

    private static bool Exists(Directory directory, Shelf shelf, Lookup.ById lookup) =>
        shelf.Entries.ContainsKey(lookup.Id) && (lookup.MemberId is null || directory.Members.Contains(Pair(lookup.Id, lookup.MemberId)));

    // What a lookup finds: the ranks from Low up to High, and the one at which a boundary lies.
    private sealed record Found(int Low, int High, int? At, Func<int, (string Id, string Position)> Place)
    {
        public ((string Id, string Position)[] Places, bool More) Cut(int start, int count, bool backwards)
        {
            var (first, left) = backwards
                ? (Math.Min(High, At ?? High) - 1 - start, Math.Min(High, At ?? High) - Low - start)
                : (Math.Max(Low, At ?? Low) + start, High - Math.Max(Low, At ?? Low) - start);
            return ([.. Enumerable.Range(0, Math.Clamp(left, 0, count)).Select(i => Place(backwards ? first - i : first + i))], left > count);
        }
    }
}
