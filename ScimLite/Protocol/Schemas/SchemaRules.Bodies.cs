using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Schemas;

/// <summary>The body of a POST or PUT.</summary>
public static partial class SchemaRules
{
    /// <summary>
    /// Reads the body of a POST or PUT. Read-only attributes, unknown ones, nulls and empty arrays are left out (RFC 7644 §3.3, §3.5.1;
    /// RFC 7643 §2.5). A key in another form that names a known attribute (<c>name.givenName</c>, <c>urn:…:User:department</c>,
    /// <c>department</c>) is read as in a PATCH without a path.
    /// </summary>
    /// <exception cref="ScimException"><c>invalidValue</c> or <c>invalidSyntax</c>, naming the attribute.</exception>
    public static JsonObject Read(JsonElement body, ResourceType type, EntraDialect dialect)
    {
        var resource = ScimJson.NewObject();
        var others = new List<(string Key, JsonElement Value)>();
        ReadCore(resource, body, type, others, dialect);
        // The plain attributes come first, so that a key such as name.givenName adds to the name that is there.
        for (var i = 0; i < others.Count; i++)
        {
            ReadOther(resource, others[i].Key, others[i].Value, type, others, dialect);
        }
        return resource;
    }

    private static void ReadCore(
        JsonObject resource, JsonElement container, ResourceType type, List<(string Key, JsonElement Value)> others, EntraDialect dialect)
    {
        foreach (var property in container.EnumerateObject())
        {
            var name = ScimJson.Name(property);
            if (type.FindCore(name) is { } attribute)
            {
                Put(resource, attribute, property.Value, attribute.Name, dialect);
            }
            else if (type.FindSchema(name) is { } schema)
            {
                ReadSchema(resource, schema, property.Value, type, others, dialect);
            }
            else
            {
                others.Add((name, property.Value));
            }
        }
    }

    // The object under the URN of a schema. The core schema's URN names the resource itself.
    private static void ReadSchema(
        JsonObject resource, Schema schema, JsonElement value, ResourceType type, List<(string Key, JsonElement Value)> others, EntraDialect dialect)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw NoSchemaObject(schema);
        }
        if (schema == type.Schema)
        {
            ReadCore(resource, value, type, others, dialect);
            return;
        }
        var values = resource[schema.Id] as JsonObject ?? ScimJson.NewObject();
        foreach (var property in value.EnumerateObject())
        {
            var name = ScimJson.Name(property);
            if (schema.Find(name) is { } attribute)
            {
                Put(values, attribute, property.Value, $"{schema.Id}:{attribute.Name}", dialect);
            }
            else if (!IsSchemas(name))
            {
                others.Add((PathIn(schema, name), property.Value));
            }
        }
        if (values.Count > 0 && values.Parent is null)
        {
            resource[schema.Id] = values;
        }
    }

    private static void ReadOther(
        JsonObject resource, string key, JsonElement value, ResourceType type, List<(string Key, JsonElement Value)> others, EntraDialect dialect)
    {
        if (AttributeNames.SchemaOf(key, type, dialect) is { } schema)
        {
            ReadSchema(resource, schema, value, type, others, dialect);
        }
        else if (PatchPath.TryParse(AttributeNames.Canonical(key, type, dialect), dialect) is { } path && path.Leads(type))
        {
            dialect.ReadKeyInBody(key);
            if (path.Condition is null && type.Resolve(path.Named) is { Extension: null, Sub: null, Attribute: { } attribute })
            {
                Put(resource, attribute, value, attribute.Name, dialect);
                return;
            }
            PatchApplier.AddKey(resource, path, value, type, dialect);
        }
        else
        {
            dialect.IgnoredAttribute(key, value);
        }
    }

    /// <summary>The path of an attribute that an extension's object names: by its own name, or by a URN once more.</summary>
    internal static string PathIn(Schema extension, string name) =>
        name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? name : $"{extension.Id}:{name}";

    /// <summary>Whether a key of an extension's object is <c>schemas</c>, which clients repeat there and which says nothing.</summary>
    internal static bool IsSchemas(string name) => name.Equals("schemas", StringComparison.OrdinalIgnoreCase);

    internal static ScimException NoSchemaObject(Schema schema) =>
        new(ScimError.InvalidValue($"'{schema.Id}' has to be an object that holds the attributes of this schema."));

    private static void Put(JsonObject container, SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        if (attribute.Mutability == Mutability.ReadOnly)
        {
            return;
        }
        // An empty list of members is a statement: a PUT empties the group with it.
        if ((ReadValue(attribute, value, path, dialect) ?? (IsEmptyMembers(attribute, value) ? new JsonArray() : null)) is { } read)
        {
            PutOnce(container, attribute.Name, read);
        }
    }

    private static bool IsEmptyMembers(SchemaAttribute attribute, JsonElement value) =>
        attribute.Name == "members" && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static void PutOnce(JsonObject container, string name, JsonNode value)
    {
        if (!container.TryAdd(name, value))
        {
            throw ScimJson.GivenTwice(name);
        }
    }
}
