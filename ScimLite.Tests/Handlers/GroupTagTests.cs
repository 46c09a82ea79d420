using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Tests.Conformance;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>An entity tag covers all that the answer shows: computed groups, and members' names.</summary>
public sealed class GroupTagTests
{
    static string Member(string op, string user) => HttpCalls.Patch(
        $$"""{"op":"{{op}}","path":"members","value":[{"value":"{{user}}"}]}""");

    static async Task<string> Tag(HttpClient client, string target)
    {
        var answer = (await client.Send("GET", target)).Is(200);
        Assert.Equal(answer.Header("ETag"), (await client.Send("HEAD", target)).Is(200).Header("ETag"));
        Assert.Equal(answer.Header("ETag"), (string?)answer.Json["meta"]?["version"] ?? answer.Header("ETag"));
        return answer.Header("ETag")!;
    }

    [Theory, OnBothStores]
    public async Task A_user_that_is_shown_with_its_groups_has_a_tag_that_changes_with_them(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var (engines, staff) = ((await host.Client.CreateGroup("Engines")).Id, (await host.Client.CreateGroup("Staff")).Id);
        var tags = new List<string> { await Tag(host.Client, $"Users/{user}") };
        Assert.Equal("W/\"1\"", tags[0]);
        foreach (var (method, target, body) in ((string, string, string?)[])
        [
            ("PATCH", $"Groups/{engines}", Member("add", user)), ("PATCH", $"Groups/{staff}", Member("add", user)),
            ("PATCH", $"Groups/{staff}", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"Crew"}""")),
            ("DELETE", $"Groups/{engines}", null),
        ])
        {
            (await host.Client.Send(method, target, body)).Is(204);
            foreach (var old in tags)
            {
                (await host.Client.Send("GET", $"Users/{user}", null, ("If-None-Match", old))).Is(200);
            }

            var tag = await Tag(host.Client, $"Users/{user}");
            Assert.Matches("""^W/"1\.[0-9a-f]{12}"$""", tag);
            Assert.DoesNotContain(tag, tags);
            tags.Add(tag);
            Assert.Equal(tag, await Tag(host.Client, $"Users/{user}"));
            (await host.Client.Send("GET", $"Users/{user}", null, ("If-None-Match", $"\"x\", {tag[2..]}"))).Is(304);
            (await host.Client.Send("HEAD", $"Users/{user}", null, ("If-None-Match", tag))).Is(304);
            Assert.Equal("W/\"1\"", await Tag(host.Client, $"Users/{user}?attributes=userName,meta"));
            Assert.Equal("W/\"1\"", await Tag(host.Client, $"Users/{user}?excludedAttributes=groups"));
            Assert.Equal(tag, await Tag(host.Client, $"Users/{user}?attributes=groups.display,meta.version"));
            var listed = (await host.Client.Send("GET", "Users")).Is(200).Json["Resources"]![0]!;
            Assert.Equal(tag, (string?)listed["meta"]!["version"]);
        }

        (await host.Client.Send("PATCH", $"Groups/{staff}", Member("remove", user))).Is(204);
        (await host.Client.Send("GET", $"Users/{user}", null, ("If-None-Match", tags[^1]))).Is(200);
        Assert.Equal("W/\"1\"", await Tag(host.Client, $"Users/{user}"));
    }

    [Theory, OnBothStores]
    public async Task A_write_reads_the_version_before_the_dot(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        await host.Client.CreateGroup("Engines", user);
        var title = HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}""");
        var tag = await Tag(host.Client, $"Users/{user}");

        (await host.Client.Send("PATCH", $"Users/{user}", title, ("If-None-Match", tag))).Refuses(412);
        (await host.Client.Send(
            "PATCH", $"Users/{user}", title, ("If-Match", tag.Replace("1.", "9.", StringComparison.Ordinal)))).Refuses(412);
        foreach (var foreign in (string[])["W/\"1.x\"", "W/\"1.\"", "W/\"1.0123456789abc\"", "W/\"1.0123456789AB\"", "\".0123456789ab\""])
        {
            (await host.Client.Send("PATCH", $"Users/{user}", title, ("If-Match", foreign))).Refuses(412);
        }

        var patched = (await host.Client.Send("PATCH", $"Users/{user}", title, ("If-Match", tag))).Is(200);
        Assert.Equal(await Tag(host.Client, $"Users/{user}"), patched.Header("ETag"));
        Assert.StartsWith("W/\"2.", (string?)patched.Json["meta"]!["version"], StringComparison.Ordinal);
        var put = (await host.Client.Send("PUT", $"Users/{user}", """{"userName":"ada"}""", ("If-Match", $"W/\"2.000000000000\""))).Is(200);
        Assert.StartsWith("W/\"3.", put.Header("ETag"), StringComparison.Ordinal);
        Assert.Equal("412 200", (await host.Client.Bulk(BulkCalls.Body(
            BulkCalls.Patch(
                $"Users/{user}", """{"op":"add","path":"title","value":"y"}""",
                $",\"version\":\"{tag.Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
            BulkCalls.Patch(
                $"Users/{user}", """{"op":"add","path":"title","value":"y"}""",
                $",\"version\":\"{put.Header("ETag")!.Replace("\"", "\\\"", StringComparison.Ordinal)}\"")))).Statuses());
        Assert.Equal("W/\"4\"",
            (await host.Client.Send("PUT", $"Users/{user}", """{"userName":"ada","title":"y"}""", ("Prefer", "return=minimal")))
            .Is(204).Header("ETag"));
        (await host.Client.Send("DELETE", $"Users/{user}", null, ("If-Match", await Tag(host.Client, $"Users/{user}")))).Is(204);
    }

