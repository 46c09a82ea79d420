using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Schemas;

/// <summary>
/// What schemas say about a resource: types, required, mutability. Reads what a client sent into a tree in the schema's own
/// spelling, in which only attributes that a schema knows and that have a value occur.
/// </summary>
public static class SchemaRules
{
    /// <summary>Reads the body of a POST or PUT. Read-only attributes, unknown ones, nulls and empty arrays are left out (RFC 7644 §3.3, §3.5.1; RFC 7643 §2.5).</summary>
    /// <exception cref="ScimException"><c>invalidValue</c> or <c>invalidSyntax</c>, naming the attribute.</exception>
    public static JsonObject Read(JsonElement body, ResourceType type, EntraDialect dialect)
    {
        var resource = ScimJson.NewObject();
        foreach (var property in body.EnumerateObject())
        {
            var name = ScimJson.Name(property);
            if (type.FindCore(name) is { } attribute)
            {
                Put(resource, attribute, property.Value, attribute.Name, dialect);
            }
            else if (type.FindExtension(name) is { } extension)
            {
                if (ReadExtension(extension, property.Value, dialect) is { Count: > 0 } values)
                {
                    PutOnce(resource, extension.Id, values);
                }
            }
            else
            {
                dialect.IgnoredAttribute(name);
            }
        }
        return resource;
    }

