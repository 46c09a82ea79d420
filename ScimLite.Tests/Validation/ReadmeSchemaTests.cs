using System.Text.RegularExpressions;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Validation;

/// <summary>The schema files that the README shows are files that work.</summary>
public sealed partial class ReadmeSchemaTests
{
    const string Acme = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

    [Theory, OnBothStores]
    public async Task The_examples_are_served_as_they_are_printed(StoreKind store)
    {
        var files = Example().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).ToArray();
        Assert.Equal(["acme-user.json", "user.json", "device.json", "device-type.json"], files.Select(f => f.Item1));
        await using var host = await OwnSchemas.StartAsync(store, files);

        var user = (await host.Client.Send("POST", "Users", $$"""{"userName":"ada","{{Acme}}":{"badgeNumber":"7","costCode":"R&D"} }""")).Is(201);
        (await host.Client.Send("POST", "Users", $$"""{"userName":"bob","{{Acme}}":{"badgeNumber":"7"} }""")).Refuses(409, "uniqueness");
        // As Entra writes it when the attribute is mapped.
        (await host.Client.Send("PATCH", $"Users/{user.Id}", HttpCalls.Patch($$"""{"op":"Add","path":"{{Acme}}:costCode","value":"Ops"}"""))).Is(200);
        Assert.Equal(1, (await host.Client.Send("GET", $"Users?filter={Acme}:costCode%20eq%20%22ops%22")).Is(200).Total);

        var device = (await host.Client.Send("POST", "Devices", $$"""{"serial":"A1","owner":{"value":"{{user.Id}}"},"unlockCode":"0000"}""")).Is(201);
        Assert.DoesNotContain("0000", device.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Client.Send("GET", $"Devices?filter=owner.value%20eq%20%22{user.Id}%22")).Is(200).Total);
        (await host.Client.Send("PATCH", $"Devices/{device.Id}", HttpCalls.Patch("""{"op":"replace","path":"serial","value":"B2"}"""))).Refuses(400, "mutability");
    }

    [GeneratedRegex("""^`([a-z-]+\.json)`\r?\n\r?\n```json\r?\n(.*?)^```""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
