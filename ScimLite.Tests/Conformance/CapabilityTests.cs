using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>
/// What ServiceProviderConfig and /ResourceTypes claim (RFC 7643 §5, §6), compared with what the server does when it is asked, feature by
/// feature. Whatever the claim is, it has to be true, and a claim that nobody compares fails as well.
/// </summary>
public sealed class CapabilityTests
{
    const int MaxBody = 20_000;
    const int MaxPage = 3;

    static readonly Dictionary<string, Func<ScimHost, JsonNode, Task<bool>>> Probes = new()
    {
        ["patch"] = async (host, _) => (await Try(host, HttpCalls.Patch("""{"op":"add","path":"title","value":"Countess"}"""))) is { Status: 200 } answer
            && answer.Json["title"]?.GetValue<string>() == "Countess",
        ["bulk"] = Bulk,
        ["filter"] = async (host, claim) =>
        {
            var found = (await host.Client.Send("GET", "Users?count=1000&filter=userName%20sw%20%22probe%22")).Is(200);
            Assert.Equal((5, claim["maxResults"]!.GetValue<int>()), (found.Total, found.Json["Resources"]!.AsArray().Count));
            return (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22probe2%22")).Is(200).Total == 1;
        },
        ["changePassword"] = async (host, _) =>
        {
            var answer = (await Try(host, HttpCalls.Patch("""{"op":"replace","path":"password","value":"an0ther"}"""))).Is(200);
            return answer.Header("ETag") != "W/\"1\"";
        },
        ["sort"] = async (host, _) =>
        {
            var names = (await host.Client.Send("GET", "Users?sortBy=userName&sortOrder=descending")).Is(200).Json["Resources"]!.AsArray().Select(u => u!["userName"]!.GetValue<string>());
            return names.SequenceEqual(["probe5", "probe4", "probe3"]);
        },
        ["etag"] = async (host, _) =>
        {
            var id = await Id(host);
            var answer = (await host.Client.Send("GET", $"Users/{id}")).Is(200);
            return answer.Header("ETag") is { } tag && tag == answer.Json["meta"]!["version"]?.GetValue<string>()
                && (await host.Client.Send("GET", $"Users/{id}", null, ("If-None-Match", tag))).Status == 304
                && (await host.Client.Send("PUT", $"Users/{id}", """{"userName":"probe1"}""", ("If-Match", "W/\"99\""))).Status == 412;
        },
    };

    [Theory]
    [OnBothStores("ignore")]
    [OnBothStores("hash")]
    public async Task Every_feature_is_supported_just_where_the_configuration_says_so(StoreKind store, string passwords)
    {
        await using var first = await Start(store, passwords);
        var config = (await first.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json;
        Assert.Equal(Probes.Keys.Order(StringComparer.Ordinal), config.Where(p => p.Value is JsonObject feature && feature.ContainsKey("supported")).Select(p => p.Key).Order(StringComparer.Ordinal));

        foreach (var (feature, probe) in Probes)
        {
            await using var host = await Start(store, passwords);
            var claim = config[feature]!;
            var does = await probe(host, claim);
            Assert.True(claim["supported"]!.GetValue<bool>() == does, $"{feature}: the configuration says {claim["supported"]}, and the server {(does ? "does" : "does not do")} it");
        }
    }

    [Theory, OnBothStores] // RFC 9865 §2 (the "pagination" block): cursor, index, and which of them a client gets unasked
    public async Task Pages_are_walked_just_as_the_configuration_says(StoreKind store)
    {
        await using var host = await Start(store, "ignore");
        var claim = (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json["pagination"];
        var first = await host.Client.Send("GET", "Users?cursor=&count=2");
        var second = first.Status == 200 && first.Json["nextCursor"]?.GetValue<string>() is { } next
            ? await host.Client.Send("GET", $"Users?cursor={Uri.EscapeDataString(next)}&count=2") : null;

        Assert.Equal(claim?["cursor"]?.GetValue<bool>() ?? false, second is { Status: 200 } && !Names(first).Intersect(Names(second)).Any());
        Assert.Equal(claim?["index"]?.GetValue<bool>() ?? true, Names((await host.Client.Send("GET", "Users?startIndex=2&count=1")).Is(200)).SequenceEqual(["probe2"]));
        var unasked = (await host.Client.Send("GET", "Users?count=2")).Is(200).Json;
        Assert.Equal((claim?["defaultPaginationMethod"]?.GetValue<string>() ?? "index") == "cursor", unasked.ContainsKey("nextCursor"));
    }

    [Theory, OnBothStores] // RFC 7643 §5: authenticationSchemes
    public async Task The_authentication_schemes_told_are_those_that_work(StoreKind store)
    {
        await using var host = await Start(store, "ignore");
        using var stranger = host.Connect(null);
        var claimed = (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json["authenticationSchemes"]!.AsArray().Select(s => s!["type"]!.GetValue<string>()).ToHashSet();
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{host.Tenant}:{host.Token}"));

        Assert.Empty(claimed.Except(["oauthbearertoken", "oauth2", "httpbasic"]));
        Assert.Equal(claimed.Contains("oauthbearertoken"), (await stranger.Send("GET", "Users", null, ("Authorization", $"Bearer {host.Token}"))).Status == 200);
        Assert.Equal(claimed.Contains("httpbasic"), (await stranger.Send("GET", "Users", null, ("Authorization", $"Basic {basic}"))).Status == 200);
        if (claimed.Contains("oauth2"))
        {
            Assert.NotEqual(404, (await stranger.Send("POST", "/oauth2/token", "grant_type=client_credentials")).Status);
        }

        (await stranger.Send("GET", "Users")).Refuses(401);
    }

    [Theory, OnBothStores] // RFC 7643 §6
    public async Task Every_resource_type_is_served_at_its_endpoint_with_schemas_that_are_served(StoreKind store)
    {
        await using var host = await OwnSchemas.StartAsync(store, Gadget.Files);
        var types = (await host.Client.Send("GET", "ResourceTypes")).Is(200).Json["Resources"]!.AsArray();
        var schemas = (await host.Client.Send("GET", "Schemas")).Is(200).Json["Resources"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()).ToHashSet();
        var named = new HashSet<string>();

        Assert.Equal(["User", "Group", "Gadget"], types.Select(t => t!["name"]!.GetValue<string>()));
        foreach (var type in types.Select(t => t!))
        {
            named.Add(type["schema"]!.GetValue<string>());
            named.UnionWith((type["schemaExtensions"]?.AsArray() ?? []).Select(e => e!["schema"]!.GetValue<string>()));
            var endpoint = type["endpoint"]!.GetValue<string>().TrimStart('/');
            var made = (await host.Client.Send("POST", endpoint, """{"userName":"ada","displayName":"Ada"}""")).Is(201);
            Assert.Equal(type["name"]!.GetValue<string>(), made.Json["meta"]!["resourceType"]!.GetValue<string>());
            Assert.Equal([type["schema"]!.GetValue<string>()], made.Json["schemas"]!.AsArray().Select(s => s!.GetValue<string>()));
            Assert.Equal(new Uri(host.Client.BaseAddress!, $"{endpoint}/{made.Id}").AbsoluteUri, made.Header("Location"));
            Assert.Equal(1, (await host.Client.Send("GET", endpoint)).Is(200).Total);
            (await host.Client.Send("GET", $"{endpoint}/{made.Id}")).Is(200);
            (await host.Client.Send("PUT", $"{endpoint}/{made.Id}", """{"userName":"ada","displayName":"Ada","externalId":"e"}""")).Is(200);
            Assert.Contains((await host.Client.Send("PATCH", $"{endpoint}/{made.Id}", HttpCalls.Patch("""{"op":"replace","path":"externalId","value":"f"}"""))).Status, (int[])[200, 204]);
            Assert.Equal(1, (await host.Client.Send("GET", $"{endpoint}?filter=externalId%20eq%20%22f%22")).Is(200).Total);
            (await host.Client.Send("DELETE", $"{endpoint}/{made.Id}")).Is(204);
        }

        Assert.Equal(schemas.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        (await host.Client.Send("GET", "Shoes")).Refuses(404);
    }

    static async Task<bool> Bulk(ScimHost host, JsonNode claim)
    {
        static string Body(int operations, string padding = "") => $$"""
            {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{string.Join(',', Enumerable.Range(0, operations).Select(i =>
                $$"""{"method":"POST","path":"/Users","bulkId":"b{{i}}","data":{"userName":"bulk{{i}}"} }"""))}}]{{padding}} }
            """;
        var answer = await host.Client.Send("POST", "Bulk", Body(1));
        var works = answer.Status == 200 && (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22bulk0%22")).Is(200).Total == 1;
        Assert.Equal(works, claim["maxOperations"]!.GetValue<int>() > 0);
        Assert.Equal(MaxBody, claim["maxPayloadSize"]!.GetValue<int>());
        if (works)
        {
            (await host.Client.Send("POST", "Bulk", Body(claim["maxOperations"]!.GetValue<int>() + 1))).Refuses(413);
            (await host.Client.Send("POST", "Bulk", Body(1, new string(' ', MaxBody)))).Refuses(413);
        }

        return works;
    }

    static Task<ScimHost> Start(StoreKind store, string passwords) => Fill(ScimHost.StartAsync(store, settings: new Dictionary<string, string>
    {
        ["ScimLite:Passwords"] = passwords, ["ScimLite:Limits:MaxBodyBytes"] = $"{MaxBody}", ["ScimLite:Limits:MaxPageSize"] = $"{MaxPage}",
        ["ScimLite:Limits:MaxBulkOperations"] = "5",
    }));

    static async Task<ScimHost> Fill(Task<ScimHost> starting)
    {
        var host = await starting;
        for (var i = 1; i <= 5; i++)
        {
            await host.Client.CreateUser($"probe{i}");
        }

        return host;
    }

    static async Task<string> Id(ScimHost host) => (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22probe1%22")).Is(200).Json["Resources"]![0]!["id"]!.GetValue<string>();

    static async Task<HttpAnswer> Try(ScimHost host, string patch) => await host.Client.Send("PATCH", $"Users/{await Id(host)}", patch);

    static IEnumerable<string> Names(HttpAnswer page) => page.Json["Resources"]!.AsArray().Select(u => u!["userName"]!.GetValue<string>());
}
