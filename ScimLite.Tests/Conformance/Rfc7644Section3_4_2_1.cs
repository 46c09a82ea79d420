using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.2 and §3.4.2.1: what a query may be made against, and what its answer says.</summary>
public sealed class Rfc7644Section3_4_2_1
{
    static async Task<HttpAnswer> Find(ScimHost host, string path, string filter) => (await host.Client.Send("GET", $"{path}?filter={Uri.EscapeDataString(filter)}")).Is(200);

    static string Names(HttpAnswer list) => string.Join(' ', list.Json["Resources"]!.AsArray().Select(r => (string?)(r!["userName"] ?? r["displayName"])).Order(StringComparer.Ordinal));

    static async Task<ScimHost> Directory(StoreKind store)
    {
        var host = await ScimHost.StartAsync(store, "rfc");
        await host.Client.CreateUser("ada", ""","displayName":"Engines" """);
        await host.Client.CreateUser("bob", ""","title":"Count" """);
        await host.Client.CreateGroup("Engines");
        return host;
    }

    [Theory, OnBothStores] // "A query against a server root indicates that all resources within the server SHALL be included, subject to filtering."
    public async Task The_root_has_every_resource(StoreKind store)
    {
        await using var host = await Directory(store);

        Assert.Equal("Engines ada bob", Names((await host.Client.Send("GET", "/scim/v2")).Is(200)));
        Assert.Equal("Engines ada", Names(await Find(host, "/scim/v2", "displayName eq \"engines\"")));
    }

    [Theory, OnBothStores] // "A filter expression using "meta.resourceType" MAY be used to restrict results to one or more specific resource types"
    public async Task The_resource_type_chooses_among_them(StoreKind store)
    {
        await using var host = await Directory(store);

        Assert.Equal("ada bob", Names(await Find(host, "/scim/v2", "meta.resourceType eq \"User\"")));
        Assert.Equal("Engines", Names(await Find(host, "/scim/v2", "meta.resourceType eq \"Group\"")));
        Assert.Equal("Engines ada bob", Names(await Find(host, "/scim/v2", "(meta.resourceType eq \"User\") or (meta.resourceType eq \"Group\")")));
    }

    [Theory, OnBothStores] // "For filtered attributes that are not part of a particular resource type, the service provider SHALL treat the attribute as if there is no attribute value."
    public async Task What_a_type_does_not_have_has_no_value(StoreKind store)
    {
        await using var host = await Directory(store);

        Assert.Equal("ada bob", Names(await Find(host, "/scim/v2", "userName pr")));
        Assert.Equal("bob", Names(await Find(host, "/scim/v2", "title eq \"count\"")));
        Assert.Equal("Engines", Names(await Find(host, "/scim/v2", "not (userName pr)")));
    }

    [Theory, OnBothStores] // "A query that does not return any matches SHALL return success (HTTP status code 200) with "totalResults" set to a value of 0."; "Responses MUST be identified using the following URI"
    public async Task Nothing_found_is_a_success(StoreKind store)
    {
        await using var host = await Directory(store);

        foreach (var path in (string[])["Users", "Groups", "/scim/v2"])
        {
            var list = await Find(host, path, "displayName eq \"nobody\"");
            Assert.Equal((path, 0), (path, list.Total));
            Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:ListResponse"]""", list.Json["schemas"]!.ToJsonString());
        }
    }

    [Theory, OnBothStores] // "SHOULD ignore any query parameters they do not recognize instead of rejecting the query"; ""id" is returned because the "id" attribute has the "returned" characteristic of "always""
    public async Task Unknown_parameters_are_passed_over_and_the_id_is_always_there(StoreKind store)
    {
        await using var host = await Directory(store);

        var list = (await host.Client.Send("GET", "Users?attributes=userName&flavour=vanilla&$top=1")).Is(200);

        Assert.Equal((2, "ada bob"), (list.Total, Names(list)));
        Assert.All(list.Json["Resources"]!.AsArray(), user => Assert.Equal(["id", "schemas", "userName"], user!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)));
    }
}
