using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.5.1: replacing with PUT.</summary>
public sealed class Rfc7644Section3_5_1
{
    [Theory, OnBothStores] // "HTTP PUT MUST NOT be used to create new resources."
    public async Task Nothing_is_created(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");

        (await host.Client.Send("PUT", "Users/0d1b1f1c", """{"userName":"ada"}""")).Refuses(404);

        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory, OnBothStores] // "readWrite, writeOnly  Any values provided SHALL replace the existing attribute values."; "readOnly  Any values provided SHALL be ignored."; "returns a 200 OK response code and the entire resource"
    public async Task What_is_sent_replaces_what_was_there_and_what_is_read_only_stays(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var before = await host.Client.CreateUser("ada", ""","title":"Countess","nickName":"A","emails":[{"value":"a@example.com"},{"value":"b@example.com"}]""");

        var after = (await host.Client.Send("PUT", $"Users/{before.Id}", """{"id":"other","userName":"ada","title":"Dr","emails":[{"value":"c@example.com"}],"groups":[{"value":"g"}],"meta":{"created":"1999-01-01T00:00:00Z"}}""")).Is(200);

        Assert.Equal((before.Id, "Dr", """[{"value":"c@example.com"}]"""), (after.Id, after.Json["title"]!.GetValue<string>(), after.Json["emails"]!.ToJsonString()));
        Assert.False(after.Json.ContainsKey("nickName") || after.Json.ContainsKey("groups"));
        Assert.Equal(before.Json["meta"]!["created"]!.ToString(), after.Json["meta"]!["created"]!.ToString());
        Assert.Equal(after.Text, (await host.Client.Send("GET", $"Users/{before.Id}")).Is(200).Text);
    }

    [Theory, OnBothStores] // "If an attribute is "required", clients MUST specify the attribute in the PUT request."
    public async Task What_is_required_has_to_be_sent(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var user = await host.Client.CreateUser("ada");

        (await host.Client.Send("PUT", $"Users/{user.Id}", """{"title":"Dr"}""")).Refuses(400, "invalidValue");

        Assert.Equal("W/\"1\"", (await host.Client.Send("GET", $"Users/{user.Id}")).Is(200).Header("ETag"));
    }
}
