using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §3.1: common attributes.</summary>
public sealed class Rfc7643Section3_1
{
    [Theory, OnBothStores] // "Each representation of the resource MUST include a non-empty "id" value."; "always issued by the service provider and MUST NOT be specified by the client"; "does not change"
    public async Task The_id_is_the_servers_and_stays(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada", ""","id":"bulkId:1" """);

        Assert.Equal(user.Id, (await host.Client.Send("PUT", $"Users/{user.Id}", """{"id":"x","userName":"ada","title":"x"}""")).Is(200).Id);
        (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch("""{"op":"replace","path":"id","value":"x"}"""))).Refuses(400, "mutability");
        Assert.Equal(user.Id, (await host.Client.Send("GET", $"Users/{user.Id}?excludedAttributes=id")).Is(200).Id);
        Assert.DoesNotContain("bulkId", user.Id, StringComparison.Ordinal);
        // "The attribute characteristics are "caseExact" as "true""
        (await host.Client.Send("GET", $"Users/{user.Id.ToUpperInvariant()}")).Refuses(404);
    }

    [Theory, OnBothStores] // "The value of the "externalId" attribute is always issued by the provisioning client"; "While the server does not enforce uniqueness"; "caseExact" as "true"
    public async Task The_external_id_is_the_clients(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc", new Dictionary<string, string> { ["UniqueExternalId"] = "false" });
        await host.Client.CreateUser("ada", ""","externalId":"e" """);
        await host.Client.CreateUser("bob", ""","externalId":"e" """);
        Assert.False((await host.Client.CreateUser("eve")).Json.ContainsKey("externalId"));

        Assert.Equal(2, (await host.Client.Send("GET", "Users?filter=externalId%20eq%20%22e%22")).Is(200).Total);
        Assert.Equal(0, (await host.Client.Send("GET", "Users?filter=externalId%20eq%20%22E%22")).Is(200).Total);
    }

    [Theory, OnBothStores] // "This attribute SHALL be ignored when provided by clients."; lastModified, location, version
    public async Task The_meta_attribute_is_the_servers(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada", ""","meta":{"resourceType":"Robot","created":"1999-01-01T00:00:00Z"}""");
        var meta = user.Json["meta"]!;

        // "If this resource has never been modified since its initial creation, the value MUST be the same as the value of "created"."
        Assert.Equal(meta["created"]!.ToString(), meta["lastModified"]!.ToString());
        Assert.Equal(("User", user.Header("ETag"), user.Header("Location")), ((string?)meta["resourceType"], (string?)meta["version"], (string?)meta["location"]));
        var changed = (await host.Client.Send("PUT", $"Users/{user.Id}", """{"userName":"ada","title":"x","meta":{"version":"W/\"7\""}}""")).Is(200);
        Assert.Equal((meta["created"]!.ToString(), "W/\"2\"", "W/\"2\""), (changed.Json["meta"]!["created"]!.ToString(), (string?)changed.Json["meta"]!["version"], changed.Header("ETag")));
    }

    [Theory, OnBothStores] // "This value MUST be the same as the "Content-Location" HTTP response header"
    public async Task Every_answer_that_shows_a_resource_has_its_location_as_Content_Location(StoreKind store)
    {
        var settings = new Dictionary<string, string> { ["ScimLite:PublicUrl"] = "https://scim.example.com" };
        await using var host = await ScimHost.StartAsync(store, "rfc", settings: settings);
        var user = await host.Client.CreateUser("ada");
        var group = await host.Client.CreateGroup("Engines", user.Id);
        var patch = HttpCalls.Patch("""{"op":"add","path":"externalId","value":"x"}""");
        string At(string target) => $"https://scim.example.com/scim/v2/{target}";

        Assert.Equal((At($"Users/{user.Id}"), user.Header("Location")), (user.Header("Content-Location"), user.Header("Content-Location")));
        Assert.Equal((At($"Groups/{group.Id}"), group.Header("Location")),
            (group.Header("Content-Location"), group.Header("Content-Location")));
        foreach (var (method, target, body) in ((string, string, string?)[])
        [
            ("GET", $"Users/{user.Id}", null), ("PUT", $"Users/{user.Id}", """{"userName":"ada","title":"x"}"""),
            ("PATCH", $"Users/{user.Id}", patch),
            ("GET", $"Groups/{group.Id}", null), ("PUT", $"Groups/{group.Id}", """{"displayName":"Engines"}"""),
            ("PATCH", $"Groups/{group.Id}", patch),
            ("GET", "ServiceProviderConfig", null), ("GET", "ResourceTypes/User", null), ("GET", $"Schemas/{HttpCalls.UserSchema}", null),
        ])
        {
            var answer = (await host.Client.Send(method, target, body)).Is(200);
            Assert.Equal((method, At(target), At(target)),
                (method, answer.Header("Content-Location"), (string?)answer.Json["meta"]!["location"]));
            Assert.True(method != "GET" || (await host.Client.Send("HEAD", target)).Is(200).Header("Content-Location") == At(target));
        }
        Assert.Equal(At($"Users/{user.Id}"), (await host.Client.Send("GET", $"/SCIM//users/{user.Id}/?attributes=userName"))
            .Is(200).Header("Content-Location"));
        Assert.Equal(At($"Users/{user.Id}"),
            (await host.Client.Send("GET", $"Users/{user.Id}?excludedAttributes=groups", null, ("If-None-Match", "*"))).Is(304)
            .Header("Content-Location"));
        Assert.Null((await host.Client.Send("GET", "Users")).Is(200).Header("Content-Location"));
        Assert.Null((await host.Client.Send("GET", "Users/none")).Is(404).Header("Content-Location"));
        Assert.Null((await host.Client.Send("DELETE", $"Users/{user.Id}")).Is(204).Header("Content-Location"));
    }
}
