using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Store;

/// <summary>One entry of an index: an attribute with a normalised value.</summary>
/// <param name="Attribute">Which attribute.</param>
/// <param name="Value">The value as it was given, for messages.</param>
public sealed record IndexTerm(IndexedAttribute Attribute, string Value)
{
    /// <summary>
    /// What the index sorts by: the attribute, a zero, and the value in the one form that all its spellings share, ordered as the
    /// values are. Control characters that separate entries are escaped, so that no value can look like two.
    /// </summary>
    public string Text { get; } = $"{Attribute.Index}\0{Escape(Normalise(Attribute.Leaf, Value))}";

    /// <summary>All terms of a resource.</summary>
    public static IReadOnlyList<IndexTerm> Of(JsonObject resource, ResourceType type)
    {
        var terms = new List<IndexTerm>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var indexed in type.Indexed)
        {
            var target = indexed.Target;
            var container = target.Extension is null ? resource : resource[target.Extension.Id] as JsonObject;
            foreach (var element in ScimJson.Values(container?[target.Attribute!.Name]))
            {
                var value = target.Sub is null ? element : (element as JsonObject)?[target.Sub.Name];
                if (value is not null)
                {
                    var term = new IndexTerm(indexed, value.ToString());
                    if (seen.Add(term.Text))
                    {
                        terms.Add(term);
                    }
                }
            }
        }
        return terms;
    }

    private static string Normalise(SchemaAttribute leaf, string value) => leaf.Type switch
    {
        AttributeType.Boolean => value is "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase) ? "true" : "false",
        AttributeType.Integer or AttributeType.Decimal => Number(value),
        AttributeType.DateTime when SchemaRules.TryReadTime(value, out var time) =>
            time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
        _ => leaf.CaseExact ? value : value.ToUpperInvariant(),
    };

    // Digits of equal weight stand at equal places; those of a negative number are turned round, since -2 comes before -1.
    private static string Number(string value)
    {
        if (!decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var large)
                ? (large < 0 ? "/" : "2") + large.ToString("R", CultureInfo.InvariantCulture) : value;
        }
        var digits = Math.Abs(number).ToString("00000000000000000000000000000.############################", CultureInfo.InvariantCulture);
        return number >= 0 ? "1" + digits : "0" + string.Concat(digits.Select(d => d == '.' ? d : (char)('0' + '9' - d))) + "~";
    }

    private static string Escape(string value)
    {
        if (!value.AsSpan().ContainsAny('\0', '\x1', '\n'))
        {
            return value;
        }
        var escaped = new StringBuilder();
        foreach (var c in value)
        {
            _ = c switch { '\0' => escaped.Append("\x1\x2"), '\x1' => escaped.Append("\x1\x1"), '\n' => escaped.Append("\x1\x3"), _ => escaped.Append(c) };
        }
        return escaped.ToString();
    }
}
