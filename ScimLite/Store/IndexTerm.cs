using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Store;

/// <summary>One entry of an index: an attribute with a normalised value.</summary>
/// <param name="Attribute">Which attribute.</param>
/// <param name="Value">The value as it was given, for messages; null says that the resource has none.</param>
public sealed record IndexTerm(IndexedAttribute Attribute, string? Value)
{
    /// <summary>What the index sorts by: the attribute, a zero, and the value so encoded that its order is the order of the text.
    /// Resources without a value come behind all others.</summary>
    public string Text { get; } = Value is null ? $"{Attribute.Index}\x1" : $"{Attribute.Index}\0{Encode(Attribute, Value)}";

    /// <summary>Whether no other resource may have it.</summary>
    public bool Unique => Value is not null && Attribute.Unique;

    /// <summary>All terms of a resource.</summary>
    public static IReadOnlyList<IndexTerm> Of(JsonObject resource, ResourceType type)
    {
        var terms = new List<IndexTerm>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var indexed in type.Indexed)
        {
            var before = terms.Count;
            foreach (var value in Values(resource, indexed.Target).Where(indexed.Leaf.Holds))
            {
                var term = new IndexTerm(indexed, value.ToString());
                if (seen.Add(term.Text))
                {
                    terms.Add(term);
                }
            }
            if (terms.Count == before && !indexed.MultiValued)
            {
                // So that a walk through the index meets every resource.
                terms.Add(new IndexTerm(indexed, null));
            }
        }
        return terms;
    }

    /// <summary>The value in a form whose code points sort as the values do.</summary>
    internal static string Encode(IndexedAttribute attribute, string value) => attribute.Leaf.Type switch
    {
        AttributeType.Boolean => value.Equals("true", StringComparison.OrdinalIgnoreCase) || value == "1" ? "1" : "0",
        AttributeType.Integer or AttributeType.Decimal when SchemaRules.IsNumber(value) => NumberOrder.Encode(value),
        AttributeType.DateTime when SchemaRules.TryReadTime(FilterTime.WithPlus(value), out var time) =>
            time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture),
        _ => Escape(CodePointOrder.Fold(value, attribute.Leaf.CaseExact)),
    };

    private static IEnumerable<JsonNode> Values(JsonObject resource, AttributeTarget target)
    {
        var container = target.Extension is null ? resource : resource[target.Extension.Id] as JsonObject;
        var value = container?[target.Attribute!.Name];
        if (target.Sub is null)
        {
            return OrAbsent(value, target.Attribute!);
        }
        return ScimJson.Values(value).SelectMany(element => OrAbsent((element as JsonObject)?[target.Sub.Name], target.Sub));
    }

    // A filter compares a missing boolean with what it counts as, so the index holds that too.
    private static IEnumerable<JsonNode> OrAbsent(JsonNode? value, SchemaAttribute leaf) =>
        value is null && leaf.WhenAbsent is { } counts ? [counts] : ScimJson.Values(value);

    // A zero ends a value and a line break ends a term in a script's list: no value may hold them. What stands for them keeps their
    // place in the order, so the characters before them are escaped as well.
    private static string Escape(string value)
    {
        if (!value.AsSpan().ContainsAny("\0\x1\t\n"))
        {
            return value;
        }
        var escaped = new StringBuilder();
        foreach (var c in value)
        {
            _ = c switch
            {
                '\0' => escaped.Append("\x1\x1"), '\x1' => escaped.Append("\x1\x2"), '\t' => escaped.Append("\t\x1"), '\n' => escaped.Append("\t\x2"), _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
