using System.Collections.Frozen;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol;

/// <summary>
/// Where a path leads in a resource type: a core or extension attribute, one of its sub-attributes, or (with
/// <paramref name="Attribute"/> null) all attributes of a schema.
/// </summary>
/// <param name="Extension">The extension that holds it; null for core and common attributes.</param>
/// <param name="Attribute">The attribute; null if the path is the URN of a schema alone.</param>
/// <param name="Sub">The sub-attribute, when the path names one.</param>
public sealed record AttributeTarget(Schema? Extension, SchemaAttribute? Attribute, SchemaAttribute? Sub);

/// <summary>A resource type of RFC 7643 §6: schema data only, all behaviour is shared.</summary>
public sealed class ResourceType
{
    private static readonly FrozenDictionary<string, SchemaAttribute> Common = CommonAttributes()
        .ToFrozenDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);

    private readonly IReadOnlyCollection<string> required;

    /// <summary>Puts a resource type together.</summary>
    /// <param name="name">The name, such as <c>User</c>; also its id.</param>
    /// <param name="endpoint">The path below the Tenant URL, such as <c>/Users</c>.</param>
    /// <param name="description">One phrase for people.</param>
    /// <param name="schema">The core schema.</param>
    /// <param name="extensions">The extensions.</param>
    /// <param name="indexed">The paths of the attributes that the store finds without a scan; those that are unique are added.</param>
    /// <param name="required">The URNs of the extensions that each resource has to have.</param>
    public ResourceType(
        string name, string endpoint, string description, Schema schema, IReadOnlyList<Schema> extensions, IReadOnlyList<string> indexed,
        IReadOnlyCollection<string>? required = null)
    {
        this.required = required ?? [];
        Name = name;
        Endpoint = endpoint;
        Description = description;
        Schema = schema;
        Extensions = extensions;
        var attributes = extensions.Append(schema).SelectMany(s => s.Attributes).ToList();
        HidesAttributes = attributes.SelectMany(a => a.SubAttributes.Append(a)).Any(a => a.Returned is Returned.Never or Returned.Request);
        HasImmutableAttributes = attributes.SelectMany(a => a.MultiValued ? [a] : a.SubAttributes.Append(a)).Any(a => a.Mutability == Mutability.Immutable);
        ReturnsOnRequest = attributes.SelectMany(a => a.SubAttributes.Append(a)).Any(a => a.Returned == Returned.Request);
        KeepsOnReplace = attributes.Where(a => !HasMembers || a.Name != "members").SelectMany(a => a.SubAttributes.Append(a))
            .Any(a => a.Mutability is Mutability.Immutable or Mutability.WriteOnly || a.Returned == Returned.Never);
        Indexed = [.. indexed.Select(path => Resolve(AttributePath.Parse(path))!).Concat(UniqueAttributes()).Distinct().Select(t => new IndexedAttribute(t))];
        IndexShapes = string.Join('\n', Indexed.Select(i => i.Shape));
    }

    /// <summary>The name and id, such as <c>User</c>.</summary>
    public string Name { get; }

    /// <summary>The path below the Tenant URL, such as <c>/Users</c>.</summary>
    public string Endpoint { get; }

    /// <summary>One phrase for people.</summary>
    public string Description { get; }

    /// <summary>The core schema.</summary>
    public Schema Schema { get; }

    /// <summary>The extensions.</summary>
    public IReadOnlyList<Schema> Extensions { get; }

    /// <summary>Whether each resource has to have values of the extension, RFC 7643 §6.</summary>
    public bool Requires(Schema extension) => required.Contains(extension.Id);

    /// <summary>The attributes that the store finds without a scan.</summary>
    public IReadOnlyList<IndexedAttribute> Indexed { get; }

    /// <summary>The <see cref="IndexedAttribute.Shape"/> of each of them, a line each.</summary>
    public string IndexShapes { get; }

    /// <summary>The time of the last change, which the store indexes for every type by itself.</summary>
    public static IndexedAttribute LastModified { get; } = new(Target(null, Common["meta"], "lastModified")!);

    /// <summary>The index that holds what the target leads to, or null. A bare complex attribute is compared by its value.</summary>
    public IndexedAttribute? FindIndex(AttributeTarget target)
    {
        foreach (var indexed in Indexed)
        {
            if (indexed.Leads(target))
            {
                return indexed;
            }
        }
        return LastModified.Leads(target) ? LastModified : null;
    }

    /// <summary>Whether some attribute is not returned unless it is asked for, or never.</summary>
    public bool HidesAttributes { get; }

    /// <summary>Whether some attribute is returned when it is asked for or written.</summary>
    public bool ReturnsOnRequest { get; }

    /// <summary>Whether a PUT has to look at what was there before, since some attributes stay although the body does not hold them.</summary>
    public bool KeepsOnReplace { get; }

    /// <summary>Whether a change has to be compared with what was there before, since some attribute can be set but once.</summary>
    public bool HasImmutableAttributes { get; }

    /// <summary>Whether a resource of this type may be a member of a group: users and groups alone (RFC 7643 §4.2, §8.7.1).</summary>
    public bool MayBeMember => HasMembers || HasGroups;

    /// <summary>Whether resources of this type have members, kept by the store as a set of their own.</summary>
    public bool HasMembers => Schema.Id == Urns.Group;

    /// <summary>Whether answers tell the groups of a resource of this type.</summary>
    public bool HasGroups => Schema.Id == Urns.User;

    /// <summary>The core or common attribute of that name in any case, or null.</summary>
    public SchemaAttribute? FindCore(string name) => Common.GetValueOrDefault(name) ?? Schema.Find(name);

    /// <summary>The extension of that URN in any case, or null.</summary>
    public Schema? FindExtension(string urn)
    {
        foreach (var extension in Extensions)
        {
            if (extension.Id.Equals(urn, StringComparison.OrdinalIgnoreCase))
            {
                return extension;
            }
        }
        return null;
    }

    /// <summary>The core schema or extension of that URN in any case, or null.</summary>
    public Schema? FindSchema(string urn) => Schema.Id.Equals(urn, StringComparison.OrdinalIgnoreCase) ? Schema : FindExtension(urn);

    /// <summary>
    /// Where the path leads, or null when no schema of the type knows it. An extension's attribute is also found by its bare
    /// name when no core attribute bears it: Entra has sent plain <c>manager</c>.
    /// </summary>
    public AttributeTarget? Resolve(AttributePath path)
    {
        if (path.Urn is null)
        {
            if (FindCore(path.Name) is { } core)
            {
                return Target(null, core, path.Sub);
            }
            foreach (var extension in Extensions)
            {
                if (extension.Find(path.Name) is { } bare)
                {
                    return Target(extension, bare, path.Sub);
                }
            }
            return null;
        }
        if (path.Sub is null && FindSchema($"{path.Urn}:{path.Name}") is { } whole)
        {
            return new AttributeTarget(whole == Schema ? null : whole, null, null);
        }
        if (path.Urn.Equals(Schema.Id, StringComparison.OrdinalIgnoreCase))
        {
            return FindCore(path.Name) is { } core ? Target(null, core, path.Sub) : null;
        }
        return FindExtension(path.Urn) is { } owner && owner.Find(path.Name) is { } attribute ? Target(owner, attribute, path.Sub) : null;
    }

    private static AttributeTarget? Target(Schema? extension, SchemaAttribute attribute, string? sub)
    {
        if (sub is null)
        {
            return new AttributeTarget(extension, attribute, null);
        }
        return attribute.Sub(sub) is { } found ? new AttributeTarget(extension, attribute, found) : null;
    }

    private IEnumerable<AttributeTarget> UniqueAttributes() =>
        from schema in Extensions.Prepend(Schema)
        let extension = schema == Schema ? null : schema
        from attribute in schema.Attributes
        from target in attribute.SubAttributes.Select(sub => new AttributeTarget(extension, attribute, sub)).Append(new AttributeTarget(extension, attribute, null))
        where (target.Sub ?? attribute).Uniqueness != Uniqueness.None
        select target;

    // RFC 7643 §3.1. User and Group list externalId as well, since Entra discovers attributes in their schemas.
    private static SchemaAttribute[] CommonAttributes() =>
    [
        new()
        {
            Name = "schemas", Type = AttributeType.Reference, MultiValued = true, CaseExact = true,
            Mutability = Mutability.ReadOnly, Returned = Returned.Always,
        },
        new()
        {
            Name = "id", Type = AttributeType.String, CaseExact = true, Mutability = Mutability.ReadOnly,
            Returned = Returned.Always, Uniqueness = Uniqueness.Server,
        },
        new() { Name = "externalId", Type = AttributeType.String, CaseExact = true },
        new()
        {
            Name = "meta", Type = AttributeType.Complex, Mutability = Mutability.ReadOnly,
            SubAttributes =
            [
                new() { Name = "resourceType", Type = AttributeType.String, CaseExact = true, Mutability = Mutability.ReadOnly },
                new() { Name = "created", Type = AttributeType.DateTime, Mutability = Mutability.ReadOnly },
                new() { Name = "lastModified", Type = AttributeType.DateTime, Mutability = Mutability.ReadOnly },
                new() { Name = "location", Type = AttributeType.Reference, CaseExact = true, Mutability = Mutability.ReadOnly },
                new() { Name = "version", Type = AttributeType.String, CaseExact = true, Mutability = Mutability.ReadOnly },
            ],
        },
    ];
}

