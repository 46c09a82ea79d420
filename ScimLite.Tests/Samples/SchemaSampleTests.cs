using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>/Schemas, attribute by attribute, against the schemas that RFC 7643 §8.7.1 prints.</summary>
public sealed class SchemaSampleTests
{
    /// <summary>All that is served otherwise than printed, and why; a row that differs no longer fails like one that is missing.</summary>
    static readonly (string Difference, string Reason)[] Deliberate =
    [
        ("User.password is not served",
            "a value is ignored and never returned, and Entra's validator fails on attributes that are never returned"),
        ("User.externalId is added",
            "RFC 7643 §3.1 lets a schema list common attributes; Entra discovers from /Schemas what it may map to"),
        ("Group.externalId is added",
            "the same"),
        ("User.addresses.primary is added",
            "Entra sends it, RFC 7644 §3.5.2.3 too, and RFC 7643 §2.4 gives it to every multi-valued attribute"),
        ("Group.members.display is added",
            "RFC 7643 §8.4 prints it, and §2.4 gives it to every multi-valued attribute"),
        ("Group.displayName required: false -> true",
            "contract; RFC 7643 §4.2 says REQUIRED too, and so does the description in §8.7.1 itself"),
        ("Group.displayName uniqueness: none -> server",
            "contract; Entra matches groups by it"),
        ("User.profileUrl caseExact: false -> true",
            "RFC 7643 §2.3.7: \"A reference is case exact\""),
        ("User.photos.value caseExact: false -> true",
            "the same"),
        ("User.groups.$ref caseExact: false -> true",
            "the same"),
        ("Group.members.$ref caseExact: false -> true",
            "the same"),
        ("EnterpriseUser.manager.$ref caseExact: false -> true",
            "the same"),
        ("User.x509Certificates.value caseExact: false -> true",
            "RFC 7643 §2.3.6: \"A binary is case exact\""),
    ];

    /// <summary>What is compared, with the value that RFC 7643 §2.2 and §7 give a characteristic that a schema leaves out.</summary>
    static readonly (string Name, string Default)[] Characteristics =
    [
        ("type", "string"),
        ("multiValued", "false"),
        ("required", "false"),
        ("caseExact", "false"),
        ("mutability", "readWrite"),
        ("returned", "default"),
        ("uniqueness", "none"),
        ("referenceTypes", "[]"),
    ];

    [Theory] // RFC 7643 §8.7.1, §7
    [InBothDialects("rfc7643-8.7.1-resource-schemas.json")]
    public async Task The_schemas_differ_from_the_printed_ones_where_the_table_says_so_and_nowhere_else(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var printed = AttributesOf(Sample.List(file));
        var served = await ServedAttributes(host.Client, file);

        var differences = printed.Keys.Except(served.Keys).Select(path => $"{path} is not served")
            .Concat(served.Keys.Except(printed.Keys).Select(path => $"{path} is added"))
            .Concat(printed.Keys.Intersect(served.Keys).SelectMany(path => Differences(path, printed[path], served[path])));

        Assert.All(Deliberate, row => Assert.NotEqual("", row.Reason));
        Assert.Equal(
            Deliberate.Select(row => row.Difference).Order(StringComparer.Ordinal),
            differences.Order(StringComparer.Ordinal));
    }

    [Theory] // RFC 7643 §8.7.1, §7: more canonical values may be suggested, as Entra needs them, but none of these is lost
    [InBothDialects("rfc7643-8.7.1-resource-schemas.json")]
    public async Task Every_printed_canonical_value_is_served(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var served = await ServedAttributes(host.Client, file);

        var lost = AttributesOf(Sample.List(file))
            .Where(attribute => served.ContainsKey(attribute.Key))
            .SelectMany(attribute => CanonicalValues(attribute.Value).Except(CanonicalValues(served[attribute.Key]))
                .Select(value => $"{attribute.Key}: {value}"));

        Assert.Empty(lost);
    }

