using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.3: querying resources using HTTP POST, and §3.4.2.1: the server root.</summary>
public sealed class Rfc7644Section3_4_3
{
    const string SearchSchema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

    static string Search(string more = "") => $$"""{"schemas":["{{SearchSchema}}"]{{more}}}""";

    static async Task Fill(HttpClient client)
    {
        await client.CreateUser("jsmith", ""","displayName":"Smith, James" """);
        await client.CreateUser("bjensen", ""","displayName":"Babs Jensen","title":"Smith" """);
        await client.CreateGroup("Smith Family");
        await client.CreateGroup("Tour Guides");
    }

    [Theory] // figures 4 and 5
    [InBothDialects("rfc7644-3.4.3-search-request.json", "rfc7644-3.4.3-search-response.json")]
    public async Task One_user_and_one_group_are_found_by_POST_as_printed(StoreKind store, string dialect, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        await Fill(host.Client);

        var answer = (await host.Client.Send("POST", "/scim/v2/.search", Sample.Text(request))).Is(200);

        Assert.Equal("http://localhost/scim/v2/.search", answer.Header("Location"));
        var sample = Sample.Json(response);
        Expect.Same(sample["schemas"], answer.Json["schemas"]);
        Assert.Equal((2, 1, 2), (answer.Total, answer.Json["startIndex"]!.GetValue<int>(), answer.Json["itemsPerPage"]!.GetValue<int>()));
        foreach (var (expected, found) in sample["Resources"]!.AsArray().Zip(answer.Json["Resources"]!.AsArray()))
        {
            Assert.Equal(string.Join(' ', expected!.AsObject().Select(p => p.Key).Append("schemas").Order()), string.Join(' ', found!.AsObject().Select(p => p.Key).Order()));
            Expect.Holds(expected.AsObject(), found.AsObject(), "id");
        }
    }

    [Theory, OnBothStores] // "The body of the POST request MAY include any of the parameters defined in Section 3.4.2."
    public async Task A_query_by_POST_answers_what_the_same_GET_answers(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await Fill(host.Client);
        foreach (var (endpoint, body, query) in ((string, string, string)[])
        [
            ("Users", "", ""), ("Groups", "", ""), ("", "", ""), ("Users", ""","filter":"title pr" """, "filter=title%20pr"), ("Users", ""","startIndex":2,"count":1""", "startIndex=2&count=1"),
            ("Users", ""","startIndex":"2","count":"1","shoe":1""", "startIndex=2&count=1"), ("", ""","count":0""", "count=0"), ("Users", ""","attributes":["userName","title"]""", "attributes=userName,title"),
            ("Users", ""","attributes":"userName,title" """, "attributes=userName,title"), ("Groups", ""","excludedAttributes":["meta","members"]""", "excludedAttributes=meta,members"),
            ("Users", ""","sortBy":"userName","sortOrder":"ascending" """, "sortBy=userName&sortOrder=ascending"), ("", ""","SortBy":"displayName","SORTORDER":"descending" """, "sortBy=displayName&sortOrder=descending"),
            ("Users", ""","filter":null,"cursor":null,"count":null,"attributes":null,"sortBy":null""", ""),
        ])
        {
            var got = (await host.Client.Send("GET", $"/scim/v2{(endpoint == "" ? "" : "/")}{endpoint}?{query}")).Is(200).Text;
            Assert.Equal((endpoint, body, got), (endpoint, body, (await host.Client.Send("POST", $"/scim/v2/{endpoint}/.search", Search(body))).Is(200).Text));
        }
    }

