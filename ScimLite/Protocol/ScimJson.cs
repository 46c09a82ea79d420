using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace ScimLite.Protocol;

/// <summary>The one door through which JSON from outside comes in, and the settings with which ours goes out.</summary>
public static class ScimJson
{
    /// <summary>The deepest nesting that a body may have.</summary>
    public const int MaxDepth = 64;

    /// <summary>How documents are written: names and text stay readable, nothing needs HTML escapes in <c>application/scim+json</c>.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth + 8 };

    private static readonly JsonSerializerOptions TreeOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly JsonNodeOptions IgnoreCase = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Reads a request body, which has to be one JSON object.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: not UTF-8, not JSON, a name twice in one object, too deep, or not an object.</exception>
    public static JsonDocument ParseBody(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new ScimException(ScimError.InvalidSyntax("The body is not valid UTF-8. Send the JSON encoded as UTF-8."));
        }
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException e)
        {
            throw new ScimException(ScimError.InvalidSyntax(
                $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): a syntax error, a name given twice in one object, "
                + $"or more than {MaxDepth} levels. Send one well-formed JSON object."));
        }
        catch (InvalidOperationException)
        {
            // The search for names given twice reads them, and stumbles over these.
            throw HalfPair("name");
        }
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new ScimException(ScimError.InvalidSyntax("The body has to be a JSON object, such as {\"schemas\":[…],…}."));
        }
        return document;
    }

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: half of a surrogate pair stands alone, which no Unicode text can hold.</exception>
    public static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw HalfPair("string");
        }
    }

    /// <summary>The name of a property, with the same guard as <see cref="Text"/>.</summary>
    public static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw HalfPair("name");
        }
    }

    /// <summary>Finds a property whose name may be spelt in any case; null when there is none.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: it is given twice, in different upper and lower case.</exception>
    public static JsonElement? Find(JsonElement container, string name)
    {
        JsonElement? found = null;
        foreach (var property in container.EnumerateObject())
        {
            if (Name(property).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = found is null ? property.Value : throw GivenTwice(name);
            }
        }
        return found;
    }

    /// <summary>What to throw where one attribute has two names in a body, which differ in upper and lower case or in their form.</summary>
    public static ScimException GivenTwice(string name) => new(ScimError.InvalidSyntax(
        $"'{ScimError.Shorten(name)}' is given twice, in different spellings. Send it once."));

    /// <summary>A number that keeps the digits it was sent with.</summary>
    public static JsonNode Number(string digits) => JsonNode.Parse(digits)!;

    /// <summary>An empty object whose names ignore case, as SCIM's attribute names do.</summary>
    public static JsonObject NewObject() => new(IgnoreCase);

    /// <summary>Reads a document that ScimLite wrote itself.</summary>
    public static JsonObject ParseStored(ReadOnlySpan<byte> utf8) => JsonNode.Parse(utf8, IgnoreCase)!.AsObject();

    /// <summary>Writes a tree as UTF-8.</summary>
    public static byte[] Write(JsonNode tree) => JsonSerializer.SerializeToUtf8Bytes(tree, TreeOptions);

    /// <summary>The names that two documents of ScimLite's own don't give the same text; all others have the same value in both. Nothing is made of
    /// the values, which is why it costs less than to compare trees.</summary>
    public static IReadOnlySet<string> Differing(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var differing = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var values = new Dictionary<string, Range>(StringComparer.OrdinalIgnoreCase);
        for (var reader = Members(one); NextMember(ref reader, out var name, out var value);)
        {
            values.Add(name, value);
            differing.Add(name);
        }
        for (var reader = Members(other); NextMember(ref reader, out var name, out var value);)
        {
            if (!values.TryGetValue(name, out var before) || !one[before].SequenceEqual(other[value]))
            {
                differing.Add(name);
            }
            else
            {
                differing.Remove(name);
            }
        }
        return differing;
    }

    private static Utf8JsonReader Members(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document);
        reader.Read();
        return reader;
    }

    private static bool NextMember(ref Utf8JsonReader reader, out string name, out Range value)
    {
        (name, value) = ("", default);
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }
        name = reader.GetString()!;
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        value = start..(int)reader.BytesConsumed;
        return true;
    }

    /// <summary>The elements of an array, or the one value itself; nothing for null.</summary>
    public static IEnumerable<JsonNode> Values(JsonNode? value) => value switch
    {
        null => [],
        JsonArray array => array.OfType<JsonNode>(),
        _ => [value],
    };

    /// <summary>A copy that can be changed without touching the original.</summary>
    public static JsonObject Copy(JsonObject tree) => tree.DeepClone().AsObject();

    private static ScimException HalfPair(string what) => new(ScimError.InvalidSyntax(
        $"A {what} in the body holds half of a surrogate pair (\\ud800 to \\udfff). Send complete characters."));
}
