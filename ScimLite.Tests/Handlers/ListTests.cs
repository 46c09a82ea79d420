using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>RFC 7644 §3.4.2.4 and §3.9: pages, and which attributes an answer holds.</summary>
public sealed class ListTests
{
    static readonly Dictionary<string, string> SmallPages = new() { ["ScimLite:Limits:MaxPageSize"] = "100" };

    [Theory, OnBothStores]
    public async Task Pages_of_250_users_are_disjoint_and_together_complete(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: SmallPages);
        var created = await Fill(host, 250);
        foreach (var filter in (string[])["", "&filter=userName%20sw%20%22u%22", "&filter=meta.created%20gt%20%222011-01-01T00:00:00Z%22%20and%20active%20eq%20true"])
        {
            foreach (var size in (int[])[1000, 100, 99, 60])
            {
                var met = new List<string>();
                for (var start = 1; start <= 250;)
                {
                    var page = (await host.Client.Send("GET", $"Users?startIndex={start}&count={size}{filter}")).Is(200).Json;
                    var ids = Ids(page);
                    Assert.Equal((250, start, ids.Length), (Number(page, "totalResults"), Number(page, "startIndex"), Number(page, "itemsPerPage")));
                    Assert.Equal(Math.Min(Math.Min(size, 100), 251 - start), ids.Length);
                    met.AddRange(ids);
                    start += ids.Length;
                }

                Assert.Equal(created.Order(StringComparer.Ordinal), met.Order(StringComparer.Ordinal));
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Count_is_a_wish_within_the_limit_and_start_index_is_echoed(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: SmallPages);
        var created = await Fill(host, 120);
        foreach (var (query, start, expected) in ((string, int, int)[])
        [
            ("", 1, 100), ("count=0", 1, 0), ("count=-5", 1, 0), ("count=", 1, 100), ("count=7", 1, 7), ("count=100", 1, 100), ("count=101", 1, 100), ("count=999999", 1, 100), ("startIndex=1", 1, 100), ("startIndex=", 1, 100),
            ("startIndex=115", 115, 6), ("startIndex=120", 120, 1), ("startIndex=121", 121, 0), ("startIndex=5000", 5000, 0), ("startIndex=115&count=3", 115, 3), ("startIndex=2&count=0", 2, 0), ("startIndex=0", 1, 100), ("startIndex=-3&count=2", 1, 2),
            ("STARTINDEX=3&COUNT=2", 3, 2),
        ])
        {
            foreach (var filter in (string[])["", "&filter=title%20eq%20%22t%22"])
            {
                var page = (await host.Client.Send("GET", $"Users?{query}{filter}")).Is(200).Json;
                Assert.Equal((query, 120, start, expected, expected), (query, Number(page, "totalResults"), Number(page, "startIndex"), Number(page, "itemsPerPage"), Ids(page).Length));
            }
        }

        // A page of every size is the same stretch of the same order.
        Assert.Equal(created[2..4], Ids((await host.Client.Send("GET", "Users?startIndex=3&count=2")).Is(200).Json));
    }

    [Theory, OnBothStores]
    public async Task An_empty_list_is_a_list(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var target in (string[])["Users", "Groups", "Users?count=0", "Users?filter=userName%20eq%20%22x%22", "Groups?filter=members%20eq%20%22x%22", "Users?filter=title%20pr&startIndex=5"])
        {
            var list = (await host.Client.Send("GET", target)).Is(200).Json;
            Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:ListResponse"]""", list["schemas"]!.ToJsonString());
            Assert.Equal((0, 0, 0), (Number(list, "totalResults"), Number(list, "itemsPerPage"), Ids(list).Length));
        }
    }

    [Theory, OnBothStores] // RFC 7644 §3.9
    public async Task Attributes_and_excluded_attributes_narrow_the_answer_of_every_verb(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        const string body = """{"userName":"ada","title":"t","name":{"givenName":"Ada","familyName":"L"},"emails":[{"value":"a@example.com","type":"work"}]}""";
        var patch = HttpCalls.Patch("""{"op":"add","path":"nickName","value":"n"}""");
        foreach (var (query, expected) in ((string, string)[])
        [
            ("attributes=userName", "id schemas userName"), ("attributes=USERNAME,%20Title", "id schemas title userName"), ("attributes=name.givenName", "id name schemas"), ("attributes=shoe", "id schemas"),
            ("attributes=urn:ietf:params:scim:schemas:core:2.0:User:title", "id schemas title"), ("excludedAttributes=name,emails,meta,nickName", "active id schemas title userName"),
            ("excludedAttributes=id,schemas,name,emails,meta,title,nickName,active", "id schemas userName"), ("attributes=&excludedAttributes=meta,emails,name,nickName", "active id schemas title userName"), ("attributes=id", "id schemas"),
        ])
        {
            var created = (await host.Client.Send("POST", $"Users?{query}", body)).Is(201);
            var id = created.Id;
            Assert.Equal((query, expected), (query, Names(created.Json)));
            Assert.EndsWith($"/Users/{id}", created.Header("Location"), StringComparison.Ordinal);
            foreach (var (method, sent) in ((string, string?)[])[("GET", null), ("PUT", body), ("PATCH", patch)])
            {
                var answer = (await host.Client.Send(method, $"Users/{id}?{query}", sent)).Is(200);
                Assert.Equal((method, query, expected), (method, query, Names(answer.Json)));
                Assert.NotNull(answer.Header("ETag"));
            }

            Assert.Equal((query, expected), (query, Names((await host.Client.Send("GET", $"Users?{query}")).Is(200).Json["Resources"]![0]!.AsObject())));
            Assert.Contains("nickName", (await host.Client.Send("GET", $"Users/{id}")).Is(200).Text, StringComparison.Ordinal);
            (await host.Client.Send("DELETE", $"Users/{id}?{query}")).Is(204);
        }
    }

    [Theory, OnBothStores]
    public async Task Attributes_together_with_excluded_attributes_are_refused_on_every_verb(StoreKind store)
    {
        const string both = "attributes=userName&excludedAttributes=title";
        await OddRequest.Refused(store,
        [
            new("list", "GET", $"Users?{both}", 400, "invalidValue"), new("groups", "GET", $"Groups?{both}", 400, "invalidValue"), new("read", "GET", $"Users/{{user}}?{both}", 400, "invalidValue"),
            OddRequest.Post("create", $"Users?{both}", """{"userName":"eve"}"""), OddRequest.Post("create a group", $"Groups?{both}", """{"displayName":"eve"}"""),
            new("replace", "PUT", $"Users/{{user}}?{both}", 400, "invalidValue") { Body = """{"userName":"eve"}"""u8.ToArray() },
            OddRequest.Patch("patch", $"Users/{{user}}?{both}", """{"op":"add","path":"title","value":"x"}""", "invalidValue"),
            OddRequest.Patch("patch a group", $"Groups/{{group}}?{both}", """{"op":"remove","path":"members"}""", "invalidValue"),
        ]);
    }

    [Theory, OnBothStores]
    public async Task Members_are_left_out_when_excluded_and_nothing_is_lost_by_it(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;

        Assert.DoesNotContain("members", (await host.Client.Send("GET", $"Groups/{group}?excludedAttributes=members")).Is(200).Text, StringComparison.Ordinal);
        Assert.Equal("displayName id schemas", Names((await host.Client.Send("PUT", $"Groups/{group}?excludedAttributes=MEMBERS,meta", """{"displayName":"Motors"}""")).Is(200).Json));
        Assert.Equal("id members schemas", Names((await host.Client.Send("PATCH", $"Groups/{group}?attributes=members.value", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"M"}"""))).Is(200).Json));
        var members = (await host.Client.Send("GET", $"Groups/{group}?attributes=members.value")).Is(200).Json["members"]!.AsArray();
        Assert.Equal("value", Names(Assert.Single(members)!.AsObject()));
    }

    static async Task<string[]> Fill(ScimHost host, int count)
    {
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = (await host.Client.CreateUser($"u{i}", ""","title":"t","active":true""")).Id;
        }

        return ids;
    }

    static string[] Ids(JsonObject list) => [.. list["Resources"]!.AsArray().Select(r => r!["id"]!.GetValue<string>())];

    static int Number(JsonObject list, string name) => list[name]!.GetValue<int>();

    static string Names(JsonObject resource) => string.Join(' ', resource.Select(p => p.Key).Order(StringComparer.Ordinal));
}
