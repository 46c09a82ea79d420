using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.12: HTTP status and error responses; §3.13: the version in the address.</summary>
public sealed class Rfc7644Section3_12
{
    [Theory, OnBothStores] // "implementers MUST return the errors in the body of the response in a JSON format"; "status: The HTTP status code expressed as a JSON string. REQUIRED."
    public async Task Each_error_of_table_9_has_its_keyword_its_status_as_text_and_a_sentence(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;
        foreach (var (method, address, body, status, scimType) in new (string, string, string?, int, string?)[]
        {
            ("GET", "Users?filter=userName%20zz%20%22a%22", null, 400, "invalidFilter"),
            ("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"ADA"}""", 409, "uniqueness"),
            ("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"id","value":"x"}"""), 400, "mutability"),
            ("POST", "Users", """{"userName":""", 400, "invalidSyntax"),
            ("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"emails[","value":"x"}"""), 400, "invalidPath"),
            ("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"remove"}"""), 400, "noTarget"),
            ("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"b","active":"perhaps"}""", 400, "invalidValue"),
            ("GET", "Users/2819c223-7f76-453a-919d-413861904646", null, 404, null),
            ("GET", "Nowhere", null, 404, null),
        })
        {
            var refused = (await host.Client.Send(method, address, body)).Refuses(status, scimType);
            Assert.Equal(["urn:ietf:params:scim:api:messages:2.0:Error"], refused.Json["schemas"]!.AsArray().Select(s => s!.GetValue<string>()));
            Assert.Equal($"{status}", refused.Json["status"]!.GetValue<string>());
            Assert.Equal((address, scimType), (address, refused.ScimType));
        }
        using var stranger = host.Connect("not-a-token");
        (await stranger.Send("GET", "Users")).Refuses(401);
    }

    [Theory, OnBothStores] // §3.13: "a version 'v2' User request is specified as /v2/Users"; "service providers MUST perform the operation using the desired version or reject the request. When omitted, service providers SHOULD perform the operation using the most recent SCIM protocol version"
    public async Task The_version_may_stand_in_the_address_or_not_and_no_other_is_taken_for_it(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var id = (await host.Client.CreateUser("ada")).Id;

        (await host.Client.Send("GET", $"/scim/v2/Users/{id}")).Is(200);
        (await host.Client.Send("GET", $"/scim/Users/{id}")).Is(200);
        (await host.Client.Send("GET", $"/scim/v1/Users/{id}")).Refuses(404);
    }
}
