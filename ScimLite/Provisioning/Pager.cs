using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>Which part of a source to read.</summary>
/// <param name="From">Where to begin; null for the end from which it runs.</param>
/// <param name="Backwards">Whether it runs against the source's own order.</param>
/// <param name="Start">How many to pass over.</param>
/// <param name="Count">How many to read at most.</param>
internal readonly record struct Slice(Boundary? From, bool Backwards, int Start, int Count);

/// <summary>What was read of a source.</summary>
/// <param name="Total">How many the source has in all.</param>
/// <param name="Items">What was read.</param>
/// <param name="Positions">Where each stands.</param>
/// <param name="More">Whether more come behind.</param>
internal sealed record Stretch<T>(long Total, IReadOnlyList<T> Items, IReadOnlyList<string> Positions, bool More);

/// <summary>A part of a list in one order: the resources of a type, or the members of a group.</summary>
/// <param name="Name">Names it among the parts of the list.</param>
/// <param name="Read">Reads a slice of it.</param>
/// <param name="Test">What an item at a position has to satisfy; null where all do.</param>
/// <param name="Descending">Whether the list runs against the order of positions.</param>
internal sealed record Source<T>(string Name, Func<Slice, ValueTask<Stretch<T>>> Read, Func<T, string, bool>? Test, bool Descending);

/// <summary>A place in a list, from which a page goes on.</summary>
/// <param name="Source">The name of the source in which it is.</param>
/// <param name="At">Where in the source; null for the end from which the page runs.</param>
/// <param name="Backwards">Whether the page is one before the place.</param>
internal readonly record struct Place(string Source, Boundary? At, bool Backwards)
{
    /// <summary>The names of the indexes that the walk does without, since they were not complete when it began; a line each.</summary>
    public string Without { get; init; } = "";
}

/// <summary>A page of a list.</summary>
/// <param name="Total">How many the list has in all; null when that is not known.</param>
/// <param name="Items">The items of the page.</param>
/// <param name="Next">Where the next page begins; null on the last one.</param>
/// <param name="Previous">Where the previous page ends; null on the first one.</param>
internal sealed record Paged<T>(long? Total, IReadOnlyList<T> Items, Place? Next, Place? Previous);

/// <summary>Cuts pages from sources that follow one another: by index with an exact total, or on from a place (RFC 9865), which costs the
/// same wherever the place is.</summary>
internal static class Pager
{
    /// <summary>How many items one step of a scan reads.</summary>
    public const int BatchSize = 500;

    /// <summary>How many items are looked at for one page by cursor; a page that has not found enough by then is short.</summary>
    public const int MostLooked = 10_000;

    /// <summary>RFC 7644 §3.4.2.4: passes over so many and reads so many. A source with a test is read to its end, for the total.</summary>
    public static async ValueTask<Paged<T>> ByIndexAsync<T>(IReadOnlyList<Source<T>> sources, int start, int count)
    {
        var items = new List<T>();
        var total = 0L;
        foreach (var source in sources)
        {
            var skip = (int)Math.Max(0, start - total);
            if (source.Test is null)
            {
                var stretch = await source.Read(new Slice(null, source.Descending, skip, count - items.Count)).ConfigureAwait(false);
                items.AddRange(stretch.Items);
                total += stretch.Total;
                continue;
            }
            Boundary? from = null;
            for (var more = true; more;)
            {
                var batch = await source.Read(new Slice(from, source.Descending, 0, BatchSize)).ConfigureAwait(false);
                foreach (var (item, position) in batch.Items.Zip(batch.Positions))
                {
                    if (source.Test(item, position) && ++total > start && items.Count < count)
                    {
                        items.Add(item);
                    }
                }
                more = batch.More && batch.Items.Count > 0;
                from = more ? new Boundary(batch.Positions[^1], After: !source.Descending) : null;
            }
        }
        return new Paged<T>(total, items, null, null);
    }

    /// <summary>RFC 9865: reads on from a place. The total is told where it costs nothing that grows.</summary>
    /// <param name="sources">What the list consists of.</param>
    /// <param name="from">Where to begin; null for the first page.</param>
    /// <param name="count">How many the page may hold, at least 1.</param>
    public static async ValueTask<Paged<T>> ByPlaceAsync<T>(IReadOnlyList<Source<T>> sources, Place? from, int count)
    {
        var backwards = from?.Backwards == true;
        var first = from is { } place ? sources.TakeWhile(s => s.Name != place.Source).Count() : 0;
        var (items, totals, looked) = (new List<T>(), new long?[sources.Count], 0);
        Place? end = null;
        for (var i = first; i >= 0 && i < sources.Count && end is null; i += backwards ? -1 : 1)
        {
            var source = sources[i];
            var at = i == first ? from?.At : null;
            for (var more = true; more && end is null;)
            {
                var run = new Slice(at, source.Descending != backwards, 0, source.Test is null ? count - items.Count : Math.Min(BatchSize, MostLooked - looked));
                var batch = await source.Read(run).ConfigureAwait(false);
                totals[i] = batch.Total;
                var taken = 0;
                for (; taken < batch.Items.Count && items.Count < count; taken++)
                {
                    if (source.Test?.Invoke(batch.Items[taken], batch.Positions[taken]) != false)
                    {
                        items.Add(batch.Items[taken]);
                    }
                }
                looked += source.Test is null ? 0 : taken;
                at = taken > 0 ? new Boundary(batch.Positions[taken - 1], After: !run.Backwards) : at;
                more = taken < batch.Items.Count || (batch.More && taken > 0);
                if (more && (items.Count == count || looked >= MostLooked))
                {
                    end = new Place(source.Name, at, backwards);
                }
            }
            if (end is null && (items.Count == count || looked >= MostLooked) && Neighbour(i, backwards) is { } other)
            {
                end = new Place(other.Name, null, backwards);
            }
        }
        if (backwards)
        {
            items.Reverse();
        }
        var turned = from is { } begin ? Turn(begin, first) : null;
        var total = sources.All(s => s.Test is null) ? await SumAsync(sources, totals).ConfigureAwait(false) : from is null && end is null ? items.Count : (long?)null;
        return backwards ? new Paged<T>(total, items, turned, end) : new Paged<T>(total, items, end, turned);

        Source<T>? Neighbour(int i, bool before) => sources.ElementAtOrDefault(before ? i - 1 : i + 1);

        // The same place, looked at from the other side; at the end of a source it is the end of its neighbour.
        Place? Turn(Place place, int i) => place.At is not null ? place with { Backwards = !place.Backwards }
            : Neighbour(i, !place.Backwards) is { } other ? new Place(other.Name, null, !place.Backwards) : null;
    }

    private static async ValueTask<long> SumAsync<T>(IReadOnlyList<Source<T>> sources, long?[] totals)
    {
        var sum = 0L;
        for (var i = 0; i < sources.Count; i++)
        {
            sum += totals[i] ?? (await sources[i].Read(new Slice(null, false, 0, 0)).ConfigureAwait(false)).Total;
        }
        return sum;
    }
}
