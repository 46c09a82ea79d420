using System.Buffers;
using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>RFC 7644 §4: what the service supports, said by the data that it works with.</summary>
public sealed class DiscoveryHandlers(SchemaCatalog catalog, Settings settings)
{
    /// <summary>All schemas.</summary>
    public Task Schemas(HttpContext http) => List(http, catalog.Schemas, WriteSchema);

    /// <summary>One schema, by URN.</summary>
    public Task Schema(HttpContext http) =>
        One(http, "Schema", catalog.FindSchema(Id(http)), schema => $"/Schemas/{schema.Id}", WriteSchema);

    /// <summary>All resource types.</summary>
    public Task ResourceTypes(HttpContext http) => List(http, catalog.ResourceTypes, WriteResourceType);

    /// <summary>One resource type, by name.</summary>
    public Task ResourceType(HttpContext http) =>
        One(http, "ResourceType", catalog.FindType(Id(http)), type => $"/ResourceTypes/{type.Name}", WriteResourceType);

    /// <summary>The service provider configuration, RFC 7643 §5; every query key is ignored.</summary>
    public Task ServiceProviderConfig(HttpContext http) => Write(http, $"{BaseUrl(http)}/ServiceProviderConfig", json =>
    {
        json.WriteStartObject();
        Schemas(json, Urns.ServiceProviderConfig);
        Supported(json, "patch", true);
        json.WriteStartObject("bulk"u8);
        json.WriteBoolean("supported"u8, true);
        json.WriteNumber("maxOperations"u8, settings.Limits.MaxBulkOperations);
        json.WriteNumber("maxPayloadSize"u8, settings.Limits.MaxBodyBytes);
        json.WriteEndObject();
        json.WriteStartObject("filter"u8);
        json.WriteBoolean("supported"u8, true);
        json.WriteNumber("maxResults"u8, settings.Limits.MaxPageSize);
        json.WriteEndObject();
        Supported(json, "changePassword", settings.Passwords == PasswordHandling.Hash);
        Supported(json, "sort", true);
        Supported(json, "etag", true);
        json.WriteStartObject("pagination"u8);
        json.WriteBoolean("cursor"u8, true);
        json.WriteBoolean("index"u8, true);
        json.WriteString("defaultPaginationMethod"u8, "index"u8);
        json.WriteNumber("defaultPageSize"u8, Math.Min(ListQuery.DefaultCount, settings.Limits.MaxPageSize));
        json.WriteNumber("maxPageSize"u8, settings.Limits.MaxPageSize);
        json.WriteNumber("cursorTimeout"u8, settings.Limits.CursorTimeoutSeconds);
        json.WriteEndObject();
        json.WriteStartArray("authenticationSchemes"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "oauthbearertoken"u8);
        json.WriteString("name"u8, "OAuth Bearer Token"u8);
        json.WriteString("description"u8, "The tenant's Secret Token, sent as a bearer token."u8);
        json.WriteString("specUri"u8, "https://www.rfc-editor.org/info/rfc6750"u8);
        json.WriteBoolean("primary"u8, true);
        json.WriteEndObject();
        json.WriteEndArray();
        Meta(json, "ServiceProviderConfig", $"{BaseUrl(http)}/ServiceProviderConfig");
        json.WriteEndObject();
    });

    private Task List<T>(HttpContext http, IReadOnlyList<T> items, Action<Utf8JsonWriter, T, string> write)
    {
        // RFC 7644 §4: a filter here is refused, since clients must be able to rely on the whole list.
        if (QueryKeys.HasFilter(http.Request.Query.Keys))
        {
            return ScimResults.WriteErrorAsync(http, ScimError.Of(403, "Discovery can't be filtered. Read the whole list and choose from it."));
        }
        return Write(http, json =>
        {
            json.WriteStartObject();
            Schemas(json, Urns.ListResponse);
            json.WriteNumber("totalResults"u8, items.Count);
            json.WriteNumber("startIndex"u8, 1);
            json.WriteNumber("itemsPerPage"u8, items.Count);
            json.WriteStartArray("Resources"u8);
            foreach (var item in items)
            {
                write(json, item, BaseUrl(http));
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Task One<T>(HttpContext http, string kind, T? item, Func<T, string> path, Action<Utf8JsonWriter, T, string> write)
        where T : class => item is null
        ? ScimResults.WriteErrorAsync(http, ScimError.NotFound(kind, Id(http)))
        : Write(http, BaseUrl(http) + path(item), json => write(json, item, BaseUrl(http)));

    private static void WriteSchema(Utf8JsonWriter json, Schema schema, string baseUrl)
    {
        json.WriteStartObject();
        foreach (var property in schema.Document.EnumerateObject())
        {
            property.WriteTo(json);
        }
        Meta(json, "Schema", $"{baseUrl}/Schemas/{schema.Id}");
        json.WriteEndObject();
    }

    private static void WriteResourceType(Utf8JsonWriter json, ResourceType type, string baseUrl)
    {
        json.WriteStartObject();
        Schemas(json, Urns.ResourceType);
        json.WriteString("id"u8, type.Name);
        json.WriteString("name"u8, type.Name);
        json.WriteString("endpoint"u8, type.Endpoint);
        json.WriteString("description"u8, type.Description);
        json.WriteString("schema"u8, type.Schema.Id);
        if (type.Extensions.Count > 0)
        {
            json.WriteStartArray("schemaExtensions"u8);
            foreach (var extension in type.Extensions)
            {
                json.WriteStartObject();
                json.WriteString("schema"u8, extension.Id);
                json.WriteBoolean("required"u8, type.Requires(extension));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        Meta(json, "ResourceType", $"{baseUrl}/ResourceTypes/{type.Name}");
        json.WriteEndObject();
    }

    private static void Schemas(Utf8JsonWriter json, string urn)
    {
        json.WriteStartArray("schemas"u8);
        json.WriteStringValue(urn);
        json.WriteEndArray();
    }

    private static void Supported(Utf8JsonWriter json, string feature, bool supported)
    {
        json.WriteStartObject(feature);
        json.WriteBoolean("supported"u8, supported);
        json.WriteEndObject();
    }

    private static Task Write(HttpContext http, string location, Action<Utf8JsonWriter> write)
    {
        // RFC 7643 §3.1: the meta.location of what the body shows.
        http.Response.Headers.ContentLocation = location;
        return Write(http, write);
    }

    private static void Meta(Utf8JsonWriter json, string resourceType, string location)
    {
        json.WriteStartObject("meta"u8);
        json.WriteString("resourceType"u8, resourceType);
        json.WriteString("location"u8, location);
        json.WriteEndObject();
    }

    private static Task Write(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, ScimJson.WriterOptions))
        {
            write(json);
        }
        return ScimResults.WriteAsync(http, 200, buffer.WrittenMemory);
    }

    private string BaseUrl(HttpContext http) => Addresses.BaseUrl(http, settings.PublicUrl);

    private static string Id(HttpContext http) => (string)http.Request.RouteValues["id"]!;
}
