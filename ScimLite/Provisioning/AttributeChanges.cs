using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>The attributes in which two states of a resource differ, as the activity log tells them: bounded, and without what nobody may read.</summary>
public static class AttributeChanges
{
    /// <summary>How many attributes are told.</summary>
    public const int Most = 50;

    /// <summary>How many characters of a value are told.</summary>
    public const int LongestValue = 200;

    /// <summary>How many bytes a new resource's document may have to be kept as it is.</summary>
    public const int LongestDocument = 4096;

    /// <summary>What is told of a value that nobody may read.</summary>
    public const string Masked = "•••";

    /// <summary>The differences, in the order in which the new state has the attributes.</summary>
    /// <param name="before">The old state; null for a resource that is new.</param>
    /// <param name="after">The new state.</param>
    /// <param name="type">Whose schemas say what the attributes are.</param>
    /// <param name="only">The attributes and extensions that may differ; null where all may.</param>
    public static IReadOnlyCollection<AttributeChange> Between(JsonObject? before, JsonObject after, ResourceType type, IReadOnlySet<string>? only = null)
    {
        var changes = new List<AttributeChange>();
        foreach (var (name, value) in after)
        {
            if (name is not ("schemas" or "id") && only?.Contains(name) != false)
            {
                Compare(changes, name, type.FindCore(name), type.FindExtension(name), before?[name], value);
            }
        }
        foreach (var (name, value) in before ?? [])
        {
            if (name is not ("schemas" or "id") && !after.ContainsKey(name))
            {
                Compare(changes, name, type.FindCore(name), type.FindExtension(name), value, null);
            }
        }
        return changes;
    }

    /// <summary>Whether the log may keep a new resource's document and tell the differences when it is read: it is short, and has no second line, which
    /// would hold what not everybody may read. Most are so, and a creation is spared the work.</summary>
    public static bool AreToldBy(ReadOnlyMemory<byte> document) => document.Length <= LongestDocument && !document.Span.Contains((byte)'\n');

    // A complex value is told by its parts, a list as a whole.
    private static void Compare(
        List<AttributeChange> changes, string path, SchemaAttribute? attribute, Schema? extension, JsonNode? before, JsonNode? after)
    {
        if (changes.Count == Most || JsonNode.DeepEquals(before, after))
        {
            return;
        }
        var hidden = IsHidden(attribute);
        if (hidden || (before ?? after) is not JsonObject)
        {
            var masked = hidden || attribute?.SubAttributes.Any(IsHidden) == true;
            changes.Add(new AttributeChange(path, Text(before, masked), Text(after, masked)));
            return;
        }
        var (old, current) = (before as JsonObject, after as JsonObject);
        foreach (var name in (old ?? []).Concat(current ?? []).Select(p => p.Key).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            Compare(changes, extension is null ? $"{path}.{name}" : $"{path}:{name}", extension?.Find(name) ?? attribute?.Sub(name), null, old?[name], current?[name]);
        }
    }

    private static bool IsHidden(SchemaAttribute? attribute) => attribute is { Returned: Returned.Never } or { Mutability: Mutability.WriteOnly };

    private static string? Text(JsonNode? value, bool masked)
    {
        if (value is null || masked)
        {
            return value is null ? null : Masked;
        }
        var text = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : System.Text.Encoding.UTF8.GetString(ScimJson.Write(value));
        return text.Length <= LongestValue ? text : string.Concat(text.AsSpan(0, LongestValue), "…");
    }
}
