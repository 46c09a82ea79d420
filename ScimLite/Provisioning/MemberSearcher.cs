using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>Lists the members of a group in pages, filtered, without loading the group: an extension of ScimLite's, for groups whose members don't
/// fit in one answer.</summary>
public sealed class MemberSearcher(IResourceStore store, CursorSeal cursors, LimitSettings limits, ScimTelemetry telemetry)
{
    private readonly FilterLimits filterLimits = new(limits.MaxFilterLength, limits.MaxFilterDepth);

    /// <summary>Finds a page of members, in the order of their ids.</summary>
    /// <returns>Null when there is no such group.</returns>
    /// <exception cref="ScimException"><c>invalidFilter</c>, <c>invalidValue</c>, or one of RFC 9865's.</exception>
    public async ValueTask<FoundMembers?> SearchAsync(Caller caller, ResourceType type, string group, ListQuery query, ScimCall call, CancellationToken cancel)
    {
        if (!string.IsNullOrWhiteSpace(query.SortBy))
        {
            throw new ScimException(ScimError.InvalidValue("Members are listed in the order of their ids and no other. Leave sortBy out."));
        }
        var dialect = new EntraDialect(caller.Dialect);
        var filter = query.Filter is null ? null : FilterParser.Parse(query.Filter, dialect, filterLimits);
        var test = filter is null ? null : FilterEvaluator.CompileElement(filter, type.FindCore("members")!, dialect);
        var only = filter is Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null, Name: var name }, Value: { Kind: LiteralKind.Text, Text: var id } }
            && name.Equals("value", StringComparison.OrdinalIgnoreCase) ? id : null;
        call.Planned(only is not null ? "member" : filter is null ? "members" : "members scan");
        call.Noted(dialect.Quirks);

        var count = query.CountWithin(limits.MaxPageSize);
        var bound = string.Join('\n', caller.Tenant, type.Name, group, filter?.ToString());
        var place = string.IsNullOrEmpty(query.Cursor) ? (Place?)null : await cursors.OpenAsync(query.Cursor, count, bound, cancel).ConfigureAwait(false);
        var missing = false;
        var source = new Source<Link>("members", ReadAsync, test is null || only is not null ? null : (link, _) => test(ResourceView.MemberTree(link, type, caller.BaseUrl)), false);
        var page = query.Cursor is null || count == 0
            ? await Pager.ByIndexAsync([source], query.Start - 1, count).ConfigureAwait(false)
            : await Pager.ByPlaceAsync([source], place, count).ConfigureAwait(false);
        call.Done(page.Total > 0 || page.Items.Count > 0 ? "found" : "none");
        return missing ? null : new FoundMembers(
            new FoundPage(page.Total, query.Cursor is null ? query.Start : null, [])
            {
                NextCursor = page.Next is { } next ? await cursors.SealAsync(next, count, bound, cancel).ConfigureAwait(false) : null,
                PreviousCursor = page.Previous is { } previous ? await cursors.SealAsync(previous, count, bound, cancel).ConfigureAwait(false) : null,
            },
            page.Items);

        async ValueTask<Stretch<Link>> ReadAsync(Slice slice)
        {
            var members = new MemberQuery(new ResourceKey(caller.Tenant, type, group), slice.Start, slice.Count) { Only = only, From = slice.From, Backwards = slice.Backwards };
            if (await store.ReadMembersAsync(members, cancel).ConfigureAwait(false) is not { } found)
            {
                missing = true;
                return new Stretch<Link>(0, [], [], false);
            }
            if (filter is not null && only is null)
            {
                telemetry.Scanned(type.Name, found.Members.Count);
            }
            return new Stretch<Link>(found.Total, found.Members, [.. found.Members.Select(m => m.Id)], found.More);
        }
    }
}
