using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>RFC 6749: the token endpoint, and what its access tokens are worth.</summary>
public sealed class TokenEndpointTests
{
    /// <summary>Sends a form to the token endpoint.</summary>
    internal static async Task<HttpAnswer> Ask(ScimHost host, string form, params (string Name, string Value)[] headers)
    {
        using var client = host.Connect(null);
        return await client.SendBytes("POST", "/oauth2/token", Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded", headers);
    }

    static (string, string) Basic(string id, string secret) => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"))}");

    static async Task<(string Id, string Secret, string SecretId)> Register(AdminHost admin, string more = "")
    {
        var made = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", $$"""{"name":"Entra"{{more}}}""")).Is(201).Json;
        return ((string)made["clientId"]!, (string)made["secret"]!, (string)made["secretId"]!);
    }

    static string Form(string id, string secret) => $"grant_type=client_credentials&client_id={id}&client_secret={secret}";

    static async Task<string> Token(AdminHost admin, string id, string secret) => (string)(await Ask(admin.Host, Form(id, secret))).Is(200).Json["access_token"]!;

    // RFC 6749 §5.2
    static HttpAnswer Refused(HttpAnswer answer, int status, string error)
    {
        Assert.Equal((status, error, "application/json", "no-store"), (answer.Status, (string?)answer.Json["error"], answer.Header("Content-Type"), answer.Header("Cache-Control")));
        Assert.NotEqual("", (string)answer.Json["error_description"]!);
        Assert.Equal(status == 401, answer.Header("WWW-Authenticate")?.StartsWith("Basic realm=", StringComparison.Ordinal) == true);
        return answer;
    }

    [Theory, OnBothStores]
    public async Task A_client_gets_an_access_token_for_its_secret_in_the_body_or_in_a_basic_header(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        var (id, secret, _) = await Register(admin);

        foreach (var answer in (HttpAnswer[])
        [
            await Ask(admin.Host, Form(id, secret) + "&scope=scim"), await Ask(admin.Host, "grant_type=client_credentials", Basic(id, secret)),
            await Ask(admin.Host, $"grant_type=client_credentials&client_id={id}", Basic(id.Replace("-", "%2D", StringComparison.Ordinal), secret)),
        ])
        {
            Assert.Equal(("Bearer", 3600, "provision"), ((string)answer.Is(200).Json["token_type"]!, (int)answer.Json["expires_in"]!, (string)answer.Json["scope"]!));
            Assert.Equal(("application/json", "no-store", "no-cache"), (answer.Header("Content-Type"), answer.Header("Cache-Control"), answer.Header("Pragma")));
            using var client = admin.Host.Connect((string)answer.Json["access_token"]!);
            (await client.Send("GET", "Users")).Is(200);
        }

        var listed = (await admin.Send("GET", $"tenants/{admin.Tenant}/clients")).One("clients", "clientId", id);
        Assert.Equal(secret[..6], (string)Assert.Single(listed["secrets"]!.AsArray())!["prefix"]!);
        Assert.DoesNotContain(secret, listed.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_rfc_refuses_is_refused_in_its_words()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory)).WithTenant();
        var (id, secret, _) = await Register(admin);
        var (other, otherSecret, _) = await Register(admin);
        var host = admin.Host;

        Refused(await Ask(host, $"client_id={id}&client_secret={secret}"), 400, "invalid_request");
        Refused(await Ask(host, $"grant_type=&client_id={id}&client_secret={secret}"), 400, "invalid_request");
        Refused(await Ask(host, $"grant_type=password&client_id={id}&client_secret={secret}"), 400, "unsupported_grant_type");
        Refused(await Ask(host, Form(id, secret) + "&grant_type=client_credentials"), 400, "invalid_request");
        Refused(await Ask(host, Form(id, secret) + $"&client_id={id}"), 400, "invalid_request");
        Refused(await Ask(host, Form(id, secret), Basic(id, secret)), 400, "invalid_request");
        Refused(await Ask(host, $"grant_type=client_credentials&client_id={other}", Basic(id, secret)), 400, "invalid_request");
        Refused(await Ask(host, Form(id, secret) + "&client_assertion=x"), 400, "invalid_request");
        Refused(await Ask(host, $"grant_type=client_credentials&client_id={id}&client_assertion=x"), 400, "invalid_request");
        Refused(await Ask(host, "grant_type=client_credentials"), 401, "invalid_client");
        Refused(await Ask(host, ""), 401, "invalid_client");
        Refused(await Ask(host, Form(id, secret + "x")), 401, "invalid_client");
        Refused(await Ask(host, Form(id, secret.ToUpperInvariant())), 401, "invalid_client");
        Refused(await Ask(host, Form(id, otherSecret)), 401, "invalid_client");
        Refused(await Ask(host, Form(other, secret)), 401, "invalid_client");
        Refused(await Ask(host, Form(Guid.NewGuid().ToString(), secret)), 401, "invalid_client");
        Refused(await Ask(host, Form("x%0Ay", secret)), 401, "invalid_client");
        Refused(await Ask(host, "grant_type=client_credentials", Basic(id, "wrong")), 401, "invalid_client");
        Refused(await Ask(host, "grant_type=client_credentials", ("Authorization", "Basic !")), 401, "invalid_client");
        Refused(await Ask(host, "grant_type=client_credentials", ("Authorization", $"Bearer {secret}")), 401, "invalid_client");
        Refused(await Ask(host, new string('x', 40_000)), 413, "invalid_request");
        using var client = host.Connect(null);
        Refused(await client.Send("POST", "/oauth2/token", Form(id, secret)), 400, "invalid_request");
        Assert.Equal(405, (await client.Send("GET", "/oauth2/token")).Status);
        (await Ask(host, Form(id, secret))).Is(200);
        // The secret itself opens nothing.
        using var bearer = host.Connect(secret);
        (await bearer.Send("GET", "Users")).Refuses(401);
    }

    [Fact]
    public async Task Scopes_are_narrowed_when_asked_and_never_widened()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory)).WithTenant();
        var (writer, writersSecret, _) = await Register(admin);
        var (reader, readersSecret, _) = await Register(admin, ""","scopes":["read"]""");

        var narrowed = (await Ask(admin.Host, Form(writer, writersSecret) + "&scope=read")).Is(200).Json;
        Assert.Equal("read", (string)narrowed["scope"]!);
        using var client = admin.Host.Connect((string)narrowed["access_token"]!);
        (await client.Send("POST", "Users", """{"userName":"ada"}""")).Refuses(403);
        (await client.Send("GET", "Users")).Is(200);

        Refused(await Ask(admin.Host, Form(reader, readersSecret) + "&scope=read+provision"), 400, "invalid_scope");
        Assert.Equal("read", (string)(await Ask(admin.Host, Form(reader, readersSecret) + "&scope=api://x/.default")).Is(200).Json["scope"]!);
    }

    [Theory, OnBothStores]
    public async Task Secrets_are_rotated_without_a_gap_and_what_is_revoked_takes_its_access_tokens_along(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        var (id, first, firstId) = await Register(admin);
        using var old = admin.Host.Connect(await Token(admin, id, first));
        var second = (string)(await admin.Send("POST", $"tenants/{admin.Tenant}/clients/{id}/secrets", "{}")).Is(201).Json["secret"]!;
        using var young = admin.Host.Connect(await Token(admin, id, second));
        (await old.Send("GET", "Users")).Is(200);

        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}/secrets/{firstId}")).Is(204);
        Refused(await Ask(admin.Host, Form(id, first)), 401, "invalid_client");
        (await old.Send("GET", "Users")).Refuses(401);
        (await young.Send("GET", "Users")).Is(200);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}/secrets/{firstId}")).Problem(404);
        (await admin.Send("POST", $"tenants/{admin.Tenant}/clients/{Guid.NewGuid()}/secrets", "{}")).Problem(404);

        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}")).Is(204);
        (await young.Send("GET", "Users")).Refuses(401);
        Refused(await Ask(admin.Host, Form(id, second)), 401, "invalid_client");
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}")).Problem(404);
    }

    [Fact]
    public async Task An_expired_secret_gives_no_token_and_the_ones_it_gave_end_in_their_own_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock),
            settings: new Dictionary<string, string> { ["ScimLite:OAuth:AccessTokenMinutes"] = "90" })).WithTenant();
        var (id, secret, _) = await Register(admin, ""","expiresAt":"2026-11-25T13:00:00Z" """);
        (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", """{"name":"x","expiresAt":"2030-11-25T13:00:00Z"}""")).Problem(400);
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(5400, (int)(await Ask(admin.Host, Form(id, secret))).Is(200).Json["expires_in"]!);
        using var client = admin.Host.Connect(await Token(admin, id, secret));

        clock.Advance(TimeSpan.FromMinutes(1));
        Refused(await Ask(admin.Host, Form(id, secret)), 401, "invalid_client");
        (await client.Send("GET", "Users")).Is(200);
        clock.Advance(TimeSpan.FromMinutes(89));
        (await client.Send("GET", "Users")).Refuses(401);
    }

    [Fact]
    public async Task An_expired_secret_token_is_401()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        using var client = admin.Host.Connect((await admin.IssueToken(more: ""","expiresAt":"2026-11-25T12:00:03Z" """)).Token);
        (await client.Send("GET", "Users")).Is(200);

        clock.Advance(TimeSpan.FromSeconds(3));

        (await client.Send("GET", "Users")).Refuses(401);
    }
}
