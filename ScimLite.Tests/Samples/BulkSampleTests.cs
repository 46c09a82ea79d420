using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>Every example that RFC 7644 §3.7 prints.</summary>
public sealed class BulkSampleTests
{
    // Of the request in §3.7.3: what is replaced, patched and deleted, and which versions of them it expects.
    static readonly string[] PrintedIds = ["b7c14771-226c-4d05-8860-134711653041", "5d8d29d3-342c-4b5f-8683-a3cb6763ffcc", "e9025315-6bea-44e1-899c-1e07454e468b"];
    static readonly string[] PrintedVersions = ["3694e05e9dff591", "edac3253e2c0ef2", "0ee8add0a938e1a"];

    static JsonObject[] Operations(JsonObject bulk) => [.. bulk["Operations"]!.AsArray().Select(o => o!.AsObject())];

    static async Task<JsonObject> Bulk(ScimHost host, string body)
    {
        var answer = (await host.Client.Post("Bulk", body)).Is(HttpStatusCode.OK).Body;
        Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]""", answer["schemas"]!.ToJsonString());
        return answer;
    }

    // The printed answer with the server's own ids and versions says the same.
    static void Same(JsonObject printed, JsonObject served)
    {
        var (wanted, found) = (Operations(printed), Operations(served));
        Assert.Equal(wanted.Length, found.Length);
        foreach (var (sample, result) in wanted.Zip(found))
        {
            Assert.Equal(Names(sample), Names(result));
            Expect.Holds(sample, result, "location", "version", "response");
            if (sample["response"] is { } error)
            {
                Expect.SameError(error.AsObject(), result["response"]!.AsObject());
            }
        }
    }

    static Task<Answer> Located(ScimHost host, JsonObject result) => host.Client.Get(host.Client.BaseAddress!.MakeRelativeUri(new Uri(result.Text("location"))).ToString());

    static string Names(JsonObject members) => string.Join(' ', members.Select(member => member.Key).Order(StringComparer.Ordinal));

    [Theory] // RFC 7644 §3.7.1
    [InBothDialects("rfc7644-3.7.1-circular-request.json", "rfc7644-3.7.1-circular-groups.json")]
    public async Task Two_groups_that_are_members_of_each_other_are_created_as_printed(StoreKind store, string dialect, string request, string groups)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var results = Operations(await Bulk(host, Sample.Text(request)));

        Assert.Equal(["qwerty 201", "ytrewq 201"], results.Select(r => $"{r.Text("bulkId")} {r.Text("status")}"));
        var found = (await host.Client.Get("Groups?filter=displayName sw \"Group\"")).Is(HttpStatusCode.OK).Body;
        var printed = Sample.Json(groups)["Resources"]!.AsArray();
        var served = found["Resources"]!.AsArray().OrderBy(g => g!.Text("displayName"), StringComparer.Ordinal).ToArray();
        Assert.Equal(2, served.Length);
        for (var i = 0; i < 2; i++)
        {
            Expect.Holds(printed[i]!.AsObject(), served[i]!.AsObject(), "id", "meta", "members");
            var member = Assert.Single(served[i]!["members"]!.AsArray())!.AsObject();
            Assert.Equal((served[1 - i]!.Text("id"), "Group"), (member.Text("value"), member.Text("type")));
            Assert.Equal(served[1 - i]!["meta"]!.Text("location"), member.Text("$ref"));
            Assert.Equal(results[i].Text("location"), served[i]!["meta"]!.Text("location"));
            Assert.Equal(results[i].Text("version"), served[i]!["meta"]!.Text("version"));
        }
    }

    // The answer prints "status":{"code":"201"}, a form of a draft; §3.7.3 says "status": "201" and so do all other examples.
    [Theory] // RFC 7644 §3.7.2
    [InBothDialects("rfc7644-3.7.2-user-and-group-request.json", "rfc7644-3.7.2-user-and-group-response.json", "rfc7644-3.7.2-group.json")]
    public async Task A_user_and_a_group_that_has_it_are_created_as_printed(StoreKind store, string dialect, string request, string response, string group)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var printed = Sample.Json(response);
        foreach (var operation in Operations(printed))
        {
            operation["status"] = operation["status"]!["code"]!.DeepClone();
        }

        var answer = await Bulk(host, Sample.Text(request));

        Same(printed, answer);
        var alice = Operations(answer)[0].Text("location");
        var read = (await Located(host, Operations(answer)[1])).Is(HttpStatusCode.OK);
        Expect.Holds(Sample.Json(group), read.Body, "id", "meta", "members");
        Assert.Equal((alice, "User"), (read.Body["members"]![0]!.Text("$ref"), read.Body["members"]![0]!.Text("type")));
        Assert.Equal(read.ETag, Operations(answer)[1].Text("version"));
    }

    [Theory] // RFC 7644 §3.7.2: "Extensions that include references to other resources MUST be handled in the same way"
    [InBothDialects("rfc7644-3.7.2-manager-request.json")]
    public async Task A_manager_that_is_created_in_the_same_bulk_is_set_as_printed(StoreKind store, string dialect, string request)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var results = Operations(await Bulk(host, Sample.Text(request)));

        var bob = (await Located(host, results[1])).Is(HttpStatusCode.OK).Body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]!;
        Assert.Equal("11250", bob.Text("employeeNumber"));
        Assert.EndsWith("/" + bob["manager"]!.Text("value"), results[0].Text("location"), StringComparison.Ordinal);
    }

    // The PATCH of the example has its operations in braces without a name, as an earlier draft had them; mended to what §3.5.2 says.
    [Theory] // RFC 7644 §3.7.3
    [InBothDialects("rfc7644-3.7.3-request.json", "rfc7644-3.7.3-response.json")]
    public async Task Users_are_added_updated_and_removed_as_printed(StoreKind store, string dialect, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var (body, ids) = (Sample.Text(request), new List<string>());
        foreach (var (printed, version) in PrintedIds.Zip(PrintedVersions))
        {
            var user = await host.Client.Create("Users", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{printed}}","nickName":"n"}""");
            ids.Add(user.Id);
            body = body.Replace(printed, user.Id, StringComparison.Ordinal).Replace(version, user.ETag!.Trim('W', '/', '"'), StringComparison.Ordinal);
        }

        var answer = await Bulk(host, body);

        Same(Sample.Json(response), answer);
        Assert.Equal(ids, Operations(answer).Skip(1).Select(o => o.Text("location").Split('/')[^1]));
        Assert.Equal("Alice", (await Located(host, Operations(answer)[0])).Body.Text("userName"));
        Assert.Equal("Bob", (await host.Client.Get($"Users/{ids[0]}")).Body.Text("userName"));
        var dave = (await host.Client.Get($"Users/{ids[1]}")).Body;
        Assert.Equal(("Dave", null), (dave.Text("userName"), dave["nickName"]));
        (await host.Client.Get($"Users/{ids[2]}")).Refused(HttpStatusCode.NotFound);
    }

    [Theory] // RFC 7644 §3.7.3: "The service provider stops processing the bulk operation and immediately returns a response to the client."
    [InBothDialects("rfc7644-3.7.3-request.json", "rfc7644-3.7.3-stopped-response.json", "rfc7644-3.7.3-status.txt")]
    public async Task The_first_error_ends_a_bulk_that_accepts_one_as_printed(StoreKind store, string dialect, string request, string response, string status)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var body = Sample.Json(request);
        body["Operations"]![0]!["data"] = "garbage";

        var answer = await Bulk(host, body.ToJsonString());

        Same(Sample.Json(response), answer);
        var printed = JsonNode.Parse("{" + Sample.Text(status).Replace("\"invalidSyntax\"", "\"invalidSyntax\",", StringComparison.Ordinal) + "}")!.AsObject();
        Expect.SameError(printed["response"]!.AsObject(), Operations(answer)[0]["response"]!.AsObject());
        Assert.Equal(printed.Text("status"), Operations(answer)[0].Text("status"));
        Assert.Equal(0, (await host.Client.Get("Users")).Body["totalResults"]!.GetValue<int>());
    }

    [Theory] // RFC 7644 §3.7.3: "The following is an example in which all operations failed."
    [InBothDialects("rfc7644-3.7.3-request.json", "rfc7644-3.7.3-all-failed-response.json")]
    public async Task Without_a_limit_all_operations_are_tried_as_printed(StoreKind store, string dialect, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var body = Sample.Json(request);
        body.Remove("failOnErrors");
        body["Operations"]![0]!["data"] = "garbage";
        var text = body.ToJsonString();
        foreach (var printed in PrintedIds[..2])
        {
            var user = await host.Client.Create("Users", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{printed}}"}""");
            text = text.Replace(printed, user.Id, StringComparison.Ordinal);
        }

        Same(Sample.Json(response), await Bulk(host, text));
    }

    [Theory] // RFC 7644 §3.7.4: "The returned response MUST specify the limit exceeded in the body of the error response."
    [InBothDialects("rfc7644-3.7.4-too-large-response.json")]
    public async Task A_body_that_is_too_large_is_refused_as_printed(StoreKind store, string dialect, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var answer = (await host.Client.Post("Bulk", new string(' ', 1_048_577))).Is(HttpStatusCode.RequestEntityTooLarge);

        Expect.SameError(Sample.Json(response), answer.Body);
        foreach (var told in (string[])["1048576", "maxPayloadSize"])
        {
            Assert.Contains(told, Sample.Json(response).Text("detail"), StringComparison.Ordinal);
            Assert.Contains(told, answer.Body.Text("detail"), StringComparison.Ordinal);
        }
    }
}
