using System.Text.Json;

namespace ScimLite.EntraSync;

/// <summary>A resource as the target answers it, with its values under the paths of Entra's mapping.</summary>
internal sealed class TargetResource
{
    private readonly Dictionary<string, JsonElement> values = new(StringComparer.OrdinalIgnoreCase);

    private TargetResource(string id) => Id = id;

    public string Id { get; }

    /// <summary>Elements that are there more than once: two work addresses, for example.</summary>
    public List<string> Repeated { get; } = [];

    /// <summary>The ids in <c>members</c>, as often as they are there.</summary>
    public List<string> Members { get; } = [];

    /// <summary>The ids in <c>groups</c>.</summary>
    public List<string> Groups { get; } = [];

    /// <summary>The value at a path as text, whatever JSON it is, or null.</summary>
    public string? Text(string path) => !values.TryGetValue(path, out var value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    /// <summary>Whether <c>active</c> is a JSON boolean, or not there.</summary>
    public bool ActiveIsBoolean => !values.TryGetValue("active", out var active) || active.ValueKind is JsonValueKind.True or JsonValueKind.False;

    /// <summary>The manager's id when it has the form that Entra reads, <c>{"value": id}</c>, or null.</summary>
    public string? Manager => values.TryGetValue(EntraPaths.Manager, out var manager) && manager.ValueKind == JsonValueKind.Object
        && manager.TryGetProperty("value", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    /// <summary>Reads a resource.</summary>
    /// <returns>Null when it has no id.</returns>
    public static TargetResource? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
        {
            return null;
        }
        var resource = new TargetResource(id.GetString()!);
        foreach (var property in json.EnumerateObject())
        {
            resource.Add(property.Name, property.Value);
        }
        return resource;
    }

    /// <summary>Reads the resources of a list.</summary>
    /// <returns>Null when it is no ListResponse, which Entra calls incompatible.</returns>
    public static IReadOnlyList<TargetResource>? ReadList(JsonElement? json)
    {
        if (json is not { } list || !list.TryGetProperty("totalResults", out _) || !list.TryGetProperty("Resources", out var resources) || resources.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var read = resources.EnumerateArray().Select(Read).OfType<TargetResource>().ToArray();
        return read.Length == resources.GetArrayLength() ? read : null;
    }

    private void Add(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var separator = name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? ':' : '.';
                foreach (var sub in value.EnumerateObject())
                {
                    values[name + separator + sub.Name] = sub.Value;
                }
                break;
            case JsonValueKind.Array when name.Equals("members", StringComparison.OrdinalIgnoreCase):
                Members.AddRange(Ids(value));
                break;
            case JsonValueKind.Array when name.Equals("groups", StringComparison.OrdinalIgnoreCase):
                Groups.AddRange(Ids(value));
                break;
            case JsonValueKind.Array when name.ToLowerInvariant() is "emails" or "phonenumbers" or "addresses" or "roles":
                AddElements(name, value);
                break;
            case JsonValueKind.Array:
                break;
            default:
                values[name] = value;
                break;
        }
    }

    private static IEnumerable<string> Ids(JsonElement array) => array.EnumerateArray()
        .Select(m => m.ValueKind == JsonValueKind.Object && m.TryGetProperty("value", out var id) ? id.ToString() : m.ToString());

    private void AddElements(string name, JsonElement array)
    {
        var seen = new HashSet<string>();
        foreach (var element in array.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object))
        {
            var key = name.Equals("roles", StringComparison.OrdinalIgnoreCase)
                ? element.TryGetProperty("primary", out var primary) && primary.ToString().Equals("true", StringComparison.OrdinalIgnoreCase) ? "primary eq \"True\"" : null
                : element.TryGetProperty("type", out var type) ? $"type eq \"{type}\"" : null;
            if (key is null)
            {
                continue;
            }
            if (!seen.Add(key))
            {
                Repeated.Add($"{name}[{key}]");
            }
            foreach (var sub in element.EnumerateObject())
            {
                values[$"{name}[{key}].{sub.Name}"] = sub.Value;
            }
        }
    }
}
