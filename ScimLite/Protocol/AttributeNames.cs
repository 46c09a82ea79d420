using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol;

/// <summary>
/// The one place that knows how clients spell the name of an attribute or schema. Bodies, PATCH paths, filters, <c>attributes</c>,
/// <c>sortBy</c> and Bulk rewrite a name here before they resolve it, so that a name means the same everywhere.
/// </summary>
public static class AttributeNames
{
    // URNs of SCIM 1.1 and of drafts, and keys that products send in place of the URN. Each pair: what is sent, and what it means.
    // OneLogin: "urn:scim:schemas:extension:enterprise:2.0"; WSO2: "EnterpriseUser"; Microsoft's documentation: "…enterprise:2.0User".
    private static readonly (string Alias, string Id)[] Aliases =
    [
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User", Urns.EnterpriseUser),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0", Urns.EnterpriseUser),
        ("urn:scim:schemas:extension:enterprise:2.0:User", Urns.EnterpriseUser),
        ("urn:scim:schemas:extension:enterprise:2.0", Urns.EnterpriseUser),
        ("urn:scim:schemas:extension:enterprise:1.0", Urns.EnterpriseUser),
        ("EnterpriseUser", Urns.EnterpriseUser),
        ("urn:scim:schemas:core:2.0:User", Urns.User),
        ("urn:scim:schemas:core:2.0:Group", Urns.Group),
        ("urn:scim:schemas:core:1.0:User", Urns.User),
        ("urn:scim:schemas:core:1.0:Group", Urns.Group),
    ];

    /// <summary>The schema of a resource type that a name means: the core schema or an extension, by its URN or by a known alias.</summary>
    /// <param name="name">The name as sent, in any case.</param>
    /// <param name="type">The resource type.</param>
    /// <param name="dialect">Aliases are read in dialect <c>entra</c> only, and noted.</param>
    /// <returns>The schema, or null if the name is not a schema of the type.</returns>
    public static Schema? SchemaOf(string name, ResourceType type, EntraDialect dialect)
    {
        if (type.FindSchema(name) is { } exact)
        {
            return exact;
        }
        foreach (var (alias, id) in Aliases)
        {
            if (alias.Equals(name, StringComparison.OrdinalIgnoreCase) && type.FindSchema(id) is { } meant && dialect.ReadsSchemaAlias())
            {
                return meant;
            }
        }
        return null;
    }

    /// <summary>Rewrites a name that begins with a schema: the alias becomes the URN, and the dot after it becomes a colon
    /// (<c>urn:…:enterprise:2.0:User.department</c>). Any other name is returned as it is.</summary>
    /// <param name="name">An attribute name or path as sent, in any case.</param>
    /// <param name="type">The resource type.</param>
    /// <param name="dialect">Both spellings are read in dialect <c>entra</c> only, and noted.</param>
    public static string Canonical(string name, ResourceType type, EntraDialect dialect)
    {
        if (name.Length == 0 || name[0] is not ('u' or 'U' or 'e' or 'E'))
        {
            return name;
        }
        foreach (var schema in type.Extensions.Append(type.Schema))
        {
            if (name.StartsWith(schema.Id, StringComparison.OrdinalIgnoreCase))
            {
                return RestAfter(name, schema.Id) is ['.', .. var rest] && dialect.ReadsDotAfterUrn() ? $"{schema.Id}:{rest}" : name;
            }
        }
        foreach (var (alias, id) in Aliases)
        {
            if (RestAfter(name, alias) is { } rest && type.FindSchema(id) is { } meant && dialect.ReadsSchemaAlias())
            {
                return $"{meant.Id}:{rest[1..]}";
            }
        }
        return name;
    }

    /// <summary>Rewrites the attribute of a path as <see cref="Canonical(string, ResourceType, EntraDialect)"/> does. The URN of the core
    /// schema is dropped, since it names the attribute that the bare name does (RFC 7644 §3.10).</summary>
    public static AttributePath Canonical(AttributePath path, ResourceType type, EntraDialect dialect)
    {
        if (type.Resolve(path) is null && AttributePath.TryParse(Canonical(path.ToString(), type, dialect), out var rewritten))
        {
            path = rewritten;
        }
        return path.Urn is not null && type.Schema.Id.Equals(path.Urn, StringComparison.OrdinalIgnoreCase) ? path with { Urn = null } : path;
    }

    /// <summary>Rewrites every attribute of a filter outside of brackets.</summary>
    public static Filter Canonical(Filter filter, ResourceType type, EntraDialect dialect) =>
        filter.Paths().All(path => path.Urn is null && type.Resolve(path) is not null) ? filter : filter switch
        {
            Filter.And and => new Filter.And([.. and.Terms.Select(term => Canonical(term, type, dialect))]),
            Filter.Or or => new Filter.Or([.. or.Terms.Select(term => Canonical(term, type, dialect))]),
            Filter.Not not => new Filter.Not(Canonical(not.Inner, type, dialect)),
            Filter.Compare compare => compare with { Path = Canonical(compare.Path, type, dialect) },
            Filter.Present present => present with { Path = Canonical(present.Path, type, dialect) },
            Filter.ValuePath valuePath => valuePath with { Path = Canonical(valuePath.Path, type, dialect) },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // What follows the schema: ":department" or ".department".
    private static string? RestAfter(string name, string schema) =>
        name.Length > schema.Length + 1 && name[schema.Length] is ':' or '.' && name.StartsWith(schema, StringComparison.OrdinalIgnoreCase)
            ? name[schema.Length..] : null;
}
