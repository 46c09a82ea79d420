using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7240 §4.2, <c>Prefer: return=minimal</c> and <c>return=representation</c>, and §3, <c>Preference-Applied</c>.</summary>
public sealed class Rfc7240Section4_2
{
    static readonly (string Name, string Value) Minimal = ("Prefer", "return=minimal");
    static readonly (string Name, string Value) Whole = ("Prefer", "return=representation");

    static string Title(string value) => HttpCalls.Patch($$"""{"op":"add","path":"title","value":"{{value}}"}""");

    // Succeeded with the headers alone, and says why.
    static void IsMinimal(HttpAnswer answer, int status, string etag)
    {
        answer.Is(status);
        Assert.Equal(("", "return=minimal", etag), (answer.Text, answer.Header("Preference-Applied"), answer.Header("ETag")));
        Assert.Null(answer.Header("Content-Type"));
    }

    [Theory, InBothDialects] // "the client wishes … the server to return only a minimal response to a successful request"
    public async Task Return_minimal_spares_the_body_of_every_write(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var created = await host.Client.Send("POST", "Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}""", Minimal);

        IsMinimal(created, 201, "W/\"1\"");
        var user = created.Header("Location")!["http://localhost/scim/v2/".Length..];
        Assert.Equal("ada", (await host.Client.Send("GET", user)).Is(200).Json["userName"]!.GetValue<string>());
        IsMinimal(await host.Client.Send("PUT", user, """{"userName":"ada","title":"a"}""", Minimal), 204, "W/\"2\"");
        IsMinimal(await host.Client.Send("PATCH", user, Title("b"), Minimal), 204, "W/\"3\"");
        IsMinimal(await host.Client.Send("PATCH", user, Title("b"), Minimal), 204, "W/\"3\"");
        var group = (await host.Client.CreateGroup("Engines")).Id;
        IsMinimal(await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{user["Users/".Length..]}}"}]}"""), Minimal), 204, "W/\"2\"");
        IsMinimal(await host.Client.Send("PATCH", $"Groups/{group}?attributes=members", HttpCalls.Patch("""{"op":"add","path":"externalId","value":"e"}"""), Minimal), 204, "W/\"3\"");
        Assert.Equal("b", (await host.Client.Send("GET", user)).Is(200).Json["title"]!.GetValue<string>());
    }

    [Theory, InBothDialects] // "… to return the entity representing the current state of the resource in the response"
    public async Task Return_representation_shows_what_was_written_a_patched_group_too(StoreKind store, string dialect)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = (await host.Client.Send("POST", "Users", """{"userName":"ada"}""", Whole)).Is(201);
        var group = (await host.Client.CreateGroup("Engines")).Id;
        var put = (await host.Client.Send("PUT", $"Users/{user.Id}", """{"userName":"ada","title":"a"}""", Whole)).Is(200);
        var patched = (await host.Client.Send("PATCH", $"Users/{user.Id}", Title("b"), Whole)).Is(200);
        var added = (await host.Client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{"value":"{{user.Id}}"}]}"""), Whole)).Is(200);

        Assert.Equal(("ada", "a", "b"), (user.Json.Text("userName"), put.Json.Text("title"), patched.Json.Text("title")));
        Assert.Equal(user.Id, added.Json["members"]![0]!.Text("value"));
        Assert.Equal((await host.Client.Send("GET", $"Groups/{group}")).Is(200).Text, added.Text);
        Assert.All(new[] { user, put, patched, added }, answer => Assert.Equal("return=representation", answer.Header("Preference-Applied")));
    }

    [Theory, OnBothStores] // RFC 7240 §2: "only the first instance is to be considered"; names and these values in any case, with parameters or in quotes
    public async Task The_header_is_read_as_the_rfc_writes_it(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;
        foreach (var (prefer, applied) in ((string, string?)[])
        [
            ("return=minimal", "return=minimal"), ("Return=MINIMAL", "return=minimal"), ("return = \"minimal\"", "return=minimal"), ("respond-async, wait=10, return=minimal; foo=\"some, value\"", "return=minimal"),
            ("foo=\"a, return=representation\"; bar, return=minimal", "return=minimal"), ("return=minimal, return=representation", "return=minimal"), ("return=representation, return=minimal", "return=representation"),
            ("return=nothing, return=minimal", null), ("return", null), ("returns=minimal", null), ("handling=lenient", null), ("", null), (",,;=\"", null), ("x-return=minimal", null),
        ])
        {
            var answer = await host.Client.Send("PATCH", $"Users/{user}", Title("x"), ("Prefer", prefer));
            Assert.Equal((prefer, applied, applied == "return=minimal" ? 204 : 200), (prefer, answer.Header("Preference-Applied"), answer.Status));
        }
    }

    [Theory, OnBothStores]
    public async Task A_refusal_and_a_read_are_what_they_are_without_the_header(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;

        Assert.Null((await host.Client.Send("POST", "Users", """{"userName":"ADA"}""", Minimal)).Refuses(409, "uniqueness").Header("Preference-Applied"));
        Assert.Null((await host.Client.Send("PATCH", "Users/none", Title("x"), Minimal)).Refuses(404).Header("Preference-Applied"));
        var read = (await host.Client.Send("GET", $"Users/{user}", null, Minimal)).Is(200);
        Assert.Equal(("ada", null), (read.Json.Text("userName"), read.Header("Preference-Applied")));
        (await host.Client.Send("DELETE", $"Users/{user}", null, Whole)).Is(204);
    }
}
