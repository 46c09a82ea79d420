using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §6 and §3: resource types of an operator's own, and extensions of those built in.</summary>
public sealed class Rfc7643Section6
{
    const string Badge = "urn:example:params:scim:schemas:extension:acme:2.0:User";

    static readonly (string, string)[] Files =
    [
        ("badge.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Badge}}","name":"AcmeUser","attributes":[
              {"name":"number","required":true},{"name":"colour"},
              {"name":"keys","type":"complex","multiValued":true,"subAttributes":[
                {"name":"value","required":true},{"name":"pin","mutability":"writeOnly","returned":"never"},{"name":"made","mutability":"immutable"}]}] }
            """),
        ("user.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","schemaExtensions":[{"schema":"{{Badge}}","required":true}]}
            """),
    ];

    static string User(string badge) => $$"""{"userName":"ada","{{Badge}}":{{badge}}}""";

    [Theory, OnBothStores] // "If true, a resource of this type MUST include this schema extension and also include any attributes declared as required in this schema extension."
    public async Task A_required_extension_has_to_be_there_with_what_it_requires(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files);
        Assert.Contains(Badge, (await host.Client.Send("POST", "Users", """{"userName":"ada"}""")).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        Assert.Contains(Badge + ":number", (await host.Client.Send("POST", "Users", User("""{"colour":"red"}"""))).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        Assert.Contains(Badge + ":keys.value", (await host.Client.Send("POST", "Users", User("""{"number":"7","keys":[{"made":"x"}]}"""))).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        var created = (await host.Client.Send("POST", "Users", User("""{"number":"7"}"""))).Is(201);

        Assert.Equal($$"""["urn:ietf:params:scim:schemas:core:2.0:User","{{Badge}}"]""", created.Json["schemas"]!.ToJsonString());
        (await host.Client.Send("PUT", $"Users/{created.Id}", """{"userName":"ada"}""")).Refuses(400, "invalidValue");
        (await host.Client.Send("PATCH", $"Users/{created.Id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{Badge}}"}"""))).Refuses(400);
        (await host.Client.Send("PATCH", $"Users/{created.Id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{Badge}}:number"}"""))).Refuses(400, "mutability");
        Assert.Equal("W/\"1\"", (await host.Client.Send("GET", $"Users/{created.Id}")).Is(200).Header("ETag"));
    }

    [Fact] // An operator may require more than is there: Entra can disable the users of before all the same
    public async Task A_user_from_before_an_extension_was_required_can_be_patched_and_found()
    {
        await using var before = await ScimHost.StartAsync(StoreKind.Redis);
        var id = (await before.Client.CreateUser("ada")).Id;
        await using var after = await OwnSchemas.StartAsync(StoreKind.Redis, Files, sameDirectoryAs: before);

        var patched = (await after.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"active","value":false}"""))).Is(200);

        Assert.False(patched.Json["active"]!.GetValue<bool>());
        (await after.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"add","path":"{{Badge}}:colour","value":"red"}"""))).Refuses(400, "invalidValue");
        (await after.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"add","path":"{{Badge}}","value":{"number":"7","colour":"red"} }"""))).Is(200);
    }

    [Theory, OnBothStores] // RFC 7644 §3.5.1, part by part of the elements that are still there
    public async Task A_put_keeps_what_its_client_could_not_read_in_the_elements_of_a_list(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Files);
        var created = (await host.Client.Send("POST", "Users", User("""{"number":"7","keys":[{"value":"a","pin":"1234","made":"2020"},{"value":"b","pin":"9876"}]}"""))).Is(201);
        Assert.Equal("""[{"value":"a","made":"2020"},{"value":"b"}]""", created.Json[Badge]!["keys"]!.ToJsonString());

        var same = (await host.Client.Send("PUT", $"Users/{created.Id}", created.Text)).Is(200);
        Assert.Equal("W/\"1\"", same.Header("ETag"));
        (await host.Client.Send("PUT", $"Users/{created.Id}", User("""{"number":"7","keys":[{"value":"b"}]}"""))).Is(200);
        // Only what is not there any more is a change: the pin of b is what it was.
        Assert.Equal("W/\"2\"", (await host.Client.Send("PATCH", $"Users/{created.Id}", HttpCalls.Patch($$"""{"op":"replace","path":"{{Badge}}:keys[value eq \"b\"].pin","value":"9876"}"""))).Is(200).Header("ETag"));
        (await host.Client.Send("PATCH", $"Users/{created.Id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{Badge}}:keys[pin sw \"9\"]"}"""))).Refuses(400);
    }

    [Theory, OnBothStores] // RFC 7643 §4.2, §8.7.1: members are users and groups
    public async Task A_resource_of_another_type_is_no_member(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Gadget.Files);
        var gadget = (await host.Client.Send("POST", "Gadgets", """{"externalId":"g"}""")).Is(201).Id;

        Assert.Contains(gadget, (await host.Client.Send("POST", "Groups", $$"""{"displayName":"Things","members":[{"value":"{{gadget}}"}]}""")).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        var group = (await host.Client.CreateGroup("People")).Id;
        (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{gadget}}"}]}"""))).Refuses(400, "invalidValue");
    }

    [Theory, OnBothStores] // RFC 7644 §3.7
    public async Task A_bulk_request_makes_changes_and_removes_resources_of_an_operators_own_type(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Gadget.Files);

        var answer = (await host.Client.Send("POST", "Bulk", """
            {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[
              {"method":"POST","path":"/Gadgets","bulkId":"a","data":{"externalId":"a","single-integer-readWrite-default-server-folded":7}},
              {"method":"POST","path":"/Gadgets","bulkId":"b","data":{"externalId":"b","single-integer-readWrite-default-server-folded":7}},
              {"method":"PATCH","path":"/Gadgets/bulkId:a","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"externalId","value":"c"}]}}]}
            """)).Is(200).Json["Operations"]!.AsArray();

        Assert.Equal(["201", "409", "200"], answer.Select(o => o!["status"]!.GetValue<string>()));
        Assert.Equal(1, (await host.Client.Send("GET", "Gadgets?filter=externalId%20eq%20%22c%22")).Is(200).Total);
    }

    [Theory, OnBothStores]
    public async Task Attributes_called_as_those_of_users_and_groups_mean_what_their_own_schema_says(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store,
        [
            ("crate.json", """
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:Crate","name":"Crate","attributes":[
                  {"name":"displayName","type":"integer"},{"name":"userName","type":"string","multiValued":true},{"name":"name","type":"boolean"},
                  {"name":"members","type":"complex","multiValued":true,"subAttributes":[{"name":"value"}]},{"name":"groups","type":"string"},{"name":"active","type":"string"}]}
                """),
            ("type.json", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Crate","endpoint":"Crates","schema":"urn:example:Crate"}"""),
        ]);
        const string body = """{"externalId":"x","displayName":7,"userName":["a","b"],"name":true,"members":[{"value":"nobody"}],"groups":"g","active":"soon"}""";

        var created = (await host.Client.Send("POST", "Crates", body)).Is(201);
        var patched = (await host.Client.Send("PATCH", $"Crates/{created.Id}", HttpCalls.Patch("""{"op":"add","path":"members","value":[{"value":"else"}]}"""))).Is(200);

        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject().Where(p => p.Key != "members"))
        {
            Assert.Equal(value!.ToJsonString(), patched.Json[name]!.ToJsonString());
        }

        Assert.Equal("""[{"value":"nobody"},{"value":"else"}]""", patched.Json["members"]!.ToJsonString());
        Assert.Equal(patched.Text, (await host.Client.Send("GET", $"Crates/{created.Id}")).Is(200).Text);
        Assert.Equal(1, (await host.Client.Send("GET", "Crates?filter=members.value%20eq%20%22else%22%20and%20displayName%20gt%206")).Is(200).Total);
        (await host.Client.Send("PUT", $"Crates/{created.Id}", body)).Is(200);
        (await host.Client.Send("DELETE", $"Crates/{created.Id}")).Is(204);
    }
}
