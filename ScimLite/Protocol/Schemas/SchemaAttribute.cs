using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ScimLite.Protocol.Schemas;

/// <summary>The data types of RFC 7643 §2.3.</summary>
public enum AttributeType
{
    /// <summary>Unicode text.</summary>
    String,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number with at least one digit on each side of the period.</summary>
    Decimal,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A time of RFC 3339 with seconds and offset.</summary>
    DateTime,

    /// <summary>Base64 text.</summary>
    Binary,

    /// <summary>A URI, absolute or relative.</summary>
    Reference,

    /// <summary>An object of sub-attributes.</summary>
    Complex,
}

/// <summary>Who may change a value, RFC 7643 §7.</summary>
public enum Mutability
{
    /// <summary>The client may read and write it.</summary>
    ReadWrite,

    /// <summary>The server alone sets it.</summary>
    ReadOnly,

    /// <summary>It can be set once.</summary>
    Immutable,

    /// <summary>It can be set and never read.</summary>
    WriteOnly,
}

/// <summary>When a value is in an answer, RFC 7643 §7.</summary>
public enum Returned
{
    /// <summary>Unless it is excluded, or others are asked for.</summary>
    Default,

    /// <summary>In every answer.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,

    /// <summary>When it is asked for.</summary>
    Request,
}

/// <summary>Among which resources a value may occur once, RFC 7643 §7.</summary>
public enum Uniqueness
{
    /// <summary>It may occur often.</summary>
    None,

    /// <summary>Once in a tenant's resources of the type.</summary>
    Server,

    /// <summary>Once in the world; enforced as <see cref="Server"/>, since a refusal would tell one tenant what another has.</summary>
    Global,
}

/// <summary>One attribute with its characteristics, RFC 7643 §7.</summary>
public sealed class SchemaAttribute
{
    private FrozenDictionary<string, SchemaAttribute> byName = FrozenDictionary<string, SchemaAttribute>.Empty;
    private IReadOnlyList<SchemaAttribute> subAttributes = [];

    /// <summary>The name in the spelling of the schema; requests may use any case.</summary>
    public required string Name { get; init; }

    /// <summary>The data type of each value.</summary>
    public required AttributeType Type { get; init; }

    /// <summary>Whether the value is an array.</summary>
    public bool MultiValued { get; init; }

    /// <summary>Whether a resource must have it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether comparisons heed case.</summary>
    public bool CaseExact { get; init; }

    /// <summary>Who may change it.</summary>
    public Mutability Mutability { get; init; }

    /// <summary>When it is in an answer.</summary>
    public Returned Returned { get; init; }

    /// <summary>Whether its values are unique.</summary>
    public Uniqueness Uniqueness { get; init; }

    /// <summary>
    /// What a boolean without a value counts as in filters, conditions, indexes and sorting; null if it counts as nothing. A missing
    /// <c>primary</c> is false (RFC 7643 §2.4), and a user without <c>active</c> is active.
    /// </summary>
    public bool? WhenAbsent { get; init; }

    /// <summary>Whether its value is a password, of which a hash alone is stored (RFC 7643 §4.1.1).</summary>
    public bool IsPassword => this is { Type: AttributeType.String, MultiValued: false, Mutability: Mutability.WriteOnly }
        && Name.Equals("password", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it refers to other resources and a client may write it: <c>members</c>, <c>manager</c> (RFC 7643 §2.3.7).</summary>
    public bool IsResourceReference =>
        Type == AttributeType.Complex && Mutability != Mutability.ReadOnly && Sub("$ref") is { Type: AttributeType.Reference };

    /// <summary>The parts of a complex attribute, in the schema's order.</summary>
    public IReadOnlyList<SchemaAttribute> SubAttributes
    {
        get => subAttributes;
        init
        {
            subAttributes = value;
            byName = value.ToFrozenDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>The sub-attribute of that name in any case, or null.</summary>
    public SchemaAttribute? Sub(string name) => byName.GetValueOrDefault(name);

    /// <summary>Whether a simple value is of the attribute's type. One that was stored for another schema may not be, and counts for nothing.</summary>
    public bool Holds(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => Type is AttributeType.String or AttributeType.Reference or AttributeType.Binary
            || (Type == AttributeType.DateTime && SchemaRules.TryReadTime(value.GetValue<string>(), out _)),
        JsonValueKind.Number => Type is AttributeType.Integer or AttributeType.Decimal,
        JsonValueKind.True or JsonValueKind.False => Type == AttributeType.Boolean,
        _ => false,
    };

    /// <summary>How values of the attribute are compared as text.</summary>
    public StringComparison Comparison => CaseExact ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
}
