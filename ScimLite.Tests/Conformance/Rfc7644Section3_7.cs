using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.7, Bulk: what is asked for, what is answered, and how errors end it.</summary>
public sealed class Rfc7644Section3_7
{
    [Theory, InBothDialects] // "The "Operations" attribute … Each operation corresponds to a single HTTP request against a resource endpoint."
    public async Task Each_operation_is_answered_as_the_single_request_would_be_in_the_order_of_the_request(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = (await host.Client.CreateUser("ada")).Id;
        var gone = (await host.Client.CreateUser("eve")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;

        var answer = (await host.Client.Send("POST", "Bulk", Body(
            Delete($"Users/{gone}"), User("b1", "bob"), Put($"Users/{user}", """{"userName":"ada","title":"t"}"""), Patch($"Groups/{group}", AddMember(user)),
            Patch($"Users/{user}", """{"op":"replace","path":"active","value":"False"}"""), Group("b2", "Staff", user)))).Is(200);

        var results = answer.Json["Operations"]!.AsArray().Select(o => o!.AsObject()).ToArray();
        Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]""", answer.Json["schemas"]!.ToJsonString());
        Assert.Equal(2, answer.Json.Count);
        string root = "http://localhost/scim/v2/", patched = dialect == "rfc" ? "200" : "204";
        foreach (var (expected, result) in new[]
        {
            $$"""{"location":"{{root}}Users/{{gone}}","method":"DELETE","status":"204"}""",
            $$"""{"location":"{{root}}Users/{{results[1].Id()}}","method":"POST","bulkId":"b1","version":"W/\"1\"","status":"201"}""",
            $$"""{"location":"{{root}}Users/{{user}}","method":"PUT","version":"W/\"2\"","status":"200"}""",
            $$"""{"location":"{{root}}Groups/{{group}}","method":"PATCH","version":"W/\"2\"","status":"{{patched}}"}""",
            $$"""{"location":"{{root}}Users/{{user}}","method":"PATCH","version":"W/\"3\"","status":"200"}""",
            $$"""{"location":"{{root}}Groups/{{results[5].Id()}}","method":"POST","bulkId":"b2","version":"W/\"1\"","status":"201"}""",
        }.Zip(results))
        {
            Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), result.ToJsonString());
        }

        Assert.Equal("bob", (await host.Client.Send("GET", $"Users/{results[1].Id()}")).Is(200).Json.Text("userName"));
        Assert.False((await host.Client.Send("GET", $"Users/{user}")).Is(200).Json["active"]!.GetValue<bool>());
        Assert.Equal(user, await host.Client.Values($"Groups/{results[5].Id()}", "members"));
    }

    [Theory, OnBothStores] // "The service provider MUST continue performing as many changes as possible and disregard partial failures."
    public async Task What_is_wrong_with_one_operation_is_its_own_error_and_the_others_are_done(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var at = $"http://localhost/scim/v2/Users/{user}";
        (string Operation, string Status, string? Type, string? Location, string? Method, string? BulkId)[] wrong =
        [
            ("5", "400", "invalidSyntax", null, null, null), ("{}", "400", "invalidSyntax", null, null, null), ("null", "400", "invalidSyntax", null, null, null),
            ("""{"method":"GET","path":"/Users","bulkId":"g"}""", "400", "invalidSyntax", null, null, "g"), ("""{"method":5,"path":"/Users"}""", "400", "invalidSyntax", null, null, null),
            ("""{"method":"POST","bulkId":"a","data":{"userName":"x"}}""", "400", "invalidSyntax", null, "POST", "a"), ("""{"method":"POST","path":7,"bulkId":"a2","data":{}}""", "400", "invalidSyntax", null, "POST", "a2"),
            (Post("Shoes", "b", "{}"), "404", null, null, "POST", "b"), (Post("", "b1", "{}"), "404", null, null, "POST", "b1"), (Post("Bulk", "b2", Body(User("x", "x"))), "404", null, null, "POST", "b2"), (Delete("Users/x/y"), "404", null, null, "DELETE", null),
            (Post($"Users/{user}", "c", "{}"), "405", null, null, "POST", "c"), (Put("Users", "{}"), "405", null, null, "PUT", null), (Delete("Users"), "405", null, null, "DELETE", null),
            ("""{"method":"POST","path":"/Users","data":{"userName":"x"}}""", "400", "invalidValue", null, "POST", null), ("""{"method":"POST","path":"/Users","bulkId":"","data":{"userName":"x"}}""", "400", "invalidValue", null, "POST", ""),
            ("""{"method":"POST","path":"/Users","bulkId":{},"data":{"userName":"x"}}""", "400", "invalidSyntax", null, null, null), ("""{"method":"POST","path":"/Users","bulkId":"d"}""", "400", "invalidSyntax", null, "POST", "d"),
            (Post("Users", "e", "[]"), "400", "invalidSyntax", null, "POST", "e"), (Post("Users", "f", "{}"), "400", "invalidValue", null, "POST", "f"), (User("first", "FIRST"), "400", "invalidValue", null, "POST", "first"),
            (User("taken", "ADA"), "409", "uniqueness", null, "POST", "taken"), (Put($"Users/{user}", "{}"), "400", "invalidValue", at, "PUT", null), (Put($"Users/{user}", "5"), "400", "invalidSyntax", at, "PUT", null),
            (Patch($"Users/{user}", """{"op":"remove","path":"id"}"""), "400", "mutability", at, "PATCH", null), (Patch($"Users/{user}", """{"op":"add","path":"emails[","value":"x"}"""), "400", "invalidPath", at, "PATCH", null),
            (Put("Users/none", """{"userName":"x"}"""), "404", null, "http://localhost/scim/v2/Users/none", "PUT", null), (Delete("Groups/none"), "404", null, "http://localhost/scim/v2/Groups/none", "DELETE", null),
            ("""{"method":"DELETE","METHOD":"DELETE","path":"/Users/x"}""", "400", "invalidSyntax", null, null, null), ("""{"method":"DELETE","path":"/Users/x","version":7}""", "400", "invalidSyntax", "http://localhost/scim/v2/Users/x", "DELETE", null),
            (User("half", "x\\ud800"), "400", "invalidSyntax", null, "POST", "half"),
        ];

        var results = await host.Client.Bulk(Body([User("first", "first"), .. wrong.Select(w => w.Operation), User("last", "last")]));

        Assert.Equal(wrong.Length + 2, results.Length);
        foreach (var (expected, result) in wrong.Zip(results.Skip(1)))
        {
            var found = (result.Text("status"), (string?)result["response"]?["scimType"], (string?)result["location"], (string?)result["method"], (string?)result["bulkId"]);
            Assert.Equal((expected.Operation, (expected.Status, expected.Type, expected.Location, expected.Method, expected.BulkId)), (expected.Operation, found));
            var error = new HttpAnswer(int.Parse(expected.Status, CultureInfo.InvariantCulture), new Dictionary<string, string> { ["Content-Type"] = HttpAnswer.MediaType, ["X-Correlation-Id"] = "x" }, result["response"]!.ToJsonString());
            Assert.Empty(error.ShapeFaults().Select(f => $"{expected.Operation}: {f}"));
            Assert.Null(result["version"]);
        }

        Assert.Equal(("201", "201"), (results[0].Text("status"), results[^1].Text("status")));
        Assert.Equal(3, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory, OnBothStores]
    public async Task What_is_wrong_with_the_whole_is_an_error_of_the_request_and_nothing_is_done(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var good = Body(User("a", "ada"));
        foreach (var (body, type) in new[]
        {
            ("", "invalidSyntax"), ("[]", "invalidSyntax"), ("{}", "invalidSyntax"), (good.Replace("BulkRequest", "BulkResponse", StringComparison.Ordinal), "invalidSyntax"), (good.Replace("Operations", "Operation", StringComparison.Ordinal), "invalidSyntax"),
            (Body(), "invalidSyntax"), (good.Replace("\"Operations\":[", "\"operations\":[],\"Operations\":[", StringComparison.Ordinal), "invalidSyntax"), (Body(0, User("a", "ada")), "invalidValue"), (Body(-1, User("a", "ada")), "invalidValue"),
            (good.Replace("\"Operations\"", "\"failOnErrors\":\"1\",\"Operations\"", StringComparison.Ordinal), "invalidValue"), (good.Replace("\"Operations\"", "\"failOnErrors\":1.5,\"Operations\"", StringComparison.Ordinal), "invalidValue"),
            (good.Replace("\"Operations\"", "\"failOnErrors\":99999999999,\"Operations\"", StringComparison.Ordinal), "invalidValue"),
        })
        {
            (await host.Client.Send("POST", "Bulk", body)).Refuses(400, type);
        }

        (await host.Client.Send("GET", "Bulk")).Refuses(405);
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
        Assert.Equal("201", (await host.Client.Bulk(good.Replace("\"Operations\"", "\"failOnErrors\":null,\"OPERATIONS\"", StringComparison.Ordinal).Replace("\"POST\"", "\"post\"", StringComparison.Ordinal))).Statuses());
    }

    [Theory, OnBothStores] // §3.7.4: "If either limit is exceeded, the service provider MUST return HTTP response code 413 (Payload Too Large)."
    public async Task Beyond_a_limit_the_answer_is_413_and_names_it_and_nothing_is_done(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxBulkOperations"] = "3", ["ScimLite:Limits:MaxBodyBytes"] = "2000" });
        var says = (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json["bulk"]!;

        Assert.Equal("""{"supported":true,"maxOperations":3,"maxPayloadSize":2000}""", says.ToJsonString());
        Assert.Contains("3 are read (maxOperations)", (await host.Client.Send("POST", "Bulk", Body(User("a", "a"), User("b", "b"), User("c", "c"), User("d", "d")))).Refuses(413).Detail, StringComparison.Ordinal);
        Assert.Contains(
            "2000 bytes (maxPayloadSize, the setting MaxBodyBytes)",
            (await host.Client.Send("POST", "Bulk", Body(User("a", new string('a', 2000))))).Refuses(413).Detail, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
        Assert.Equal("201 201 201", (await host.Client.Bulk(Body(User("a", "a"), User("b", "b"), User("c", "c")))).Statuses());
    }

    [Theory, OnBothStores] // "An integer specifying the number of errors that the service provider will accept before the operation is terminated"
    public async Task So_many_errors_end_it_and_not_one_operation_more_is_begun(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        string Wrong(int i) => Delete($"Users/none{i}");
        for (var limit = 1; limit <= 4; limit++)
        {
            // Errors at 1, 3, 6, 7 and 9.
            var results = await host.Client.Bulk(Body(limit,
                User("a", $"a{limit}"), Wrong(1), User("b", $"b{limit}"), Wrong(2), User("c", $"c{limit}"), User("d", $"d{limit}"), Wrong(3), Wrong(4), User("e", $"e{limit}"), Wrong(5), User("f", $"f{limit}")));

            Assert.Equal((limit, new[] { "201 404", "201 404 201 404", "201 404 201 404 201 201 404", "201 404 201 404 201 201 404 404" }[limit - 1]), (limit, results.Statuses()));
            Assert.Equal(limit switch { 1 => 1, 2 => 2, _ => 4 }, (await host.Client.Send("GET", $"Users?filter=userName%20ew%20%22{limit}%22")).Is(200).Total);
        }

        Assert.Equal("201 404 201", (await host.Client.Bulk(Body(2, User("a", "x"), Wrong(1), User("b", "y")))).Statuses());
    }

    [Theory, OnBothStores] // "version  The current resource version. … if … "method" is "PUT", "PATCH", or "DELETE"."
    public async Task An_operation_may_name_the_version_that_it_means(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        string Version(string tags) => $""","version":"{tags.Replace("\"", "\\\"", StringComparison.Ordinal)}" """;
        const string title = """{"op":"add","path":"title","value":"#"}""";

        var results = await host.Client.Bulk(Body(
            Patch($"Users/{user}", title, Version("W/\"9\"")), Patch($"Users/{user}", title, Version("W/\"1\"")), Patch($"Users/{user}", title.Replace('#', 'b'), Version("W/\"1\"")),
            Put($"Users/{user}", """{"userName":"ada"}""", Version("\"7\", \"2\"")), Delete($"Users/{user}", Version("W/\"2\"")), Patch($"Groups/{group}", AddMember(user), Version("W/\"2\"")),
            Patch($"Groups/{group}", AddMember(user), Version("*")), Delete($"Users/{user}", Version("W/\"3\"")), Patch($"Groups/{group}", """{"op":"add","path":"externalId","value":"x"}""", Version("W/\"2\"")),
            Patch($"Groups/{group}", """{"op":"add","path":"externalId","value":"x"}""", Version("W/\"3\"")), Delete($"Groups/{group}", ""","version":null""")));

        Assert.Equal("412 200 412 200 412 412 204 204 412 204 204", results.Statuses());
        Assert.Contains("W/\"1\"", results[0]["response"]!.Text("detail"), StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task A_tenant_that_requires_if_match_requires_versions(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: new Dictionary<string, string> { ["RequireIfMatch"] = "true" });
        var user = (await host.Client.CreateUser("ada")).Id;

        var results = await host.Client.Bulk(Body(
            Put($"Users/{user}", """{"userName":"eve"}"""), Delete($"Users/{user}"), Patch($"Users/{user}", """{"op":"add","path":"title","value":"t"}"""),
            Patch($"Users/{user}", """{"op":"add","path":"title","value":"t"}""", ""","version":"W/\"1\"" """), Group("a", "A", "bulkId:b"), Group("b", "B", "bulkId:a")));

        Assert.Equal("428 428 428 200 201 201", results.Statuses());
    }

    [Theory, OnBothStores] // "For example, before a "User" can be added to a "Group", they must first be created."
    public async Task Operations_that_could_notice_each_other_keep_their_order(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (ada, bob) = ((await host.Client.CreateUser("ada")).Id, (await host.Client.CreateUser("bob")).Id);
        var group = (await host.Client.CreateGroup("Engines")).Id;
        string Rename(string id, string name) => Patch($"Users/{id}", $$"""{"op":"replace","path":"userName","value":"{{name}}"}""");

        // A name that is taken, given up and taken again; a member that is there and then is not.
        Assert.Equal("409:uniqueness 200 201 409:uniqueness 409:uniqueness 200", (await host.Client.Bulk(Body(
            User("x", "ada"), Rename(ada, "ada2"), User("y", "ADA"), Rename(bob, "ada"), Rename(ada, "ada"), Put($"Users/{bob}", """{"userName":"bob2"}""")))).Statuses());
        Assert.Equal("204 204 400:invalidValue 404 201", (await host.Client.Bulk(Body(
            Patch($"Groups/{group}", AddMember(bob)), Delete($"Users/{bob}"), Patch($"Groups/{group}", AddMember(bob)), Delete($"Users/{bob}"), User("z", "bob2")))).Statuses());
        Assert.Equal("200 200 200 204 404", (await host.Client.Bulk(Body(
            Patch($"Users/{ada}", """{"op":"add","path":"title","value":"1"}"""), Patch($"Users/{ada}", """{"op":"add","path":"title","value":"2"}"""), Put($"Users/{ada}", """{"userName":"ada2","title":"3"}"""),
            Delete($"Users/{ada}"), Patch($"Users/{ada}", """{"op":"add","path":"title","value":"4"}""")))).Statuses());
        Assert.Equal("", await host.Client.Values($"Groups/{group}", "members"));
    }

    [Theory, OnBothStores]
    public async Task A_bulk_counts_as_a_request_for_each_ten_operations_and_is_refused_as_a_whole(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: new Dictionary<string, string> { ["RequestsPerSecond"] = "1" });
        string Users(string prefix) => Body([.. Enumerable.Range(0, 15).Select(i => User($"{i}", $"{prefix}{i}"))]);

        // A burst of two is what the first takes; the others would have to wait for 16 seconds in all.
        var first = (await host.Client.Send("POST", "Bulk", Users("first"))).Is(200);
        var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.Client.Send("POST", "Bulk", Users($"other{i}-"))));

        var refused = others.Where(a => a.Status != 200).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, a => Assert.InRange(int.Parse(a.Refuses(429).Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 2));
        var written = await host.Services.GetRequiredService<IActivityStore>().ReadActivityAsync(new ActivityRange(host.Tenant, 1000), TestContext.Current.CancellationToken);
        Assert.Equal(15 * (9 - refused.Length), written.Count(r => r.Outcome == "created"));
        Assert.Equal(15, first.Json["Operations"]!.AsArray().Count);
    }
}
