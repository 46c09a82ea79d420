using ScimLite.Tests.Conformance;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>A user's <c>active</c> where a request leaves it out.</summary>
public sealed class ActiveTests
{
    const string Badge = "urn:example:params:scim:schemas:acme:2.0:Badge";

    static string Active(HttpAnswer answer) => answer.Json["active"]?.ToJsonString() ?? "none";

    static string Active(System.Text.Json.Nodes.JsonNode? data) => data?["active"]?.ToJsonString() ?? "none";

    [Theory, InBothDialects]
    public async Task A_post_without_active_makes_an_active_user(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        Assert.Equal("true", Active(await host.Client.CreateUser("absent")));
        Assert.Equal("true", Active(await host.Client.CreateUser("null", ""","active":null""")));
        Assert.Equal("false", Active(await host.Client.CreateUser("off", ""","active":false""")));
        Assert.Equal("201 201", (await host.Client.Bulk(BulkCalls.Body(BulkCalls.User("1", "bulk"), BulkCalls.User("2", "bulk null", ""","active":null""")))).Statuses());
        Assert.Equal("none", Active(await host.Client.CreateGroup("g")));

        Assert.Equal(4, (await host.Client.Send("GET", "Users?filter=active%20eq%20true")).Total);
        Assert.Equal(1, (await host.Client.Send("GET", "Users?filter=active%20eq%20false")).Total);
        Assert.All((await host.Client.Send("GET", "Users?attributes=active")).Json["Resources"]!.AsArray(), user => Assert.NotEqual("none", Active(user)));
    }

    [Theory, InBothDialects]
    public async Task A_put_without_active_keeps_it(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var on = (await host.Client.CreateUser("on")).Id;
        var off = (await host.Client.CreateUser("off", ""","active":false""")).Id;
        var none = (await host.Client.CreateUser("none")).Id;
        (await host.Client.Send("PATCH", $"Users/{none}", HttpCalls.Patch("""{"op":"remove","path":"active"}"""))).Is(200);

        foreach (var more in (string[])["", ""","active":null"""])
        {
            foreach (var (id, name, expected) in ((string, string, string)[])[(on, "on", "true"), (off, "off", "false"), (none, "none", "none")])
            {
                Assert.Equal(expected, Active((await host.Client.Send("PUT", $"Users/{id}", $$"""{"userName":"{{name}}","title":"{{more.Length}}"{{more}}}""")).Is(200)));
                Assert.Equal("200", (await host.Client.Bulk(BulkCalls.Body(BulkCalls.Put($"Users/{id}", $$"""{"userName":"{{name}}"{{more}}}""")))).Statuses());
                Assert.Equal(expected, Active((await host.Client.Send("GET", $"Users/{id}")).Is(200)));
            }
        }

        Assert.Equal("false", Active((await host.Client.Send("PUT", $"Users/{on}", """{"userName":"on","active":false}""")).Is(200)));
        Assert.Equal("true", Active((await host.Client.Send("PUT", $"Users/{off}", """{"userName":"off","active":true}""")).Is(200)));
    }

    [Theory, OnBothStores]
    public async Task A_put_that_changes_nothing_but_leaves_active_out_changes_nothing(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = await host.Client.CreateUser("ada", ""","active":false""");

        var put = (await host.Client.Send("PUT", $"Users/{user.Id}", """{"userName":"ada"}""")).Is(200);

        Assert.Equal(("W/\"1\"", user.Text), (put.Header("ETag"), put.Text));
        (await host.Client.Send("PUT", "Users/nobody", """{"title":"no name"}""")).Refuses(400);
    }

    [Theory, OnBothStores]
    public async Task Seats_and_guard_count_an_absent_active_as_active(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.WithTenant(""","guard":{"maxRemovals":1} """);
        using var client = host.Host.Connect((await host.IssueToken()).Token);
        string[] ids = [(await client.CreateUser("a")).Id, (await client.CreateUser("b")).Id, (await client.CreateUser("c", ""","active":false""")).Id];

        // To remove it, and to leave it out, takes nobody's access away.
        (await client.Send("PATCH", $"Users/{ids[0]}", HttpCalls.Patch("""{"op":"remove","path":"active"}"""))).Is(200);
        foreach (var (id, name) in ids.Zip(["a", "b", "c"]))
        {
            (await client.Send("PUT", $"Users/{id}", $$"""{"userName":"{{name}}","title":"t"}""")).Is(200);
        }
        Assert.Equal("2", await Seats());

        (await client.SetActive(ids[0], "False")).Is(200);
        Assert.Equal("1", await Seats());
        (await client.SetActive(ids[1], "False")).Refuses(503);

        (await host.Send("POST", $"tenants/{host.Tenant}/guard", """{"decision":"allow"}""")).Is(200);
        // A restored user has what it had.
        (await client.Send("DELETE", $"Users/{ids[0]}")).Is(204);
        (await host.Send("POST", $"tenants/{host.Tenant}/deleted/{ids[0]}/restore")).Is(204);
        Assert.Equal("false", Active((await client.Send("PUT", $"Users/{ids[0]}", """{"userName":"a"}""")).Is(200)));
        Assert.Equal("1", await Seats());

        async Task<string> Seats() => (await host.Send("GET", $"tenants/{host.Tenant}/status")).Is(200).Json["seats"]!.Text("active");
    }

    [Theory, OnBothStores]
    public async Task Another_types_active_is_not_made_up_and_its_external_id_may_be_shared(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store,
        [
            ("badge.json", $$"""
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Badge}}","name":"Badge","attributes":[
                  {"name":"number","type":"string","required":true},{"name":"active","type":"boolean"}]}
                """),
            ("badges.json", $$"""
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Badge","endpoint":"/Badges","schema":"{{Badge}}"}
                """),
        ]);

        var badge = (await host.Client.Send("POST", "Badges", """{"number":"1"}""")).Is(201);
        Assert.Equal("none", Active(badge));
        Assert.Equal("true", Active((await host.Client.Send("PUT", $"Badges/{badge.Id}", """{"number":"1","active":true}""")).Is(200)));
        Assert.Equal("none", Active((await host.Client.Send("PUT", $"Badges/{badge.Id}", """{"number":"1"}""")).Is(200)));
        (await host.Client.Send("POST", "Badges", """{"number":"2","externalId":"x1"}""")).Is(201);
        (await host.Client.Send("POST", "Badges", """{"number":"3","externalId":"x1"}""")).Is(201);
    }
}
