using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ScimLite.Validation;

/// <summary>A tenant's settings as JSON: in the admin API and in the store.</summary>
public static class TenantSettingsJson
{
    private static readonly TenantSettingsValidator Rules = new();

    // Not source-generated: generated code gives an init property that is missing in the JSON its type's default and not its own.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The settings as one object, in camel case; the token is not among them.</summary>
    public static JsonObject Write(TenantSettings settings) => JsonSerializer.SerializeToNode(settings, Options)!.AsObject();

    /// <summary>Changes the settings that the patch names; null gives a setting its default back.</summary>
    /// <exception cref="SettingsException">The patch names no setting, or a value is not of its type, or out of its range.</exception>
    public static TenantSettings Apply(TenantSettings settings, JsonObject patch)
    {
        var next = Write(settings);
        foreach (var (name, value) in patch)
        {
            if (!next.Remove(name))
            {
                throw new SettingsException(Unknown(name));
            }
            if (value is not null)
            {
                next[name] = value.DeepClone();
            }
        }
        TenantSettings read;
        try
        {
            read = next.Deserialize<TenantSettings>(Options)!;
        }
        catch (JsonException e)
        {
            var name = (e.Path ?? "$").Split('.', '[').ElementAtOrDefault(1) ?? "";
            throw new SettingsException(next.ContainsKey(name) && SettingsValidator.Allowed.TryGetValue(name, out var allowed)
                ? $"{name} is {Shorten(next[name])}; allowed is {allowed}."
                : Unknown(name));
        }
        var result = Rules.Validate(read);
        return result.IsValid ? read
            : throw new SettingsException(string.Join(' ', result.Errors.Select(e => char.ToLowerInvariant(e.ErrorMessage[0]) + e.ErrorMessage[1..])));
    }

    private static string Unknown(string name) =>
        $"{name} is no setting of a tenant, or of another type. The settings are {string.Join(", ", Write(new TenantSettings()).Select(p => p.Key))}.";

    private static string Shorten(JsonNode? value) => value?.ToJsonString() is { Length: > 100 } text ? text[..100] + "…" : $"{value?.ToJsonString()}";
}

/// <summary>The words of an enumeration in camel case, and no numbers.</summary>
public sealed class CamelCaseWords<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
