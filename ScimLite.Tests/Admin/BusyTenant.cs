using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Provisioning;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Admin;

/// <summary>A tenant in which everything has happened that the admin page has a place for, over the last five hours.</summary>
internal static class BusyTenant
{
    // The longest that a page has to find room for.
    private const string LongName = "maximiliane.von-und-zu-hohenlohe-langenburg@subsidiaries.contoso-international.example.com";

    /// <summary>Makes it.</summary>
    /// <returns>The user with the longest time line, and the secrets of two set-up links, of which one has expired by now.</returns>
    public static async Task<(string User, string Link, string Expired)> FillAsync(ScimHost host, PastClock clock, string id)
    {
        using var admin = host.Connect(AdminHost.Key);
        Task<HttpAnswer> Post(string target, string body) => admin.SendJson("POST", $"/admin/api/tenants/{id}/{target}", body);
        (await admin.SendJson("POST", "/admin/api/tenants", $$$"""{"id":"{{{id}}}","displayName":"Contoso Ltd.","requestsPerSecond":10000,"guard":{"maxRemovals":3,"maxShare":0,"windowMinutes":600}}""")).Is(201);
        (await admin.SendJson("POST", "/admin/api/tenants", $$"""{"id":"{{id}}-empty","displayName":"Fabrikam, a customer who has not begun yet","provisioningEnabled":false}""")).Is(201);
        var token = (string)(await Post("tokens", """{"name":"Entra, production"}""")).Is(201).Json["token"]!;
        (await Post("tokens", $$"""{"name":"Reports","scopes":["read"],"expiresAt":"{{clock.Now.AddDays(5):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""")).Is(201);
        (await Post("tokens", $$"""{"name":"Last year’s","expiresAt":"{{clock.Now.AddMinutes(1):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""")).Is(201);
        (await Post("clients", """{"name":"Gallery application"}""")).Is(201);
        (await Post("clients", """{"name":"Workload identity","federation":{"issuer":"https://login.microsoftonline.com/7d42c1d0-0000-4831-a406-ecf816600001/v2.0","audience":"api://5d1f","subject":"54d3","tenantId":"7d42c1d0-0000-4831-a406-ecf816600001"}}""")).Is(201);
        var link = (string)(await Post("setup-links", """{"name":"Contoso IT"}""")).Is(201).Json["secret"]!;
        var expired = (string)(await Post("setup-links", $$"""{"name":"A consultant","expiresAt":"{{clock.Now.AddHours(1):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""")).Is(201).Json["secret"]!;
        using var entra = host.Connect(token);

        (await entra.Send("GET", "Users?filter=userName+eq+%227d42c1d0-0000-4831-a406-ecf816600001%22")).Is(200);
        var users = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            users.Add((await entra.CreateUser(i == 59 ? LongName : $"person.{i:00}@contoso.com",
                $$""","externalId":"{{Guid.NewGuid()}}","active":{{(i % 9 == 0 ? "false" : "true")}},"displayName":"{{(i == 59 ? "Maximiliane Gräfin von und zu Hohenlohe-Langenburg" : $"Person {i:00}")}}" """)).Id);
        }
        var group = (await entra.CreateGroup("Engines", [.. users.Take(3)])).Id;
        (await entra.CreateGroup("All people of Contoso International and of its subsidiaries in Europe, Africa and Asia", [.. users])).Is(201);

        var longest = users[^1];
        for (var cycle = 0; cycle < 7; cycle++)
        {
            (await admin.SendJson("GET", $"/admin/api/tenants/{id}/status", null)).Is(200);
            clock.Advance(TimeSpan.FromMinutes(40));
            for (var i = 0; i <= cycle * 2; i++)
            {
                (await entra.Send("PATCH", $"Users/{users[i + 5]}", HttpCalls.Patch($$"""{"op":"Replace","path":"title","value":"Engineer {{cycle}}"}"""))).Is(200);
            }
            (await entra.Send("PATCH", $"Users/{longest}", HttpCalls.Patch($$"""
                {"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Department {{cycle}}"},
                {"op":"Replace","path":"emails[type eq \"work\"].value","value":"{{cycle}}.{{LongName}}"},{"op":"Add","path":"shoeSize","value":"9"}
                """), ("client-request-id", $"{Guid.NewGuid()}"))).Is(200);
            (await entra.Send("PATCH", $"Users/{users[2]}", HttpCalls.Patch("""{"op":"Replace","path":"displayName","value":"Person 02"}"""))).Is(200);
            (await entra.Send("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"PERSON.0{{cycle}}@contoso.com"}""")).Refuses(409);
        }
        (await entra.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Add","path":"members","value":[{"value":"{{longest}}"}]}"""))).Is(204);
        (await entra.SetActive(longest, "maybe")).Refuses(400);
        foreach (var user in users[^5..^2])
        {
            (await entra.Send("DELETE", $"Users/{user}")).Is(204);
        }
        (await entra.Send("DELETE", $"Users/{users[1]}")).Refuses(503);
        return (longest, link, expired);
    }
}

/// <summary>A clock that goes like any other, but began five hours ago.</summary>
internal sealed class PastClock : TimeProvider
{
    private long behind = TimeSpan.FromHours(5).Ticks;

    public DateTimeOffset Now => GetUtcNow();

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(-Interlocked.Read(ref behind));

    public override long GetTimestamp() => base.GetTimestamp() - (long)(Interlocked.Read(ref behind) * (double)TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref behind, -by.Ticks);

    /// <summary>Comes to the present.</summary>
    public void CatchUp() => Interlocked.Exchange(ref behind, 0);
}
