using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;

namespace ScimLite.Store;

/// <summary>One entry of an index: an attribute with a normalised value.</summary>
/// <param name="Attribute">Which attribute.</param>
/// <param name="Value">The value as it was given, for messages.</param>
public sealed record IndexTerm(IndexedAttribute Attribute, string Value)
{
    /// <summary>
    /// What the index sorts by: the attribute, a zero, and the value with case folded where the schema ignores it. Control
    /// characters that separate entries are escaped, so that no value can look like two.
    /// </summary>
    public string Text { get; } = $"{Attribute.Index}\0{Escape(Attribute.Leaf.CaseExact ? Value : Value.ToUpperInvariant())}";

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