    [Theory] // RFC 7643 §3.1: externalId "has caseExact as true and a mutability of readWrite"
    [InBothDialects("rfc7643-8.7.1-resource-schemas.json", "User.externalId")]
    [InBothDialects("rfc7643-8.7.1-resource-schemas.json", "Group.externalId")]
    public async Task The_externalId_that_is_added_is_the_one_of_the_common_attributes(
        StoreKind store, string dialect, string file, string path)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var externalId = (await ServedAttributes(host.Client, file))[path];

        Assert.Equal(
            "string false false true readWrite default none []",
            string.Join(' ', Characteristics.Select(each => Characteristic(externalId, each.Name, each.Default))));
    }

    [Theory] // RFC 7644 §4, §3.4.1: a list response of all, and each by its URI
    [InBothDialects("rfc7643-8.7.1-resource-schemas.json")]
    public async Task Every_printed_schema_is_served_by_its_id_as_in_the_list(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var list = (await host.Client.Get("Schemas")).Is(HttpStatusCode.OK).Body;
        var served = list["Resources"]!.AsArray();

        Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:ListResponse"]""", list["schemas"]!.ToJsonString());
        Assert.Equal(served.Count, list["totalResults"]!.GetValue<int>());
        foreach (var sample in Sample.List(file).Select(schema => schema!.AsObject()))
        {
            var ours = served.Single(schema => schema!.Text("id") == sample.Text("id"))!.AsObject();
            var path = $"Schemas/{sample.Text("id")}";
            Expect.Holds(sample, ours, "description", "attributes", "meta");
            Assert.Equal(sample["meta"]!.Text("resourceType"), ours["meta"]!.Text("resourceType"));
            Assert.Equal(new Uri(host.Client.BaseAddress!, path).AbsoluteUri, ours["meta"]!.Text("location"));
            Expect.Same(ours, (await host.Client.Get(path)).Is(HttpStatusCode.OK).Body);
        }
    }

    static IEnumerable<string> Differences(string path, JsonObject printed, JsonObject served) =>
        from characteristic in Characteristics
        let theirs = Characteristic(printed, characteristic.Name, characteristic.Default)
        let ours = Characteristic(served, characteristic.Name, characteristic.Default)
        where theirs != ours
        select $"{path} {characteristic.Name}: {theirs} -> {ours}";

    static string Characteristic(JsonObject attribute, string name, string otherwise) =>
        attribute[name]?.ToJsonString().Trim('"') ?? otherwise;

    static IEnumerable<string> CanonicalValues(JsonObject attribute) => attribute["canonicalValues"] is JsonArray values
        ? values.Select(value => value!.GetValue<string>())
        : [];

    /// <summary>The attributes that the server serves for the schemas of the sample, whatever else it may serve.</summary>
    static async Task<Dictionary<string, JsonObject>> ServedAttributes(HttpClient client, string file)
    {
        var ids = Sample.List(file).Select(schema => schema!.Text("id")).ToHashSet();
        var list = (await client.Get("Schemas")).Is(HttpStatusCode.OK).Body;
        return AttributesOf(list["Resources"]!.AsArray().Where(schema => ids.Contains(schema!.Text("id"))));
    }

    /// <summary>Every attribute and sub-attribute by a path that starts with its schema's name.</summary>
    static Dictionary<string, JsonObject> AttributesOf(IEnumerable<JsonNode?> schemas)
    {
        var found = new Dictionary<string, JsonObject>();
        foreach (var schema in schemas.Select(schema => schema!.AsObject()))
        {
            Collect(schema.Text("name"), schema["attributes"], found);
        }

        return found;
    }

    static void Collect(string parent, JsonNode? attributes, Dictionary<string, JsonObject> found)
    {
        if (attributes is not JsonArray list)
        {
            return;
        }

        foreach (var attribute in list.Select(attribute => attribute!.AsObject()))
        {
            var path = $"{parent}.{attribute.Text("name")}";
            found.Add(path, attribute);
            Collect(path, attribute["subAttributes"], found);
        }
    }
}
