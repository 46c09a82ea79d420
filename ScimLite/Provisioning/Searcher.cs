using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>RFC 7644 §3.4.2: finds resources by a filter, through an index where one answers, otherwise in bounded batches with an exact total.</summary>
public sealed class Searcher(IResourceStore store, LimitSettings limits, ScimTelemetry telemetry)
{
    /// <summary>How many resources one step of a scan reads.</summary>
    public const int BatchSize = 500;

    private readonly FilterLimits filterLimits = new(limits.MaxFilterLength, limits.MaxFilterDepth);

    /// <summary>Finds a page.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>.</exception>
    public async ValueTask<FoundPage> SearchAsync(
        Caller caller, ResourceType type, ListQuery query, bool followLinks, ScimCall call, CancellationToken cancel)
    {
        var dialect = new EntraDialect(caller.Dialect);
        var filter = query.Filter is null ? null : FilterParser.Parse(query.Filter, dialect, filterLimits);
        var plan = QueryPlan.For(filter, type, dialect);
        call.Planned(Describe(plan));
        call.Noted(dialect.Quirks);
        var (start, count) = (query.Start, query.CountWithin(limits.MaxPageSize));
        var page = plan.Test is null
            ? await store.QueryAsync(new ResourceQuery(caller.Tenant, type, plan.Lookup, start - 1, count, caller.Follow(followLinks)), cancel).ConfigureAwait(false)
            : await TestAsync(caller, type, plan, plan.Test, start - 1, count, followLinks, cancel).ConfigureAwait(false);
        call.Done(page.Total > 0 ? "found" : "none");
        return new FoundPage(page.Total, start, page.Resources);
    }

    private async ValueTask<ResourcePage> TestAsync(
        Caller caller, ResourceType type, QueryPlan plan, Func<System.Text.Json.Nodes.JsonObject, bool> test, int start, int count, bool followLinks, CancellationToken cancel)
    {
        var page = new List<StoredResource>();
        var total = 0L;
        await foreach (var batch in BatchesAsync(caller, type, plan, cancel).ConfigureAwait(false))
        {
            telemetry.Scanned(type.Name, batch.Count);
            foreach (var resource in batch)
            {
                if (test(ResourceView.ToTree(resource, type, caller.BaseUrl)) && ++total > start && page.Count < count)
                {
                    page.Add(resource);
                }
            }
        }
        if (followLinks && !plan.TestsLinks)
        {
            // The members of those on the page alone, not of all that were looked at.
            var followed = await Task.WhenAll(page.Select(r => store.GetAsync(new ResourceKey(caller.Tenant, type, r.Id), caller.Follow(true), cancel).AsTask())).ConfigureAwait(false);
            page = [.. followed.OfType<StoredResource>()];
        }
        return new ResourcePage(total, page, [], false);
    }

    private async IAsyncEnumerable<IReadOnlyList<StoredResource>> BatchesAsync(
        Caller caller, ResourceType type, QueryPlan plan, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (plan.IsScan)
        {
            for (var next = 0L; ;)
            {
                var batch = await store.ScanAsync(caller.Tenant, type, next, BatchSize, caller.Follow(plan.TestsLinks), cancel).ConfigureAwait(false);
                if (batch.Resources.Count == 0)
                {
                    yield break;
                }
                yield return batch.Resources;
                next = batch.Next;
            }
        }
        for (var start = 0; ; start += BatchSize)
        {
            var found = await store.QueryAsync(new ResourceQuery(caller.Tenant, type, plan.Lookup, start, BatchSize, caller.Follow(plan.TestsLinks)), cancel).ConfigureAwait(false);
            yield return found.Resources;
            if (found.Resources.Count < BatchSize)
            {
                yield break;
            }
        }
    }

    private static string Describe(QueryPlan plan) => plan.Lookup switch
    {
        Lookup.ById => "id",
        Lookup.ByMember => "members",
        Lookup.ByTerm term => $"index {term.Term.Attribute.Index}",
        _ => plan.IsScan ? "scan" : "all",
    };
}
