using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.7.1 and §3.7.2: <c>bulkId:</c> in place of an id that is not known yet, and references that go in a circle.</summary>
public sealed class Rfc7644Section3_7_2
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    static string Manager(string id) => $$$""","{{{Enterprise}}}":{"manager":{"value":"{{{id}}}"}}""";

    static async Task<string?> ManagerOf(HttpClient client, string user) =>
        (string?)(await client.Send("GET", $"Users/{user}")).Is(200).Json[Enterprise]?["manager"]?["value"];

    [Theory, InBothDialects] // "The service provider MUST replace the string "bulkId:qwerty" with the permanent resource id once created."
    public async Task A_reference_may_stand_before_or_behind_what_it_refers_to_and_in_any_value_or_path(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var results = await host.Client.Bulk(Body(
            Patch("Groups/bulkId:g", AddMember("bulkId:u2")),
            Group("g", "Engines", "bulkId:u1", "bulkId:h"),
            User("u1", "ada", Manager("bulkId:u2")),
            User("u2", "bob"),
            Group("h", "Staff"),
            Patch("Users/bulkId:u1", $$"""{"op":"replace","path":"{{Enterprise}}:manager","value":"bulkId:u3"}"""),
            Post("Users", "u3", """{"userName":"cyd","nickName":"bulkId:u1","title":"see bulkId:u1"}"""),
            Post("Groups", "r", """{"displayName":"Refs","members":[{"$ref":"../Users/bulkId:u3","value":"bulkId:u3"},{"value":"bulkId:u1"},"bulkId:u2"]}"""),
            Patch("Groups/bulkId:r", """{"op":"remove","path":"members[value eq \"bulkId:u1\" or value eq \"bulkId:u2\"]"}""")));

        Assert.Equal(dialect == "rfc" ? "200 201 201 201 201 200 201 201 200" : "204 201 201 201 201 200 201 201 204", results.Statuses());
        var ids = results.Where(r => r.ContainsKey("bulkId")).ToDictionary(r => r.Text("bulkId"), r => r.Id());
        Assert.Equal(Groups.Sorted(ids["u1"], ids["u2"], ids["h"]), await host.Client.Values($"Groups/{ids["g"]}", "members"));
        Assert.Equal(ids["u3"], await host.Client.Values($"Groups/{ids["r"]}", "members"));
        Assert.Equal(ids["u3"], await ManagerOf(host.Client, ids["u1"]));
        var cyd = (await host.Client.Send("GET", $"Users/{ids["u3"]}")).Is(200).Json;
        // A whole value is a reference; a part of a sentence is none.
        Assert.Equal((ids["u1"], "see bulkId:u1"), (cyd.Text("nickName"), cyd.Text("title")));
        Assert.Equal(("http://localhost/scim/v2/Groups/" + ids["g"], "W/\"2\""), (results[0].Text("location"), results[0].Text("version")));
    }

    [Theory, OnBothStores]
    public async Task What_is_created_may_be_deleted_again_in_the_same_bulk(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);

        var results = await host.Client.Bulk(Body(
            User("a", "ada"), Group("g", "Engines", "bulkId:a"), Delete("Users/bulkId:a"), User("b", "ADA"), Patch("Groups/bulkId:g", AddMember("bulkId:a")), Delete("Groups/bulkId:g", ""","version":"W/\"2\"" """)));

        Assert.Equal("201 201 204 201 400:invalidValue 204", results.Statuses());
        Assert.Equal((1, 0), ((await host.Client.Send("GET", "Users")).Is(200).Total, (await host.Client.Send("GET", "Groups")).Is(200).Total));
    }

    [Theory, OnBothStores]
    public async Task A_reference_to_nothing_is_refused_and_one_to_what_failed_is_a_conflict(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var taken = (await host.Client.CreateUser("ada")).Id;

        var results = await host.Client.Bulk(Body(
            Group("g", "Engines", "bulkId:none"), User("bad", "ADA"), Group("h", "Staff", "bulkId:bad"), Patch("Users/bulkId:bad", """{"op":"add","path":"title","value":"t"}"""),
            Delete("Users/bulkId:h"), User("u", "eve", Manager("bulkId:h")), Put("Users/bulkId:nobody", """{"userName":"x"}"""), Patch($"Users/{taken}", """{"op":"add","path":"nickName","value":"bulkId:PATCH"}"""), Group("G", "bulkId", "bulkId:bulkId:g")));

        Assert.Equal("400:invalidValue 409:uniqueness 409 409 409 409 400:invalidValue 400:invalidValue 400:invalidValue", results.Statuses());
        Assert.Contains("'bulkId:none'", results[0]["response"]!.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("'bulkId:bad'", results[2]["response"]!.Text("detail"), StringComparison.Ordinal);
        Assert.All(results.Where(r => r.Text("method") == "POST" || r.Text("status") == "409"), r => Assert.Null(r["location"]));
        Assert.Equal((1, 0), ((await host.Client.Send("GET", "Users")).Is(200).Total, (await host.Client.Send("GET", "Groups")).Is(200).Total));
    }

    [Theory, InBothDialects] // §3.7.1: "The service provider MUST try to resolve circular cross-references between resources in a single bulk job"
    public async Task References_in_a_circle_are_all_set(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var results = await host.Client.Bulk(Body(
            Group("self", "Self", "bulkId:self"),
            Group("a", "A", "bulkId:b", "bulkId:c"), Group("b", "B", "bulkId:c"), Group("c", "C", "bulkId:a", "bulkId:b"), Group("d", "D", "bulkId:a", "bulkId:d"),
            User("x", "x", Manager("bulkId:y")), User("y", "y", Manager("bulkId:x")), User("me", "me", Manager("bulkId:me")),
            Patch("Groups/bulkId:b", AddMember("bulkId:x"))));

        Assert.StartsWith("201 201 201 201 201 201 201 201 20", results.Statuses(), StringComparison.Ordinal);
        var ids = results.Where(r => r.ContainsKey("bulkId")).ToDictionary(r => r.Text("bulkId"), r => r.Id());
        foreach (var (group, members) in new[] { ("self", "self"), ("a", "b c"), ("b", "c x"), ("c", "a b"), ("d", "a d") })
        {
            Assert.Equal(Groups.Sorted([.. members.Split(' ').Select(m => ids[m])]), await host.Client.Values($"Groups/{ids[group]}", "members"));
        }

        Assert.Equal((ids["y"], ids["x"], ids["me"]), (await ManagerOf(host.Client, ids["x"]), await ManagerOf(host.Client, ids["y"]), await ManagerOf(host.Client, ids["me"])));
        foreach (var result in results.Where(r => r.ContainsKey("bulkId") && r.Text("bulkId") != "b"))
        {
            var read = (await host.Client.Send("GET", new Uri(result.Text("location")).AbsolutePath + "?excludedAttributes=groups")).Is(200);
            Assert.Equal(result.Text("version"), read.Header("ETag"));
        }
    }

    [Theory, OnBothStores] // §3.7.1: "… but MAY stop after a failed attempt and instead return HTTP status code 409 (Conflict)"
    public async Task A_circle_that_can_not_be_closed_is_a_conflict_and_nothing_half_made_is_kept(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await host.Client.CreateGroup("Taken");
        var before = await host.Client.Directory();
        foreach (var (operations, statuses) in new[]
        {
            // The first to be made, with a reference left out, is complete when the other is there, which it never is.
            (new[] { Group("a", "Taken", "bulkId:b"), Group("b", "B", "bulkId:a") }, "409:uniqueness 409"),
            ([Group("a", "A", "bulkId:b"), Group("b", "Taken", "bulkId:a")], "409 409:uniqueness"),
            // Refused with and without the reference.
            ([Group("a", "A", "bulkId:a", "unknown")], "409"),
            ([Group("a", "A", "bulkId:b"), Group("b", "B", "bulkId:a", "unknown")], "409 409"),
            ([Group("a", "A", "bulkId:b", "unknown"), Group("b", "B", "bulkId:a")], "400:invalidValue 409"),
            ([Group("a", "A", "bulkId:b"), Group("b", "B", "bulkId:c"), Group("c", "Taken", "bulkId:a"), Group("d", "D", "bulkId:c")], "409 409 409:uniqueness 409"),
        })
        {
            var results = await host.Client.Bulk(Body(operations));

            Assert.Equal((operations[0], statuses), (operations[0], results.Statuses()));
            Assert.All(results, r => Assert.Null(r["location"]));
            Assert.Equal(before, await host.Client.Directory());
        }

        // What was begun when enough had failed is taken back and not told.
        Assert.Equal("409:uniqueness", (await host.Client.Bulk(Body(1, Group("a", "Taken", "bulkId:b"), Group("b", "B", "bulkId:a"), User("u", "u")))).Statuses());
        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores]
    public async Task A_chain_of_references_as_long_as_a_bulk_is_followed_in_either_direction(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var forward in (bool[])[true, false])
        {
            var operations = Enumerable.Range(0, 1000).Select(i => User($"{i}", $"{forward}{i}", i == 999 ? "" : Manager($"bulkId:{i + 1}"))).ToArray();

            var results = await host.Client.Bulk(Body(forward ? operations : [.. operations.Reverse()]));

            Assert.All(results, r => Assert.Equal("201", r.Text("status")));
            var ids = results.ToDictionary(r => r.Text("bulkId"), r => r.Id());
            Assert.Equal(ids["1"], await ManagerOf(host.Client, ids["0"]));
            Assert.Equal(ids["999"], await ManagerOf(host.Client, ids["998"]));
        }
    }
}
