using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>
/// RFC 7644 §3.4.2 and RFC 9865: lists the resources of one type or of several, filtered, sorted and cut into pages. An index answers where
/// one can; any other filter is a scan in bounded batches, and any other order is made in bounded memory.
/// </summary>
public sealed class Searcher(IResourceStore store, CursorSeal cursors, LimitSettings limits, ScimTelemetry telemetry)
{
    private readonly FilterLimits filterLimits = new(limits.MaxFilterLength, limits.MaxFilterDepth);

    /// <summary>Finds a page.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="types">Of which types; of several, one comes after the other unless the list is sorted.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="wantsLinks">Whether the answer shows the members or groups of resources of a type.</param>
    /// <param name="call">The call that it is part of.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="ScimException"><c>invalidFilter</c>, <c>invalidValue</c>, <c>tooMany</c>, or one of RFC 9865's.</exception>
    public async ValueTask<FoundPage> SearchAsync(
        Caller caller, IReadOnlyList<ResourceType> types, ListQuery query, Func<ResourceType, bool> wantsLinks, ScimCall call, CancellationToken cancel)
    {
        var dialect = new EntraDialect(caller.Dialect);
        var filter = query.Filter is null ? null : FilterParser.Parse(query.Filter, dialect, filterLimits);
        var sort = SortBy.Read(query.SortBy, query.SortOrder);
        var count = query.CountWithin(limits.MaxPageSize);
        var bound = string.Join('\n', [caller.Tenant, .. types.Select(t => t.Name), Names(filter), sort?.Path.ToString().ToUpperInvariant(), sort?.Descending.ToString()]);
        var place = string.IsNullOrEmpty(query.Cursor) ? (Place?)null : await cursors.OpenAsync(query.Cursor, count, bound, cancel).ConfigureAwait(false);

        // An index that does not hold every resource yet would miss some: the list does without it, on all its pages.
        var without = (place?.Without ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        List<Part> parts;
        Paged<Candidate> page;
        while (true)
        {
            parts = Plan(types, filter, sort, wantsLinks, dialect, without);
            var incomplete = new List<string>();
            IReadOnlyList<Source<Candidate>> sources = parts.Exists(p => p.Plan.Sort is not null) || (sort is not null && parts.Count > 1)
                ? [await SortAsync(caller, parts, sort!, dialect, incomplete, cancel).ConfigureAwait(false)]
                : [.. parts.Select(p => SourceOf(caller, p, p.WantsLinks, incomplete, cancel))];
            if (place is { } inside && sources.All(s => s.Name != inside.Source))
            {
                // The replica that made it reads the list another way, since it knows other indexes.
                throw CursorSeal.Foreign();
            }
            page = query.Cursor is null || count == 0
                ? await Pager.ByIndexAsync(sources, query.Start - 1, count).ConfigureAwait(false)
                : await Pager.ByPlaceAsync(sources, place, count).ConfigureAwait(false);
            if (incomplete.Count == 0)
            {
                break;
            }
            if (place is not null)
            {
                throw CursorSeal.Expired("The index along which the cursor led is being built anew.");
            }
            without.AddRange(incomplete);
        }
        call.Planned(string.Join("; ", parts.Select(p => p.Plan.Words).Distinct(StringComparer.Ordinal)));
        call.Noted(dialect.Quirks);
        page = page with { Next = Remember(page.Next), Previous = Remember(page.Previous) };

        var found = await Task.WhenAll(page.Items.Select(item => ShowAsync(caller, item, parts, cancel))).ConfigureAwait(false);
        call.Done(page.Total > 0 || found.Length > 0 ? "found" : "none");
        if (page.Total == 0 && parts is [{ Plan.Lookup: Lookup.ByTerm { Term: var term } }] && Guid.TryParse(term.Value, out _))
        {
            // Test Connection, and the same question at the start of each cycle. An externalId may be a GUID, so that may also be a user who is new.
            call.Probed(isNothingElse: term.Attribute.Index != "externalId");
        }
        return new FoundPage(page.Total, query.Cursor is null ? query.Start : null, [.. found.OfType<FoundResource>()])
        {
            NextCursor = page.Next is { } next ? await cursors.SealAsync(next, count, bound, cancel).ConfigureAwait(false) : null,
            PreviousCursor = page.Previous is { } previous ? await cursors.SealAsync(previous, count, bound, cancel).ConfigureAwait(false) : null,
        };

        Place? Remember(Place? at) => at is { } known ? known with { Without = string.Join('\n', without) } : null;
    }

    private static List<Part> Plan(
        IReadOnlyList<ResourceType> types, Filter? filter, SortBy? sort, Func<ResourceType, bool> wantsLinks, EntraDialect dialect, List<string> without)
    {
        // Of several types, those that don't know an attribute have no value for it (RFC 7644 §3.4.2.1); an attribute that none knows is unknown.
        var several = types.Count > 1;
        foreach (var path in several && filter is not null ? filter.Paths().Where(path => types.All(t => t.Resolve(AttributeNames.Canonical(path, t, dialect)) is null)) : [])
        {
            dialect.UnknownFilterAttribute(path);
        }
        if (sort is not null && types.All(t => sort.In(t, dialect) is null))
        {
            dialect.UnknownSortAttribute(sort.Path);
        }
        var lenient = several ? new EntraDialect(Dialect.Entra) : dialect;
        var parts = new List<Part>();
        foreach (var type in types)
        {
            var wanted = filter is null ? null : AttributeNames.Canonical(filter, type, dialect);
            var condition = wanted is null ? new TypeCondition(null, true) : TypeCondition.Of(wanted, type, lenient);
            if (wanted is not null && !ReferenceEquals(condition.Rest, wanted))
            {
                // A condition that is decided beforehand is refused as well if it makes no sense.
                _ = FilterEvaluator.Compile(wanted, type, lenient);
            }
            if (condition.Rest is not null || condition.Holds)
            {
                parts.Add(new Part(type, QueryPlan.For(condition.Rest, type, lenient, sort?.In(type, dialect), sort?.Descending == true, without), wantsLinks(type)));
            }
        }
        return parts;
    }

    private Source<Candidate> SourceOf(Caller caller, Part part, bool followLinks, List<string> incomplete, CancellationToken cancel)
    {
        var (type, plan) = (part.Type, part.Plan);
        var follow = caller.Follow(plan.Test is null ? followLinks : plan.TestsLinks);
        return new Source<Candidate>($"{type.Name} {plan.Words}", ReadAsync, plan.Test is null ? null : Test, plan.Descending);

        async ValueTask<Stretch<Candidate>> ReadAsync(Slice slice)
        {
            var query = new ResourceQuery(caller.Tenant, type, plan.Lookup, slice.Start, slice.Count, follow) { From = slice.From, Backwards = slice.Backwards };
            if (await store.QueryAsync(query, cancel).ConfigureAwait(false) is not { } page)
            {
                incomplete.Add(plan.Lookup.Index!.Index);
                return new Stretch<Candidate>(0, [], [], false);
            }
            if (plan.Test is not null)
            {
                telemetry.Scanned(type.Name, page.Resources.Count);
            }
            return new Stretch<Candidate>(page.Total, [.. page.Resources.Select(r => new Candidate(part, r.Id, r))], page.Positions, page.More);
        }

        bool Test(Candidate item, string position)
        {
            var tree = item.Tree(caller);
            return plan.Test(tree) && plan.Repeats?.IsFirst(position, IndexTerm.Of(tree, type), item.Id) != false;
        }
    }

    // All that match, by the values of an attribute that no index holds in one order: keys and ids alone are kept of them.
    private async ValueTask<Source<Candidate>> SortAsync(
        Caller caller, IReadOnlyList<Part> parts, SortBy sort, EntraDialect dialect, List<string> incomplete, CancellationToken cancel)
    {
        var found = new List<(string Key, Candidate Item)>();
        foreach (var part in parts)
        {
            var source = SourceOf(caller, part, followLinks: false, incomplete, cancel);
            var target = sort.In(part.Type, dialect);
            Boundary? from = null;
            for (var more = true; more;)
            {
                var batch = await source.Read(new Slice(from, false, 0, Pager.BatchSize)).ConfigureAwait(false);
                if (source.Test is null)
                {
                    CheckSortable(from is null ? found.Count + batch.Total : 0);
                    telemetry.Scanned(part.Type.Name, batch.Items.Count);
                }
                foreach (var (item, position) in batch.Items.Zip(batch.Positions))
                {
                    if (source.Test?.Invoke(item, position) != false)
                    {
                        found.Add((KeyOf(item.Tree(caller), target) + "\0" + item.Id, item with { Resource = null }));
                    }
                }
                CheckSortable(found.Count);
                more = batch.More && batch.Items.Count > 0;
                from = more ? new Boundary(batch.Positions[^1], After: true) : null;
            }
        }
        var sorted = found.OrderBy(f => f.Key, CodePointOrder.Instance).ToList();
        return new Source<Candidate>("sorted", slice => ValueTask.FromResult(Cut(sorted, slice)), null, sort.Descending);
    }

    private static Stretch<Candidate> Cut(List<(string Key, Candidate Item)> sorted, Slice slice)
    {
        var at = slice.From is not { } from ? slice.Backwards ? sorted.Count : 0
            : sorted.TakeWhile(f => CodePointOrder.Instance.Compare(f.Key, from.Position) is var order && (order < 0 || (order == 0 && from.After))).Count();
        var run = slice.Backwards ? sorted.Take(at).Reverse() : sorted.Skip(at);
        var left = (slice.Backwards ? at : sorted.Count - at) - slice.Start;
        var items = run.Skip(slice.Start).Take(slice.Count).ToList();
        return new Stretch<Candidate>(sorted.Count, [.. items.Select(f => f.Item)], [.. items.Select(f => f.Key)], left > slice.Count);
    }

    private void CheckSortable(long count)
    {
        if (count > limits.MaxSortedResources)
        {
            throw new ScimException(ScimError.TooMany(
                $"More than {limits.MaxSortedResources} resources would have to be sorted by an attribute that has no index of one order. Narrow them with a filter, sort one resource type by an indexed attribute such as "
                + "userName, displayName, externalId or meta.lastModified, or read the list without an order."));
        }
    }

    // Resources without a value come behind all others.
    private static string KeyOf(JsonObject tree, AttributeTarget? target) => target is not null && SortBy.Value(tree, target) is { } value && (target.Sub ?? target.Attribute!).Holds(value)
        ? "\0" + IndexTerm.Encode(new IndexedAttribute(target), value.ToString()) : "\x1";

    // A resource that was looked at without its members or groups is read again with them, once it is on the page.
    private async Task<FoundResource?> ShowAsync(Caller caller, Candidate item, List<Part> parts, CancellationToken cancel)
    {
        var part = item.Part;
        var shown = item.Resource;
        if (shown is null || (part.Plan.Test is not null && part.WantsLinks && !part.Plan.TestsLinks))
        {
            shown = await store.GetAsync(new ResourceKey(caller.Tenant, part.Type, item.Id), caller.Follow(part.WantsLinks), cancel).ConfigureAwait(false);
        }
        return shown is null ? null : new FoundResource(part.Type, shown);
    }

    // The filter with its names in one case: between two pages it may be spelt in another (RFC 9865 §2 does so in its example).
    private static string Names(Filter? filter)
    {
        var text = (filter?.ToString() ?? "").ToCharArray();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '"';
            if (quoted && text[i] == '\\')
            {
                i++;
            }
            else if (!quoted)
            {
                text[i] = char.ToUpperInvariant(text[i]);
            }
        }
        return new string(text);
    }

    private sealed record Part(ResourceType Type, QueryPlan Plan, bool WantsLinks);

    private sealed record Candidate(Part Part, string Id, StoredResource? Resource)
    {
        public JsonObject Tree(Caller caller) => ResourceView.ToTree(Resource!, Part.Type, caller.BaseUrl);
    }
}
