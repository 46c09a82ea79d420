using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>RFC 7644 §3.14: versions as weak entity tags, and requests that depend on them.</summary>
public sealed class VersionTests
{
    static readonly string Title = HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}""");

    [Theory, OnBothStores]
    public async Task Versions_count_from_one_and_move_only_when_something_changes(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var created = await host.Client.CreateUser("ada");
        var id = created.Id;
        Assert.Equal("W/\"1\"", created.Header("ETag"));
        Assert.Equal("W/\"2\"", (await host.Client.Send("PATCH", $"Users/{id}", Title)).Is(200).Header("ETag"));
        var before = (await host.Client.Send("GET", $"Users/{id}")).Is(200);

        var again = (await host.Client.Send("PATCH", $"Users/{id}", Title)).Is(200);
        Assert.Equal((before.Text, "W/\"2\""), (again.Text, again.Header("ETag")));
        var put = (await host.Client.Send("PUT", $"Users/{id}", """{"userName":"ada","title":"x"}""")).Is(200);
        Assert.Equal((before.Text, "W/\"2\""), (put.Text, put.Header("ETag")));
        Assert.Equal("W/\"2\"", (await host.Client.Send("HEAD", $"Users/{id}")).Is(200).Header("ETag"));
        (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"add","path":"active","value":"x"}"""))).Refuses(400);
        Assert.Equal(before.Text, (await host.Client.Send("GET", $"Users/{id}")).Is(200).Text);
    }

    [Theory, OnBothStores]
    public async Task If_none_match_spares_the_body_of_what_the_client_has(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = await host.Client.CreateUser("ada");
        var group = await host.Client.CreateGroup("Engines");
        var staff = await host.Client.CreateGroup("Staff", user.Id);
        foreach (var target in (string[])
            [$"Users/{user.Id}?excludedAttributes=groups", $"Groups/{group.Id}", $"Groups/{staff.Id}?excludedAttributes=members",
                $"Users/{user.Id}?attributes=userName"])
        {
            foreach (var tag in (string[])["W/\"1\"", "\"1\"", "*", "W/\"7\", W/\"1\"", "W/\"7\",\"1\"", "\"a,b\", W/\"1\"", "1"])
            {
                foreach (var method in (string[])["GET", "HEAD"])
                {
                    var answer = (await host.Client.Send(method, target, null, ("If-None-Match", tag))).Is(304);
                    Assert.Equal((tag, "", "W/\"1\""), (tag, answer.Text, answer.Header("ETag")));
                    Assert.NotNull(answer.Header("X-Correlation-Id"));
                }
            }

            foreach (var tag in (string[])["W/\"2\"", "\"2\", \"3\"", "W/\"x\"", "x", "\"*\"", "\"a,1,b\"", "\"a,*,b\"", ""])
            {
                Assert.NotEqual("", (await host.Client.Send("GET", target, null, ("If-None-Match", tag))).Is(200).Text);
            }
        }

        (await host.Client.Send("GET", "Users/none", null, ("If-None-Match", "*"))).Refuses(404);
        (await host.Client.Send("GET", "Users", null, ("If-None-Match", "*"))).Is(200);
    }

    [Theory, OnBothStores]
    public async Task If_match_lets_a_write_through_on_any_of_its_versions_and_on_a_star(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        var version = 1;
        foreach (var tag in (string[])["W/\"#\"", "\"#\"", "#", "*", "W/\"99\", W/\"#\"", "\"x\",\"#\",*", "\"a,b\", W/\"#\""])
        {
            var current = tag.Replace("#", $"{version}", StringComparison.Ordinal);
            (await host.Client.Send("PATCH", $"Users/{user}", Title.Replace("\"x\"", $"\"{version}\"", StringComparison.Ordinal), ("If-Match", current))).Is(200);
            (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"{{(version % 2 == 1 ? "add" : "remove")}}","path":"members","value":[{"value":"{{user}}"}]}"""), ("If-Match", current))).Is(204);
            version++;
            Assert.Equal($"W/\"{version}\"", (await host.Client.Send("GET", $"Users/{user}?excludedAttributes=groups")).Is(200)
                .Header("ETag"));
            Assert.Equal($"W/\"{version}\"", (await host.Client.Send("GET", $"Groups/{group}")).Is(200).Header("ETag"));
        }

        (await host.Client.Send("PUT", $"Users/{user}", """{"userName":"ada"}""", ("If-Match", $"W/\"{version}\""))).Is(200);
        (await host.Client.Send("DELETE", $"Users/{user}", null, ("If-Match", $"W/\"{version}\""))).Refuses(412);
        (await host.Client.Send("DELETE", $"Users/{user}", null, ("If-Match", $"W/\"{version + 1}\""))).Is(204);
        (await host.Client.Send("DELETE", $"Groups/{group}", null, ("If-Match", "*"))).Is(204);
    }

    [Theory, OnBothStores]
    public async Task If_match_on_what_does_not_exist_is_404(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var tag in (string[])["*", "W/\"1\"", "x"])
        {
            (await host.Client.Send("PUT", "Users/none", """{"userName":"ada"}""", ("If-Match", tag))).Refuses(404);
            (await host.Client.Send("PATCH", "Users/none", Title, ("If-Match", tag))).Refuses(404);
            (await host.Client.Send("DELETE", "Groups/none", null, ("If-Match", tag))).Refuses(404);
            (await host.Client.Send("PATCH", "Groups/none", HttpCalls.Patch("""{"op":"remove","path":"members"}"""), ("If-Match", tag))).Refuses(404);
        }
    }

    [Theory, OnBothStores]
    public async Task A_stale_if_match_is_412_even_where_the_write_would_change_nothing(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada", ""","title":"x" """)).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var before = await host.Client.Directory();
        var stale = ("If-Match", "W/\"7\"");

        (await host.Client.Send("PATCH", $"Users/{user}", Title, stale)).Refuses(412);
        (await host.Client.Send("PUT", $"Users/{user}", """{"userName":"ada","title":"x"}""", stale)).Refuses(412);
        (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{user}}"}]}"""), stale)).Refuses(412);
        (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"Engines"}"""), stale)).Refuses(412);

        Assert.Equal(before, await host.Client.Directory());
    }
}
