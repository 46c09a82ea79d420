using System.Text.Json;

namespace ScimLite.Protocol.Schemas;

/// <summary>
/// A place in a JSON file that an operator wrote. It reads what stands there, and notes each fault with the file, the place as a
/// JSON pointer (RFC 6901), the value and what is allowed, so that one start tells all that is wrong.
/// </summary>
internal sealed class JsonPlace(string file, string pointer, JsonElement value, List<string> faults)
{
    /// <summary>What stands there.</summary>
    public JsonElement Value => value;

    /// <summary>How many faults were noted so far, in all files.</summary>
    public int Faults => faults.Count;

    /// <summary>Notes that the value is not what it may be.</summary>
    public void Wrong(string allowed) => Fault($"is {Shown(value)}; allowed is {allowed}.");

    /// <summary>Notes any other fault; the text follows the place.</summary>
    public void Fault(string text) => faults.Add($"{file}: {(pointer.Length == 0 ? "the document" : pointer)} {text}");

    /// <summary>The place below; null when the object has nothing under that name.</summary>
    public JsonPlace? Find(string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? At(name, found) : null;

    /// <summary>Notes each name that is none of these, since a slip of the pen would be read as a default, and each that is given twice.</summary>
    public void Only(params IReadOnlyList<string> names)
    {
        foreach (var twice in value.EnumerateObject().GroupBy(p => p.Name).Where(g => g.Count() > 1))
        {
            At(twice.Key, twice.First().Value).Fault("is given twice; give it once.");
        }
        foreach (var property in value.EnumerateObject().Where(p => !names.Contains(p.Name)))
        {
            At(property.Name, property.Value).Fault($"is not known here; allowed are {Listed(names, "and")}.");
        }
    }

    /// <summary>The object's text under a name; null, and a fault where it is required, when there is none.</summary>
    public string? Text(string name, string allowed, bool required = true)
    {
        var found = Find(name);
        if (found is { Value.ValueKind: JsonValueKind.String } && found.Value.GetString() is { Length: > 0 } text)
        {
            return text;
        }
        if (found is not null || required)
        {
            (found ?? At(name, default)).Wrong(allowed);
        }
        return null;
    }

    /// <summary>The object's text under a name, which has to be one of these; null when there is none.</summary>
    public string? Keyword(string name, params IReadOnlyList<string> allowed)
    {
        var found = Find(name);
        return found?.Is(allowed) == true ? found.Value.GetString() : null;
    }

    /// <summary>Whether one of these texts stands there; a fault otherwise.</summary>
    public bool Is(params IReadOnlyList<string> allowed)
    {
        if (value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!))
        {
            return true;
        }
        Wrong(Listed(allowed, "or"));
        return false;
    }

    /// <summary>The object's true or false under a name; false when there is none.</summary>
    public bool Flag(string name)
    {
        var found = Find(name);
        if (found is { Value.ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            found.Wrong("true or false");
        }
        return found?.Value.ValueKind == JsonValueKind.True;
    }

    /// <summary>The elements of the object's array under a name, all of one kind; none when there is no such array.</summary>
    public IReadOnlyList<JsonPlace> Items(string name, JsonValueKind kind, string allowed, int most, bool required = false)
    {
        var found = Find(name);
        if (found is null && !required)
        {
            return [];
        }
        if (found is not { Value.ValueKind: JsonValueKind.Array } || found.Value.GetArrayLength() > most || (required && found.Value.GetArrayLength() == 0))
        {
            (found ?? At(name, default)).Wrong($"an array of {(required ? "1" : "0")} to {most} {allowed}");
            return [];
        }
        var items = found.Value.EnumerateArray().Select((item, i) => new JsonPlace(file, $"{pointer}/{name}/{i}", item, faults)).ToList();
        items.Where(i => i.Value.ValueKind != kind).ToList().ForEach(i => i.Wrong(allowed));
        return [.. items.Where(i => i.Value.ValueKind == kind)];
    }

    private JsonPlace At(string name, JsonElement found) =>
        new(file, $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", found, faults);

    private static string Listed(IReadOnlyList<string> names, string last) =>
        names.Count == 1 ? names[0] : string.Join(", ", names.SkipLast(1)) + $" {last} {names[^1]}";

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"an array of {value.GetArrayLength()}",
        _ => ScimError.Shorten(value.GetRawText()),
    };
}
