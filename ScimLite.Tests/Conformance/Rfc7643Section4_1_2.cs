using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §4.1.2, <c>groups</c>: "A list of groups to which the user belongs, either through direct membership, through nested groups, …".</summary>
public sealed class Rfc7643Section4_1_2
{
    static readonly Dictionary<string, string> Indirect = new() { ["IndirectGroups"] = "true" };

    // A user in Engineers, which are in Staff, which are in Everybody; and a circle, since Engineers hold Everybody.
    static async Task<(string User, string Engineers, string Staff, string Everybody)> Nest(HttpClient client)
    {
        var user = (await client.CreateUser("ada", ""","displayName":"Ada" """)).Id;
        var engineers = (await client.CreateGroup("Engineers", user)).Id;
        var staff = (await client.CreateGroup("Staff", engineers)).Id;
        var everybody = (await client.CreateGroup("Everybody", staff)).Id;
        (await client.Send("PATCH", $"Groups/{engineers}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{everybody}}"}]}"""))).Is(204);
        return (user, engineers, staff, everybody);
    }

    static JsonNode Expected((string, string Engineers, string Staff, string Everybody) ids) => JsonNode.Parse($$"""
        [{"value":"{{ids.Engineers}}","$ref":"http://localhost/scim/v2/Groups/{{ids.Engineers}}","display":"Engineers","type":"direct"},
         {"value":"{{ids.Staff}}","$ref":"http://localhost/scim/v2/Groups/{{ids.Staff}}","display":"Staff","type":"indirect"},
         {"value":"{{ids.Everybody}}","$ref":"http://localhost/scim/v2/Groups/{{ids.Everybody}}","display":"Everybody","type":"indirect"}]
        """)!;

    [Theory, OnBothStores] // "The canonical types "direct" and "indirect" are defined to describe how the group membership was derived."
    public async Task A_user_shows_direct_and_indirect_groups_wherever_it_is_shown(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Indirect);
        var ids = await Nest(host.Client);

        Expect.Same(Expected(ids), (await host.Client.Send("GET", $"Users/{ids.User}")).Is(200).Json["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("GET", "Users")).Is(200).Json["Resources"]![0]!["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("GET", $"Users/{ids.User}?attributes=groups")).Is(200).Json["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22ada%22")).Is(200).Json["Resources"]![0]!["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("GET", "Users?filter=userName%20sw%20%22a%22")).Is(200).Json["Resources"]![0]!["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("PATCH", $"Users/{ids.User}", HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}"""))).Is(200).Json["groups"]);
        Expect.Same(Expected(ids), (await host.Client.Send("PUT", $"Users/{ids.User}", """{"userName":"ada"}""")).Is(200).Json["groups"]);
    }

    [Theory, OnBothStores]
    public async Task A_filter_on_groups_sees_what_a_user_shows(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Indirect);
        await using var direct = await ScimHost.StartAsync(store);
        foreach (var (client, indirect) in new[] { (host.Client, 1), (direct.Client, 0) })
        {
            var ids = await Nest(client);
            await client.CreateUser("eve");
            foreach (var (filter, total) in new[]
            {
                ("groups.type eq \"direct\"", 1), ("groups.type eq \"indirect\"", indirect), ($"groups.value eq \"{ids.Everybody}\"", indirect), ($"groups eq \"{ids.Engineers}\"", 1),
                ($"groups[value eq \"{ids.Staff}\" and type eq \"indirect\"]", indirect), ($"groups[value eq \"{ids.Staff}\" and type eq \"direct\"]", 0),
                ("groups.display eq \"Everybody\"", indirect), ("not (groups pr)", 1),
            })
            {
                Assert.Equal((filter, total), (filter, (await client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}")).Is(200).Total));
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Indirect_groups_are_shown_only_where_the_tenant_wants_them(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var ids = await Nest(host.Client);

        var groups = (await host.Client.Send("GET", $"Users/{ids.User}")).Is(200).Json["groups"]!.AsArray();

        Assert.Equal((ids.Engineers, "direct"), (groups.Single()!.Text("value"), groups[0]!.Text("type")));
    }

    [Theory, OnBothStores] // "clients cannot modify indirect group membership …, but MAY modify direct group membership through the "Group" resource"
    public async Task Indirect_membership_follows_every_change_of_the_groups_between(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Indirect);
        var ids = await Nest(host.Client);
        async Task<string> Shown() => string.Join(' ', ((await host.Client.Send("GET", $"Users/{ids.User}")).Is(200).Json["groups"]?.AsArray() ?? []).Select(g => $"{g!.Text("display")}:{g!.Text("type")}").Order(StringComparer.Ordinal));

        Assert.Equal("Engineers:direct Everybody:indirect Staff:indirect", await Shown());
        (await host.Client.Send("PATCH", $"Groups/{ids.Everybody}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{ids.User}}"}]}"""))).Is(204);
        Assert.Equal("Engineers:direct Everybody:direct Staff:indirect", await Shown());
        (await host.Client.Send("PATCH", $"Groups/{ids.Engineers}", HttpCalls.Patch("""{"op":"remove","path":"members"}"""))).Is(204);
        Assert.Equal("Everybody:direct", await Shown());
        (await host.Client.Send("DELETE", $"Groups/{ids.Everybody}")).Is(204);
        Assert.Equal("", await Shown());
    }

    [Theory, OnBothStores] // "This attribute has a mutability of "readOnly"."
    public async Task Groups_can_be_set_through_the_group_alone(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Indirect);
        var ids = await Nest(host.Client);

        (await host.Client.Send("PATCH", $"Users/{ids.User}", HttpCalls.Patch("""{"op":"remove","path":"groups"}"""))).Refuses(400, "mutability");
        (await host.Client.Send("PUT", $"Users/{ids.User}", """{"userName":"ada","groups":[]}""")).Is(200);

        Expect.Same(Expected(ids), (await host.Client.Send("GET", $"Users/{ids.User}")).Is(200).Json["groups"]);
    }
}
