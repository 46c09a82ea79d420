using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.14, versioning resources, with the conditional requests of RFC 9110 §13 that it builds on.</summary>
public sealed class Rfc7644Section3_14
{
    static readonly (string Name, string Value) Never = ("If-None-Match", "*");

    // Each kind of write, once it is known which user and which group it is for.
    static (string Method, string Target, string? Body)[] Writes(string user, string group) =>
    [
        ("PUT", $"Users/{user}", """{"userName":"ada","title":"put"}"""),
        ("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"patched"}""")),
        ("PUT", $"Groups/{group}", """{"displayName":"Engines","externalId":"put"}"""),
        ("PATCH", $"Groups/{group}", HttpCalls.Patch("""{"op":"add","path":"externalId","value":"patched"}""")),
        ("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{user}}"}]}""")),
        ("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{user}}\"]"}""")),
        ("DELETE", $"Groups/{group}", null),
        ("DELETE", $"Users/{user}", null),
    ];

    static async Task<string> Version(HttpClient client, string target) => (await client.Send("GET", target)).Is(200).Header("ETag")!;

    [Theory, OnBothStores] // RFC 9110 §13.1.2: "If the field value is "*", the condition is false if the origin server has a current representation"
    public async Task If_none_match_star_refuses_every_write_to_what_exists(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        var before = await host.Client.Directory();
        foreach (var (method, target, body) in Writes(user, group))
        {
            (await host.Client.Send(method, target, body, Never)).Refuses(412);
            (await host.Client.Send(method, target, body, Never, ("If-Match", "*"))).Refuses(412);
        }

        foreach (var (method, target, body) in Writes("none", "none"))
        {
            (await host.Client.Send(method, target, body, Never)).Refuses(404);
        }

        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores] // RFC 9110 §13.1.2: "the condition is false if one of the listed tags matches the entity tag of the selected representation"
    public async Task If_none_match_refuses_a_write_to_a_version_that_it_lists_and_lets_all_others_through(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        foreach (var (method, target, body) in Writes(user, group))
        {
            var current = await Version(host.Client, target);
            foreach (var list in (string[])[current, current[2..], $"W/\"77\", {current}", $"\"a,b\",{current}"])
            {
                (await host.Client.Send(method, target, body, ("If-None-Match", list))).Refuses(412);
            }

            (await host.Client.Send(method, target, body, ("If-Match", current), ("If-None-Match", current))).Refuses(412);
            (await host.Client.Send(method, target, body, ("If-Match", "W/\"77\""), ("If-None-Match", "W/\"78\""))).Refuses(412);
            Assert.Equal(current, await Version(host.Client, target));
            var answer = await host.Client.Send(method, target, body, ("If-Match", $"W/\"78\",{current}"), ("If-None-Match", "W/\"77\", \"x\""));
            Assert.InRange(answer.Status, 200, 204);
        }
    }

    [Theory, OnBothStores] // RFC 9110 §13.1.1: "An origin server that evaluates an If-Match condition MUST NOT perform the requested method if the condition evaluates to false"
    public async Task If_match_on_a_read_shows_that_version_or_is_412(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;

        foreach (var method in (string[])["GET", "HEAD"])
        {
            (await host.Client.Send(method, $"Users/{user}", null, ("If-Match", "W/\"1\""))).Is(200);
            (await host.Client.Send(method, $"Users/{user}", null, ("If-Match", "\"7\", *"))).Is(200);
            (await host.Client.Send(method, $"Users/{user}", null, ("If-Match", "W/\"2\""))).Is(412);
            // RFC 9110 §13.2.2: If-Match comes first.
            (await host.Client.Send(method, $"Users/{user}", null, ("If-Match", "W/\"2\""), ("If-None-Match", "W/\"1\""))).Is(412);
            (await host.Client.Send(method, $"Users/{user}", null, ("If-Match", "W/\"1\""), ("If-None-Match", "W/\"1\""))).Is(304);
            (await host.Client.Send(method, "Users/none", null, ("If-Match", "*"))).Is(404);
        }
    }

    [Theory, OnBothStores]
    public async Task A_refusal_tells_the_version_that_is_there_and_what_to_do(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        foreach (var (method, target, body) in Writes(user, group))
        {
            var detail = (await host.Client.Send(method, target, body, ("If-Match", "W/\"77\""))).Refuses(412).Detail;
            Assert.Contains("W/\"1\"", detail, StringComparison.Ordinal);
            Assert.Contains("Read it again", detail, StringComparison.Ordinal);
        }
    }

    [Theory, OnBothStores] // RFC 6585 §3: "Responses using this status code SHOULD explain how to resubmit the request successfully."
    public async Task A_tenant_that_requires_if_match_refuses_changes_without_it_as_428(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: new Dictionary<string, string> { ["RequireIfMatch"] = "true" });
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        foreach (var (method, target, body) in Writes(user, group))
        {
            var before = await host.Client.Directory();
            Assert.Contains("If-Match", (await host.Client.Send(method, target, body)).Refuses(428).Detail, StringComparison.Ordinal);
            // What it is not to be is no version that the client has seen.
            (await host.Client.Send(method, target, body, ("If-None-Match", "W/\"77\""))).Refuses(428);
            Assert.Equal(before, await host.Client.Directory());
            (await host.Client.Send(method, target, body, ("If-Match", "W/\"77\""))).Refuses(412);
            var answer = await host.Client.Send(method, target, body, ("If-Match", await Version(host.Client, target)));
            Assert.InRange(answer.Status, 200, 204);
        }

        var again = (await host.Client.CreateUser("eve")).Id;
        (await host.Client.Send("DELETE", $"Users/{again}", null, ("If-Match", "*"))).Is(204);
    }
}
