using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>The documents that tell Entra and its administrators what the server can do.</summary>
public static class DiscoveryChecks
{
    private const string Read = "Entra reads /Schemas when the administrator saves the credentials and opens the mappings, and offers what stands there as target attributes.";

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        new("L15", Area.Discovery, "Schema_Discoverability_Test: every target attribute of Entra's mappings stands in /Schemas", Read,
            "List every attribute that Entra writes, externalId, manager and members among them, and give canonicalValues to the type of e-mails, telephone numbers and addresses.",
            async exam =>
            {
                var known = Flatten(await SchemasAsync(exam).ConfigureAwait(false)).Select(n => n.ToUpperInvariant()).ToHashSet();
                var wanted = exam.Subject.HasGroups ? Entra.DefaultUserMappings.Concat(Entra.DefaultGroupMappings) : Entra.DefaultUserMappings;
                var missing = wanted.Where(m => !known.Contains(m.ToUpperInvariant())).ToList();
                exam.Require(missing.Count == 0, "every default target attribute", $"missing: {string.Join(", ", missing)}");
                exam.Proof = $"{known.Count} target attributes in all";
            }),
        new("D1", Area.Discovery, "/Schemas is a ListResponse without nulls, its names in camel case", Read,
            "Wrap the schemas in a ListResponse, leave absent characteristics out instead of sending null, and spell them as RFC 7643 §7 does.",
            async exam =>
            {
                var answer = await exam.GetAsync("/Schemas").ConfigureAwait(false);
                exam.List(answer, (await SchemasAsync(exam).ConfigureAwait(false)).Count);
                var wrong = Odd(answer.Json!.Value, "").Take(5).ToList();
                exam.Require(wrong.Count == 0, "no null, and every property spelt as in RFC 7643", string.Join(", ", wrong));
            }),
        new("D2", Area.Discovery, "The types of e-mails, telephone numbers and addresses have canonicalValues",
            "Without them Entra offers no emails[type eq \"work\"].value, and writes to an element of type \"untyped\" instead.",
            "Give \"canonicalValues\":[\"work\",\"home\",\"other\"] to the type of e-mails and addresses, and fax, mobile and pager besides to that of telephone numbers.",
            async exam =>
            {
                var schemas = await SchemasAsync(exam).ConfigureAwait(false);
                foreach (var (attribute, wanted) in ((string, string[])[])[("emails", ["work"]), ("addresses", ["work"]), ("phoneNumbers", ["work", "mobile", "fax"])])
                {
                    var type = Attributes(schemas, Entra.UserSchema).Where(a => Named(a, attribute))
                        .SelectMany(a => Values.Elements(Values.Property(a, "subAttributes"))).FirstOrDefault(s => Named(s, "type"));
                    var has = Values.Elements(Values.Property(type, "canonicalValues")).Select(v => Values.Text(v)).ToList();
                    exam.Require(wanted.All(has.Contains), $"canonicalValues of {attribute}.type with {string.Join(", ", wanted)}", has.Count == 0 ? "none" : string.Join(", ", has));
                }
            }),
        new("D3", Area.Discovery, "/ServiceProviderConfig says that PATCH is supported",
            "Administrators and other identity providers read it; a server that says no to PATCH is taken for one that Entra can't use.",
            "Answer GET /ServiceProviderConfig with \"patch\":{\"supported\":true} and the truth about the rest.",
            async exam =>
            {
                var config = exam.Resource(await exam.GetAsync("/ServiceProviderConfig").ConfigureAwait(false), 200);
                exam.Require(Values.At(config, "patch.supported") is { ValueKind: JsonValueKind.True }, "\"patch\":{\"supported\":true}", ExchangeText.Shorten(config.GetRawText(), 300));
            }),
        new("D4", Area.Discovery, "/ResourceTypes names the user and group endpoints",
            "Who sets up provisioning finds here what can be provisioned.", "Answer GET /ResourceTypes with a ListResponse that has an endpoint and a schema for each type.",
            async exam =>
            {
                var answer = exam.Require(await exam.GetAsync("/ResourceTypes").ConfigureAwait(false), "200 with a list", 200);
                var endpoints = Values.Elements(Values.Property(answer.Json, "Resources")).Select(r => Values.Text(Values.Property(r, "endpoint"))?.TrimStart('/')).ToList();
                foreach (var wanted in (string[])(exam.Subject.HasGroups ? ["Users", "Groups"] : ["Users"]))
                {
                    exam.Require(endpoints.Contains(wanted), $"the endpoint /{wanted}", endpoints.Count == 0 ? answer.Brief() : string.Join(", ", endpoints));
                }
            }),
    ];

    /// <summary>
    /// The attributes that the Logic App reads out of /Schemas: simple ones by name, parts of complex ones as <c>name.part</c>, lists by their
    /// canonical types (<c>emails[type eq "work"].value</c>) or else their primary element, extensions with their URN; manager and members whole.
    /// </summary>
    public static IEnumerable<string> Flatten(IEnumerable<JsonElement> schemas)
    {
        foreach (var schema in schemas)
        {
            var urn = Values.Text(Values.Property(schema, "id")) ?? "";
            var prefix = urn is Entra.UserSchema or Entra.GroupSchema ? "" : urn + ":";
            foreach (var attribute in Values.Elements(Values.Property(schema, "attributes")))
            {
                var name = Values.Text(Values.Property(attribute, "name")) ?? "";
                var parts = Values.Elements(Values.Property(attribute, "subAttributes")).Where(s => Values.Text(Values.Property(s, "type")) is not ("complex" or "reference")).ToList();
                if (name.ToUpperInvariant() is "MANAGER" or "MEMBERS")
                {
                    yield return name;
                }
                else if (Values.Text(Values.Property(attribute, "type")) != "complex")
                {
                    yield return prefix + name;
                }
                else if (Values.Property(attribute, "multiValued") is not { ValueKind: JsonValueKind.True })
                {
                    foreach (var part in parts)
                    {
                        yield return $"{prefix}{name}.{Values.Text(Values.Property(part, "name"))}";
                    }
                }
                else
                {
                    var types = Values.Elements(Values.Property(parts.Find(p => Named(p, "type")), "canonicalValues")).Select(v => $"type eq \"{Values.Text(v)}\"").ToList();
                    foreach (var selector in types.Count > 0 ? types : ["primary eq \"True\""])
                    {
                        foreach (var part in parts.Where(p => !Named(p, "type") && !Named(p, "primary")))
                        {
                            yield return $"{prefix}{name}[{selector}].{Values.Text(Values.Property(part, "name"))}";
                        }
                    }
                }
            }
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> SchemasAsync(Examination exam)
    {
        var answer = exam.Require(await exam.GetAsync("/Schemas").ConfigureAwait(false), "200 with the schemas", 200);
        return [.. Values.Elements(Values.Property(answer.Json, "Resources"))];
    }

    private static IEnumerable<JsonElement> Attributes(IEnumerable<JsonElement> schemas, string urn) =>
        schemas.Where(s => Values.Text(Values.Property(s, "id")) == urn).SelectMany(s => Values.Elements(Values.Property(s, "attributes")));

    private static bool Named(JsonElement attribute, string name) => name.Equals(Values.Text(Values.Property(attribute, "name")), StringComparison.OrdinalIgnoreCase);

    // Nulls, and names that begin with a capital letter where the RFC has a small one ("Resources" is the one that has a capital).
    private static IEnumerable<string> Odd(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Null => [$"{path} is null"],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            (char.IsUpper(p.Name[0]) && p.Name != "Resources" ? [$"{path}.{p.Name}"] : Enumerable.Empty<string>()).Concat(Odd(p.Value, $"{path}.{p.Name}"))),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((e, i) => Odd(e, $"{path}[{i}]")),
        _ => [],
    };
}
