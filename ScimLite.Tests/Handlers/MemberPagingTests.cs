using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>The members of a group in pages: ScimLite's own extension, <c>GET /Groups/{id}/members</c>.</summary>
public sealed class MemberPagingTests
{
    static string[] Values(JsonObject page) => [.. page["Resources"]!.AsArray().Select(m => m!["value"]!.GetValue<string>())];

    static async Task<(string Group, string[] Users, string Inner)> Fill(HttpClient client)
    {
        var users = new string[7];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = (await client.CreateUser($"u{i}", $$""","displayName":"{{(i % 2 == 0 ? "Even" : "Odd")}} {{i}}" """)).Id;
        }
        var inner = (await client.CreateGroup("Inner")).Id;
        return ((await client.CreateGroup("Outer", [.. users, inner])).Id, users, inner);
    }

    // Members come by id; ids of one millisecond have no order of creation.
    static string[] Sorted(string[] ids) => [.. ids.Order(StringComparer.Ordinal)];

    [Theory, OnBothStores]
    public async Task Members_are_listed_as_the_group_shows_them(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (group, users, inner) = await Fill(host.Client);

        var list = (await host.Client.Send("GET", $"Groups/{group}/members")).Is(200);

        Expect.Same((await host.Client.Send("GET", $"Groups/{group}")).Is(200).Json["members"], list.Json["Resources"]);
        Assert.Equal((8, 1, 8), (list.Total, list.Json["startIndex"]!.GetValue<int>(), list.Json["itemsPerPage"]!.GetValue<int>()));
        Assert.Equal(Sorted([.. users, inner])[2..4], Values((await host.Client.Send("GET", $"Groups/{group}/members?startIndex=3&count=2")).Is(200).Json));
        Assert.Equal(8, (await host.Client.Send("GET", $"Groups/{group}/members?count=0")).Is(200).Total);
        Assert.Equal(0, (await host.Client.Send("GET", $"Groups/{inner}/members")).Is(200).Total);
        Assert.Equal("", (await host.Client.Send("HEAD", $"Groups/{group}/members")).Is(200).Text);
    }

    [Theory, OnBothStores]
    public async Task Members_are_found_by_conditions_on_their_parts(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (group, users, inner) = await Fill(host.Client);
        foreach (var (filter, expected) in ((string, string[])[])
        [
            ($"value eq \"{users[3]}\"", [users[3]]), ($"VALUE EQ \"{inner}\"", [inner]), ("value eq \"nobody\"", []), ("type eq \"group\"", [inner]), ("display sw \"even\"", [users[0], users[2], users[4], users[6]]),
            ($"display sw \"odd\" and not (value eq \"{users[1]}\")", [users[3], users[5]]), ($"value eq \"{users[3]}\" or type eq \"Group\"", [users[3], inner]), ("type eq \"Shoe\"", []),
        ])
        {
            var page = (await host.Client.Send("GET", $"Groups/{group}/members?filter={Uri.EscapeDataString(filter)}")).Is(200).Json;
            Assert.Equal((filter, string.Join(' ', Sorted(expected)), expected.Length), (filter, string.Join(' ', Values(page)), page["totalResults"]!.GetValue<int>()));
        }
    }

    [Theory, OnBothStores]
    public async Task Members_are_walked_through_by_cursor_while_some_go(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (group, users, inner) = await Fill(host.Client);
        var met = new List<string>();
        var page = (await host.Client.Send("GET", $"Groups/{group}/members?cursor=&count=3")).Is(200).Json;
        for (var more = true; more;)
        {
            met.AddRange(Values(page));
            (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{met[^1]}}\"]"}"""))).Is(204);
            var next = page["nextCursor"]?.GetValue<string>();
            more = next is not null;
            page = more ? (await host.Client.Send("GET", $"Groups/{group}/members?cursor={next}&count=3")).Is(200).Json : page;
        }

        Assert.Equal(Sorted([.. users, inner]), met);
        (await host.Client.Send("GET", $"Groups/{inner}/members?cursor={(await host.Client.Send("GET", $"Groups/{group}/members?cursor=&count=1")).Is(200).Json["nextCursor"]}&count=1")).Refuses(400, "invalidCursor");
    }

    [Theory, OnBothStores]
    public async Task What_can_not_be_listed_is_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await using var other = await ScimHost.StartAsync(store);
        var (group, users, _) = await Fill(host.Client);

        (await host.Client.Send("GET", "Groups/none/members")).Refuses(404);
        (await other.Client.Send("GET", $"Groups/{group}/members")).Refuses(404);
        (await host.Client.Send("GET", $"Groups/{users[0]}/members")).Refuses(404);
        (await host.Client.Send("GET", $"Users/{users[0]}/members")).Refuses(404);
        (await host.Client.Send("GET", $"Groups/{group}/members?filter=(")).Refuses(400, "invalidFilter");
        (await host.Client.Send("GET", $"Groups/{group}/members?sortBy=display")).Refuses(400, "invalidValue");
        (await host.Client.Send("GET", $"Groups/{group}/members?cursor=x")).Refuses(400, "invalidCursor");
        (await host.Client.Send("POST", $"Groups/{group}/members", "{}")).Refuses(405);
    }
}
