using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §3.3, §4.2 and §4.3: extensions, groups and the enterprise user.</summary>
public sealed class Rfc7643Section4_3
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Theory, OnBothStores] // "The "schemas" attribute MUST contain at least one value, which SHALL be the base schema"; "additional values indicating extended schemas that are in use"
    public async Task Schemas_names_the_base_schema_and_what_is_in_use(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var plain = await host.Client.CreateUser("ada");
        Assert.Equal($"[\"{HttpCalls.UserSchema}\"]", plain.Json["schemas"]!.ToJsonString());

        var extended = (await host.Client.Send("PATCH", $"Users/{plain.Id}", HttpCalls.Patch($$"""{"op":"add","path":"{{Enterprise}}:department","value":"Engines"}"""))).Is(200);
        Assert.Equal($"[\"{HttpCalls.UserSchema}\",\"{Enterprise}\"]", extended.Json["schemas"]!.ToJsonString());
        // "the schema extension URI SHALL be used as a JSON container"
        Assert.Equal("Engines", (string?)extended.Json[Enterprise]!["department"]);
        Assert.False(extended.Json.ContainsKey("department"));

        var again = (await host.Client.Send("PATCH", $"Users/{plain.Id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{Enterprise}}:department"}"""))).Is(200);
        Assert.Equal($"[\"{HttpCalls.UserSchema}\"]", again.Json["schemas"]!.ToJsonString());
        Assert.False(again.Json.ContainsKey(Enterprise));
    }

    [Theory, OnBothStores] // "value  The "id" of the SCIM resource representing the user's manager."; "$ref  The URI of the SCIM resource"; "displayName … mutability is "readOnly""
    public async Task The_manager_is_another_user_by_id(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var boss = await host.Client.CreateUser("boss", ""","displayName":"The Boss" """);
        var user = await host.Client.CreateUser("ada", $$""","{{Enterprise}}":{"employeeNumber":"701984","costCenter":"4130","organization":"Universal","division":"Park","department":"Tour","manager":{"value":"{{boss.Id}}"} }""");

        Assert.Equal(("701984", "4130", "Universal", "Park", "Tour", boss.Id), (
            (string?)user.Json[Enterprise]!["employeeNumber"], (string?)user.Json[Enterprise]!["costCenter"], (string?)user.Json[Enterprise]!["organization"],
            (string?)user.Json[Enterprise]!["division"], (string?)user.Json[Enterprise]!["department"], (string?)user.Json[Enterprise]!["manager"]!["value"]));
        (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch($$"""{"op":"replace","path":"{{Enterprise}}:manager.displayName","value":"Somebody"}"""))).Refuses(400, "mutability");
        Assert.Equal(1, (await host.Client.Send("GET", $"Users?filter={Uri.EscapeDataString($"{Enterprise}:manager.value eq \"{boss.Id}\"")}")).Is(200).Total);
        // RFC 7644 §3.5.1: what is readOnly "SHALL be ignored" in a PUT.
        var put = (await host.Client.Send("PUT", $"Users/{user.Id}", $$"""{"userName":"ada","{{Enterprise}}":{"manager":{"value":"{{boss.Id}}","displayName":"Somebody"} } }""")).Is(200);
        Assert.NotEqual("Somebody", (string?)put.Json[Enterprise]!["manager"]!["displayName"]);
    }

    [Theory, OnBothStores] // "displayName  A human-readable name for the Group.  REQUIRED."
    public async Task A_group_has_to_have_a_name(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        Assert.Contains("displayName", (await host.Client.Send("POST", "Groups", $$"""{"schemas":["{{HttpCalls.GroupSchema}}"]}""")).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        var group = await host.Client.CreateGroup("g");

        (await host.Client.Send("PATCH", $"Groups/{group.Id}", HttpCalls.Patch("""{"op":"remove","path":"displayName"}"""))).Refuses(400, "mutability");
        (await host.Client.Send("PUT", $"Groups/{group.Id}", """{"externalId":"x"}""")).Refuses(400, "invalidValue");
        Assert.Equal("g", (string?)(await host.Client.Send("GET", $"Groups/{group.Id}")).Is(200).Json["displayName"]);
    }

    [Theory, OnBothStores] // "The "value" sub-attribute contains the value of an "id" attribute of a SCIM resource … a "User", or a "Group""; "to support nested groups"
    public async Task Members_are_users_and_groups_and_come_and_go(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada");
        var inner = await host.Client.CreateGroup("inner", user.Id);
        var outer = await host.Client.CreateGroup("outer", user.Id, inner.Id);

        var members = (await host.Client.Send("GET", $"Groups/{outer.Id}")).Is(200).Json["members"]!.AsArray();
        Assert.Equal(["Group", "User"], members.Select(m => (string?)m!["type"]).Order(StringComparer.Ordinal));
        Assert.Equal([inner.Header("Location"), user.Header("Location")], members.OrderBy(m => (string?)m!["type"], StringComparer.Ordinal).Select(m => (string?)m!["$ref"]));

        // "While values MAY be added or removed, sub-attributes of members are "immutable"."
        (await host.Client.Send("PATCH", $"Groups/{outer.Id}", HttpCalls.Patch($$"""{"op":"replace","path":"members[value eq \"{{user.Id}}\"].value","value":"{{inner.Id}}"}"""))).Refuses(400, "mutability");
        (await host.Client.Send("PATCH", $"Groups/{outer.Id}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{user.Id}}\"]"}"""))).Is(200);
        Assert.Equal(inner.Id, (string?)(await host.Client.Send("GET", $"Groups/{outer.Id}")).Is(200).Json["members"]!.AsArray().Single()!["value"]);
    }
}
