using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>Every PATCH of a user that RFC 7644 prints, applied to the user of RFC 7643 §8.2 or to one made a little different.</summary>
public sealed class PatchUserSampleTests
{
    const string FullUser = "rfc7643-8.2-full-user.json";

    [Theory] // RFC 7644 §3.5.2.1: a value is added to emails, an existing nickName is replaced
    [InBothDialects("rfc7644-3.5.2.1-add-attributes.json", FullUser, "Barbie")]
    [InBothDialects("rfc7644-3.5.2.1-add-attributes.json", FullUser, null)]
    public async Task Attributes_are_added_without_a_path(StoreKind store, string dialect, string file, string userFile, string? nickName)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = Sample.Json(userFile);
        user["emails"]!.AsArray().RemoveAt(1);
        user["nickName"] = nickName;

        var (created, patched) = await Apply(host.Client, user.ToJsonString(), Sample.Text(file));

        Expect.Holds(created.Body, patched.Body, "emails", "nickName", "meta");
        Expect.Same(Sample.Json(userFile)["emails"], patched.Body["emails"]);
        Assert.Equal("Babs", patched.Body.Text("nickName"));
    }

    [Theory] // RFC 7644 §3.5.2.1: "if the target location already contains the value specified, no changes SHOULD be made"
    [InBothDialects("rfc7644-3.5.2.1-add-attributes.json", FullUser)]
    public async Task Attributes_that_are_there_already_are_not_added_again(StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(userFile));

        var patched = (await host.Client.PatchAsPrinted($"Users/{created.Id}", Sample.Text(file))).Is(HttpStatusCode.OK);

        Expect.Same(created.Body, patched.Body); // meta too: the time and the version of the last change stay
    }

    [Theory] // RFC 7644 §3.5.2.2: the values that the filter matches are removed
    [InBothDialects("rfc7644-3.5.2.2-remove-email.json", FullUser)]
    public async Task The_work_email_is_removed_and_the_home_email_stays(StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var (created, patched) = await Apply(host.Client, Sample.Text(userFile), Sample.Text(file));

        Expect.Holds(created.Body, patched.Body, "emails", "meta");
        Expect.Same(new JsonArray(Sample.Json(userFile)["emails"]![1]!.DeepClone()), patched.Body["emails"]);
    }

    [Theory] // RFC 7644 §3.5.2.2: "if no other values remain ... the multi-valued attribute SHALL be considered unassigned"
    [InBothDialects("rfc7644-3.5.2.2-remove-email.json", FullUser)]
    public async Task With_the_last_email_the_attribute_goes(StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = Sample.Json(userFile);
        user["emails"]!.AsArray().RemoveAt(1);

        var (created, patched) = await Apply(host.Client, user.ToJsonString(), Sample.Text(file));

        Expect.Holds(created.Body, patched.Body, "emails", "meta");
        Expect.Unassigned(patched.Body["emails"]);
    }

    [Theory] // RFC 7644 §3.5.2.3: "by setting primary to true, the service provider will reset primary to false for any other"
    [InBothDialects("rfc7644-3.5.2.3-replace-work-address.json", FullUser)]
    public async Task The_whole_work_address_is_replaced_and_takes_primary_from_the_other(
        StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = Sample.Json(userFile);
        user["addresses"]![0]!["primary"] = false;
        user["addresses"]![1]!["primary"] = true;

        var (created, patched) = await Apply(host.Client, user.ToJsonString(), Sample.Text(file));

        Expect.Holds(created.Body, patched.Body, "addresses", "meta");
        Expect.Same(OperationValue(file), Address(patched.Body, "work"));
        var home = Address(patched.Body, "home");
        Expect.Holds(user["addresses"]![1]!.AsObject(), home, "primary");
        Assert.False(home["primary"]?.GetValue<bool>() ?? false);
    }

    [Theory] // RFC 7644 §3.5.2.3: the sub-attribute of the matching values is replaced
    [InBothDialects("rfc7644-3.5.2.3-replace-street-address.json", FullUser)]
    public async Task The_street_of_the_work_address_is_replaced_alone(StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var (created, patched) = await Apply(host.Client, Sample.Text(userFile), Sample.Text(file));

        var expected = created.Body["addresses"]!.DeepClone();
        expected.AsArray().Single(address => address!.Text("type") == "work")!["streetAddress"] = "1010 Broadway Ave";
        Expect.Holds(created.Body, patched.Body, "addresses", "meta");
        Expect.Same(expected, patched.Body["addresses"]);
    }

    [Theory] // RFC 7644 §3.5.2.3: all values of the named attributes are replaced; "other attributes are unaffected"
    [InBothDialects("rfc7644-3.5.2.3-replace-attributes.json", FullUser)]
    public async Task The_named_attributes_are_replaced_and_no_others(StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = Sample.Json(userFile);
        user["emails"] = new JsonArray(new JsonObject { ["value"] = "barbara@example.net", ["type"] = "other", ["primary"] = true });
        user["nickName"] = "Barbie";

        var (created, patched) = await Apply(host.Client, user.ToJsonString(), Sample.Text(file));

        Expect.Holds(created.Body, patched.Body, "emails", "nickName", "meta");
        Expect.Same(OperationValue(file)["emails"], patched.Body["emails"]);
        Assert.Equal("Babs", patched.Body.Text("nickName"));
    }

    [Theory] // RFC 7644 §3.5.2.3: "no record match was made ... HTTP status code 400 and a scimType error code of noTarget"
    [OnBothStores("rfc7644-3.5.2.3-replace-work-address.json", "rfc7643-8.1-minimal-user.json")]
    [OnBothStores("rfc7644-3.5.2.3-replace-street-address.json", "rfc7643-8.1-minimal-user.json")]
    public async Task Without_a_work_address_the_dialect_rfc_refuses_the_replacement_as_noTarget(
        StoreKind store, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var created = await host.Client.Create("Users", Sample.Text(userFile));

        (await host.Client.Patch($"Users/{created.Id}", Sample.Text(file))).Refused(HttpStatusCode.BadRequest, "noTarget");

        Expect.Same(created.Body, (await host.Client.Get($"Users/{created.Id}")).Body);
    }

    [Theory] // not RFC 7644 §3.5.2.3 but what Entra needs: the value is made out of the eq terms of the path
    [OnBothStores("rfc7644-3.5.2.3-replace-work-address.json", "rfc7643-8.1-minimal-user.json")]
    [OnBothStores("rfc7644-3.5.2.3-replace-street-address.json", "rfc7643-8.1-minimal-user.json")]
    public async Task Without_a_work_address_the_dialect_entra_makes_one(StoreKind store, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, "entra");

        var (created, patched) = await Apply(host.Client, Sample.Text(userFile), Sample.Text(file));

        var value = OperationValue(file);
        var address = value is JsonObject ? value : new JsonObject { ["type"] = "work", ["streetAddress"] = value.GetValue<string>() };
        Expect.Holds(created.Body, patched.Body, "meta");
        Expect.Same(new JsonArray(address.DeepClone()), patched.Body["addresses"]);
    }

    /// <summary>Creates the user and patches it: 200 with the whole resource, which is now what a GET returns, in a new version.</summary>
    static async Task<(Answer Created, Answer Patched)> Apply(HttpClient client, string user, string patch)
    {
        var created = await client.Create("Users", user);
        var path = $"Users/{created.Id}";

        var patched = (await client.PatchAsPrinted(path, patch)).Is(HttpStatusCode.OK);

        Assert.NotEqual(created.ETag, patched.ETag);
        Expect.MadeByTheServer(patched, client.BaseAddress!, "User");
        Expect.Same(created.Body["meta"]!["created"], patched.Body["meta"]!["created"]);
        Expect.Same(patched.Body, (await client.Get(path)).Is(HttpStatusCode.OK).Body);
        return (created, patched);
    }

    static JsonNode OperationValue(string file) => Sample.Json(file)["Operations"]![0]!["value"]!;

    static JsonObject Address(JsonObject user, string type) =>
        user["addresses"]!.AsArray().Single(address => address!.Text("type") == type)!.AsObject();
}
