using System.Text.Json.Nodes;

namespace ScimLite.Tests.Conformance;

/// <summary>
/// A resource type of an operator's own that has each combination of characteristics that RFC 7643 §7 allows: type, mutability, returned,
/// uniqueness and caseExact for single values, mutability and returned for lists, complex values and the parts of complex values.
/// </summary>
internal static class Gadget
{
    public const string Core = "urn:example:params:scim:schemas:acme:2.0:Gadget";
    public const string Extension = "urn:example:params:scim:schemas:extension:acme:2.0:Gadget";

    static readonly string[] Mutabilities = ["readWrite", "readOnly", "immutable", "writeOnly"];
    static readonly string[] Returns = ["default", "always", "never", "request"];
    static readonly string[] Uniquenesses = ["none", "server", "global"];

    /// <summary>Every attribute.</summary>
    public static IReadOnlyList<GadgetAttribute> Attributes { get; } =
    [
        .. from type in (string[])["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"]
           from uniqueness in type is "boolean" or "dateTime" or "binary" ? ["none"] : Uniquenesses
           from caseExact in type switch { "string" => [true, false], "binary" or "reference" => [true], _ => (bool[])[false] }
           from how in Combinations()
           select new GadgetAttribute(Shape.Single, type, how.Mutability, how.Returned, uniqueness, caseExact),
        .. from shape in (Shape[])[Shape.List, Shape.Complex, Shape.Part]
           from how in Combinations()
           select new GadgetAttribute(shape, "string", how.Mutability, how.Returned, "none", false),
    ];

    /// <summary>The files that describe it.</summary>
    public static IEnumerable<(string Name, string Json)> Files =>
    [
        ("gadget-core.json", Schema(Core, "Gadget", Attributes.Where(a => a.Shape == Shape.Single))),
        ("gadget-extension.json", Schema(Extension, "GadgetExtension", Attributes.Where(a => a.Shape != Shape.Single))),
        ("gadget.json", $$"""
            {
              "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
              "name": "Gadget", "endpoint": "/Gadgets", "schema": "{{Core}}",
              "schemaExtensions": [{ "schema": "{{Extension}}", "required": false }]
            }
            """),
    ];

    // RFC 7643 §7: what is writeOnly is never returned.
    static IEnumerable<(string Mutability, string Returned)> Combinations() =>
        from mutability in Mutabilities
        from returned in Returns
        where mutability != "writeOnly" || returned == "never"
        select (mutability, returned);

    static string Schema(string id, string name, IEnumerable<GadgetAttribute> attributes) => new JsonObject
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Schema"),
        ["id"] = id,
        ["name"] = name,
        ["attributes"] = new JsonArray([.. attributes.Select(a => a.Definition)]),
    }.ToJsonString();
}

/// <summary>Where the characteristics stand.</summary>
internal enum Shape
{
    /// <summary>On an attribute with one simple value.</summary>
    Single,

    /// <summary>On an attribute with many simple values.</summary>
    List,

    /// <summary>On a complex attribute.</summary>
    Complex,

    /// <summary>On the sub-attribute of a complex attribute.</summary>
    Part,
}

/// <summary>One attribute of a gadget, named by what it is.</summary>
internal sealed record GadgetAttribute(Shape Shape, string Type, string Mutability, string Returned, string Uniqueness, bool CaseExact)
{
    public string Name => string.Join('-', Shape.ToString().ToLowerInvariant(), Type, Mutability, Returned, Uniqueness, CaseExact ? "exact" : "folded");

    /// <summary>The path in a PATCH, a filter or a projection.</summary>
    public string Path => (Shape == Shape.Single ? "" : Gadget.Extension + ":") + Name + (Shape == Shape.Part ? ".value" : "");

    public bool IsUnique => Uniqueness != "none";

    public bool IsHidden => Returned == "never";

    /// <summary>Three values, in ascending order but for booleans and binaries, and another spelling of the first one, as JSON.</summary>
    public (string One, string Other, string Third, string Cased) Values => Type switch
    {
        "string" => ("\"Alpha\"", "\"Beta\"", "\"Gamma\"", "\"aLPHA\""),
        "boolean" => ("true", "false", "true", "true"),
        "decimal" => ("1.5", "2.25", "10.125", "1.50"),
        "integer" => ("7", "42", "100", "7.0"),
        "dateTime" => ("\"2026-01-31T09:30:00Z\"", "\"2026-02-28T00:00:00Z\"", "\"2026-03-01T00:00:00Z\"", "\"2026-01-31T10:30:00+01:00\""),
        "binary" => ("\"QUJD\"", "\"REVG\"", "\"R0hJ\"", "\"qujd\""),
        "reference" => ("\"https://example.com/A\"", "\"https://example.com/B\"", "\"https://example.com/C\"", "\"https://example.com/a\""),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public JsonObject Definition
    {
        get
        {
            var leaf = new JsonObject
            {
                ["name"] = Shape == Shape.Part ? "value" : Name, ["type"] = Type, ["mutability"] = Mutability, ["returned"] = Returned,
                ["uniqueness"] = Uniqueness, ["caseExact"] = CaseExact, ["multiValued"] = Shape == Shape.List,
            };
            if (Shape == Shape.Complex)
            {
                (leaf["type"], leaf["subAttributes"]) = ("complex", new JsonArray(new JsonObject { ["name"] = "value", ["type"] = Type }));
            }

            return Shape == Shape.Part ? new JsonObject { ["name"] = Name, ["type"] = "complex", ["subAttributes"] = new JsonArray(leaf, new JsonObject { ["name"] = "label" }) } : leaf;
        }
    }

    /// <summary>The value as it stands at <see cref="Path"/>.</summary>
    public string At(string value) => Shape switch { Shape.List => $"[{value}]", Shape.Complex => $$"""{"value":{{value}}}""", _ => value };

    /// <summary>A body with the value, or without any.</summary>
    public string Body(string externalId, string? value = null)
    {
        var own = value is null ? "" : $"\"{Name}\":" + (Shape == Shape.Part ? $$"""{"value":{{value}}}""" : At(value));
        return $$"""{"externalId":"{{externalId}}"{{(own.Length == 0 ? "" : "," + (Shape == Shape.Single ? own : $$"""
            "{{Gadget.Extension}}":{{{own}}}
            """))}}}""";
    }

    /// <summary>What an answer shows of it, or null.</summary>
    public string? ShownIn(JsonNode resource)
    {
        var value = Shape == Shape.Single ? resource[Name] : resource[Gadget.Extension]?[Name];
        return (Shape is Shape.Part or Shape.Complex ? value?["value"] : Shape == Shape.List ? value?[0] : value)?.ToJsonString();
    }
}
