using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The RFCs' users, created, read, replaced, deleted and read conditionally.</summary>
public sealed class UserSampleTests
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Theory] // RFC 7643 §8.1, §8.2, §8.3; RFC 7644 §3.3: readOnly attributes in the body SHALL be ignored
    [InBothDialects("rfc7643-8.1-minimal-user.json")]
    [InBothDialects("rfc7643-8.2-full-user.json")]
    [InBothDialects("rfc7643-8.3-enterprise-user.json")]
    public async Task A_user_comes_back_as_sent_but_for_what_is_the_servers_own(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);

        var created = await host.Client.Create("Users", Sample.Text(file));

        Expect.Holds(sample, created.Body, "id", "groups", "password", "meta", Enterprise);
        Assert.NotEqual(sample.Text("id"), created.Id);
        Expect.Unassigned(created.Body["groups"]);
        Expect.MadeByTheServer(created, host.Client.BaseAddress!, "User");
        Expect.Same(created.Body, (await host.Client.Get($"Users/{created.Id}")).Is(HttpStatusCode.OK).Body);
    }

    [Theory] // RFC 7643 §8.3, §4.3
    [InBothDialects("rfc7643-8.3-enterprise-user.json")]
    public async Task The_enterprise_extension_comes_back_with_the_managers_id_but_not_with_a_name_that_only_the_server_may_give(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file)[Enterprise]!.AsObject();

        var created = await host.Client.Create("Users", Sample.Text(file));

        var extension = created.Body[Enterprise]!.AsObject();
        var manager = extension["manager"]!.AsObject();
        Expect.Holds(sample, extension, "manager");
        Assert.Equal(sample["manager"]!.Text("value"), manager.Text("value"));
        Expect.Unassigned(manager["displayName"]); // readOnly, and nobody here has the manager's id
        Assert.EndsWith(manager.Text("value"), manager["$ref"]?.GetValue<string>() ?? manager.Text("value"), StringComparison.Ordinal);
    }

    [Theory] // RFC 7643 §4.1.1: a password SHALL NOT be returnable in any form
    [InBothDialects("rfc7643-8.2-full-user.json")]
    [InBothDialects("rfc7643-8.3-enterprise-user.json")]
    public async Task The_password_never_comes_back(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(file));
        Answer[] answers =
        [
            created,
            await host.Client.Get($"Users/{created.Id}"),
            await host.Client.Get($"Users/{created.Id}?attributes=userName,password"),
            await host.Client.Get("Users"),
            await host.Client.Put($"Users/{created.Id}", Sample.Text(file)),
        ];

        Assert.All(answers[1..], answer => answer.Is(HttpStatusCode.OK));
        Assert.All(answers, answer => Assert.DoesNotContain("password", answer.Text, StringComparison.OrdinalIgnoreCase));
        Assert.All(answers, answer => Assert.DoesNotContain("t1meMa", answer.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory] // RFC 7644 §3.3, §3.14: 201 with Location and ETag, and meta says the same
    [InBothDialects("rfc7644-3.3-create-request.json", "rfc7644-3.3-create-response.json")]
    [InBothDialects("rfc7644-3.14-create-request.json", "rfc7644-3.14-create-response.json")]
    public async Task The_answer_to_a_POST_is_the_one_that_is_printed(StoreKind store, string dialect, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var created = await host.Client.Create("Users", Sample.Text(request));

        Expect.Holds(Sample.Json(response), created.Body, "id", "meta");
        Expect.MadeByTheServer(created, host.Client.BaseAddress!, "User");
        Assert.Equal(created.Body["meta"]!.Text("location"), created.Location);
        Assert.Equal(created.Body["meta"]!.Text("created"), created.Body["meta"]!.Text("lastModified"));
    }

    [Theory] // RFC 7644 §3.3; RFC 7643 §4.1.1: userName is unique whatever its case
    [InBothDialects("rfc7644-3.3-create-request.json", "bjensen")]
    [InBothDialects("rfc7644-3.3-create-request.json", "BJensen")]
    public async Task A_taken_userName_is_refused_as_uniqueness(StoreKind store, string dialect, string file, string userName)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        await host.Client.Create("Users", Sample.Text(file));
        var again = Sample.Json(file);
        again["userName"] = userName;

        var detail = (await host.Client.Post("Users", again.ToJsonString())).Refused(HttpStatusCode.Conflict, "uniqueness");

        Assert.Contains("userName", detail, StringComparison.Ordinal);
        Assert.Contains("bjensen", detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, (await host.Client.Get("Users")).Body["totalResults"]!.GetValue<int>());
    }

    [Theory] // RFC 7644 §3.4.1
    [InBothDialects("rfc7644-3.4.1-get-response.json")]
    public async Task A_user_is_read_by_id_as_printed(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(file));

        var read = (await host.Client.Get($"Users/{created.Id}")).Is(HttpStatusCode.OK);

        Expect.Holds(Sample.Json(file), read.Body, "id", "meta");
        Assert.Equal(created.Id, read.Id);
        Expect.MadeByTheServer(read, host.Client.BaseAddress!, "User");
    }

    [Theory] // RFC 7644 §3.9: the minimum set and what was asked for
    [InBothDialects("rfc7644-3.9-attributes-response.json")]
    public async Task Asked_for_the_userName_alone_the_server_answers_what_is_printed_and_no_more(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);
        var created = await host.Client.Create("Users", Sample.Text(file));

        var read = (await host.Client.Get($"Users/{created.Id}?attributes=userName")).Is(HttpStatusCode.OK);

        sample["id"] = created.Id;
        Expect.Same(sample, read.Body);
        Assert.Equal(created.ETag, read.ETag);
    }

    [Theory] // RFC 7644 §3.5.1
    [InBothDialects("rfc7643-8.2-full-user.json", "rfc7644-3.5.1-put-request.json", "rfc7644-3.5.1-put-response.json")]
    public async Task A_PUT_replaces_the_user_only_when_the_version_is_current_and_clears_what_it_leaves_out(
        StoreKind store, string dialect, string start, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = Sample.Json(start);
        user["roles"] = new JsonArray(new JsonObject { ["value"] = "Student" });
        var created = await host.Client.Create("Users", user.ToJsonString());
        var path = $"Users/{created.Id}";
        var body = Person.Babs.Replace(Sample.Text(request), created.Id);

        (await host.Client.Put(path, body, Wire.PrintedVersion)).Refused(HttpStatusCode.PreconditionFailed);
        Expect.Same(created.Body, (await host.Client.Get(path)).Body);

        var replaced = (await host.Client.Put(path, body, created.ETag)).Is(HttpStatusCode.OK);
        Expect.Holds(Sample.Json(response), replaced.Body, "id", "meta");
        Expect.MadeByTheServer(replaced, host.Client.BaseAddress!, "User");
        Assert.Equal(created.Id, replaced.Id);
        Assert.NotEqual(created.ETag, replaced.ETag);
        Expect.Same(created.Body["meta"]!["created"], replaced.Body["meta"]!["created"]);
        Expect.Unassigned(replaced.Body["roles"]);
        Expect.Unassigned(replaced.Body["nickName"]);
        Expect.Unassigned(replaced.Body["addresses"]);
        Expect.Same(replaced.Body, (await host.Client.Get(path)).Body);
    }

    [Theory] // RFC 7644 §3.5.1: "readOnly  Any values provided SHALL be ignored" (the PUT error of §3.12 says otherwise of id)
    [InBothDialects("rfc7644-3.5.1-put-request.json")]
    public async Task A_PUT_with_the_id_that_is_printed_succeeds_and_leaves_the_servers_id(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(file));

        var replaced = (await host.Client.Put($"Users/{created.Id}", Sample.Text(file))).Is(HttpStatusCode.OK);

        Expect.Same(created.Body, replaced.Body); // the version too: this write changes nothing
    }

    [Theory] // RFC 7644 §3.6
    [InBothDialects("rfc7644-3.3-create-request.json", "rfc7644-3.6-deleted-user-response.json")]
    public async Task A_deleted_user_is_gone_and_its_userName_is_free(StoreKind store, string dialect, string request, string response)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(request));
        var path = $"Users/{created.Id}";

        (await host.Client.Delete(path, "W/\"c310cd84f0281b7\"")).Refused(HttpStatusCode.PreconditionFailed);
        (await host.Client.Get(path)).Is(HttpStatusCode.OK);
        Assert.Empty((await host.Client.Delete(path, created.ETag)).Is(HttpStatusCode.NoContent).Text);

        Expect.SameError(Sample.Json(response), (await host.Client.Get(path)).Is(HttpStatusCode.NotFound).Body);
        Expect.SameError(Sample.Json(response), (await host.Client.Delete(path)).Is(HttpStatusCode.NotFound).Body);
        Assert.Equal(0, (await host.Client.Get("Users")).Body["totalResults"]!.GetValue<int>());
        Assert.NotEqual(created.Id, (await host.Client.Create("Users", Sample.Text(request))).Id);
    }

    [Theory] // RFC 7644 §3.14
    [InBothDialects("rfc7644-3.14-create-request.json")]
    public async Task A_user_is_sent_again_only_when_it_has_changed(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(file));
        var path = $"Users/{created.Id}";
        var changed = Sample.Json(file);
        changed["displayName"] = "Babs Jensen";

        var unchanged = await host.Client.Get($"{path}?attributes=displayName", created.ETag);
        Assert.Empty(unchanged.Is(HttpStatusCode.NotModified).Text);

        await host.Client.Put(path, changed.ToJsonString(), created.ETag);
        var read = (await host.Client.Get($"{path}?attributes=displayName", created.ETag)).Is(HttpStatusCode.OK);
        Assert.Equal("Babs Jensen", read.Body.Text("displayName"));
        Assert.NotEqual(created.ETag, read.ETag);
    }
}
