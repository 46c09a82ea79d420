using System.Buffers;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Provisioning;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>Lists: by GET or by POST to <c>.search</c>, of one resource type or of all.</summary>
public sealed partial class ResourceHandlers
{
    /// <summary>What a span tells as the resource type of a list of all types.</summary>
    private const string AllTypes = "Resource";

    /// <summary>RFC 7644 §3.4.2: 200 with a list, empty when nothing matches.</summary>
    public Task Search(HttpContext http, ResourceType type) =>
        RunAsync(http, type, "search", call => ListAsync(http, [type], QueryOf(http, call), call));

    /// <summary>RFC 7644 §3.4.2.1: 200 with a list of resources of all types.</summary>
    public Task SearchAll(HttpContext http) =>
        RunAsync(http, AllTypes, "search", call => ListAsync(http, catalog.ResourceTypes, QueryOf(http, call), call));

    /// <summary>RFC 7644 §3.4.3: the same by POST, with the query in the body.</summary>
    public Task SearchByPost(HttpContext http, ResourceType type) => RunAsync(http, type, "search", call => ListByPostAsync(http, [type], type.Endpoint, call));

    /// <summary>RFC 7644 §3.4.3: resources of all types by POST.</summary>
    public Task SearchAllByPost(HttpContext http) => RunAsync(http, AllTypes, "search", call => ListByPostAsync(http, catalog.ResourceTypes, "", call));

    /// <summary>200 with a list of a group's members, in pages as any list; 404 when there is no such group.</summary>
    public Task Members(HttpContext http, ResourceType type) => RunAsync(http, type, "search", async call =>
    {
        var query = QueryOf(http, call);
        listValidator.Check(query);
        var caller = Caller(http);
        call.About(Id(http));
        if (await memberSearcher.SearchAsync(caller, type, Id(http), query, call, http.RequestAborted).ConfigureAwait(false) is not { } found)
        {
            await ScimResults.WriteErrorAsync(http, ScimError.NotFound(type.Name, Id(http))).ConfigureAwait(false);
            return;
        }
        var output = new ArrayBufferWriter<byte>(256 + (160 * found.Members.Count));
        ScimResults.StartList(output, found.Page, found.Members.Count);
        ResourceView.WriteLinks(output, found.Members, type, caller.BaseUrl);
        output.Write("}"u8);
        await ScimResults.WriteAsync(http, 200, output.WrittenMemory).ConfigureAwait(false);
    });

    private ListQuery QueryOf(HttpContext http, ScimCall call)
    {
        var dialect = new EntraDialect(Caller(http).Dialect);
        var query = ListQuery.Read(http.Request.Query, dialect);
        call.Noted(dialect.Quirks);
        return query;
    }

    private async Task ListByPostAsync(HttpContext http, IReadOnlyList<ResourceType> types, string endpoint, ScimCall call)
    {
        if (QueryKeys.HasFilter(http.Request.Query.Keys))
        {
            throw new ScimException(ScimError.InvalidFilter(
                "A POST to .search has its filter in the body. Send \"filter\" there, and not in the address."));
        }
        using var body = await BodyReader.ReadAsync(http, BodyLimit.OfBulk(settings.Limits)).ConfigureAwait(false);
        var dialect = new EntraDialect(Caller(http).Dialect);
        var query = ListQuery.Read(body.RootElement, dialect);
        call.Noted(dialect.Quirks);
        await ListAsync(http, types, query, call, $"{Addresses.BaseUrl(http, settings.PublicUrl)}{endpoint}/.search").ConfigureAwait(false);
    }

    private async Task ListAsync(
        HttpContext http, IReadOnlyList<ResourceType> types, ListQuery query, ScimCall call, string? location = null)
    {
        listValidator.Check(query);
        var caller = Caller(http);
        var projections = types.ToDictionary(t => t, t => Projection.Read(t, query.Attributes, query.ExcludedAttributes, caller.Dialect));
        var page = await searcher.SearchAsync(caller, types, query, t => WantsLinks(t, projections[t]), call, http.RequestAborted).ConfigureAwait(false);
        var output = new ArrayBufferWriter<byte>(1024 + (1024 * page.Resources.Count));
        ScimResults.StartList(output, page, page.Resources.Count);
        output.Write("["u8);
        for (var i = 0; i < page.Resources.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }
            var (type, resource) = page.Resources[i];
            ResourceView.Write(output, resource, type, caller.BaseUrl, projections[type]);
        }
        output.Write("]}"u8);
        http.Response.Headers.Location = location;
        await ScimResults.WriteAsync(http, 200, output.WrittenMemory).ConfigureAwait(false);
    }
}
