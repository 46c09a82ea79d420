using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.9: additional operation response parameters, <c>attributes</c> and <c>excludedAttributes</c>; their notation is that of §3.10.</summary>
public sealed class Rfc7644Section3_9
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    static string Names(HttpAnswer answer) => string.Join(' ', answer.Is(200).Json.Select(p => p.Key).Order(StringComparer.Ordinal));

    static async Task<(ScimHost Host, string Id)> Filled(StoreKind store)
    {
        var host = await ScimHost.StartAsync(store, "rfc");
        return (host, (await host.Client.CreateUser("ada", $$""","title":"x","name":{"givenName":"Ada","familyName":"Lovelace"},"{{Enterprise}}":{"department":"D","employeeNumber":"7"}""")).Id);
    }

    [Theory, OnBothStores] // "each resource returned MUST contain the minimum set of resource attributes and any attributes or sub-attributes explicitly requested by the "attributes" parameter"
    public async Task Attributes_are_added_to_the_minimum(StoreKind store)
    {
        var (host, id) = await Filled(store);
        await using var _ = host;
        foreach (var (asked, expected) in ((string, string)[])
        [
            ("userName", "id schemas userName"), ("USERNAME,Title", "id schemas title userName"), ("name.givenName", "id name schemas"), ("urn:ietf:params:scim:schemas:core:2.0:User:title", "id schemas title"), ($"{Enterprise}:department", $"id schemas {Enterprise}"),
            (Enterprise, $"id schemas {Enterprise}"), ("nosuch", "id schemas"), ("meta.version", "id meta schemas"),
        ])
        {
            Assert.Equal((asked, expected), (asked, Names(await host.Client.Send("GET", $"Users/{id}?attributes={asked}"))));
        }
        Assert.Equal("""{"givenName":"Ada"}""", (await host.Client.Send("GET", $"Users/{id}?attributes=name.givenName")).Json["name"]!.ToJsonString());
        Assert.Equal("""{"department":"D"}""", (await host.Client.Send("GET", $"Users/{id}?attributes={Enterprise}:department")).Json[Enterprise]!.ToJsonString());
    }

    [Theory, OnBothStores] // "the default set of attributes minus those attributes listed in "excludedAttributes" is returned"
    public async Task Excluded_attributes_are_taken_from_the_default_but_not_from_the_minimum(StoreKind store)
    {
        var (host, id) = await Filled(store);
        await using var _ = host;
        foreach (var (asked, expected) in ((string, string)[])
        [
            ("title", $"active id meta name schemas {Enterprise} userName"), ("id,schemas,meta", $"active id name schemas title {Enterprise} userName"),
            ($"{Enterprise},name,active", "id meta schemas title userName"), ("nosuch", $"active id meta name schemas title {Enterprise} userName"),
        ])
        {
            Assert.Equal((asked, expected), (asked, Names(await host.Client.Send("GET", $"Users/{id}?excludedAttributes={asked}"))));
        }
    }

    [Theory, OnBothStores] // "Clients MAY request a partial resource representation on any operation that returns a resource within the response"
    public async Task Every_operation_that_answers_with_a_resource_narrows_it(StoreKind store)
    {
        var (host, id) = await Filled(store);
        await using var _ = host;
        Assert.Equal("id schemas title", Names(await host.Client.Send("PUT", $"Users/{id}?attributes=title", """{"userName":"ada","title":"y"}""")));
        Assert.Equal("id schemas title", Names(await host.Client.Send("PATCH", $"Users/{id}?attributes=title", HttpCalls.Patch("""{"op":"replace","path":"title","value":"z"}"""))));
        Assert.Equal("id schemas title", string.Join(' ', (await host.Client.Send("GET", "Users?attributes=title")).Is(200).Json["Resources"]![0]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)));
        Assert.Equal("id schemas userName", string.Join(' ', (await host.Client.Send("POST", "Users?attributes=userName", """{"userName":"eve","title":"x"}""")).Is(201).Json.Select(p => p.Key).Order(StringComparer.Ordinal)));
    }
}
