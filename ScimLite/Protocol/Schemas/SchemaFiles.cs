using System.Text.Json;
using System.Text.RegularExpressions;
using ScimLite.Protocol.Filters;

namespace ScimLite.Protocol.Schemas;

/// <summary>A JSON file with one schema (RFC 7643 §7) or one resource type (§6).</summary>
/// <param name="Name">The name of the file, for messages.</param>
/// <param name="Json">Its content, UTF-8.</param>
public sealed record SchemaFile(string Name, ReadOnlyMemory<byte> Json);

/// <summary>Schema files can't be used; the message has one line for each fault.</summary>
public sealed class SchemaFileException(IEnumerable<string> faults) : Exception(string.Join(Environment.NewLine, faults));

/// <summary>
/// Adds to the built-in catalog what an operator's files describe: extensions of User and Group, and resource types of their own.
/// Everything is checked before anything is served.
/// </summary>
internal sealed partial class SchemaFiles
{
    private const int MaxExtensions = 16, MaxIndexed = 32;

    // What the service serves itself, and "v2", since /scim/v2 is its root.
    private static readonly string[] Routes = ["Users", "Groups", "Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig", "v2"];
    private static readonly string[] Served = ["Schema", "ResourceType", "ServiceProviderConfig"];

    private readonly IReadOnlyList<ResourceType> builtIn;
    private readonly List<string> faults = [];
    private readonly Dictionary<string, Schema> schemas;
    private readonly Dictionary<string, ResourceType> types = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);

    private SchemaFiles(IReadOnlyList<Schema> schemas, IReadOnlyList<ResourceType> types)
    {
        builtIn = types;
        this.schemas = schemas.ToDictionary(s => s.Id, StringComparer.OrdinalIgnoreCase);
        used.UnionWith(schemas.Select(s => s.Id));
    }

    /// <summary>Reads the files on top of what is built in.</summary>
    /// <exception cref="SchemaFileException">Some can't be used.</exception>
    public static (IReadOnlyList<Schema> Schemas, IReadOnlyList<ResourceType> Types) Read(
        IReadOnlyList<SchemaFile> files, IReadOnlyList<Schema> builtInSchemas, IReadOnlyList<ResourceType> builtInTypes)
    {
        var reader = new SchemaFiles(builtInSchemas, builtInTypes);
        reader.Read(files);
        return reader.faults.Count > 0 ? throw new SchemaFileException(reader.faults.Take(20))
            : ([.. reader.schemas.Values], [.. builtInTypes.Select(t => reader.types.GetValueOrDefault(t.Name, t)), .. reader.types.Values.Where(t => builtInTypes.All(b => b.Name != t.Name))]);
    }

    private void Read(IReadOnlyList<SchemaFile> files)
    {
        var documents = files.Select(Parse).OfType<JsonPlace>().ToLookup(Kind);
        var places = new List<(JsonPlace Place, Schema Schema)>();
        foreach (var place in documents[Urns.Schema])
        {
            if (SchemaDocument.Read(place) is { } schema)
            {
                AddSchema(place, schema);
                places.Add((place, schema));
            }
        }
        if (faults.Count > 0)
        {
            // A resource type would be told to lack a schema that is there and only has a fault.
            return;
        }
        foreach (var place in documents[Urns.ResourceType])
        {
            ReadType(place);
        }
        var referable = builtIn.Select(t => t.Name).Concat(documents[Urns.ResourceType].Select(p => p.Text("name", "a name", required: false))).OfType<string>().ToHashSet();
        foreach (var (place, _) in places)
        {
            SchemaDocument.CheckReferences(place, referable);
        }
        foreach (var (place, schema) in places)
        {
            if (schemas.Values.FirstOrDefault(s => IsPathOf(schema.Id, s)) is { } owner)
            {
                place.Find("id")!.Fault($"is '{schema.Id}', which is also the path of an attribute of {owner.Name}; choose another.");
            }
        }
        foreach (var (place, schema) in places.Where(p => faults.Count == 0 && !used.Contains(p.Schema.Id)))
        {
            place.Fault($"is the schema '{schema.Id}', which no resource type uses; add it to the schemaExtensions of a resource type, such as User.");
        }
    }

    private JsonPlace? Parse(SchemaFile file)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        try
        {
            using var document = JsonDocument.Parse(
                file.Json.Span.StartsWith(mark) ? file.Json[mark.Length..] : file.Json, new JsonDocumentOptions { MaxDepth = 16 });
            var place = new JsonPlace(file.Name, "", document.RootElement.Clone(), faults);
            Decode(place.Value);
            if (place.Value.ValueKind == JsonValueKind.Object)
            {
                return place;
            }
            place.Wrong("one JSON object, a schema or a resource type");
        }
        catch (JsonException e)
        {
            faults.Add($"{file.Name}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} is not valid JSON, or has more than 16 levels.");
        }
        catch (InvalidOperationException)
        {
            faults.Add($"{file.Name}: the document holds bytes that are not UTF-8, or half of a surrogate pair (\\ud800 to \\udfff); allowed is Unicode text.");
        }
        return null;
    }

    // What is no text throws when it is read, and would do so later.
    private static void Decode(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    Decode(property.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Decode(item);
                }
                break;
            case JsonValueKind.String:
                _ = value.GetString();
                break;
        }
    }

    private static string? Kind(JsonPlace place)
    {
        var urns = place.Items("schemas", JsonValueKind.String, $"text, '{Urns.Schema}' or '{Urns.ResourceType}'", 1, required: true);
        return urns.Count > 0 && urns[0].Is(Urns.Schema, Urns.ResourceType) ? urns[0].Value.GetString() : null;
    }

    private void AddSchema(JsonPlace place, Schema schema)
    {
        if (schemas.Values.FirstOrDefault(s => s.Name.Equals(schema.Name, StringComparison.OrdinalIgnoreCase)) is { } namesake)
        {
            // The name tells apart the indexes of two extensions.
            place.Find("name")!.Fault($"is the name of '{namesake.Id}' too; each schema needs its own.");
        }
        else if (!schemas.TryAdd(schema.Id, schema))
        {
            place.Find("id")!.Fault($"is '{schema.Id}', which is there already; each schema needs a URN of its own.");
        }
    }

    private void ReadType(JsonPlace place)
    {
        place.Only("schemas", "id", "name", "description", "endpoint", "schema", "schemaExtensions", "indexed", "meta");
        const string names = "1 to 63 letters, digits, '-' and '_', a letter first";
        if (place.Text("name", names) is not { } name)
        {
            return;
        }
        var extended = builtIn.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (!TypeName().IsMatch(name) || Served.Contains(name, StringComparer.OrdinalIgnoreCase) || (extended is not null && extended.Name != name))
        {
            place.Find("name")!.Wrong($"{names}, none of {string.Join(", ", Served)}; User and Group in this spelling");
        }
        else if (types.ContainsKey(name))
        {
            place.Find("name")!.Fault($"is '{name}', which another file describes already; put all about it into one.");
        }
        if (place.Find("id") is { } id && !(id.Value.ValueKind == JsonValueKind.String && id.Value.ValueEquals(name)))
        {
            id.Wrong($"the name, \"{name}\"");
        }
        var endpoint = ReadEndpoint(place, extended);
        var schema = ReadSchema(place, extended);
        var (extensions, required) = ReadExtensions(place, extended, schema);
        var description = place.Text("description", "text", required: false) ?? extended?.Description ?? name;
        if (faults.Count > 0 || schema is null)
        {
            return;
        }
        var type = new ResourceType(name, endpoint, description, schema, extensions, [], required);
        List<string> indexed = [.. extended?.Indexed.Select(i => i.Path) ?? ["externalId"], .. ReadIndexed(place, type)];
        if (faults.Count == 0)
        {
            types.Add(name, new ResourceType(name, endpoint, description, schema, extensions, indexed, required));
        }
    }

    private string ReadEndpoint(JsonPlace place, ResourceType? extended)
    {
        const string allowed = "a path of one segment such as \"/Devices\", of 1 to 63 letters, digits, '-' and '_', a letter first";
        if (place.Text("endpoint", allowed, required: extended is null) is not { } text)
        {
            return extended?.Endpoint ?? "";
        }
        var endpoint = "/" + text.TrimStart('/');
        if (extended is not null)
        {
            if (endpoint != extended.Endpoint)
            {
                place.Find("endpoint")!.Wrong($"\"{extended.Endpoint}\" for {extended.Name}");
            }
        }
        else if (text.StartsWith("//", StringComparison.Ordinal) || !TypeName().IsMatch(endpoint[1..]))
        {
            place.Find("endpoint")!.Wrong(allowed);
        }
        else if (Routes.Contains(endpoint[1..], StringComparer.OrdinalIgnoreCase))
        {
            place.Find("endpoint")!.Wrong($"any but {string.Join(", ", Routes)}, which are taken");
        }
        else if (types.Values.FirstOrDefault(t => t.Endpoint.Equals(endpoint, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            place.Find("endpoint")!.Fault($"is \"{text}\", the endpoint of {other.Name} too; each resource type needs its own.");
        }
        return endpoint;
    }

    private Schema? ReadSchema(JsonPlace place, ResourceType? extended)
    {
        if (place.Text("schema", "the URN of a schema in these files", required: extended is null) is not { } urn)
        {
            return extended?.Schema;
        }
        var schema = Use(urn);
        if (extended is not null)
        {
            if (schema != extended.Schema)
            {
                place.Find("schema")!.Wrong($"\"{extended.Schema.Id}\" for {extended.Name}");
            }
        }
        else if (schema is null || builtIn.Any(t => t.Schema == schema || t.Extensions.Contains(schema)))
        {
            // Members and groups go with the schemas of User and Group.
            place.Find("schema")!.Wrong("the URN of a schema in these files; User and Group can't be served a second time");
        }
        return schema;
    }

    private (IReadOnlyList<Schema> Extensions, IReadOnlyCollection<string> Required) ReadExtensions(JsonPlace place, ResourceType? extended, Schema? core)
    {
        var extensions = new List<Schema>(extended?.Extensions ?? []);
        var required = new List<string>();
        foreach (var item in place.Items("schemaExtensions", JsonValueKind.Object, "objects with schema and required", MaxExtensions))
        {
            item.Only("schema", "required");
            if (item.Text("schema", "the URN of a schema") is not { } urn)
            {
                continue;
            }
            var schema = Use(urn);
            if (schema is null || schema == core || builtIn.Any(t => t.Schema == schema))
            {
                item.Find("schema")!.Wrong("the URN of an extension in these files");
                continue;
            }
            if (!extensions.Contains(schema))
            {
                extensions.Add(schema);
            }
            else if (extended?.Extensions.Contains(schema) != true)
            {
                item.Find("schema")!.Fault($"is '{urn}', which is listed twice; list it once.");
            }
            if (item.Flag("required"))
            {
                required.Add(schema.Id);
            }
        }
        return (extensions, required);
    }

    private static List<string> ReadIndexed(JsonPlace place, ResourceType type)
    {
        var paths = new List<string>();
        const string allowed = "paths of attributes, such as \"costCode\" or \"urn:…:User:badge.number\"";
        foreach (var item in place.Items("indexed", JsonValueKind.String, allowed, MaxIndexed))
        {
            var target = AttributePath.TryParse(item.Value.GetString(), out var path) ? type.Resolve(path) : null;
            if (target?.Attribute is null || (target.Sub ?? target.Attribute) is { Type: AttributeType.Complex } or { Returned: Returned.Never }
                || target.Attribute.Returned == Returned.Never || (target.Extension is null && target.Attribute.Name is "schemas" or "id" or "meta" or "members" or "groups"))
            {
                item.Wrong($"{allowed}, that {type.Name} has, that are not complex, and that a filter may ask for");
                continue;
            }
            paths.Add(item.Value.GetString()!);
        }
        return paths;
    }

    private static bool IsPathOf(string urn, Schema schema) =>
        urn.StartsWith(schema.Id + ":", StringComparison.OrdinalIgnoreCase) && schema.Find(urn[(schema.Id.Length + 1)..]) is not null;

    private Schema? Use(string urn)
    {
        used.Add(urn);
        return schemas.GetValueOrDefault(urn);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,62}\\z")]
    private static partial Regex TypeName();
}
