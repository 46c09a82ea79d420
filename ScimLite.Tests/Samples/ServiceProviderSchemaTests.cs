using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>What the discovery endpoints serve, measured by the schemas that RFC 7643 §8.7.2 fixes for it.</summary>
public sealed class ServiceProviderSchemaTests
{
    const string Schemas = "urn:ietf:params:scim:schemas:core:2.0:Schema";
    const string ResourceTypes = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
    const string Config = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

    [Theory] // RFC 7643 §8.7.2, §5, §6, §7
    [InBothDialects("rfc7643-8.7.2-service-provider-schemas.json", "ServiceProviderConfig", Config)]
    [InBothDialects("rfc7643-8.7.2-service-provider-schemas.json", "ResourceTypes/User", ResourceTypes)]
    [InBothDialects("rfc7643-8.7.2-service-provider-schemas.json", "ResourceTypes/Group", ResourceTypes)]
    [InBothDialects("rfc7643-8.7.2-service-provider-schemas.json", "Schemas/urn:ietf:params:scim:schemas:core:2.0:User", Schemas)]
    [InBothDialects("rfc7643-8.7.2-service-provider-schemas.json", "Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", Schemas)]
    [InBothDialects(
        "rfc7643-8.7.2-service-provider-schemas.json", "Schemas/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", Schemas)]
    public async Task A_discovery_document_keeps_to_its_schema(StoreKind store, string dialect, string file, string path, string schemaId)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var schema = Corrected(Sample.List(file)).Single(candidate => candidate!.Text("id") == schemaId)!;

        var document = (await host.Client.Get(path)).Is(HttpStatusCode.OK).Body;

        Assert.Contains(schemaId, document["schemas"]!.AsArray().Select(id => id!.GetValue<string>()));
        Assert.Empty(Breaches(schema["attributes"]!.AsArray(), document, ""));
    }

    /// <summary>Figure 10 without the four slips in which it contradicts the prose of the same RFC.</summary>
    static JsonArray Corrected(JsonArray printed)
    {
        // §6: "schemaExtensions  A list of URIs ... OPTIONAL"; printed as one required object.
        var extensions = Attribute(printed, ResourceTypes, "schemaExtensions");
        extensions["multiValued"] = true;
        extensions["required"] = false;

        // §2.3, table 1: "binary" is a type, and §8.7.1 uses it; printed without, for attributes and sub-attributes.
        var attributes = Attribute(printed, Schemas, "attributes");
        var subAttributes = Named(attributes["subAttributes"]!.AsArray(), "subAttributes");
        Named(attributes["subAttributes"]!.AsArray(), "type")["canonicalValues"]!.AsArray().Add("binary");
        Named(subAttributes["subAttributes"]!.AsArray(), "type")["canonicalValues"]!.AsArray().Add("binary");

        // §7: "referenceTypes  A multi-valued array of JSON strings"; printed so for attributes, single-valued for sub-attributes.
        Named(subAttributes["subAttributes"]!.AsArray(), "referenceTypes")["multiValued"] = true;
        return printed;
    }

    static JsonObject Attribute(JsonArray schemas, string id, string name) =>
        Named(schemas.Single(schema => schema!.Text("id") == id)!["attributes"]!.AsArray(), name);

    static JsonObject Named(JsonArray attributes, string name) =>
        attributes.Single(attribute => attribute!.Text("name") == name)!.AsObject();

    /// <summary>Everything in a document that its schema forbids, by path.</summary>
    static IEnumerable<string> Breaches(JsonArray attributes, JsonObject document, string prefix)
    {
        foreach (var attribute in attributes.Select(attribute => attribute!.AsObject()))
        {
            var path = prefix + attribute.Text("name");
            var value = document[attribute.Text("name")];
            if (value is null)
            {
                if (attribute["required"]!.GetValue<bool>())
                {
                    yield return $"{path} is required";
                }

                continue;
            }

            if ((value is JsonArray) != attribute["multiValued"]!.GetValue<bool>())
            {
                yield return $"{path} is {value.ToJsonString()}, which is not as multi-valued as it should be";
                continue;
            }

            JsonNode?[] values = value is JsonArray list ? [.. list] : [value];
            foreach (var breach in values.SelectMany(one => BreachesOfValue(attribute, one, path)))
            {
                yield return breach;
            }
        }
    }

    static IEnumerable<string> BreachesOfValue(JsonObject attribute, JsonNode? value, string path) => (attribute.Text("type"), value) switch
    {
        ("complex", JsonObject complex) => Breaches(attribute["subAttributes"]!.AsArray(), complex, $"{path}."),
        ("boolean", JsonValue flag) when (flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False) => [],
        ("integer", JsonValue number) when number.TryGetValue<int>(out _) => [],
        ("string" or "reference", JsonValue text) when (text.GetValueKind() == JsonValueKind.String && MayBe(attribute, text)) => [],
        var (type, other) => [$"{path} is {other?.ToJsonString() ?? "null"}, which is no {type} that the schema allows"],
    };

    static bool MayBe(JsonObject attribute, JsonValue text) =>
        attribute["canonicalValues"] is not JsonArray allowed || allowed.Any(value => JsonNode.DeepEquals(value, text));
}
