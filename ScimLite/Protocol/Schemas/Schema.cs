using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ScimLite.Protocol.Schemas;

/// <summary>A schema, read from the very document that is served at /Schemas, so that what is said and what is done can't differ.</summary>
public sealed class Schema
{
    // RFC 7643 §2.4: "If not specified, the value of "primary" SHALL be assumed to be "false"."
    private static readonly (string Name, bool Value) NotPrimary = ("primary", false);

    // Entra and Okta create users without "active" and expect that they can sign in.
    private static readonly (string Name, bool Value) ActiveUser = ("active", true);

    private readonly FrozenDictionary<string, SchemaAttribute> byName;

    private Schema(JsonElement document)
    {
        Document = document;
        Id = document.GetProperty("id").GetString()!;
        Name = document.GetProperty("name").GetString()!;
        Attributes = [.. document.GetProperty("attributes").EnumerateArray().Select(a => ReadAttribute(a, Id == Urns.User ? ActiveUser : null))];
        byName = Attributes.ToFrozenDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The URN.</summary>
    public string Id { get; }

    /// <summary>The name for people.</summary>
    public string Name { get; }

    /// <summary>The attributes in the document's order.</summary>
    public IReadOnlyList<SchemaAttribute> Attributes { get; }

    /// <summary>The document as served, without <c>meta</c>.</summary>
    public JsonElement Document { get; }

    /// <summary>Reads a schema document, RFC 7643 §7.</summary>
    public static Schema Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new Schema(document.RootElement.Clone());
    }

    /// <summary>The same schema without one of its attributes.</summary>
    public Schema Without(string attribute)
    {
        var document = JsonNode.Parse(Document.GetRawText())!.AsObject();
        document["attributes"]!.AsArray().RemoveAll(a => (string)a!["name"]! == attribute);
        return Parse(document.ToJsonString());
    }

    /// <summary>The attribute of that name in any case, or null.</summary>
    public SchemaAttribute? Find(string name) => byName.GetValueOrDefault(name);

    private static SchemaAttribute ReadAttribute(JsonElement a, (string Name, bool Value)? absent)
    {
        var type = Keyword<AttributeType>(a, "type") ?? AttributeType.String;
        var name = a.GetProperty("name").GetString()!;
        return new()
        {
            Name = name,
            WhenAbsent = type == AttributeType.Boolean && name == absent?.Name ? absent?.Value : null,
            Type = type,
            MultiValued = Flag(a, "multiValued"),
            Required = Flag(a, "required"),
            // RFC 7643 §2.3.6 and §2.3.7: whatever the document says.
            CaseExact = Flag(a, "caseExact") || type is AttributeType.Reference or AttributeType.Binary,
            Mutability = Keyword<Mutability>(a, "mutability") ?? Mutability.ReadWrite,
            Returned = Keyword<Returned>(a, "returned") ?? Returned.Default,
            Uniqueness = Keyword<Uniqueness>(a, "uniqueness") ?? Uniqueness.None,
            SubAttributes = a.TryGetProperty("subAttributes", out var subs)
                ? [.. subs.EnumerateArray().Select(sub => ReadAttribute(sub, Flag(a, "multiValued") ? NotPrimary : null))] : [],
        };
    }

    private static bool Flag(JsonElement a, string name) => a.TryGetProperty(name, out var value) && value.GetBoolean();

    private static T? Keyword<T>(JsonElement a, string name) where T : struct, Enum =>
        a.TryGetProperty(name, out var value) ? Enum.Parse<T>(value.GetString()!, ignoreCase: true) : null;
}
