using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>
/// RFC 7643 §7: each characteristic that /Schemas claims of each attribute of each resource type, found out by asking the server and compared.
/// The test knows no attribute: it makes values by the type that is claimed, and looks what becomes of them.
/// </summary>
public sealed class AttributeClaimTests
{
    /// <summary>What can't be found out in this way, and why; a row that is no longer needed fails.</summary>
    static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["Group:members"] = "members are ids of resources: StoreContract.Membership and the exchanges",
        ["User:groups"] = "made of memberships: Rfc7643Section4_1_2",
    };

    [Theory]
    [OnBothStores("ignore")]
    [OnBothStores("hash")]
    public async Task Every_attribute_of_every_resource_type_is_what_the_schemas_say(StoreKind store, string passwords)
    {
        // UniqueExternalId is a tenant's choice and not in the schemas, which are the same for all tenants.
        await using var host = await OwnSchemas.StartAsync(store, passwords == "hash" ? Gadget.Files : [], "rfc",
            settings: new Dictionary<string, string> { ["ScimLite:Passwords"] = passwords }, tenantSettings: new Dictionary<string, string> { ["UniqueExternalId"] = "false" });
        var schemas = (await host.Client.Send("GET", "Schemas")).Is(200).Json["Resources"]!.AsArray().ToDictionary(s => s!["id"]!.GetValue<string>(), s => s!.AsObject());
        var faults = new List<string>();
        var passed = new HashSet<string>();
        foreach (var type in (await host.Client.Send("GET", "ResourceTypes")).Is(200).Json["Resources"]!.AsArray().Select(t => t!))
        {
            var core = schemas[type["schema"]!.GetValue<string>()];
            foreach (var schema in (type["schemaExtensions"]?.AsArray() ?? []).Select(e => schemas[e!["schema"]!.GetValue<string>()]).Prepend(core))
            {
                foreach (var attribute in schema["attributes"]!.AsArray().Select(a => a!.AsObject()))
                {
                    var name = $"{type["name"]}:{attribute["name"]}";
                    if (Elsewhere.ContainsKey(name))
                    {
                        passed.Add(name);
                        continue;
                    }

                    foreach (var sub in (attribute["subAttributes"]?.AsArray() ?? []).Select(s => s!.AsObject()).Prepend(null))
                    {
                        var probe = new AttributeProbe(host.Client, type["endpoint"]!.GetValue<string>().TrimStart('/'), core, schema == core ? null : schema["id"]!.GetValue<string>(), attribute, sub);
                        await foreach (var fault in probe.FaultsAsync())
                        {
                            faults.Add($"{type["name"]} {probe.Path}: {fault}");
                        }
                    }
                }
            }
        }

        Assert.Equal(Elsewhere.Keys.Order(StringComparer.Ordinal), passed.Order(StringComparer.Ordinal));
        Assert.True(faults.Count == 0, $"{faults.Count} claims are not true:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Take(40))}");
    }
}

/// <summary>Finds out what one attribute, or one sub-attribute, is like.</summary>
internal sealed class AttributeProbe(HttpClient client, string endpoint, JsonObject core, string? extension, JsonObject attribute, JsonObject? sub)
{
    static int made;

    readonly JsonObject claim = sub ?? attribute;

    string Name => attribute["name"]!.GetValue<string>();

    bool IsComplex => Text(claim, "type") == "complex";

    bool IsSettable => Text(attribute, "mutability") != "readOnly" && Text(claim, "mutability") != "readOnly";

    bool IsHidden => Text(attribute, "returned") == "never" || Text(claim, "returned") == "never";

    /// <summary>The path of it.</summary>
    public string Path => (extension is null ? "" : extension + ":") + Name + (sub is null ? "" : "." + Text(sub, "name"));

