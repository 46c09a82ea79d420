using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.6: deleting resources.</summary>
public sealed class Rfc7644Section3_6
{
    [Theory, OnBothStores] // "MUST return a 404 (Not Found) error code for all operations associated with the previously deleted resource"; "SHALL return a successful HTTP status code 204 (No Content)"
    public async Task What_is_deleted_is_not_found_by_any_operation(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var (address, body) in new[] { ($"Users/{(await host.Client.CreateUser("ada")).Id}", """{"userName":"ada"}"""), ($"Groups/{(await host.Client.CreateGroup("Engines")).Id}", """{"displayName":"Engines"}""") })
        {
            Assert.Empty((await host.Client.Send("DELETE", address)).Is(204).Text);

            (await host.Client.Send("GET", address)).Refuses(404);
            (await host.Client.Send("PUT", address, body)).Refuses(404);
            (await host.Client.Send("PATCH", address, HttpCalls.Patch("""{"op":"add","path":"externalId","value":"x"}"""))).Refuses(404);
            (await host.Client.Send("DELETE", address)).Refuses(404);
        }
    }

    [Theory, OnBothStores] // "Service providers MUST omit the resource from future query results."
    public async Task What_is_deleted_is_in_no_list(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = (await host.Client.CreateUser("ada", ""","title":"x","externalId":"e" """)).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;

        (await host.Client.Send("DELETE", $"Users/{user}")).Is(204);

        foreach (var list in (string[])["Users", "Users?filter=userName%20eq%20%22ada%22", "Users?filter=externalId%20sw%20%22e%22", "Users?filter=title%20pr", $"Users?filter=id%20eq%20%22{user}%22", "Users?sortBy=userName", "Users?cursor=", $"Groups?filter=members%20eq%20%22{user}%22", $"Groups/{group}/members"])
        {
            Assert.Equal((list, 0), (list, (await host.Client.Send("GET", list)).Is(200).Total));
        }
        Assert.False((await host.Client.Send("GET", $"Groups/{group}")).Is(200).Json.ContainsKey("members"));
    }

    [Theory, OnBothStores] // "a CREATE request for a User resource with the same userName as the previously deleted resource SHOULD NOT fail with a 409 error"
    public async Task The_name_of_what_is_deleted_is_free(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var first = (await host.Client.CreateUser("ada")).Id;
        (await host.Client.Send("DELETE", $"Users/{first}")).Is(204);

        Assert.NotEqual(first, (await host.Client.CreateUser("ada")).Id);
    }
}
