using System.Text.Json;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Bulk;

/// <summary>A Bulk request, RFC 7644 §3.7.</summary>
/// <param name="FailOnErrors">After how many errors no further operation is begun; null for never.</param>
/// <param name="Operations">What to do, in the order in which it was sent.</param>
public sealed record BulkRequest(int? FailOnErrors, IReadOnlyList<BulkOperation> Operations)
{
    /// <summary>Reads the body of a Bulk. What is wrong with one operation is that operation's <see cref="BulkOperation.Fault"/>.</summary>
    /// <param name="body">The body.</param>
    /// <param name="catalog">The resource types that a path may name.</param>
    /// <param name="mostOperations">How many operations are read.</param>
    /// <param name="dialect">How the tenant has deviations read.</param>
    /// <exception cref="ScimException"><c>invalidSyntax</c>, <c>invalidValue</c>, or 413 for too many operations (RFC 7644 §3.7.4).</exception>
    public static BulkRequest Read(JsonElement body, SchemaCatalog catalog, int mostOperations, EntraDialect dialect)
    {
        dialect.CheckBulkSchemas(ScimJson.Find(body, "schemas"));
        if (ScimJson.Find(body, "Operations") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new ScimException(ScimError.InvalidSyntax(
                "A Bulk needs 'Operations', an array of objects with method, path, bulkId and data."));
        }
        if (list.GetArrayLength() == 0)
        {
            dialect.EmptyOperations();
        }
        if (list.GetArrayLength() > mostOperations)
        {
            throw new ScimException(ScimError.Of(413,
                $"The Bulk has {list.GetArrayLength()} operations, and at most {mostOperations} are read (maxOperations). Send them in several requests."));
        }
        var bulkIds = new HashSet<string>(StringComparer.Ordinal);
        return new BulkRequest(ReadLimit(body), [.. list.EnumerateArray().Select(o => BulkOperation.Read(o, catalog, bulkIds))]);
    }

    private static int? ReadLimit(JsonElement body) => ScimJson.Find(body, "failOnErrors") switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var limit) && limit >= 1 => limit,
        _ => throw new ScimException(ScimError.InvalidValue("'failOnErrors' has to be a whole number of at least 1: after so many errors no operation is begun any more.")),
    };
}

/// <summary>One operation of a Bulk request.</summary>
public sealed record BulkOperation
{
    /// <summary><c>POST</c>, <c>PUT</c>, <c>PATCH</c> or <c>DELETE</c>; null when it is none of them.</summary>
    public string? Method { get; private init; }

    /// <summary>The client's name for what a POST creates, unique in the request; other methods have it echoed.</summary>
    public string? BulkId { get; private init; }

    /// <summary>The version that the resource has to have, as an entity tag; null when the client doesn't care.</summary>
    public string? Version { get; private init; }

    /// <summary>The resource type that the path leads to; null when it leads to none.</summary>
    public ResourceType? Type { get; private init; }

    /// <summary>The resource's id, which may be <c>bulkId:…</c>; null for a POST.</summary>
    public string? Id { get; private init; }

    /// <summary>The body of the single request; undefined for a DELETE.</summary>
    public JsonElement Data { get; private init; }

    /// <summary>Why it can't be done, whatever the directory holds.</summary>
    public ScimError? Fault { get; private init; }

    internal static BulkOperation Read(JsonElement element, SchemaCatalog catalog, HashSet<string> bulkIds)
    {
        var read = new BulkOperation();
        try
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                throw new ScimException(ScimError.InvalidSyntax("Each of the 'Operations' has to be an object with method, path, bulkId and data."));
            }
            // What the answer repeats comes first, so that the client recognises the operation whatever else is wrong with it.
            read = read with { BulkId = Text(element, "bulkId") };
            read = read with { Method = ReadMethod(element) };
            read = ReadPath(read, Text(element, "path"), catalog);
            read = read with { Version = Text(element, "version") is { Length: > 0 } version ? version : null };
            if (read.Method == "POST" && (string.IsNullOrEmpty(read.BulkId) || !bulkIds.Add(read.BulkId)))
            {
                throw new ScimException(ScimError.InvalidValue(string.IsNullOrEmpty(read.BulkId)
                    ? "A POST in a Bulk needs a 'bulkId', by which its answer is recognised. Send any text that is unique in the request."
                    : $"The bulkId '{ScimError.Shorten(read.BulkId)}' is given to two POST operations. Send another one for each."));
            }
            return read.Method == "DELETE" ? read : read with { Data = ReadData(element) };
        }
        catch (ScimException e)
        {
            return read with { Fault = e.Error };
        }
    }

    private static string? Text(JsonElement element, string name) => ScimJson.Find(element, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => ScimJson.Text(text),
        _ => throw new ScimException(ScimError.InvalidSyntax($"'{name}' of an operation has to be text in double quotes.")),
    };

    private static string ReadMethod(JsonElement element) => Text(element, "method")?.ToUpperInvariant() switch
    {
        { } method and ("POST" or "PUT" or "PATCH" or "DELETE") => method,
        _ => throw new ScimException(ScimError.InvalidSyntax("The 'method' of an operation has to be POST, PUT, PATCH or DELETE.")),
    };

    // "/Users", "/Users/2819c223" or "/Groups/bulkId:qwerty", as relative as RFC 7644 §3.7 wants it.
    private static BulkOperation ReadPath(BulkOperation read, string? path, SchemaCatalog catalog)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new ScimException(ScimError.InvalidSyntax("An operation needs a 'path', such as /Users for a POST and /Users/<id> otherwise."));
        }
        var parts = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var type = parts.Length is 1 or 2 ? catalog.ResourceTypes.FirstOrDefault(t => t.Endpoint[1..].Equals(parts[0], StringComparison.OrdinalIgnoreCase)) : null;
        if (type is null)
        {
            throw new ScimException(ScimError.Of(404,
                $"The path '{ScimError.Shorten(path)}' leads to no resource. Send it relative to the Tenant URL, such as /Users or /Groups/<id>."));
        }
        if (read.Method == "POST" != (parts.Length == 1))
        {
            throw new ScimException(ScimError.Of(405, read.Method == "POST"
                ? $"A POST creates a resource, so its path is {type.Endpoint} without an id."
                : $"A {read.Method} is for one resource, so its path is {type.Endpoint}/<id>."));
        }
        return read with { Type = type, Id = parts.Length == 1 ? null : Uri.UnescapeDataString(parts[1]) };
    }

    private static JsonElement ReadData(JsonElement element) => ScimJson.Find(element, "data") is { ValueKind: JsonValueKind.Object } data
        ? data : throw new ScimException(ScimError.InvalidSyntax("The operation needs 'data', the JSON object that the single request would have as its body."));
}
