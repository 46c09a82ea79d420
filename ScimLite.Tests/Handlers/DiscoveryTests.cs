using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>RFC 7644 §4: what the service says of itself, and that it is true.</summary>
public sealed class DiscoveryTests
{
    [Theory, OnBothStores]
    public async Task A_filter_on_schemas_and_resource_types_is_forbidden(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var target in (string[])["Schemas", "ResourceTypes"])
        {
            foreach (var query in (string[])["filter=id%20pr", "filter=", "filter", "FILTER=x", "count=1&filter=name%20eq%20%22User%22", "filter=a&filter=b"])
            {
                (await host.Client.Send("GET", $"{target}?{query}")).Refuses(403);
                (await host.Client.Send("HEAD", $"{target}?{query}")).Is(403);
            }

            Assert.Equal((await host.Client.Send("GET", target)).Is(200).Text, (await host.Client.Send("GET", $"{target}?count=1&startIndex=9&sortBy=x&attributes=id&excludedAttributes=name")).Is(200).Text);
        }
    }

    [Theory, OnBothStores]
    public async Task The_service_provider_config_ignores_every_query_key(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var expected = (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Text;
        foreach (var query in (string[])["filter=(", "filter=id%20pr", "count=x", "startIndex=x", "attributes=a&excludedAttributes=b", "cursor=x", "sortBy=y", "aadOptscim062020", "%ED%A0%80=%00"])
        {
            Assert.Equal(expected, (await host.Client.Send("GET", $"ServiceProviderConfig?{query}")).Is(200).Text);
        }
    }

    [Theory, OnBothStores]
    public async Task Schemas_and_resource_types_are_found_by_name_in_any_case_and_nothing_else_is(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var list in (string[])["Schemas", "ResourceTypes"])
        {
            foreach (var item in (await host.Client.Send("GET", list)).Is(200).Json["Resources"]!.AsArray())
            {
                var id = item!["id"]!.GetValue<string>();
                Assert.Equal(item.ToJsonString(), (await host.Client.Send("GET", $"{list}/{id.ToUpperInvariant()}")).Is(200).Json.ToJsonString());
            }

            foreach (var id in (string[])["none", "urn:ietf:params:scim:schemas:core:2.0:Shoe", "%20", "%2F", "..", new string('x', 5000)])
            {
                (await host.Client.Send("GET", $"{list}/x{id}")).Refuses(404);
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Patch_is_supported_if_it_says_so(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var id = (await host.Client.CreateUser("ada")).Id;

        var answer = await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}"""));

        Assert.True(await Says(host, "patch"));
        Assert.Equal("x", answer.Is(200).Json["title"]!.GetValue<string>());
    }

    [Theory, OnBothStores]
    public async Task Filters_are_supported_up_to_the_results_that_it_tells(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxPageSize"] = "3" });
        for (var i = 0; i < 5; i++)
        {
            await host.Client.CreateUser($"u{i}");
        }

        Assert.True(await Says(host, "filter"));
        Assert.Equal(3, (await Config(host))["filter"]!["maxResults"]!.GetValue<int>());
        var page = (await host.Client.Send("GET", "Users?filter=userName%20sw%20%22u%22&count=5")).Is(200);
        Assert.Equal((5, 3), (page.Total, page.Json["Resources"]!.AsArray().Count));
        Assert.Equal(3, (await host.Client.Send("GET", "Users")).Is(200).Json["Resources"]!.AsArray().Count);
    }

    [Theory, OnBothStores]
    public async Task Entity_tags_are_supported_if_it_says_so(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = await host.Client.CreateUser("ada");

        Assert.True(await Says(host, "etag"));
        Assert.Equal(user.Json["meta"]!["version"]!.GetValue<string>(), user.Header("ETag"));
        (await host.Client.Send("GET", $"Users/{user.Id}", null, ("If-None-Match", user.Header("ETag")!))).Is(304);
        (await host.Client.Send("DELETE", $"Users/{user.Id}", null, ("If-Match", "W/\"9\""))).Refuses(412);
    }

    [Theory, OnBothStores]
    public async Task Bulk_works_only_if_it_says_so_and_its_limit_is_that_of_a_body(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxBodyBytes"] = "5000" });
        const string bulk = """
            {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
             "Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}}]}
            """;
        var says = await Says(host, "bulk");

        var answer = await host.Client.Send("POST", "Bulk", bulk);

        Assert.Equal(5000, (await Config(host))["bulk"]!["maxPayloadSize"]!.GetValue<int>());
        Assert.Equal(says, answer.Status == 200);
        Assert.Equal(says, (await Config(host))["bulk"]!["maxOperations"]!.GetValue<int>() > 0);
        Assert.Equal(says ? 1 : 0, (await host.Client.Send("GET", "Users")).Is(200).Total);
        Assert.Empty(answer.ShapeFaults());
    }

    [Theory, OnBothStores]
    public async Task Sorting_orders_only_if_it_says_so_and_is_ignored_otherwise(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var name in (string[])["m", "a", "z"])
        {
            await host.Client.CreateUser(name);
        }

        var names = (await host.Client.Send("GET", "Users?sortBy=userName&sortOrder=descending")).Is(200).Json["Resources"]!.AsArray().Select(u => u!["userName"]!.GetValue<string>());

        Assert.Equal(await Says(host, "sort") ? "zma" : "maz", string.Concat(names));
    }

    [Theory, OnBothStores]
    public async Task A_password_is_neither_changed_nor_kept_if_it_says_so(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.Send("POST", "Users", """{"userName":"ada","password":"t0p-s3cret"}""")).Is(201);
        var patched = (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch("""{"op":"replace","path":"password","value":"t0p-s3cret"}"""))).Is(200);

        Assert.False(await Says(host, "changePassword"));
        Assert.DoesNotContain("t0p-s3cret", user.Text + patched.Text + await host.Client.Directory(), StringComparison.Ordinal);
        Assert.Equal(0, (await host.Client.Send("GET", "Users?filter=password%20eq%20%22t0p-s3cret%22")).Is(200).Total);
    }

    [Theory, OnBothStores]
    public async Task The_authentication_scheme_that_it_tells_is_the_one_that_works(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var stranger = host.Connect(null);

        Assert.Contains("oauthbearertoken", (await Config(host))["authenticationSchemes"]!.AsArray().Select(s => s!["type"]!.GetValue<string>()));
        (await stranger.Send("GET", "Users", null, ("Authorization", $"Bearer {host.Token}"))).Is(200);
        (await stranger.Send("GET", "Users", null, ("Authorization", $"Basic {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"x:{host.Token}"))}"))).Refuses(401);
    }

    static async Task<JsonObject> Config(ScimHost host) => (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json;

    static async Task<bool> Says(ScimHost host, string feature) => (await Config(host))[feature]!["supported"]!.GetValue<bool>();
}
