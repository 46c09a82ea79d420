using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>
/// Reads values out of an answer the way Microsoft's validators compare them: names in any case, strings byte by byte. Written apart from
/// the server's own paths and filters on purpose, so that both can't share one mistake.
/// </summary>
public static class Values
{
    /// <summary>The value at an Entra path such as <c>title</c>, <c>name.givenName</c>, <c>emails[type eq "work"].value</c> or <c>urn:…:User:department</c>.</summary>
    /// <returns>Null where there is none, or where it is null.</returns>
    public static JsonElement? At(JsonElement resource, string path)
    {
        if (path.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
        {
            // A URN ends at its last colon; the dot in its "2.0" divides nothing.
            var colon = path.LastIndexOf(':');
            return Property(resource, path[..colon]) is { } extension ? At(extension, path[(colon + 1)..]) : null;
        }
        if (path.IndexOf('[', StringComparison.Ordinal) is > 0 and var bracket)
        {
            var close = path.IndexOf(']', bracket);
            var terms = path[(bracket + 1)..close].Split(" eq ");
            var rest = path[(close + 1)..].TrimStart('.');
            var matches = Elements(Property(resource, path[..bracket])).Where(e => Text(Property(e, terms[0])) is { } text
                && text.Equals(terms[1].Trim('"'), StringComparison.OrdinalIgnoreCase));
            // One element has to hold all parts: an add that made a new element each time is found out here.
            return matches.Select(e => rest.Length == 0 ? e : Property(e, rest)).FirstOrDefault();
        }
        return path.Split('.', 2) is [var parent, var sub]
            ? Property(resource, parent) is { } complex ? At(complex, sub) : null
            : Property(resource, path);
    }

    /// <summary>A property by its name in any case; null where there is none, or where it is null.</summary>
    public static JsonElement? Property(JsonElement? container, string name)
    {
        if (container is not { ValueKind: JsonValueKind.Object } element)
        {
            return null;
        }
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind != JsonValueKind.Null)
            {
                return property.Value;
            }
        }
        return null;
    }

    /// <summary>The elements of an array; none where there is no array.</summary>
    public static IEnumerable<JsonElement> Elements(JsonElement? array) => array is { ValueKind: JsonValueKind.Array } a ? a.EnumerateArray() : [];

    /// <summary>A simple value as text, <c>True</c> or <c>False</c> for a boolean; null where there is none.</summary>
    public static string? Text(JsonElement? value) => value switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.True } => "True",
        { ValueKind: JsonValueKind.False } => "False",
        { } other => other.GetRawText(),
    };

    /// <summary>Whether a value counts as gone: absent, null, an empty text, an empty array.</summary>
    public static bool IsGone(JsonElement? value) => value is null or { ValueKind: JsonValueKind.Null }
        || (value is { ValueKind: JsonValueKind.String } text && text.GetString()!.Length == 0)
        || (value is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() == 0);

    /// <summary>Whether an answer holds what was sent: text exactly, booleans also as text, since other checks judge that.</summary>
    public static bool Same(string sent, JsonElement? got) =>
        sent.Equals(Text(got), sent.ToUpperInvariant() is "TRUE" or "FALSE" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>The paths at which <paramref name="got"/> lacks something that <paramref name="sent"/> holds, with both values.</summary>
    public static IEnumerable<string> Missing(JsonElement sent, JsonElement? got, string path = "")
    {
        switch (sent.ValueKind)
        {
            case JsonValueKind.Object:
                return sent.EnumerateObject().SelectMany(p => Missing(p.Value, Property(got, p.Name), path.Length == 0 ? p.Name : $"{path}.{p.Name}"));
            case JsonValueKind.Array:
                var elements = Elements(got).ToList();
                return sent.EnumerateArray().Where(s => !elements.Exists(g => !Missing(s, g).Any())).Select(s => $"{path} lacks {s.GetRawText()}");
            default:
                return Same(Text(sent)!, got) ? [] : [$"{path}: sent {sent.GetRawText()}, came {got?.GetRawText() ?? "nothing"}"];
        }
    }
}
