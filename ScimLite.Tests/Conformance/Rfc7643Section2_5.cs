using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §2.5: unassigned and null values.</summary>
public sealed class Rfc7643Section2_5
{
    [Theory, OnBothStores] // "Unassigned attributes, the null value, or an empty array … SHALL be considered to be equivalent in "state"."
    public async Task Null_an_empty_array_and_nothing_are_the_same(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;
        foreach (var (method, body) in new[]
        {
            ("PUT", """{"userName":"ada","title":null,"emails":[],"name":{"givenName":null}}"""), ("PATCH", HttpCalls.Patch("""{"op":"replace","path":"emails","value":[]}""")), ("PATCH", HttpCalls.Patch("""{"op":"replace","value":{"title":null,"emails":null}}""")),
        })
        {
            // Nothing is different, so the version stays.
            Assert.Equal((body, "W/\"1\""), (body, (await host.Client.Send(method, $"Users/{id}", body)).Is(200).Header("ETag")));
        }
        foreach (var filter in (string[])["title eq null", "not (title pr)", "emails eq null", "not (emails pr)", "name eq null"])
        {
            Assert.Equal((filter, 1), (filter, (await host.Client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}")).Is(200).Total));
        }
    }

    [Theory, OnBothStores] // "Assigning an attribute with the value "null" or an empty array … has the effect of making the attribute "unassigned"."
    public async Task Assigning_null_or_an_empty_array_unassigns(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada", ""","title":"x","nickName":"y","emails":[{"value":"a@example.com"}],"name":{"givenName":"A"}""")).Id;

        var user = (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"title","value":null},{"op":"replace","path":"emails","value":[]},{"op":"replace","value":{"nickName":null,"name":{"givenName":null}}}"""))).Is(200);

        Assert.All((string[])["title", "nickName", "emails", "name"], name => Assert.False(user.Json.ContainsKey(name), name));
        Assert.Equal(0, (await host.Client.Send("GET", "Users?filter=title%20pr%20or%20emails%20pr%20or%20emails.value%20eq%20%22a@example.com%22")).Is(200).Total);
    }
}
