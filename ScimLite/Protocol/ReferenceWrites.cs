using System.Text.Json;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol;

/// <summary>
/// Recognises refused writes of references: members of a group, the manager of a user. Entra provisions references in requests of their own
/// and counts their failures apart. It reads the body again, so it is for refused requests alone.
/// </summary>
public static class ReferenceWrites
{
    /// <summary>True if a PATCH has operations and each of them concerns references only, whether or not it can be applied.</summary>
    /// <param name="body">The body of the PATCH; any JSON, or undefined.</param>
    /// <param name="type">The type of the resource.</param>
    public static bool AreAllOf(JsonElement body, ResourceType type) =>
        Member(body, "Operations") is { ValueKind: JsonValueKind.Array } operations && operations.GetArrayLength() > 0
        && operations.EnumerateArray().All(operation => IsReference(operation, type));

    /// <summary>True if a POST or PUT was refused because of the value of a reference.</summary>
    /// <param name="body">The body of the request; any JSON, or undefined.</param>
    /// <param name="type">The type of the resource.</param>
    /// <param name="dialect">How the request was read.</param>
    /// <param name="error">Why it was refused.</param>
    public static bool CausedRefusal(JsonElement body, ResourceType type, Dialect dialect, ScimError error) => error.ConcernsReferences
        || type.Extensions.Prepend(type.Schema).Any(schema =>
            (schema == type.Schema ? body : Member(body, schema.Id)) is { } container
            && schema.Attributes.Where(attribute => attribute.IsResourceReference).Any(attribute =>
                Member(container, attribute.Name) is { } value && IsRefused(attribute, value, dialect, error)));

    private static bool IsRefused(SchemaAttribute attribute, JsonElement value, Dialect dialect, ScimError error)
    {
        try
        {
            SchemaRules.ReadValue(attribute, value, attribute.Name, new EntraDialect(dialect));
            return false;
        }
        catch (ScimException e)
        {
            // A path in the detail may begin with the schema's URN; the rest of the sentence is the same.
            return e.Error.ScimType == error.ScimType && error.Detail.EndsWith(e.Error.Detail.TrimStart('\''), StringComparison.Ordinal);
        }
    }

    private static bool IsReference(JsonElement operation, ResourceType type) => Member(operation, "path") switch
    {
        { ValueKind: JsonValueKind.String } path => IsReference(ScimJson.Text(path), Member(operation, "value"), type),
        null or { ValueKind: JsonValueKind.Null } => HoldsReferencesOnly(Member(operation, "value"), key => key, type),
        _ => false,
    };

    private static bool IsReference(string path, JsonElement? value, ResourceType type)
    {
        var open = path.IndexOf('[', StringComparison.Ordinal);
        if (!AttributePath.TryParse((open < 0 ? path : path[..open]).Trim(), out var attribute) || type.Resolve(attribute) is not { } target)
        {
            return false;
        }
        // Without an attribute the path names an extension, whose attributes are the keys of the value.
        return target.Attribute?.IsResourceReference ?? HoldsReferencesOnly(value, key => $"{target.Extension!.Id}:{key}", type);
    }

    private static bool HoldsReferencesOnly(JsonElement? value, Func<string, string> pathOf, ResourceType type) =>
        value is { ValueKind: JsonValueKind.Object } container && container.EnumerateObject().Any()
        && container.EnumerateObject().All(property => IsReference(pathOf(ScimJson.Name(property)), property.Value, type));

    private static JsonElement? Member(JsonElement container, string name) =>
        container.ValueKind == JsonValueKind.Object ? ScimJson.Find(container, name) : null;
}