    [Theory, OnBothStores]
    public async Task A_group_that_is_shown_with_members_is_never_304_since_their_names_are_not_in_its_version(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada", ""","displayName":"Ada" """)).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var tag = await Tag(host.Client, $"Groups/{group}");
        (await host.Client.Send(
            "PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"Countess"}"""))).Is(200);

        Assert.Equal(tag, await Tag(host.Client, $"Groups/{group}"));
        foreach (var list in (string[])[tag, "*"])
        {
            var read = (await host.Client.Send("GET", $"Groups/{group}", null, ("If-None-Match", list))).Is(200);
            Assert.Equal("Countess", (string?)read.Json["members"]![0]!["display"]);
            (await host.Client.Send("GET", $"Groups/{group}?excludedAttributes=members", null, ("If-None-Match", list))).Is(304);
        }
    }

    [Theory, OnBothStores]
    public async Task Groups_of_groups_are_in_the_tag_where_they_are_shown(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(
            store, tenantSettings: new Dictionary<string, string> { ["IndirectGroups"] = "true" });
        var user = (await host.Client.CreateUser("ada")).Id;
        var inner = (await host.Client.CreateGroup("Inner", user)).Id;
        var before = await Tag(host.Client, $"Users/{user}");
        var outer = (await host.Client.CreateGroup("Outer", inner)).Id;
        var nested = await Tag(host.Client, $"Users/{user}");
        (await host.Client.Send("PATCH", $"Groups/{outer}", Member("add", user))).Is(204);

        Assert.Equal(3, new HashSet<string> { before, nested, await Tag(host.Client, $"Users/{user}") }.Count);
    }

    [Fact]
    public void The_hash_is_the_same_in_every_process()
    {
        Assert.Equal("W/\"7\"", EntityTags.Of(7, []));
        var tag = EntityTags.Of(7, [new Link("a", "Group", "Engines"), new Link("b", "Group", "Staff", Indirect: true)]);
        Assert.Equal("W/\"7.a03f00320b5a\"", tag);
        Assert.NotEqual(tag, EntityTags.Of(7, [new Link("a", "Group", "Engines"), new Link("b", "Group", "Staff")]));
        Assert.NotEqual(EntityTags.Of(7, [new Link("ab", "Group", "c")]), EntityTags.Of(7, [new Link("a", "Group", "bc")]));
    }
}
