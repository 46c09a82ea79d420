using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScimLite.Protocol.Filters;

namespace ScimLite.Protocol.Schemas;

/// <summary>A schema as an operator wrote it: checked to the letter of RFC 7643 §2 and §7, and completed by the defaults of §2.2.</summary>
internal static partial class SchemaDocument
{
    private const int MaxAttributes = 250, MaxCanonicalValues = 250;

    private static readonly string[] Types = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];

    // RFC 7643 §2.3: these have no uniqueness.
    private static readonly string[] NeverUnique = ["boolean", "dateTime", "binary", "complex"];
    private static readonly string[] Common = ["schemas", "id", "externalId", "meta"];

    /// <summary>Reads the document; null when it has a fault, which is noted.</summary>
    public static Schema? Read(JsonPlace place)
    {
        var sound = Check(place);
        if (!sound)
        {
            return null;
        }
        var document = JsonNode.Parse(place.Value.GetRawText())!.AsObject();
        document.Remove("meta");
        Complete(document["attributes"]!);
        return Schema.Parse(document.ToJsonString());
    }

    /// <summary>Each referenceTypes names resource types that there are.</summary>
    /// <param name="place">A document that was read.</param>
    /// <param name="types">The names of all resource types.</param>
    public static void CheckReferences(JsonPlace place, IReadOnlySet<string> types)
    {
        foreach (var attribute in place.Items("attributes", JsonValueKind.Object, "", int.MaxValue))
        {
            foreach (var leaf in attribute.Items("subAttributes", JsonValueKind.Object, "", int.MaxValue).Prepend(attribute))
            {
                foreach (var name in leaf.Items("referenceTypes", JsonValueKind.String, "", int.MaxValue).Where(n => !types.Contains(n.Value.GetString()!)))
                {
                    if (name.Value.GetString() is not ("external" or "uri"))
                    {
                        name.Wrong($"external, uri, or a resource type: {string.Join(", ", types.Order(StringComparer.Ordinal))}");
                    }
                }
            }
        }
    }

    private static bool Check(JsonPlace place)
    {
        var before = place.Faults;
        place.Only("schemas", "id", "name", "description", "attributes", "meta");
        const string urn = "a URN that ends in a name, such as \"urn:example:params:scim:schemas:extension:acme:2.0:User\"";
        var id = place.Text("id", urn);
        if (id is not null && (id.Length > 250 || !AttributePath.TryParse(id, out var path) || path is { Urn: null } or { Sub: not null }))
        {
            place.Find("id")!.Wrong(urn);
        }
        const string names = "1 to 63 letters, digits, '-' and '_', a letter first";
        if (place.Text("name", names) is { } name && !Name().IsMatch(name))
        {
            place.Find("name")!.Wrong(names);
        }
        place.Text("description", "text", required: false);
        var attributes = place.Items("attributes", JsonValueKind.Object, "attributes", MaxAttributes, required: true);
        CheckAttributes(attributes, sub: false);
        if (attributes.Sum(a => 1 + (a.Value.TryGetProperty("subAttributes", out var subs) && subs.ValueKind == JsonValueKind.Array ? subs.GetArrayLength() : 0)) > MaxAttributes)
        {
            place.Find("attributes")!.Fault($"holds more than {MaxAttributes} attributes and sub-attributes; split the schema.");
        }
        return place.Faults == before;
    }

    private static void CheckAttributes(IReadOnlyList<JsonPlace> attributes, bool sub)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var attribute in attributes)
        {
            attribute.Only(
                "name", "type", "subAttributes", "multiValued", "description", "required", "canonicalValues", "caseExact", "mutability", "returned",
                "uniqueness", "referenceTypes");
            CheckName(attribute, sub, seen);
            attribute.Text("description", "text", required: false);
            CheckType(attribute, sub);
            CheckCharacteristics(attribute);
        }
    }

    private static void CheckName(JsonPlace attribute, bool sub, HashSet<string> seen)
    {
        const string allowed = "1 to 63 letters, digits, '$', '-' and '_', a letter first (RFC 7643 §2.1)";
        if (attribute.Text("name", allowed) is not { } name)
        {
            return;
        }
        var place = attribute.Find("name")!;
        if (!AttributeName().IsMatch(name) && !(sub && name == "$ref"))
        {
            place.Wrong(allowed + (sub ? ", or $ref" : ""));
        }
        else if (!sub && Common.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            place.Fault($"is \"{name}\", which every resource has (RFC 7643 §3.1); leave it out.");
        }
        else if (!seen.Add(name))
        {
            place.Fault($"is \"{name}\", which stands here twice; upper and lower case count as the same.");
        }
    }

    private static void CheckType(JsonPlace attribute, bool sub)
    {
        // RFC 7643 §2.3.8: no complex attribute inside another.
        var type = attribute.Keyword("type", sub ? Types[..^1] : Types) ?? "string";
        var parts = attribute.Items("subAttributes", JsonValueKind.Object, "attributes", MaxAttributes, required: type == "complex");
        if (type == "complex")
        {
            CheckAttributes(parts, sub: true);
        }
        else if (attribute.Find("subAttributes") is { } useless)
        {
            useless.Fault($"stands with the type {type}; allowed with complex alone.");
        }
        attribute.Items("canonicalValues", JsonValueKind.String, "text", MaxCanonicalValues);
        if (attribute.Items("referenceTypes", JsonValueKind.String, "text", MaxCanonicalValues).Count > 0 && type != "reference")
        {
            attribute.Find("referenceTypes")!.Fault($"stands with the type {type}; allowed with reference alone.");
        }
        attribute.Flag("multiValued");
        if (!attribute.Flag("caseExact") && type is "reference" or "binary" && attribute.Find("caseExact") is { } caseExact)
        {
            caseExact.Wrong($"true, since a {type} is case exact (RFC 7643 §2.3)");
        }
        if (attribute.Keyword("uniqueness", "none", "server", "global") is "server" or "global" && NeverUnique.Contains(type))
        {
            attribute.Find("uniqueness")!.Wrong($"none with the type {type} (RFC 7643 §2.3)");
        }
    }

    private static void CheckCharacteristics(JsonPlace attribute)
    {
        var mutability = attribute.Keyword("mutability", "readWrite", "readOnly", "immutable", "writeOnly");
        var returned = attribute.Keyword("returned", "default", "always", "never", "request");
        if (mutability == "writeOnly" && returned != "never")
        {
            attribute.Find("mutability")!.Fault($"is \"writeOnly\" with returned \"{returned ?? "default"}\"; such a value is never returned, so say \"returned\": \"never\" (RFC 7643 §7).");
        }
        if (attribute.Flag("required") && mutability == "readOnly")
        {
            attribute.Find("required")!.Wrong("false with mutability readOnly, since no client could send it");
        }
    }

    // RFC 7643 §7: a served schema tells all characteristics.
    private static void Complete(JsonNode attributes)
    {
        foreach (var attribute in attributes.AsArray().Select(a => a!.AsObject()))
        {
            attribute.TryAdd("type", "string");
            attribute.TryAdd("multiValued", false);
            attribute.TryAdd("description", (string)attribute["name"]!);
            attribute.TryAdd("required", false);
            attribute.TryAdd("caseExact", (string)attribute["type"]! is "reference" or "binary");
            attribute.TryAdd("mutability", "readWrite");
            attribute.TryAdd("returned", "default");
            attribute.TryAdd("uniqueness", "none");
            if (attribute["subAttributes"] is { } parts)
            {
                Complete(parts);
            }
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,62}\\z")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9$_-]{0,62}\\z")]
    private static partial Regex AttributeName();
}