    /// <summary>Reads the value of one attribute.</summary>
    /// <returns>The value in the schema's spelling, or null when the attribute is to have none.</returns>
    /// <exception cref="ScimException"><c>invalidValue</c>, naming <paramref name="path"/> and what to send.</exception>
    public static JsonNode? ReadValue(SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (!attribute.MultiValued)
        {
            return dialect.IsEmptyReference(attribute, value) ? null : ReadElement(attribute, value, path, dialect);
        }
        var array = new JsonArray();
        if (value.ValueKind != JsonValueKind.Array)
        {
            Append(array, ReadElement(attribute, value, path, dialect));
            return array.Count == 0 ? null : array;
        }
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null)
            {
                throw new ScimException(ScimError.InvalidValue($"'{path}' holds null among its values. Send only the values that are there."));
            }
            Append(array, ReadElement(attribute, item, path, dialect));
        }
        return array.Count == 0 ? null : array;
    }

    /// <summary>Reads one value of an attribute, be it single-valued or one of many.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>, naming <paramref name="path"/> and what to send.</exception>
    public static JsonNode? ReadElement(SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        if (attribute.Type == AttributeType.Complex)
        {
            return ReadComplex(attribute, dialect.UnwrapSingleValue(value), path, dialect);
        }
        if (dialect.IsEmptyText(attribute, value))
        {
            return null;
        }
        return attribute.Type switch
        {
            AttributeType.Boolean => ReadBoolean(value, dialect) ?? throw Wrong(path, "true or false", value),
            AttributeType.Integer => ReadNumber(value, whole: true) ?? throw Wrong(path, "a whole number", value),
            AttributeType.Decimal => ReadNumber(value, whole: false) ?? throw Wrong(path, "a number", value),
            AttributeType.DateTime => value.ValueKind == JsonValueKind.String && TryReadTime(ScimJson.Text(value), out _)
                ? ScimJson.Text(value) : throw Wrong(path, "a time such as \"2026-01-31T09:30:00Z\"", value),
            AttributeType.Binary => value.ValueKind == JsonValueKind.String && IsBase64(ScimJson.Text(value))
                ? ScimJson.Text(value) : throw Wrong(path, "Base64 text", value),
            AttributeType.String or AttributeType.Reference => value.ValueKind == JsonValueKind.String
                ? ScimJson.Text(value) : throw Wrong(path, "text in double quotes", value),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The value of a filter's literal as an attribute would hold it.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>: not a value of the attribute's type.</exception>
    internal static JsonNode? ReadLiteral(SchemaAttribute attribute, Literal literal, EntraDialect dialect)
    {
        switch (attribute.Type)
        {
            case AttributeType.Boolean:
                return literal.Kind == LiteralKind.Truth ? literal.Text == "true"
                    : dialect.ReadBoolean(literal.Text) ?? throw Mismatch("true or false");
            case AttributeType.Integer or AttributeType.Decimal:
                return literal.Kind is LiteralKind.Number or LiteralKind.Text && IsNumber(literal.Text) ? ScimJson.Number(literal.Text) : throw Mismatch("a number");
            case AttributeType.DateTime:
                return TryReadTime(literal.Text, out _) ? literal.Text : throw Mismatch("a time such as \"2026-01-31T09:30:00Z\"");
            case AttributeType.Complex:
                throw Mismatch("one of its sub-attributes");
            default:
                return literal.Kind is LiteralKind.Text or LiteralKind.Number ? literal.Text : throw Mismatch("text in double quotes");
        }
        ScimException Mismatch(string what) => new(ScimError.InvalidFilter(
            $"'{attribute.Name}' can't be compared with {ScimError.Shorten(literal.ToString())}. Compare it with {what}."));
    }

    /// <summary>A time of RFC 7643 §2.3.5; one without an offset is taken as UTC.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
        && text.Length > 10 && text[4] == '-' && text[10] is 'T' or 't' && text.AsSpan(11).Contains(':');

    /// <summary>Every required extension is there, and every required attribute has a value, in core and in each extension that is there.</summary>
    /// <param name="resource">The resource as it is to be.</param>
    /// <param name="type">Its type.</param>
    /// <param name="excused">What a PATCH found missing already: the schema came later, and nobody could be disabled any more.</param>
    /// <exception cref="ScimException"><c>invalidValue</c>, naming the attribute or extension.</exception>
    public static void CheckRequired(JsonObject resource, ResourceType type, IReadOnlyList<string>? excused = null)
    {
        if (Missing(resource, type).FirstOrDefault(path => excused?.Contains(path) != true) is { } missing)
        {
            throw new ScimException(ScimError.InvalidValue($"'{missing}' is required. Send a value for it; in Entra, map it to a source attribute that everyone has."));
        }
    }

    /// <summary>The paths of the required attributes and extensions that have no value.</summary>
    public static IReadOnlyList<string> Missing(JsonObject resource, ResourceType type)
    {
        List<string>? missing = null;
        AddMissing(resource, type.Schema.Attributes, "", ref missing);
        foreach (var extension in type.Extensions)
        {
            if (resource[extension.Id] is JsonObject values)
            {
                AddMissing(values, extension.Attributes, extension.Id + ":", ref missing);
            }
            else if (type.Requires(extension))
            {
                (missing ??= []).Add(extension.Id);
            }
        }
        return missing ?? [];
    }

    /// <summary>No immutable attribute that had a value has another now (RFC 7644 §3.5.1).</summary>
    /// <exception cref="ScimException"><c>mutability</c>, naming the attribute.</exception>
    public static void CheckImmutable(JsonObject before, JsonObject after, ResourceType type)
    {
        CheckImmutable(before, after, type.Schema.Attributes, "");
        foreach (var extension in type.Extensions)
        {
            if (before[extension.Id] is JsonObject old)
            {
                CheckImmutable(old, after[extension.Id] as JsonObject ?? ScimJson.NewObject(), extension.Attributes, extension.Id + ":");
            }
        }
    }

    /// <summary>Sets <c>schemas</c> to the core schema and the extensions that have values (RFC 7643 §3).</summary>
    public static void SetSchemas(JsonObject resource, ResourceType type)
    {
        var schemas = new JsonArray(type.Schema.Id);
        foreach (var extension in type.Extensions)
        {
            if (resource[extension.Id] is not null)
            {
                schemas.Add(extension.Id);
            }
        }
        resource["schemas"] = schemas;
    }

    private static JsonObject? ReadExtension(Schema extension, JsonElement value, EntraDialect dialect)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new ScimException(ScimError.InvalidValue($"'{extension.Id}' has to be an object that holds the extension's attributes."));
        }
        var values = ScimJson.NewObject();
        foreach (var property in value.EnumerateObject())
        {
            if (extension.Find(ScimJson.Name(property)) is { } attribute)
            {
                Put(values, attribute, property.Value, $"{extension.Id}:{attribute.Name}", dialect);
            }
            else
            {
                dialect.IgnoredAttribute($"{extension.Id}:{ScimJson.Name(property)}");
            }
        }
        return values;
    }

    private static void Put(JsonObject container, SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        if (attribute.Mutability == Mutability.ReadOnly)
        {
            return;
        }
        if (ReadValue(attribute, value, path, dialect) is { } read)
        {
            PutOnce(container, attribute.Name, read);
        }
    }

    private static void PutOnce(JsonObject container, string name, JsonNode value)
    {
        if (!container.TryAdd(name, value))
        {
            throw ScimJson.GivenTwice(name);
        }
    }

    private static void Append(JsonArray array, JsonNode? value)
    {
        if (value is not null)
        {
            array.Add(value);
        }
    }

    private static JsonObject? ReadComplex(SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        if (value.ValueKind == JsonValueKind.String && dialect.WrapsBareValue(attribute))
        {
            var text = ScimJson.Text(value);
            if (text.Trim().Length == 0)
            {
                throw Wrong(path, "an object with a value", value);
            }
            return Filled("value", text);
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(path, "an object with " + string.Join(", ", attribute.SubAttributes.Select(s => s.Name)), value);
        }
        var element = ScimJson.NewObject();
        var known = false;
        var any = false;
        foreach (var property in value.EnumerateObject())
        {
            any = true;
            if (attribute.Sub(ScimJson.Name(property)) is not { } sub)
            {
                continue;
            }
            known = true;
            if (sub.Mutability != Mutability.ReadOnly && ReadValue(sub, property.Value, $"{path}.{sub.Name}", dialect) is { } read)
            {
                PutOnce(element, sub.Name, read);
            }
        }
        element = dialect.ReadRole(attribute, element, value);
        if (element.Count == 0 && any && !known)
        {
            throw Wrong(path, "an object with " + string.Join(", ", attribute.SubAttributes.Select(s => s.Name)), value);
        }
        return element.Count == 0 ? null : element;
    }

    private static JsonObject Filled(string name, string text)
    {
        var element = ScimJson.NewObject();
        element[name] = text;
        return element;
    }

    private static JsonNode? ReadBoolean(JsonElement value, EntraDialect dialect) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => dialect.ReadBoolean(ScimJson.Text(value)),
        JsonValueKind.Number => dialect.ReadBoolean(value.GetRawText()),
        _ => null,
    };

    private static JsonNode? ReadNumber(JsonElement value, bool whole)
    {
        var digits = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => ScimJson.Text(value),
            _ => "",
        };
        if (!IsNumber(digits))
        {
            return null;
        }
        if (!whole)
        {
            return ScimJson.Number(digits);
        }
        // 5.0 and 5e0 are read as 5, since a whole number is shown without fraction and exponent (RFC 7643 §2.3.4).
        return decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == decimal.Truncate(number)
            ? ScimJson.Number(number.ToString("0", CultureInfo.InvariantCulture)) : null;
    }

    // The grammar is JSON's: what passes can be written back as it is.
    internal static bool IsNumber(string digits) =>
        digits.Length is > 0 and <= 64 && (char.IsAsciiDigit(digits[0]) || digits[0] == '-') && char.IsAsciiDigit(digits[^1])
        && double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var n)
        && double.IsFinite(n) && IsJsonNumber(digits);

    private static bool IsJsonNumber(string digits)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(digits));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number;
        }
        catch (JsonException)
        {
            // "01" and "1." are numbers to people and not to JSON.
            return false;
        }
    }

    // RFC 7643 §2.3.6: in either alphabet, and the padding may be missing.
    private static bool IsBase64(string text) =>
        Base64.IsValid(text) || Base64Url.IsValid(text) || (!text.Contains('=', StringComparison.Ordinal) && Base64.IsValid(text.PadRight((text.Length + 3) / 4 * 4, '=')));

    private static ScimException Wrong(string path, string wanted, JsonElement value) => new(ScimError.InvalidValue(
        $"'{path}' has to be {wanted}, but {Describe(value.ValueKind)} was sent."));

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "other text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "another object",
        _ => "null",
    };

    private static void AddMissing(JsonObject container, IReadOnlyList<SchemaAttribute> attributes, string prefix, ref List<string>? missing)
    {
        foreach (var attribute in attributes)
        {
            if (container[attribute.Name] is not { } value)
            {
                if (attribute.Required && attribute.Mutability != Mutability.ReadOnly)
                {
                    (missing ??= []).Add(prefix + attribute.Name);
                }
                continue;
            }
            foreach (var element in ScimJson.Values(value))
            {
                if (element is JsonObject complex)
                {
                    AddMissing(complex, attribute.SubAttributes, $"{prefix}{attribute.Name}.", ref missing);
                }
            }
        }
    }

    private static void CheckImmutable(JsonObject before, JsonObject after, IReadOnlyList<SchemaAttribute> attributes, string prefix)
    {
        foreach (var attribute in attributes)
        {
            var old = before[attribute.Name];
            if (old is not null && attribute.Mutability == Mutability.Immutable && !JsonNode.DeepEquals(old, after[attribute.Name]))
            {
                throw new ScimException(ScimError.Mutability($"'{prefix}{attribute.Name}' can't be changed once it is set. Send the value that it has, or leave it out of a PATCH."));
            }
            if (old is JsonObject complex && !attribute.MultiValued)
            {
                CheckImmutable(complex, after[attribute.Name] as JsonObject ?? ScimJson.NewObject(), attribute.SubAttributes, $"{prefix}{attribute.Name}.");
            }
        }
    }
}
