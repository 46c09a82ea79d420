using System.Collections.Immutable;
using System.Globalization;

namespace ScimLite.Store;

/// <summary>Queries: each is a stretch of a sorted set, found by rank, so that no page costs more than another.</summary>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<ResourcePage> QueryAsync(ResourceQuery query, CancellationToken cancel)
    {
        var directory = Of(query.Tenant).Directory;
        var shelf = directory.Of(query.Type);
        return ValueTask.FromResult(query.Lookup switch
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
            var (low, high) = (found.Low, found.High);
            var (first, left) = query.Backwards
                ? (Math.Min(high, found.At ?? high) - 1 - query.Start, Math.Min(high, found.At ?? high) - low - query.Start)
                : (Math.Max(low, found.At ?? low) + query.Start, high - Math.Max(low, found.At ?? low) - query.Start);
            var places = Enumerable.Range(0, Math.Clamp(left, 0, query.Count)).Select(i => found.Place(query.Backwards ? first - i : first + i)).ToArray();
            return new ResourcePage(high - low, [.. places.Select(p => Show(directory, query.Type, p.Id, shelf.Entries[p.Id], query.Follow))],
                [.. places.Select(p => p.Position)], left > query.Count);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ScanBatch> ScanAsync(string tenant, Protocol.ResourceType type, long after, int count, Follow follow, CancellationToken cancel)
    {
        var from = new Boundary(after.ToString(CultureInfo.InvariantCulture), After: true);
        var page = await QueryAsync(new ResourceQuery(tenant, type, new Lookup.All(), 0, count, follow) { From = from }, cancel).ConfigureAwait(false);
        return new ScanBatch(page.Resources, page.Positions.Count == 0 ? after : long.Parse(page.Positions[^1], CultureInfo.InvariantCulture));
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
    private sealed record Found(int Low, int High, int? At, Func<int, (string Id, string Position)> Place);
}
