using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §2.4: multi-valued attributes.</summary>
public sealed class Rfc7643Section2_4
{
    static string Mails(HttpAnswer user) => string.Join(' ', user.Json["emails"]!.AsArray().Select(m => $"{m!["type"]}:{m["value"]}:{m["primary"]}"));

    [Theory, OnBothStores] // "The primary attribute value "true" MUST appear no more than once."
    public async Task At_most_one_value_is_the_primary_one(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        const string Two = """[{"value":"a@x.org","type":"work","primary":true},{"value":"b@x.org","type":"home","primary":true}]""";
        (await host.Client.Send("POST", "Users", $$"""{"userName":"ada","emails":{{Two}}}""")).Refuses(400, "invalidValue");
        var id = (await host.Client.CreateUser("ada", ""","emails":[{"value":"a@x.org","type":"work","primary":true},{"value":"b@x.org","type":"home"}]""")).Id;
        (await host.Client.Send("PUT", $"Users/{id}", $$"""{"userName":"ada","emails":{{Two}}}""")).Refuses(400, "invalidValue");

        // RFC 7644 §3.5.2: "setting a value's "primary" sub-attribute to "true" … SHALL … be set to "false" for any others".
        var moved = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}"""))).Is(200);

        Assert.Equal(1, moved.Json["emails"]!.AsArray().Count(m => m!["primary"]?.GetValue<bool>() == true));
        Assert.Equal(true, moved.Json["emails"]!.AsArray().Single(m => (string?)m!["type"] == "home")!["primary"]?.GetValue<bool>());
    }

    [Theory, OnBothStores] // "If not specified, the value of "primary" SHALL be assumed to be "false"."
    public async Task Without_a_word_a_value_is_not_primary(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        await host.Client.CreateUser("ada", ""","emails":[{"value":"a@x.org"}]""");
        await host.Client.CreateUser("bob", ""","emails":[{"value":"b@x.org","primary":true}]""");

        Assert.Equal("bob", (string?)(await host.Client.Send("GET", "Users?filter=emails.primary%20eq%20true")).Is(200).Json["Resources"]!.AsArray().Single()!["userName"]);
        Assert.Equal(0, (await host.Client.Send("GET", "Users?filter=emails[value%20eq%20%22a@x.org%22%20and%20primary%20eq%20true]")).Is(200).Total);
    }

    [Theory, OnBothStores] // "MAY return element objects with the same "value" … with a different "type" … but SHOULD NOT return the same (type, value) combination more than once"
    public async Task One_value_may_have_two_types_and_no_pair_comes_twice(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada", ""","emails":[{"value":"a@x.org","type":"work"},{"value":"a@x.org","type":"home"}]""");
        Assert.Equal("work:a@x.org: home:a@x.org:", Mails(user));

        var added = (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch("""{"op":"add","path":"emails","value":[{"value":"a@x.org","type":"home"}]}"""))).Is(200);

        Assert.Equal("work:a@x.org: home:a@x.org:", Mails(added));
        Assert.Equal(user.Header("ETag"), added.Header("ETag"));
    }

    [Theory, OnBothStores] // "display … having a mutability of "immutable"" and the sub-attributes "MUST be used with the meanings defined here"
    public async Task A_member_shows_its_name_and_where_it_is(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada", ""","displayName":"Ada" """);
        var group = await host.Client.CreateGroup("g", user.Id);

        var member = (await host.Client.Send("GET", $"Groups/{group.Id}")).Is(200).Json["members"]!.AsArray().Single()!;

        Assert.Equal((user.Id, "Ada", "User", user.Header("Location")), ((string?)member["value"], (string?)member["display"], (string?)member["type"], (string?)member["$ref"]));
    }

    [Theory, OnBothStores] // "Elements can be either of the following: primitive values, or objects with a set of sub-attributes"
    public async Task A_list_is_a_list_of_one_kind(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var emails in (string[])["[[{\"value\":\"a@x.org\"},{\"value\":\"b@x.org\"}]]", "true", "[1]"])
        {
            var refused = await host.Client.Send("POST", "Users", $$"""{"userName":"ada","emails":{{emails}}}""");
            Assert.Equal((emails, 400, "invalidValue"), (emails, refused.Status, (string?)refused.Json["scimType"]));
            Assert.Contains("emails", refused.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(["urn:ietf:params:scim:schemas:core:2.0:User"], (await host.Client.CreateUser("ada", ""","emails":[{}]""")).Json["schemas"]!.AsArray().Select(s => (string?)s));
        Assert.Null(JsonNode.Parse((await host.Client.Send("GET", "Users?filter=userName%20eq%20%22ada%22")).Is(200).Text)!["Resources"]![0]!["emails"]);
    }
}
