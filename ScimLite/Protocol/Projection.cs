using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol;

/// <summary>Which attributes an answer holds, RFC 7644 §3.9: by what is asked for, by what is excluded, and by <c>returned</c>. A
/// sub-attribute that is returned always comes with its attribute, and where that is left out it is left out too.</summary>
public sealed class Projection
{
    private readonly ResourceType type;
    private readonly IReadOnlyList<AttributeTarget>? only;
    private readonly IReadOnlyList<AttributeTarget> without;
    private readonly IReadOnlyList<AttributeTarget> written;

    private Projection(
        ResourceType type, IReadOnlyList<AttributeTarget>? only, IReadOnlyList<AttributeTarget> without, IReadOnlyList<AttributeTarget> written)
    {
        this.type = type;
        this.only = only;
        this.without = without;
        this.written = written;
    }

    /// <summary>What is in an answer when nothing is asked for.</summary>
    public static Projection Usual(ResourceType type) => new(type, null, [], []);

    /// <summary>Reads the two query parameters; both empty give null, for <see cref="Usual"/>. Names that no schema knows select nothing.</summary>
    /// <param name="type">The type of the resources.</param>
    /// <param name="attributes">Comma-separated paths to return, beside those returned always.</param>
    /// <param name="excluded">Comma-separated paths to leave out.</param>
    /// <param name="dialect">How names are read.</param>
    public static Projection? Read(ResourceType type, string? attributes, string? excluded, Dialect dialect)
    {
        var only = string.IsNullOrWhiteSpace(attributes) ? null : ReadPaths(type, attributes, new EntraDialect(dialect));
        var without = string.IsNullOrWhiteSpace(excluded) ? [] : ReadPaths(type, excluded, new EntraDialect(dialect));
        return only is null && without.Count == 0 ? null : new Projection(type, only, without, []);
    }

    /// <summary>The answer to a write also holds what is returned on request, if the client wrote it and asked for nothing else
    /// (RFC 7643 §7).</summary>
    /// <param name="type">The type of the resource.</param>
    /// <param name="asked">What the query parameters say.</param>
    /// <param name="written">What the client wrote of the attributes that are returned on request.</param>
    public static Projection? ForWrite(ResourceType type, Projection? asked, IReadOnlyList<AttributeTarget> written) =>
        written.Count == 0 ? asked : new Projection(type, asked?.only, asked?.without ?? [], written);

    /// <summary>Whether the store has to look up the members or groups at all.</summary>
    public bool Wants(string attribute)
    {
        return (only is null || only.Any(Names)) && !without.Any(t => t.Sub is null && Names(t));

        bool Names(AttributeTarget target) => target.Extension is null && (target.Attribute is null || target.Attribute.Name == attribute);
    }

    /// <summary>Takes out of the resource what the answer is not to hold.</summary>
    public void Apply(JsonObject resource)
    {
        Apply(resource, null, type.FindCore);
        foreach (var extension in type.Extensions)
        {
            if (resource[extension.Id] is JsonObject values)
            {
                Apply(values, extension, extension.Find);
                if (values.Count == 0)
                {
                    resource.Remove(extension.Id);
                }
            }
        }
    }

    private void Apply(JsonObject container, Schema? extension, Func<string, SchemaAttribute?> find)
    {
        foreach (var name in container.Select(p => p.Key).ToArray())
        {
            if (find(name) is not { } attribute)
            {
                continue;
            }
            if (!Keeps(attribute, extension))
            {
                container.Remove(name);
                continue;
            }
            var elements = ScimJson.Values(container[name]).OfType<JsonObject>().ToList();
            elements.ForEach(element => Narrow(element, attribute, extension));
            // An object without parts is no value (RFC 7643 §2.5).
            if (elements.Count > 0 && elements.TrueForAll(element => element.Count == 0))
            {
                container.Remove(name);
            }
            else
            {
                (container[name] as JsonArray)?.RemoveAll(element => element is JsonObject { Count: 0 });
            }
        }
    }

    private bool Keeps(SchemaAttribute attribute, Schema? extension) => attribute.Returned switch
    {
        Returned.Always => true,
        Returned.Never => false,
        Returned.Request => Names(only ?? written, attribute, extension, null) && !Excludes(attribute, extension, null),
        _ => (only is null || Names(only, attribute, extension, null)) && !Excludes(attribute, extension, null),
    };

    private void Narrow(JsonObject element, SchemaAttribute attribute, Schema? extension)
    {
        // An attribute that is returned always is whole too where nothing is asked of it.
        var whole = only is null || only.Any(t => t.Sub is null && Is(t, attribute, extension))
            || (attribute.Returned == Returned.Always && !Names(only, attribute, extension, null));
        foreach (var name in element.Select(p => p.Key).ToArray())
        {
            if (attribute.Sub(name) is { } sub && !Keeps(attribute, extension, sub, whole))
            {
                element.Remove(name);
            }
        }
    }

    private bool Keeps(SchemaAttribute attribute, Schema? extension, SchemaAttribute sub, bool whole) => sub.Returned switch
    {
        Returned.Always => true,
        Returned.Never => false,
        Returned.Request => Names(only ?? written, attribute, extension, sub) && !Excludes(attribute, extension, sub),
        _ => (whole || Names(only!, attribute, extension, sub)) && !Excludes(attribute, extension, sub),
    };

    private bool Excludes(SchemaAttribute attribute, Schema? extension, SchemaAttribute? sub) =>
        without.Any(t => t.Sub == sub && Is(t, attribute, extension));

    private static bool Names(IReadOnlyList<AttributeTarget> targets, SchemaAttribute attribute, Schema? extension, SchemaAttribute? sub) =>
        targets.Any(t => Is(t, attribute, extension) && (sub is null || t.Sub == sub));

    private static bool Is(AttributeTarget target, SchemaAttribute attribute, Schema? extension) =>
        target.Extension == extension && (target.Attribute is null || target.Attribute == attribute);

    private static List<AttributeTarget> ReadPaths(ResourceType type, string list, EntraDialect dialect)
    {
        var targets = new List<AttributeTarget>();
        foreach (var name in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // "emails[type eq "work"]" asks for the attribute; the condition narrows nothing (Microsoft's Postman collection sends it).
            var open = name.IndexOf('[', StringComparison.Ordinal);
            var attribute = open < 0 ? name : name[..open];
            if (AttributeNames.SchemaOf(attribute, type, dialect) is { } schema)
            {
                targets.Add(new AttributeTarget(schema == type.Schema ? null : schema, null, null));
            }
            else if (AttributePath.TryParse(AttributeNames.Canonical(attribute, type, dialect), out var path) && type.Resolve(path) is { } target)
            {
                targets.Add(target);
            }
        }
        return targets;
    }
}
