using System.Buffers;
using System.Text.Json;

namespace ScimLite.Protocol.Bulk;

/// <summary>
/// <c>bulkId:…</c> in an operation's data, RFC 7644 §3.7.2. It may stand wherever a value does: as any string, as the last part of a
/// <c>$ref</c>, and as a string in the condition of a PATCH <c>path</c>.
/// </summary>
public static class BulkReferences
{
    /// <summary>What stands before a bulkId that is referred to.</summary>
    public const string Prefix = "bulkId:";

    /// <summary>Whether an id is the bulkId of another operation, and of which.</summary>
    public static bool TryRead(string id, out string bulkId)
    {
        var found = id.StartsWith(Prefix, StringComparison.Ordinal);
        bulkId = found ? id[Prefix.Length..] : "";
        return found;
    }

    /// <summary>Everything in the data that may name a resource, as an id or as <c>bulkId:…</c>.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: a string that no Unicode text can hold.</exception>
    public static IEnumerable<string> NamesIn(JsonElement data, string property = "") => data.ValueKind switch
    {
        JsonValueKind.Object => data.EnumerateObject().SelectMany(p => NamesIn(p.Value, ScimJson.Name(p))),
        JsonValueKind.Array => data.EnumerateArray().SelectMany(item => NamesIn(item, property)),
        JsonValueKind.String => NamesIn(ScimJson.Text(data), property),
        _ => [],
    };

    /// <summary>The data with ids in place of references.</summary>
    /// <param name="data">The data.</param>
    /// <param name="ids">The ids by bulkId; a reference to any other stays as it is.</param>
    /// <param name="left">References to these are left out, and with each the value or element of which it is a direct part.</param>
    public static JsonDocument Resolve(JsonElement data, IReadOnlyDictionary<string, string> ids, IReadOnlyCollection<string> left)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, ScimJson.WriterOptions))
        {
            Write(json, data, "", ids, left);
        }
        return JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = ScimJson.WriterOptions.MaxDepth });
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, string property, IReadOnlyDictionary<string, string> ids, IReadOnlyCollection<string> left)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var part in value.EnumerateObject().Where(p => !IsLeft(p.Value, ScimJson.Name(p), left)))
                {
                    json.WritePropertyName(part.Name);
                    Write(json, part.Value, part.Name, ids, left);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray().Where(item => !IsLeft(item, property, left)))
                {
                    Write(json, item, property, ids, left);
                }
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(Resolve(ScimJson.Text(value), property, ids));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static bool IsLeft(JsonElement value, string property, IReadOnlyCollection<string> left) => left.Count > 0 && value.ValueKind switch
    {
        JsonValueKind.String => NamesIn(ScimJson.Text(value), property).Any(name => TryRead(name, out var bulkId) && left.Contains(bulkId)),
        JsonValueKind.Object => value.EnumerateObject().Any(p => p.Value.ValueKind == JsonValueKind.String && IsLeft(p.Value, ScimJson.Name(p), left)),
        _ => false,
    };

    private static string Resolve(string text, string property, IReadOnlyDictionary<string, string> ids)
    {
        if (IsPath(text, property))
        {
            return string.Join('"', text.Split('"').Select((part, i) => i % 2 == 1 ? IdOf(part) : part));
        }
        var at = IsReference(property) ? text.LastIndexOf('/') + 1 : 0;
        return text[..at] + IdOf(text[at..]);

        string IdOf(string name) => TryRead(name, out var bulkId) ? ids.GetValueOrDefault(bulkId, name) : name;
    }

    private static IEnumerable<string> NamesIn(string text, string property) =>
        IsPath(text, property) ? text.Split('"').Where((_, i) => i % 2 == 1) : [text[(IsReference(property) ? text.LastIndexOf('/') + 1 : 0)..]];

    // members[value eq "bulkId:qwerty"]
    private static bool IsPath(string text, string property) => property.Equals("path", StringComparison.OrdinalIgnoreCase) && text.Contains('"', StringComparison.Ordinal);

    // ../Users/bulkId:qwerty
    private static bool IsReference(string property) => property.Equals("$ref", StringComparison.OrdinalIgnoreCase);
}
