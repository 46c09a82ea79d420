using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.5.2: modifying with PATCH, and what holds for each of its operations.</summary>
public sealed class Rfc7644Section3_5_2
{
    [Theory, OnBothStores] // "The body of each request MUST contain the "schemas" attribute"; "Each PATCH operation object MUST have exactly one "op" member, whose value … MAY be one of "add", "remove", or "replace"."
    public async Task A_body_without_schema_operations_or_op_is_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;
        foreach (var body in (string[])
        [
            """{"Operations":[{"op":"add","path":"title","value":"x"}]}""", """{"schemas":["urn:x"],"Operations":[{"op":"add","path":"title","value":"x"}]}""", $$"""{"schemas":["{{HttpCalls.PatchSchema}}"]}""",
            HttpCalls.Patch("""{"path":"title","value":"x"}"""), HttpCalls.Patch("""{"op":"move","path":"title","value":"x"}"""), HttpCalls.Patch("""{"op":"add","op":"remove","path":"title"}"""), HttpCalls.Patch("5"),
        ])
        {
            Assert.Equal((body, 400), (body, (await host.Client.Send("PATCH", $"Users/{id}", body)).Status));
        }
        Assert.Equal("W/\"1\"", (await host.Client.Send("GET", $"Users/{id}")).Is(200).Header("ETag"));
    }

    [Theory, OnBothStores] // "Operations are applied sequentially in the order they appear in the array … the resulting resource becomes the target of the next operation."
    public async Task Each_operation_meets_what_the_one_before_left(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;

        var user = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch(
            """{"op":"add","path":"emails","value":[{"value":"a@example.com","type":"work"}]},{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@example.com"},{"op":"add","path":"title","value":"x"},{"op":"remove","path":"title"}"""))).Is(200);

        Assert.Equal("""[{"value":"b@example.com","type":"work"}]""", user.Json["emails"]!.ToJsonString());
        Assert.False(user.Json.ContainsKey("title"));
    }

    [Theory, OnBothStores] // "a PATCH operation that sets a value's "primary" sub-attribute to "true" SHALL cause the server to automatically set "primary" to "false" for any other values in the array"
    public async Task A_new_primary_value_takes_the_place_of_the_old_one(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada", ""","emails":[{"value":"a@example.com","primary":true}]""")).Id;

        var user = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"add","path":"emails","value":[{"value":"b@example.com","primary":true}]}"""))).Is(200);

        Assert.Equal("""[{"value":"a@example.com","primary":false},{"value":"b@example.com","primary":true}]""", user.Json["emails"]!.ToJsonString());
    }

    [Theory, OnBothStores] // "A PATCH request, regardless of the number of operations, SHALL be treated as atomic."
    public async Task Of_a_request_that_fails_nothing_is_done(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada");
        var group = await host.Client.CreateGroup("Engines");
        var before = await host.Client.Directory();

        (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"},{"op":"remove","path":"userName"}"""))).Refuses(400, "mutability");
        (await host.Client.Send("PATCH", $"Groups/{group.Id}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{user.Id}}"}]},{"op":"add","path":"members","value":[{"value":"nobody"}]}"""))).Refuses(400, "invalidValue");

        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores] // "adding the attribute "…:User:employeeNumber" automatically adds the value … to the resource's "schemas" attribute"
    public async Task An_extension_that_is_written_to_joins_the_schemas(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;
        const string Number = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";

        var with = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"add","path":"{{Number}}","value":"7"}"""))).Is(200);
        var without = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{Number}}"}"""))).Is(200);

        Assert.Equal("""["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]""", with.Json["schemas"]!.ToJsonString());
        Assert.Equal("""["urn:ietf:params:scim:schemas:core:2.0:User"]""", without.Json["schemas"]!.ToJsonString());
    }

    [Theory, OnBothStores] // "The server MUST return a 200 OK if the "attributes" parameter is specified in the request."
    public async Task Attributes_that_are_asked_for_are_answered_with_200(StoreKind store)
    {
        foreach (var dialect in (string[])["rfc", "entra"])
        {
            await using var host = await ScimHost.StartAsync(store, dialect);
            var id = (await host.Client.CreateGroup("Engines")).Id;

            var group = (await host.Client.Send("PATCH", $"Groups/{id}?attributes=displayName", HttpCalls.Patch("""{"op":"add","path":"externalId","value":"e"}"""))).Is(200);

            Assert.Equal("Engines", group.Json["displayName"]!.GetValue<string>());
            Assert.False(group.Json.ContainsKey("externalId"));
        }
    }
}
