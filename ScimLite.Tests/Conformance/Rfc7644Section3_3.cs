using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.3: creating resources.</summary>
public sealed class Rfc7644Section3_3
{
    [Theory, OnBothStores] // "attributes whose mutability is "readOnly" … SHALL be ignored"
    public async Task Attributes_that_are_read_only_are_ignored(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");

        var user = await host.Client.CreateUser("ada", ""","id":"mine","groups":[{"value":"g"}],"meta":{"created":"1999-01-01T00:00:00Z","version":"W/\"9\""}""");

        Assert.NotEqual("mine", user.Id);
        Assert.False(user.Json.ContainsKey("groups"));
        Assert.Equal("W/\"1\"", user.Json["meta"]!["version"]!.GetValue<string>());
        Assert.DoesNotContain("1999", user.Text, StringComparison.Ordinal);
    }

    [Theory, OnBothStores] // "Clients … MAY specify "null" for a single-valued attribute or an empty array "[]" for a multi-valued attribute to clear all values."
    public async Task Null_and_an_empty_array_clear_what_they_are_given_for(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");

        var user = await host.Client.CreateUser("ada", ""","title":null,"emails":[],"name":null""");

        Assert.All((string[])["title", "emails", "name"], name => Assert.False(user.Json.ContainsKey(name)));
    }

    [Theory, OnBothStores] // "201 (Created)", "The URI of the created resource SHALL include, in the HTTP "Location" header and the HTTP body, … "meta.location""
    public async Task The_new_resource_and_its_address_are_in_the_answer(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var created in new[] { await host.Client.CreateUser("ada"), await host.Client.CreateGroup("Engines") })
        {
            var location = created.Json["meta"]!["location"]!.GetValue<string>();
            Assert.Equal(location, created.Header("Location"));
            Assert.Equal(created.Id, (await host.Client.Send("GET", new Uri(location).AbsolutePath)).Is(200).Id);
        }
    }

    [Theory, OnBothStores] // "a "User" resource with a duplicate "userName" … MUST return HTTP status code 409 (Conflict) with a "scimType" error code of "uniqueness""
    public async Task A_duplicate_is_a_conflict(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        await host.Client.CreateUser("ada");

        (await host.Client.Send("POST", "Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ADA"}""")).Refuses(409, "uniqueness");

        Assert.Equal(1, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }
}
