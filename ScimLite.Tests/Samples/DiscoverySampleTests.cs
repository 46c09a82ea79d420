using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>/ResourceTypes and /ServiceProviderConfig against the examples of RFC 7643 §8.5 and §8.6 and of RFC 7644 §4.</summary>
public sealed class DiscoverySampleTests
{
    /// <summary>What RFC 7643 §3.1 and §5 leave a server free to omit from the document that §8.5 prints.</summary>
    static readonly HashSet<string> Optional =
    [
        "documentationUri",
        "authenticationSchemes.specUri",
        "authenticationSchemes.documentationUri",
        "authenticationSchemes.primary",
        "meta.created",
        "meta.lastModified",
        "meta.version",
    ];

    [Theory] // RFC 7643 §8.6
    [InBothDialects("rfc7643-8.6-resource-types.json")]
    public async Task The_resource_types_are_those_of_the_core_schema(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var list = (await host.Client.Get("ResourceTypes")).Is(HttpStatusCode.OK).Body;

        await Check(host.Client, Sample.List(file), list["Resources"]!.AsArray());
    }

    [Theory] // RFC 7644 §4, figure 9
    [InBothDialects("rfc7644-4-resource-types-response.json")]
    public async Task The_resource_types_come_as_a_list_response(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);

        var list = (await host.Client.Get("ResourceTypes")).Is(HttpStatusCode.OK).Body;

        Expect.Holds(sample, list, "itemsPerPage", "Resources"); // "itemsPerPage": 10 is printed over two resources
        await Check(host.Client, sample["Resources"]!.AsArray(), list["Resources"]!.AsArray());
    }

    [Theory] // RFC 7643 §8.5, §5
    [InBothDialects("rfc7643-8.5-service-provider-config.json")]
    public async Task The_service_provider_config_has_the_shape_that_is_printed_and_says_what_this_server_can(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);

        var config = (await host.Client.Get("ServiceProviderConfig")).Is(HttpStatusCode.OK).Body;

        Assert.Empty(ShapeErrors(sample, config, ""));
        Expect.Same(sample["schemas"], config["schemas"]);
        Expect.Same(sample["meta"]!["resourceType"], config["meta"]!["resourceType"]);
        Assert.Equal(new Uri(host.Client.BaseAddress!, "ServiceProviderConfig").AbsoluteUri, config["meta"]!.Text("location"));
        Assert.Contains("oauthbearertoken", config["authenticationSchemes"]!.AsArray().Select(scheme => scheme!.Text("type")));
        Assert.Equal(
            "bulk true, changePassword false, etag true, filter true, patch true, sort true",
            string.Join(", ", config.Select(Ability).OfType<string>().Order(StringComparer.Ordinal)));
        Assert.Equal(1000, config["filter"]!["maxResults"]!.GetValue<int>());
    }

    /// <summary>Compares what RFC 7643 §6 makes a resource type: the rest of the document is prose.</summary>
    static async Task Check(HttpClient client, JsonArray samples, JsonArray served)
    {
        Assert.Equal(samples.Count, served.Count);
        foreach (var sample in samples.Select(resourceType => resourceType!.AsObject()))
        {
            var ours = served.Single(resourceType => resourceType!.Text("id") == sample.Text("id"))!.AsObject();
            Expect.Holds(sample, ours, "description", "schemaExtensions", "meta");
            Assert.Equal(Extensions(sample), Extensions(ours));

            // §8.6 prints "required": true, and by §6 the users of §8.1 and §8.2, who lack the extension, could then not exist.
            if (ours["schemaExtensions"] is JsonArray extensions)
            {
                Assert.All(extensions, extension => Assert.False(extension!["required"]!.GetValue<bool>()));
            }

            var location = $"ResourceTypes/{sample.Text("id")}";
            Assert.Equal("ResourceType", ours["meta"]!.Text("resourceType"));
            Assert.Equal(new Uri(client.BaseAddress!, location).AbsoluteUri, ours["meta"]!.Text("location"));
            Expect.Same(ours, (await client.Get(location)).Is(HttpStatusCode.OK).Body);
        }
    }

    static string? Ability(KeyValuePair<string, JsonNode?> member) =>
        member.Value is JsonObject ability && ability["supported"] is { } supported
            ? $"{member.Key} {supported.ToJsonString()}"
            : null;

    static string Extensions(JsonObject resourceType) => resourceType["schemaExtensions"] is JsonArray extensions
        ? string.Join(' ', extensions.Select(extension => extension!.Text("schema")))
        : "";

    /// <summary>Members that the sample has and the served document lacks or gives another JSON type.</summary>
    static IEnumerable<string> ShapeErrors(JsonObject sample, JsonObject served, string prefix)
    {
        foreach (var (name, value) in sample)
        {
            var path = prefix + name;
            IEnumerable<string> errors = (value, served[name]) switch
            {
                (_, null) => Optional.Contains(path) ? [] : [$"{path} is missing"],
                (JsonObject expected, JsonObject actual) => ShapeErrors(expected, actual, $"{path}."),
                (JsonArray expected, JsonArray actual) => ElementErrors(expected, actual, path),
                var (expected, actual) => KindOf(expected) == KindOf(actual) ? [] : [$"{path} is no {KindOf(expected)}"],
            };
            foreach (var error in errors)
            {
                yield return error;
            }
        }
    }

    /// <summary>Every served element is measured against the first of the sample, the one whose members are all filled in.</summary>
    static IEnumerable<string> ElementErrors(JsonArray sample, JsonArray served, string path) =>
        served.Count == 0 ? [$"{path} is empty"] :
        sample[0] is JsonObject first ? served.SelectMany(element => ShapeErrors(first, element!.AsObject(), $"{path}.")) :
        served.Where(element => KindOf(element) != KindOf(sample[0])).Select(_ => $"{path} holds no {KindOf(sample[0])}");

    static JsonValueKind KindOf(JsonNode? node) =>
        node?.GetValueKind() switch { null => JsonValueKind.Null, JsonValueKind.False => JsonValueKind.True, var kind => kind.Value };
}
