using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The five paths that RFC 7644 §3.5.2 calls valid.</summary>
public sealed class PathSampleTests
{
    [Theory] // RFC 7644 §3.5.2, figure 8
    [InBothDialects("rfc7644-3.5.2-paths.txt", "rfc7643-8.2-full-user.json")]
    public async Task Of_a_user_name_familyName_and_the_work_address_are_removed(
        StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(userFile));
        var paths = Paths(file);

        var patched = (await host.Client.Patch($"Users/{created.Id}", Patch("remove", paths[1], paths[2]))).Is(HttpStatusCode.OK);

        var expected = Sample.Json(userFile);
        expected["name"]!.AsObject().Remove("familyName");
        expected["addresses"]!.AsArray().RemoveAt(0);
        Expect.Holds(expected, patched.Body, "id", "groups", "password", "meta");
    }

    [Theory] // RFC 7644 §3.5.2, figure 8: the filter on a member's value, then the whole attribute
    [InBothDialects("rfc7644-3.5.2-paths.txt")]
    public async Task Of_a_group_one_member_and_then_all_members_are_removed(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var ids = await Groups.CreateEverybody(host.Client);
        var paths = Paths(file);
        var group = await host.Client.Create("Groups", Groups.Body("Tour Guides", ids["babs"], ids["james"], ids["mandy"]));
        var path = $"Groups/{group.Id}";
        var success = dialect == "rfc" ? HttpStatusCode.OK : HttpStatusCode.NoContent;

        (await host.Client.Patch(path, Patch("remove", Person.Babs.Replace(paths[3], ids["babs"])))).Is(success);
        Assert.Equal(Groups.Sorted(ids["james"], ids["mandy"]), Groups.Members((await host.Client.Get(path)).Body));

        (await host.Client.Patch(path, Patch("remove", paths[0]))).Is(success);
        Assert.Equal("", Groups.Members((await host.Client.Get(path)).Body));
    }

    [Theory] // RFC 7644 §3.5.2, figure 8: members has no displayName in RFC 7643 §8.7.1, so this path is well formed but leads nowhere
    [InBothDialects("rfc7644-3.5.2-paths.txt")]
    public async Task The_displayName_of_a_member_is_an_attribute_that_no_schema_knows(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var ids = await Groups.CreateEverybody(host.Client);
        var group = await host.Client.Create("Groups", Groups.Body("Tour Guides", ids["babs"], ids["james"]));
        var path = $"Groups/{group.Id}";
        var patch = Patch("replace", Person.Babs.Replace(Paths(file)[4], ids["babs"]));

        var answer = await host.Client.Patch(path, patch);

        if (dialect == "rfc")
        {
            answer.Refused(HttpStatusCode.BadRequest, "invalidPath");
        }
        else
        {
            answer.Is(HttpStatusCode.NoContent);
        }

        Expect.Same(group.Body, (await host.Client.Get(path)).Body);
    }

    /// <summary>The five paths; each is printed as a member of an operation.</summary>
    static string[] Paths(string file)
    {
        string[] paths = [.. Sample.Passages(file).Select(passage => JsonNode.Parse($"{{{passage}}}")!.Text("path"))];
        Assert.Equal(5, paths.Length);
        return paths;
    }

    static string Patch(string op, params string[] paths) => new JsonObject
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:PatchOp"),
        ["Operations"] = new JsonArray(paths.Select(path => (JsonNode?)Operation(op, path)).ToArray()),
    }.ToJsonString();

    static JsonObject Operation(string op, string path) => op == "remove"
        ? new JsonObject { ["op"] = op, ["path"] = path }
        : new JsonObject { ["op"] = op, ["path"] = path, ["value"] = "Babs Jensen" };
}
