using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.1: retrieving a known resource.</summary>
public sealed class Rfc7644Section3_4_1
{
    [Theory, OnBothStores] // "If the resource exists, the server responds with HTTP status code 200 (OK) and includes the result in the body of the response."
    public async Task A_resource_that_exists_is_the_body(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var made = await host.Client.CreateUser("bjensen", ""","externalId":"bjensen","name":{"formatted":"Ms. Barbara J Jensen III","familyName":"Jensen","givenName":"Barbara"},"emails":[{"value":"bjensen@example.com","type":"work"}]""");

        var read = (await host.Client.Send("GET", $"Users/{made.Id}")).Is(200);

        Assert.Equal(made.Text, read.Text);
        Assert.Equal("application/scim+json", read.Header("Content-Type")?.Split(';')[0]);
        Assert.Equal(read.Json["meta"]!["version"]!.GetValue<string>(), read.Header("ETag"));
        Assert.EndsWith($"/scim/v2/Users/{made.Id}", read.Json["meta"]!["location"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory, OnBothStores] // "clients send GET requests to the resource endpoint, e.g., "/Users/{id}", "/Groups/{id}", or "/Schemas/{id}""
    public async Task Every_kind_of_resource_is_read_by_its_id(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var (endpoint, id) in new[] { ("Users", (await host.Client.CreateUser("ada")).Id), ("Groups", (await host.Client.CreateGroup("Engines")).Id), ("Schemas", HttpCalls.UserSchema), ("ResourceTypes", "User") })
        {
            Assert.Equal(id, (await host.Client.Send("GET", $"{endpoint}/{id}")).Is(200).Id);
            (await host.Client.Send("GET", $"{endpoint}/2819c223-7f76-453a-919d-413861904646")).Refuses(404);
        }
    }
}
