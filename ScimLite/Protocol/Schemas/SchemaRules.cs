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
public static partial class SchemaRules
{
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
            Append(array, attribute, ReadElement(attribute, value, path, dialect), path, dialect);
            return array.Count == 0 ? null : array;
        }
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null)
            {
                throw new ScimException(ScimError.InvalidValue($"'{path}' holds null among its values. Send only the values that are there."));
            }
            Append(array, attribute, ReadElement(attribute, item, path, dialect), path, dialect);
        }
        Values.MergeRepeated(array, attribute);
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
        value = dialect.UnwrapSimple(value);
        if (value.ValueKind == JsonValueKind.Null || dialect.IsEmptyText(attribute, value))
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
            AttributeType.String when value.ValueKind == JsonValueKind.Number && dialect.ReadsNumberAsText() => value.GetRawText(),
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
                return FilterTime.Read(literal.Text, dialect) ?? throw Mismatch("a time such as \"2026-01-31T09:30:00Z\"");
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

    /// <summary>A filter's time with the plus of its offset, which arrives as a blank where it was not escaped (<c>2026-11-27T05:00:00 02:00</c>).</summary>
    /// <returns>Null if that makes no time of it.</returns>
    public static string? PlusForBlank(string text) => text.LastIndexOf(' ') is > 10 and var at && text.Length - at == 6
        && string.Concat(text.AsSpan(0, at), "+", text.AsSpan(at + 1)) is var time && TryReadTime(time, out _) ? time : null;

    // An element that holds no value is none. Only its label may be there: "type" and "primary" describe a value (RFC 7643 §2.4).
    private static void Append(JsonArray array, SchemaAttribute attribute, JsonNode? element, string path, EntraDialect dialect)
    {
        if (element is not null && !Values.LacksValue(element, attribute))
        {
            array.Add(element);
        }
        else if (attribute.Name == "members")
        {
            // Left out in silence, the member would be lost.
            throw new ScimException(ScimError.InvalidMember("A member has no id. Send each member as {\"value\":\"<id of a user or group>\"}."));
        }
        else
        {
            dialect.ElementWithoutValue(path);
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
                dialect.IgnoredPart(attribute, $"{path}.{ScimJson.Name(property)}", property.Value);
                continue;
            }
            known = true;
            if (sub.Mutability != Mutability.ReadOnly && ReadValue(sub, property.Value, $"{path}.{sub.Name}", dialect) is { } read)
            {
                PutOnce(element, sub.Name, read);
            }
        }
        element = dialect.ReadReference(attribute, dialect.ReadRole(attribute, element, value));
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
}
