using System.Text.Json.Nodes;

namespace ScimLite.Protocol.Schemas;

/// <summary>What a resource has to satisfy as a whole: required and immutable attributes, and <c>schemas</c>.</summary>
public static partial class SchemaRules
{
    /// <summary>Every required extension is there, and every required attribute has a value, in core and in each extension that is there.</summary>
    /// <param name="resource">The resource as it is to be.</param>
    /// <param name="type">Its type.</param>
    /// <param name="excused">Paths that were missing before the PATCH. A schema that began to require them must not stop a deactivation.</param>
    /// <exception cref="ScimException"><c>invalidValue</c>, naming the attribute or extension.</exception>
    public static void CheckRequired(JsonObject resource, ResourceType type, IReadOnlyList<string>? excused = null)
    {
        if (Missing(resource, type).FirstOrDefault(path => excused?.Contains(path) != true) is { } missing)
        {
            throw new ScimException(ScimError.InvalidValue($"'{missing}' is required. Send a value for it; in Entra, map it to a source attribute that everyone has."));
        }
    }

    /// <summary>The paths of the required attributes and extensions that have no value.</summary>
    public static IReadOnlyList<string> Missing(JsonObject resource, ResourceType type)
    {
        List<string>? missing = null;
        AddMissing(resource, type.Schema.Attributes, "", ref missing);
        foreach (var extension in type.Extensions)
        {
            if (resource[extension.Id] is JsonObject values)
            {
                AddMissing(values, extension.Attributes, extension.Id + ":", ref missing);
            }
            else if (type.Requires(extension))
            {
                (missing ??= []).Add(extension.Id);
            }
        }
        return missing ?? [];
    }

    /// <summary>No immutable attribute that had a value has another now (RFC 7644 §3.5.1).</summary>
    /// <exception cref="ScimException"><c>mutability</c>, naming the attribute.</exception>
    public static void CheckImmutable(JsonObject before, JsonObject after, ResourceType type)
    {
        CheckImmutable(before, after, type.Schema.Attributes, "");
        foreach (var extension in type.Extensions)
        {
            if (before[extension.Id] is JsonObject old)
            {
                CheckImmutable(old, after[extension.Id] as JsonObject ?? ScimJson.NewObject(), extension.Attributes, extension.Id + ":");
            }
        }
    }

    /// <summary>Sets <c>schemas</c> to the core schema and the extensions that have values (RFC 7643 §3).</summary>
    public static void SetSchemas(JsonObject resource, ResourceType type)
    {
        var schemas = new JsonArray(type.Schema.Id);
        foreach (var extension in type.Extensions)
        {
            if (resource[extension.Id] is not null)
            {
                schemas.Add(extension.Id);
            }
        }
        resource["schemas"] = schemas;
    }

    private static void AddMissing(JsonObject container, IReadOnlyList<SchemaAttribute> attributes, string prefix, ref List<string>? missing)
    {
        foreach (var attribute in attributes)
        {
            if (container[attribute.Name] is not { } value)
            {
                if (attribute.Required && attribute.Mutability != Mutability.ReadOnly)
                {
                    (missing ??= []).Add(prefix + attribute.Name);
                }
                continue;
            }
            foreach (var element in ScimJson.Values(value))
            {
                if (element is JsonObject complex)
                {
                    AddMissing(complex, attribute.SubAttributes, $"{prefix}{attribute.Name}.", ref missing);
                }
            }
        }
    }

    private static void CheckImmutable(JsonObject before, JsonObject after, IReadOnlyList<SchemaAttribute> attributes, string prefix)
    {
        foreach (var attribute in attributes)
        {
            var old = before[attribute.Name];
            if (old is not null && attribute.Mutability == Mutability.Immutable && !JsonNode.DeepEquals(old, after[attribute.Name]))
            {
                throw new ScimException(ScimError.Mutability($"'{prefix}{attribute.Name}' can't be changed once it is set. Send the value that it has, or leave it out of a PATCH."));
            }
            if (old is JsonObject complex && !attribute.MultiValued)
            {
                CheckImmutable(complex, after[attribute.Name] as JsonObject ?? ScimJson.NewObject(), attribute.SubAttributes, $"{prefix}{attribute.Name}.");
            }
        }
    }
}