    /// <summary>Every claim that is not true.</summary>
    public async IAsyncEnumerable<string> FaultsAsync()
    {
        var (one, other) = (Value(claim, 1), Value(claim, 2));
        var created = await client.Send("POST", endpoint, Body(one));
        if (created.Status != 201)
        {
            yield return $"a {Text(claim, "type")} is not taken: {created.Text}";
            yield break;
        }

        var (usual, asked, excluded) = (await Get(created.Id, ""), await Get(created.Id, $"?attributes={Uri.EscapeDataString(Path)}"), await Get(created.Id, $"?excludedAttributes={Uri.EscapeDataString(Path)}"));
        var patch = await client.Send("PATCH", $"{endpoint}/{created.Id}?attributes=id", HttpCalls.Patch($$"""{"op":"replace","path":"{{PatchPath}}","value":{{At(other)}}}"""));
        var returned = (usual, asked, excluded) switch { (null, null, _) => "never", (null, _, _) => "request", (_, _, null) => "default", _ => "always" };
        if (IsSettable && returned != (IsHidden ? "never" : Text(attribute, "returned") == "request" ? "request" : Text(claim, "returned")))
        {
            yield return $"returned is said to be {claim["returned"]}, and is {returned}";
        }

        if (!IsSettable && returned != "never")
        {
            yield return "mutability is said to be readOnly, and the value of a client is shown";
        }

        // As a part of a list's elements it goes and comes with them.
        if (sub is null || !Flag(attribute, "multiValued"))
        {
            var changed = patch.Status < 300;
            if (changed != (IsSettable && Text(claim, "mutability") != "immutable" && Text(attribute, "mutability") != "immutable") || (!changed && patch.ScimType != "mutability"))
            {
                yield return $"mutability is said to be {claim["mutability"]}, and a replace is answered {patch.Status} {patch.ScimType}";
            }
        }

        if (asked is not null && sub is null && Flag(claim, "multiValued") != asked is JsonArray)
        {
            yield return $"multiValued is said to be {claim["multiValued"]}, and the value is {asked.ToJsonString()}";
        }

        if (!IsSettable)
        {
            yield break;
        }

        foreach (var wrong in Wrong)
        {
            var refused = await client.Send("POST", endpoint, Body(wrong));
            if (refused.Status != 400 || refused.ScimType != "invalidValue")
            {
                yield return $"type is said to be {claim["type"]}, and {wrong} is answered {refused.Status}";
            }
        }

        var without = await client.Send("POST", endpoint, sub is null ? Body(null) : Body("null"));
        if ((without.Status == 400) != (Flag(claim, "required") || (sub is not null && Flag(attribute, "required"))))
        {
            yield return $"required is said to be {claim["required"]}, and a resource without it is answered {without.Status}";
        }

        if (IsComplex)
        {
            yield break;
        }

        // The value is that of the PATCH now, or that of the POST where there was nothing to change.
        var present = patch.Status < 300 ? other : one;
        var again = await client.Send("POST", endpoint, Body(present));
        if ((again.Status == 409) != (Text(claim, "uniqueness") != "none"))
        {
            yield return $"uniqueness is said to be {claim["uniqueness"]}, and a second resource with the value is answered {again.Status}";
        }

        var cased = Text(claim, "type") is "string" or "reference" or "binary" ? Flip(present) : null;
        if (cased is null)
        {
            yield break;
        }

        var found = await client.Send("GET", $"{endpoint}?filter={Uri.EscapeDataString($"{Path} eq {cased} and id eq \"{created.Id}\"")}");
        if (IsHidden ? found.ScimType != "invalidFilter" : found.Status != 200 || (found.Total == 0) != Flag(claim, "caseExact"))
        {
            yield return $"caseExact is said to be {claim["caseExact"]}, and the filter {cased} is answered {found.Status}, {found.Text}";
        }
    }

    // The part of a list's element can't be named by itself; the element can.
    string PatchPath => sub is not null && Flag(attribute, "multiValued") ? (extension is null ? "" : extension + ":") + Name : Path;

    IEnumerable<string> Wrong => Text(claim, "type") switch
    {
        "string" or "reference" => ["7", "{\"a\":1}"],
        "boolean" => ["\"maybe\"", "7"],
        "integer" => ["1.5", "\"x\"", "true"],
        "decimal" => ["\"x\"", "true"],
        "dateTime" => ["\"yesterday\"", "7"],
        "binary" => ["\"*\"", "7"],
        _ => ["7", "true"],
    };

    static string Text(JsonObject definition, string characteristic) => definition[characteristic]!.GetValue<string>();

    static bool Flag(JsonObject definition, string characteristic) => definition[characteristic]?.GetValue<bool>() == true;

    // Made anew each time, so that nothing but what a probe sends twice is there twice.
    static string Value(JsonObject definition, int odd)
    {
        var number = Interlocked.Increment(ref made);
        return Text(definition, "type") switch
        {
            "string" => $"\"Value{number}\"",
            "reference" => $"\"https://example.com/Value{number}\"",
            "binary" => $"\"{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"Value-{number:D6}"))}\"",
            "boolean" => odd == 1 ? "true" : "false",
            "integer" => $"{number}",
            "decimal" => $"{number}.5",
            "dateTime" => $"\"{2000 + (number % 1000)}-01-31T09:30:{number / 1000:D2}Z\"",
            // Of parts that have no characteristics of their own which could be taken for those of the whole.
            _ => new JsonObject(definition["subAttributes"]!.AsArray().Select(s => s!.AsObject())
                .Where(s => Text(s, "mutability") == "readWrite" && Text(s, "returned") == "default" && Text(s, "type") != "boolean")
                .Select(s => KeyValuePair.Create(Text(s, "name"), JsonNode.Parse(Value(s, odd))))).ToJsonString(),
        };
    }

    static string Flip(string value) => string.Concat(value.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));

    // The value as it stands at PatchPath.
    string At(string value) => sub is null ? Flag(attribute, "multiValued") ? $"[{value}]" : value
        : Flag(attribute, "multiValued") ? $"[{Element(value)}]" : value;

    // With the parts that each element has to have: the required ones, and the value that the other parts describe.
    string Element(string value)
    {
        var element = new JsonObject();
        foreach (var required in attribute["subAttributes"]!.AsArray().Select(s => s!.AsObject())
            .Where(s => Flag(s, "required") || (Flag(attribute, "multiValued") && Text(s, "name") == "value")))
        {
            element[Text(required, "name")] = JsonNode.Parse(Value(required, 1));
        }

        element[Text(sub!, "name")] = JsonNode.Parse(value);
        return element.ToJsonString();
    }

    // All that a resource of the type has to have, and the value.
    string Body(string? value)
    {
        var body = new JsonObject();
        foreach (var required in core["attributes"]!.AsArray().Select(a => a!.AsObject()).Where(a => Flag(a, "required")))
        {
            body[Text(required, "name")] = JsonNode.Parse(Value(required, 1));
        }

        var container = extension is null ? body : [];
        container.Remove(Name);
        if (value is not null)
        {
            container[Name] = JsonNode.Parse(sub is null || Flag(attribute, "multiValued") ? At(value) : Element(value));
        }

        if (extension is not null)
        {
            body[extension] = container;
        }

        return body.ToJsonString();
    }

    async Task<JsonNode?> Get(string id, string query)
    {
        var resource = (await client.Send("GET", $"{endpoint}/{id}{query}")).Is(200).Json;
        var value = (extension is null ? resource : resource[extension])?[Name];
        return sub is null ? value : value is JsonArray list ? list[0]?[Text(sub, "name")] : value?[Text(sub, "name")];
    }
}
