using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §4: service provider configuration endpoints.</summary>
public sealed class Rfc7644Section4
{
    [Theory, OnBothStores] // "Query parameters described in Section 3.4.2, such as filtering, sorting, and pagination, SHALL be ignored. If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403"
    public async Task Queries_are_ignored_and_a_filter_is_forbidden(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var list in (string[])["Schemas", "ResourceTypes"])
        {
            var plain = (await host.Client.Send("GET", list)).Is(200).Text;
            Assert.Equal(plain, (await host.Client.Send("GET", $"{list}?startIndex=2&count=1&sortBy=id&sortOrder=descending&cursor=")).Is(200).Text);
            (await host.Client.Send("GET", $"{list}?filter=id%20pr")).Refuses(403);
        }
        Assert.Equal((await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Text, (await host.Client.Send("GET", "ServiceProviderConfig?count=1&filter=x")).Is(200).Text);
    }

    [Theory, OnBothStores] // "the single JSON object is returned in the same way that a single User or Group is retrieved"; "Individual schema definitions can be returned by appending the schema URI to the /Schemas endpoint."
    public async Task Each_schema_and_resource_type_is_found_at_its_own_address(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var list in (string[])["Schemas", "ResourceTypes"])
        {
            var all = (await host.Client.Send("GET", list)).Is(200).Json;
            Assert.Equal("urn:ietf:params:scim:api:messages:2.0:ListResponse", (string?)all["schemas"]![0]);
            Assert.Equal(all["totalResults"]!.GetValue<int>(), all["Resources"]!.AsArray().Count);
            foreach (var one in all["Resources"]!.AsArray())
            {
                Assert.Equal(one!.ToJsonString(), (await host.Client.Send("GET", $"{list}/{one["id"]}")).Is(200).Json.ToJsonString());
            }
            (await host.Client.Send("GET", $"{list}/none")).Refuses(404);
        }
    }
}
