using System.Globalization;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>Two tenants in one service: neither sees, changes or slows the other.</summary>
public sealed class IsolationTests
{
    readonly string id = $"other-{Guid.NewGuid():N}";
    readonly string token = $"token-{Guid.NewGuid():N}";

    Dictionary<string, string> Settings(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { [$"ScimLite:Tenants:{id}:Token"] = token, [$"ScimLite:Tenants:{id}:RequestsPerSecond"] = "100000" };
        foreach (var (key, value) in more)
        {
            settings[$"ScimLite:Tenants:{id}:{key}"] = value;
        }

        return settings;
    }

    [Theory, OnBothStores]
    public async Task No_route_shows_or_changes_what_another_tenant_has(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: Settings());
        using var other = host.Connect(token);
        var user = (await host.Client.CreateUser("ada", ""","externalId":"e1","title":"t","emails":[{"value":"ada@example.com","type":"work"}]""")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var before = await host.Client.Directory();

        foreach (var query in (string[])
        [
            "", "?filter=userName%20eq%20%22ada%22", $"?filter=id%20eq%20%22{user}%22", "?filter=title%20pr", "?filter=emails%5Bvalue%20eq%20%22ada@example.com%22%5D", "?filter=externalId%20eq%20%22e1%22",
            "?filter=meta.created%20gt%20%222011-01-01T00:00:00Z%22", $"?filter=groups%20eq%20%22{group}%22",
        ])
        {
            Assert.Equal((query, 0), (query, (await other.Send("GET", $"Users{query}")).Is(200).Total));
        }

        foreach (var query in (string[])["", "?filter=displayName%20eq%20%22Engines%22", $"?filter=members%20eq%20%22{user}%22", $"?filter=id%20eq%20%22{group}%22%20and%20members%20eq%20%22{user}%22", "?filter=members%20pr"])
        {
            Assert.Equal((query, 0), (query, (await other.Send("GET", $"Groups{query}")).Is(200).Total));
        }

        foreach (var target in (string[])[$"Users/{user}", $"Groups/{group}", $"Users/{group}", $"Groups/{user}"])
        {
            (await other.Send("GET", target)).Refuses(404);
            (await other.Send("HEAD", target)).Is(404);
            (await other.Send("GET", target, null, ("If-None-Match", "*"))).Refuses(404);
            (await other.Send("PUT", target, """{"userName":"ada","displayName":"Engines"}""")).Refuses(404);
            (await other.Send("PATCH", target, HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"x"}"""))).Refuses(404);
            (await other.Send("PATCH", target, HttpCalls.Patch("""{"op":"remove","path":"members"}"""), ("If-Match", "*"))).Refuses(404);
            (await other.Send("DELETE", target)).Refuses(404);
        }

        (await other.Send("POST", "Groups", $$"""{"displayName":"Thieves","members":[{"value":"{{user}}"}]}""")).Refuses(400, "invalidValue");
        Assert.Equal("", await other.Directory());
        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores]
    public async Task The_same_names_live_in_both_tenants(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: Settings());
        using var other = host.Connect(token);
        var (mine, theirs) = ((await host.Client.CreateUser("ada")).Id, (await other.CreateUser("ada")).Id);
        var (group, _) = ((await host.Client.CreateGroup("Engines", mine)).Id, (await other.CreateGroup("Engines", theirs)).Id);

        Assert.NotEqual(mine, theirs);
        Assert.Equal(theirs, (await other.Send("GET", "Users?filter=userName%20eq%20%22ADA%22")).Is(200).Json["Resources"]![0]!["id"]!.GetValue<string>());
        (await host.Client.Send("DELETE", $"Users/{mine}")).Is(204);
        (await host.Client.Send("DELETE", $"Groups/{group}")).Is(204);
        var left = (await other.Send("GET", "Groups")).Is(200).Json["Resources"]!.AsArray();
        Assert.Equal(theirs, Assert.Single(left)!["members"]![0]!["value"]!.GetValue<string>());
        (await other.Send("POST", "Users", """{"userName":"Ada"}""")).Refuses(409, "uniqueness");
    }

    [Theory, OnBothStores]
    public async Task Each_tenant_is_read_in_its_own_dialect(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "entra", settings: Settings(("Dialect", "rfc"), ("UnknownMembers", "accept")));
        using var other = host.Connect(token);

        (await host.Client.Send("GET", "Users?filter=shoe%20eq%20%22x%22")).Is(200);
        (await other.Send("GET", "Users?filter=shoe%20eq%20%22x%22")).Refuses(400, "invalidFilter");
        const string unknown = """{"displayName":"g","members":[{"value":"nobody"}]}""";
        (await host.Client.Send("POST", "Groups", unknown)).Refuses(400, "invalidValue");
        Assert.Equal("nobody", (await other.Send("POST", "Groups", unknown)).Is(201).Json["members"]![0]!["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Over_its_rate_a_tenant_is_429_and_the_other_is_not()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: Settings(("RequestsPerSecond", "1")));
        using var limited = host.Connect(token);
        (await host.Client.CreateUser("ada")).Is(201);

        var answers = new List<HttpAnswer>();
        for (var i = 0; i < 12; i++)
        {
            answers.Add(await limited.Send(i % 3 == 2 ? "POST" : "GET", "Users", i % 3 == 2 ? $$"""{"userName":"u{{i}}"}""" : null));
            (await host.Client.Send("GET", "Users")).Is(200);
        }

        Assert.Equal([200, 200], answers.Take(2).Select(a => a.Status));
        var refused = answers.Where(a => a.Status == 429).ToArray();
        // A burst of twice the rate passes, and one more for each second that a slow machine took.
        Assert.InRange(refused.Length, 4, 10);
        foreach (var answer in refused)
        {
            Assert.InRange(int.Parse(answer.Refuses(429).Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        }

        Assert.Equal("", (await limited.Send("HEAD", "Users")).Text);
    }

    [Fact]
    public async Task A_stranger_uses_up_nobodys_rate()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: Settings(("RequestsPerSecond", "1")));
        using var limited = host.Connect(token);
        using var stranger = host.Connect("token-of-nobody-at-all");
        for (var i = 0; i < 20; i++)
        {
            (await stranger.Send("GET", "Users")).Refuses(401);
        }

        (await limited.Send("GET", "Users")).Is(200);
        (await limited.Send("GET", "Users")).Is(200);
    }

    [Theory, OnBothStores]
    public async Task A_tenant_that_is_switched_off_is_503_for_an_hour_and_never_404(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: Settings(("ProvisioningEnabled", "false")));
        using var off = host.Connect(token);
        foreach (var (method, target, body) in ((string, string, string?)[])
        [
            ("GET", "Users", null), ("GET", "Users?filter=userName%20eq%20%22x%22", null), ("GET", "Users/x", null), ("POST", "Users", """{"userName":"ada"}"""), ("POST", "Users", "{"), ("PUT", "Users/x", """{"userName":"ada"}"""),
            ("PATCH", "Groups/x", HttpCalls.Patch("""{"op":"remove","path":"members"}""")), ("DELETE", "Groups/x", null), ("GET", "Schemas", null), ("GET", "ServiceProviderConfig", null), ("GET", "Nothing", null), ("GET", "/scim/Users", null),
        ])
        {
            var answer = (await off.Send(method, target, body)).Refuses(503);
            Assert.Equal("3600", answer.Header("Retry-After"));
            Assert.Contains("switched off", answer.Detail, StringComparison.Ordinal);
        }

        using var stranger = host.Connect(null);
        (await stranger.Send("GET", "Users")).Refuses(401);
        (await host.Client.Send("GET", "Users")).Is(200);
    }
}