    [Theory, OnBothStores] // "Query requests MUST be identified using the following URI"
    public async Task What_is_no_search_request_is_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var (body, status, scimType) in ((string, int, string?)[])
        [
            ("{}", 400, "invalidSyntax"), ("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}""", 400, "invalidSyntax"), ("""{"schemas":"x"}""", 400, "invalidSyntax"), ("[]", 400, "invalidSyntax"), ("{", 400, "invalidSyntax"),
            (Search(""","count":"x" """), 400, "invalidValue"), (Search(""","count":[1]"""), 400, "invalidValue"), (Search(""","count":1.5"""), 400, "invalidValue"), (Search(""","startIndex":true"""), 400, "invalidValue"), (Search(""","filter":5"""), 400, "invalidValue"),
            (Search(""","filter":"(" """), 400, "invalidFilter"), (Search(""","attributes":[5]"""), 400, "invalidValue"), (Search(""","attributes":{"a":1}"""), 400, "invalidValue"), (Search(""","attributes":["a"],"excludedAttributes":["b"]"""), 400, "invalidValue"),
            (Search(""","sortBy":["a"]"""), 400, "invalidValue"), (Search(""","cursor":5"""), 400, "invalidValue"), (Search(""","cursor":"x" """), 400, "invalidCursor"), (Search(""","filter":"id pr","FILTER":"id pr" """), 400, "invalidSyntax"),
        ])
        {
            foreach (var endpoint in (string[])["Users/.search", "/scim/v2/.search"])
            {
                Assert.Empty((await host.Client.Send("POST", endpoint, body)).Faults(status, scimType).Select(f => $"{endpoint} {body}: {f}"));
            }
        }
        (await host.Client.Send("PUT", "/scim/v2/.search", Search())).Refuses(405);
        (await host.Client.SendBytes("POST", "Users/.search", "x"u8.ToArray(), "text/plain", [])).Refuses(415);
    }

    [Theory, OnBothStores] // §3.4.2.1: "A query against a server root indicates that all resources within the server SHALL be included, subject to filtering."
    public async Task The_root_lists_the_resources_of_every_type(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await Fill(host.Client);
        foreach (var (query, expected) in ((string, string)[])
        [
            ("", "Smith, James|Babs Jensen|Smith Family|Tour Guides"), ("startIndex=2&count=2", "Babs Jensen|Smith Family"), ("startIndex=4", "Tour Guides"), ("startIndex=5", ""),
            ("filter=(meta.resourceType eq User) or (meta.resourceType eq Group)", "Smith, James|Babs Jensen|Smith Family|Tour Guides"), ("filter=meta.resourceType eq \"Group\"", "Smith Family|Tour Guides"),
            ("filter=meta.resourceType eq \"Shoe\"", ""), ("filter=not (meta.resourceType eq \"User\")", "Smith Family|Tour Guides"), ("filter=meta.resourceType eq \"User\" and displayName co \"smith\"", "Smith, James"),
            ("filter=displayName sw \"smith\"", "Smith, James|Smith Family"), ("filter=userName pr", "Babs Jensen|Smith, James"), ("filter=not (userName pr)", "Smith Family|Tour Guides"),
            ("filter=title eq \"smith\" or members pr or displayName eq \"tour guides\"", "Babs Jensen|Tour Guides"), ("sortBy=displayName", "Babs Jensen|Smith Family|Smith, James|Tour Guides"),
            ("sortBy=userName&sortOrder=descending&filter=userName pr or displayName eq \"tour guides\"", "Tour Guides|Smith, James|Babs Jensen"), ("filter=meta.resourceType eq \"Group\"&sortBy=displayName&sortOrder=descending", "Tour Guides|Smith Family"),
        ])
        {
            var list = (await host.Client.Send("GET", $"/scim?{query.Replace(" ", "%20", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal)}")).Is(200).Json;
            Assert.Equal((query, expected), (query, string.Join('|', list["Resources"]!.AsArray().Select(r => r!["displayName"]!.GetValue<string>()))));
        }
        Assert.All((await host.Client.Send("GET", "/scim/v2?attributes=userName,members")).Is(200).Json["Resources"]!.AsArray(), r => Assert.Equal(r!.AsObject().ContainsKey("userName") ? 3 : 2, r.AsObject().Count));
    }

    [Theory, OnBothStores] // §3.4.2.1: "the service provider SHALL treat the attribute as if there is no attribute value"
    public async Task An_attribute_that_one_type_lacks_is_known_at_the_root_and_one_that_all_lack_is_not(StoreKind store)
    {
        await using var strict = await ScimHost.StartAsync(store, "rfc");
        await using var lenient = await ScimHost.StartAsync(store, "entra");
        await Fill(strict.Client);

        (await strict.Client.Send("GET", "/scim/v2?filter=userName%20eq%20%22bjensen%22&sortBy=userName")).Is(200);
        (await strict.Client.Send("GET", "/scim/v2?filter=shoe%20pr")).Refuses(400, "invalidFilter");
        (await strict.Client.Send("GET", "/scim/v2?sortBy=shoe")).Refuses(400, "invalidValue");
        Assert.Equal(0, (await lenient.Client.Send("GET", "/scim/v2?filter=shoe%20pr&sortBy=shoe")).Is(200).Total);
        (await strict.Client.Send("GET", "/scim/v2?filter=meta.resourceType%20eq%20%22User%22%20or%20active%20gt%20true")).Refuses(400, "invalidFilter");
    }
}
