using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §2.2 and §2.3: what an attribute is when nothing is said, and what its values may be.</summary>
public sealed class Rfc7643Section2_3
{
    const string Probe = "urn:example:params:scim:schemas:acme:2.0:Probe";

    static readonly (string, string)[] Files =
    [
        ("probe.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Probe}}","name":"Probe","attributes":[
              {"name":"plain"},{"name":"flag","type":"boolean"},{"name":"real","type":"decimal"},{"name":"whole","type":"integer"},{"name":"moment","type":"dateTime"},
              {"name":"blob","type":"binary"},{"name":"link","type":"reference","referenceTypes":["external","uri"]},
              {"name":"pair","type":"complex","subAttributes":[{"name":"left"},{"name":"right","type":"integer"}]}]}
            """),
        ("type.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Probe","endpoint":"/Probes","schema":"{{Probe}}"}
            """),
    ];

    static Task<HttpAnswer> Post(ScimHost host, string name, string value) => host.Client.Send("POST", "Probes", $$"""{"{{name}}":{{value}}}""");

    [Fact] // "If not otherwise stated in Section 7, SCIM attributes have the following characteristics"
    public async Task An_attribute_of_which_nothing_is_said_is_an_optional_string_in_any_case()
    {
        await using var host = await OwnSchemas.StartAsync(StoreKind.Memory, Files, "rfc");

        var plain = (await host.Client.Send("GET", $"Schemas/{Probe}")).Is(200).Json["attributes"]!.AsArray().Single(a => (string?)a!["name"] == "plain")!;

        Assert.Equal(("string", false, false, "readWrite", "default", "none", false), (
            (string?)plain["type"], plain["required"]!.GetValue<bool>(), plain["caseExact"]!.GetValue<bool>(), (string?)plain["mutability"], (string?)plain["returned"],
            (string?)plain["uniqueness"], plain["multiValued"]!.GetValue<bool>()));
        Assert.Null(plain["canonicalValues"]);
        (await Post(host, "plain", "\"Value\"")).Is(201);
        Assert.Equal(1, (await host.Client.Send("GET", "Probes?filter=plain%20eq%20%22vALUE%22")).Is(200).Total);
    }

    [Theory, OnBothStores] // Table 1 and §2.3.1 to §2.3.8
    public async Task A_value_of_its_type_is_kept_as_it_was_sent(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files, "rfc");
        foreach (var (name, value) in new[]
        {
            // "A sequence of zero or more Unicode characters"
            ("plain", "\"\""), ("plain", "\"日本 \\u0001 😀\""), ("flag", "true"), ("flag", "false"),
            ("real", "1.5"), ("real", "-0.25"), ("real", "12345678901234567890.123456789"), ("real", "1e3"), ("whole", "0"), ("whole", "-7"), ("whole", "9007199254740993"),
            ("moment", "\"2008-01-23T04:56:22Z\""), ("moment", "\"2008-01-23T04:56:22.123+02:00\""), ("moment", "\"2008-01-23T04:56:22\""),
            // "trailing padding characters MAY be omitted"
            ("blob", "\"QUJD\""), ("blob", "\"QUI=\""), ("blob", "\"QUI\""),
            // "The value MUST be the absolute or relative URI of the target resource."; "an identifier such as a URN"
            ("link", "\"https://example.com/a?b#c\""), ("link", "\"Users/2819c223\""), ("link", "\"urn:example:a\""),
            ("pair", """{"left":"a","right":1}"""), ("pair", """{"right":1}"""),
        })
        {
            var created = await Post(host, name, value);
            Assert.Equal((name, value, 201), (name, value, created.Status));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), (await host.Client.Send("GET", $"Probes/{created.Id}")).Is(200).Json[name]), $"{name} {value}: {created.Json[name]?.ToJsonString()}");
        }
    }

    [Theory, OnBothStores]
    public async Task A_value_of_another_type_is_refused_and_named(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files, "rfc");
        foreach (var (name, value) in new[]
        {
            ("plain", "1"), ("plain", "true"), ("plain", "{}"), ("plain", "[\"a\"]"),
            ("flag", "\"yes\""), ("flag", "2"), ("real", "\"one\""), ("real", "true"),
            // "MUST NOT contain fractional or exponent parts"
            ("whole", "1.5"), ("whole", "true"), ("whole", "\"x\""),
            // "MUST include both a date and a time"
            ("moment", "\"2008-01-23\""), ("moment", "\"04:56:22Z\""), ("moment", "\"yesterday\""), ("moment", "1200000000"), ("moment", "\"2008-13-23T04:56:22Z\""),
            ("blob", "\"no base64!\""), ("blob", "1"), ("link", "1"), ("pair", "\"a\""), ("pair", "[1]"), ("pair", """{"left":{"deep":1}}"""), ("pair", """{"right":1.5}"""),
        })
        {
            var refused = await Post(host, name, value);
            Assert.Equal((name, value, 400, "invalidValue"), (name, value, refused.Status, (string?)refused.Json["scimType"]));
            Assert.Contains(name, refused.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await host.Client.Send("GET", "Probes")).Is(200).Total);
    }

    [Theory, OnBothStores] // "A boolean has no case sensitivity"; "A date time format has no case sensitivity"; "A binary is case exact"; "A reference is case exact."
    public async Task What_is_case_exact_tells_upper_from_lower_case(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files, "rfc");
        foreach (var (name, value, filter, found) in new[]
        {
            ("blob", "\"QUJD\"", "blob eq \"QUJD\"", 1), ("blob", "\"QUJE\"", "blob eq \"quje\"", 0), ("link", "\"urn:a:b\"", "link eq \"urn:a:b\"", 1), ("link", "\"urn:a:c\"", "link eq \"URN:A:C\"", 0),
            ("moment", "\"2008-01-23T04:56:22Z\"", "moment eq \"2008-01-23T06:56:22+02:00\"", 1), ("real", "1.5", "real eq 1.50", 1), ("whole", "7", "whole eq 7", 1), ("flag", "true", "flag eq true", 1),
        })
        {
            (await Post(host, name, value)).Is(201);
            Assert.Equal((filter, found), (filter, (await host.Client.Send("GET", $"Probes?filter={Uri.EscapeDataString(filter)}")).Is(200).Total));
        }
    }

    [Theory, OnBothStores] // "The order of the component attributes is not significant. Servers and clients MUST NOT require or expect attributes to be in any specific order"
    public async Task The_order_of_sub_attributes_says_nothing(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files, "rfc");
        var probe = (await Post(host, "pair", """{"left":"a","right":1}""")).Is(201);

        var same = (await host.Client.Send("PUT", $"Probes/{probe.Id}", """{"pair":{"right":1,"left":"a"}}""")).Is(200);

        Assert.Equal(probe.Header("ETag"), same.Header("ETag"));
    }
}
