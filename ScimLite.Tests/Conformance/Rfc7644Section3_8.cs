using System.Text;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.8: data input and output formats.</summary>
public sealed class Rfc7644Section3_8
{
    private const string Ada = """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Åda 愛 🦉"}""";

    [Theory, OnBothStores] // "Servers MUST accept requests and be able to return JSON-structured responses using UTF-8 encoding"; "UTF-8 SHALL be the default encoding format."
    public async Task Text_of_every_script_comes_back_as_it_was_sent(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        foreach (var contentType in (string?[])["application/scim+json", "application/scim+json; charset=utf-8", "application/json", null])
        {
            var made = (await host.Client.SendBytes("POST", "Users", Encoding.UTF8.GetBytes(Ada), contentType, [])).Is(201);
            Assert.Equal("Åda 愛 🦉", made.Json["userName"]!.GetValue<string>());
            (await host.Client.Send("DELETE", $"Users/{made.Id}")).Is(204);
        }
    }

    [Theory, OnBothStores] // "Service providers MUST support the "Accept" header "Accept: application/scim+json" and SHOULD support the header "Accept: application/json"", "The format defaults to "application/scim+json" if no format is specified."
    public async Task Both_formats_may_be_asked_for_and_the_first_is_the_default(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc");
        var address = $"Users/{(await host.Client.CreateUser("ada")).Id}";
        foreach (var accepted in (string?[])["application/scim+json", "application/json", null])
        {
            var read = (await host.Client.Send("GET", address, null, accepted is null ? [] : [("Accept", accepted)])).Is(200);
            Assert.Equal("application/scim+json", read.Header("Content-Type")?.Split(';')[0]);
            Assert.Equal("ada", read.Json["userName"]!.GetValue<string>());
        }
    }
}
