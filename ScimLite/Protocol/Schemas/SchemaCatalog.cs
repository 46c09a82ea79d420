using System.Collections.Frozen;

namespace ScimLite.Protocol.Schemas;

/// <summary>The schemas and resource types of the service.</summary>
public sealed class SchemaCatalog
{
    private readonly FrozenDictionary<string, Schema> schemas;
    private readonly FrozenDictionary<string, ResourceType> types;

    private SchemaCatalog(IReadOnlyList<Schema> schemas, IReadOnlyList<ResourceType> types)
    {
        Schemas = schemas;
        ResourceTypes = types;
        this.schemas = schemas.ToFrozenDictionary(s => s.Id, StringComparer.OrdinalIgnoreCase);
        this.types = types.ToFrozenDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>User with the enterprise extension and without a password, and Group.</summary>
    public static SchemaCatalog Core { get; } = With([], passwords: false);

    /// <summary>All schemas, in the order in which they are served.</summary>
    public IReadOnlyList<Schema> Schemas { get; }

    /// <summary>All resource types, in the order in which they are served.</summary>
    public IReadOnlyList<ResourceType> ResourceTypes { get; }

    /// <summary>The resource type User.</summary>
    public ResourceType User => types["User"];

    /// <summary>The resource type Group.</summary>
    public ResourceType Group => types["Group"];

    /// <summary>The schema of that URN in any case, or null.</summary>
    public Schema? FindSchema(string urn) => schemas.GetValueOrDefault(urn);

    /// <summary>The resource type of that name in any case, or null.</summary>
    public ResourceType? FindType(string name) => types.GetValueOrDefault(name);

    /// <summary>User, Group, and what files add to them.</summary>
    /// <param name="files">Schemas and resource types.</param>
    /// <param name="passwords">Whether users have a password.</param>
    /// <exception cref="SchemaFileException">A file can't be used.</exception>
    public static SchemaCatalog With(IReadOnlyList<SchemaFile> files, bool passwords)
    {
        var user = Load("User");
        if (!passwords)
        {
            user = user.Without("password");
        }
        var enterprise = Load("EnterpriseUser");
        var group = Load("Group");
        // Indexed are the attributes that Entra's matching may use and that SCIM makes unique (house rule: a matching filter never scans).
        var (schemas, types) = SchemaFiles.Read(files, [user, enterprise, group],
        [
            new ResourceType("User", "/Users", "User Account", user, [enterprise],
                ["userName", "externalId", "displayName", "emails.value", $"{Urns.EnterpriseUser}:employeeNumber"]),
            new ResourceType("Group", "/Groups", "Group", group, [], ["displayName", "externalId"]),
        ]);
        return new SchemaCatalog(schemas, types);
    }

    private static Schema Load(string name)
    {
        using var stream = typeof(SchemaCatalog).Assembly.GetManifestResourceStream($"Schemas/{name}.json")
            ?? throw new InvalidOperationException($"The schema {name} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return Schema.Parse(reader.ReadToEnd());
    }
}