/// <summary>An attribute that the store keeps in an index.</summary>
/// <param name="Target">Which.</param>
public sealed record IndexedAttribute(AttributeTarget Target)
{
    /// <summary>The path in the schema's spelling.</summary>
    public string Path { get; } = (Target.Extension is null ? "" : Target.Extension.Id + ":") + Name(Target);

    /// <summary>The attribute whose values are indexed.</summary>
    public SchemaAttribute Leaf => Target.Sub ?? Target.Attribute!;

    /// <summary>The name of the index: short, since every entry carries it, and unambiguous among core and extensions.</summary>
    public string Index { get; } = (Target.Extension is null ? "" : Target.Extension.Name + ":") + Name(Target);

    /// <summary>Whether one resource may have several values.</summary>
    public bool MultiValued => Target.Attribute!.MultiValued || Leaf.MultiValued;

    /// <summary>Whether two resources of a tenant may not share a value.</summary>
    public bool Unique => Leaf.Uniqueness != Uniqueness.None;

    /// <summary>What tells the index from another of that name: which values it holds, and in which form.</summary>
    public string Shape => $"{Index} {Leaf.Type} {(Leaf.CaseExact ? "exact" : "folded")}{(MultiValued ? " many" : "")}{(Unique ? " unique" : "")}"
        + (Leaf.WhenAbsent is { } absent ? $" absent {absent}" : "");

    /// <summary>Whether the target leads to what is indexed.</summary>
    internal bool Leads(AttributeTarget target) => Target.Attribute == target.Attribute && Target.Extension == target.Extension
        && (Target.Sub == target.Sub || (target.Sub is null && Target.Sub?.Name == "value"));

    private static string Name(AttributeTarget target) => target.Attribute!.Name + (target.Sub is null ? "" : "." + target.Sub.Name);
}
