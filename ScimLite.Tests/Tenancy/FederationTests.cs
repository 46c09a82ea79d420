using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Tenancy;

/// <summary>Tokens that Entra signs, as the Secret Token itself (left blank in Entra) and as the assertion of a client, against a real issuer
/// on the loopback: what is right is taken, and what is wrong in one point is not.</summary>
public sealed class FederationTests
{
    const string Client = "53bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77", Subject = "0c9e3c1e-7f52-4be6-9bb4-6d3c7d5b3f10";

    readonly string entra = Guid.NewGuid().ToString();

    static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    readonly FakeTimeProvider clock = new(Start);

    // A service that trusts this issuer's keys, and a tenant that takes this Entra tenant's tokens.
    async Task<AdminHost> StartAsync(LocalIssuer issuer, string more = "") => await (await AdminHost.StartAsync(StoreKind.Memory,
        new Dictionary<string, string> { ["ScimLite:OAuth:KeyHosts:0"] = "127.0.0.1", ["ScimLite:OAuth:EntraAuthority"] = issuer.Url },
        services => services.AddSingleton<TimeProvider>(clock))).WithTenant(more.Length > 0 ? more : $$""","entraTenantId":"{{entra}}" """);

    // The claims of the token that Entra sends to a custom application whose Secret Token is blank.
    JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["aud"] = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", ["iss"] = $"https://sts.windows.net/{entra}/", ["iat"] = Seconds(0), ["nbf"] = Seconds(0), ["exp"] = Seconds(3600),
            ["appid"] = "00000014-0000-0000-c000-000000000000", ["appidacr"] = "2", ["sub"] = Subject, ["tid"] = entra, ["ver"] = "1.0",
        };
        change?.Invoke(claims);
        return claims;
    }

    // Those of the assertion that it sends to a token endpoint.
    JsonObject Assertion(LocalIssuer issuer, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["aud"] = $"api://{Client}", ["iss"] = $"{issuer.Url}/{entra}/v2.0", ["iat"] = Seconds(0), ["nbf"] = Seconds(0), ["exp"] = Seconds(3600), ["appid"] = Client, ["sub"] = Subject,
            ["oid"] = Subject, ["tid"] = entra, ["uti"] = "x", ["ver"] = "2.0",
        };
        change?.Invoke(claims);
        return claims;
    }

    long Seconds(int after) => clock.GetUtcNow().AddSeconds(after).ToUnixTimeSeconds();

    static async Task<HttpAnswer> Get(AdminHost admin, string token)
    {
        using var client = admin.Host.Connect(token);
        return await client.Send("GET", "Users");
    }

    async Task<string> Register(AdminHost admin, LocalIssuer issuer) => (string)(await admin.Send("POST", $"tenants/{admin.Tenant}/clients",
        $$$"""{"name":"Entra","federation":{"issuer":"{{{issuer.Url}}}/{{{entra}}}/v2.0","audience":"api://{{{Client}}}","subject":"{{{Subject}}}","tenantId":"{{{entra}}}"}}""")).Is(201).Json["clientId"]!;

    static Task<HttpAnswer> Ask(AdminHost admin, string clientId, string assertion) => TokenEndpointTests.Ask(admin.Host,
        $"grant_type=client_credentials&client_id={clientId}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}&scope=api%3A%2F%2Fx%2F.default");

    // What is wrong in one point, by name.
    Dictionary<string, string> Forgeries(LocalIssuer issuer, Func<Action<JsonObject>?, JsonObject> claims)
    {
        var other = Guid.NewGuid().ToString();
        var head = new JsonObject { ["typ"] = "JWT", ["alg"] = "none", ["kid"] = issuer.Key.Kid };
        var hmac = new JsonObject { ["typ"] = "JWT", ["alg"] = "HS256", ["kid"] = issuer.Key.Kid };
        var right = issuer.Key.Sign(claims(null));
        return new()
        {
            ["a signature of another key under the right id"] = new SigningKey(issuer.Key.Kid).Sign(claims(null)),
            ["a signature of another key under its own id"] = new SigningKey().Sign(claims(null)),
            ["a signature without an id of the key"] = issuer.Key.Sign(claims(null), ""),
            ["a changed payload"] = $"{right.Split('.')[0]}.{SigningKey.Compose(head, claims(c => c["sub"] = other), _ => []).Split('.')[1]}.{right.Split('.')[2]}",
            ["a cut signature"] = right[..^4],
            ["no signature"] = $"{right.Split('.')[0]}.{right.Split('.')[1]}.",
            ["algorithm none"] = SigningKey.Compose(head, claims(null), _ => []),
            ["HS256 with the public key"] = SigningKey.Compose(hmac, claims(null), text => HMACSHA256.HashData(Encoding.ASCII.GetBytes(issuer.Key.PublicPem), text)),
            ["another audience"] = issuer.Key.Sign(claims(c => c["aud"] = "00000003-0000-0000-c000-000000000000")),
            ["no audience"] = issuer.Key.Sign(claims(c => c.Remove("aud"))),
            ["another issuer"] = issuer.Key.Sign(claims(c => c["iss"] = $"https://sts.windows.net/{other}/")),
            ["an issuer that begins alike"] = issuer.Key.Sign(claims(c => c["iss"] = $"{c["iss"]}x")),
            ["no issuer"] = issuer.Key.Sign(claims(c => c.Remove("iss"))),
            ["another tenant's tid"] = issuer.Key.Sign(claims(c => c["tid"] = other)),
            ["no tid"] = issuer.Key.Sign(claims(c => c.Remove("tid"))),
            ["two tids"] = issuer.Key.Sign(claims(c => c["tid"] = new JsonArray(entra, other))),
            ["a time that is over"] = issuer.Key.Sign(claims(c => c["exp"] = Seconds(-301))),
            ["no end"] = issuer.Key.Sign(claims(c => c.Remove("exp"))),
            ["a time that is to come"] = issuer.Key.Sign(claims(c => c["nbf"] = Seconds(301))),
            ["no JSON"] = "eyJhbGciOiJSUzI1NiJ9.eyJ.x",
            ["only dots"] = "ey..",
            ["too long"] = issuer.Key.Sign(claims(c => c["junk"] = new string('x', 20_000))),
        };
    }

    [Fact]
    public async Task Entras_own_token_opens_the_tenant_that_its_entra_tenant_is_registered_for()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        using var client = admin.Host.Connect(issuer.Key.Sign(Claims()));

        await client.CreateUser("ada");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, (await client.Send("GET", "Users")).Is(200).Total);
        }

        Assert.Equal(1, issuer.KeyReads);
        Assert.Equal(0, (await admin.Host.Client.Send("GET", "Users")).Is(200).Total);
        // Five minutes that clocks may differ.
        (await Get(admin, issuer.Key.Sign(Claims(c => c["exp"] = Seconds(-299))))).Is(200);
        (await Get(admin, issuer.Key.Sign(Claims(c => c["nbf"] = Seconds(299))))).Is(200);
        clock.Advance(TimeSpan.FromMinutes(65) + TimeSpan.FromSeconds(1));
        (await client.Send("GET", "Users")).Refuses(401);
    }

    [Fact]
    public async Task A_token_of_entras_that_is_wrong_in_one_point_is_401()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var forgeries = Forgeries(issuer, Claims);
        forgeries["another application"] = issuer.Key.Sign(Claims(c => c["appid"] = Client));
        forgeries["no application"] = issuer.Key.Sign(Claims(c => c.Remove("appid")));

        foreach (var (name, token) in forgeries)
        {
            Assert.Equal((name, 401), (name, (await Get(admin, token)).Status));
        }

        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);
    }

    [Fact]
    public async Task One_customers_token_never_acts_for_another()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var (tenant, other) = ($"t{Guid.NewGuid():N}", Guid.NewGuid().ToString());
        (await admin.Send("POST", "tenants", $$"""{"id":"{{tenant}}","entraTenantId":"{{entra}}"}""")).Problem(409);
        (await admin.Send("POST", "tenants", $$"""{"id":"{{tenant}}","entraTenantId":"{{other.ToUpperInvariant()}}"}""")).Problem(400);
        (await admin.Send("POST", "tenants", $$"""{"id":"{{tenant}}","entraTenantId":"{{other}}"}""")).Is(201);
        (await admin.Send("PATCH", $"tenants/{tenant}", $$"""{"entraTenantId":"{{entra}}"}""")).Problem(409);
        var theirs = issuer.Key.Sign(Claims(c => (c["tid"], c["iss"]) = (other, $"https://sts.windows.net/{other}/")));

        using var one = admin.Host.Connect(issuer.Key.Sign(Claims()));
        using var two = admin.Host.Connect(theirs);
        await one.CreateUser("ada");
        Assert.Equal(0, (await two.Send("GET", "Users")).Is(200).Total);

        // Signed by the same keys, as all of Entra's are, with the one's tid and the other's issuer.
        (await Get(admin, issuer.Key.Sign(Claims(c => c["iss"] = $"https://sts.windows.net/{other}/")))).Refuses(401);
        (await Get(admin, issuer.Key.Sign(Claims(c => c["tid"] = other)))).Refuses(401);

        // The registration ends, and so does the token.
        (await admin.Send("PATCH", $"tenants/{tenant}", """{"entraTenantId":null}""")).Is(200);
        (await two.Send("GET", "Users")).Refuses(401);
        (await one.Send("GET", "Users")).Is(200);
    }

    [Fact]
    public async Task For_an_entra_tenant_that_nobody_registered_no_key_is_fetched()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        for (var i = 0; i < 10; i++)
        {
            var stranger = Guid.NewGuid().ToString();
            (await Get(admin, issuer.Key.Sign(Claims(c => (c["tid"], c["iss"]) = (stranger, $"https://sts.windows.net/{stranger}/"))))).Refuses(401);
        }

        Assert.Equal(0, issuer.KeyReads);
    }

    [Fact]
    public async Task A_gallery_application_has_an_audience_of_its_own()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer, $$""","entraTenantId":"{{entra}}","entraAudience":"{{Client}}" """);

        (await Get(admin, issuer.Key.Sign(Claims()))).Refuses(401);
        (await Get(admin, issuer.Key.Sign(Claims(c => c["aud"] = Client)))).Is(200);
    }

    [Fact]
    public async Task A_replaced_key_is_fetched_when_it_is_met_and_the_old_one_is_good_for_nothing_then()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var old = issuer.Key;
        (await Get(admin, old.Sign(Claims()))).Is(200);
        issuer.Key = new SigningKey();
        clock.Advance(TimeSpan.FromMinutes(2));

        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);

        (await Get(admin, old.Sign(Claims(c => c["uti"] = "again")))).Refuses(401);
        Assert.Equal(2, issuer.KeyReads);
    }

    [Fact]
    public async Task Unknown_keys_in_plenty_make_the_keys_be_fetched_once_a_minute()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);
        var thief = new SigningKey();
        clock.Advance(TimeSpan.FromMinutes(2));

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Get(admin, thief.Sign(Claims(c => c["uti"] = $"{i}"), $"kid-{i}"))));

        Assert.All(answers, a => a.Refuses(401));
        Assert.Equal(2, issuer.KeyReads);
        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);
    }

    [Fact]
    public async Task While_the_issuer_is_away_keys_that_are_known_serve_for_a_day_and_without_any_it_is_503()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        issuer.Away = true;
        Assert.NotNull((await Get(admin, issuer.Key.Sign(Claims()))).Refuses(503).Header("Retry-After"));
        issuer.Away = false;
        clock.Advance(TimeSpan.FromSeconds(6));
        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);

        issuer.Away = true;
        clock.Advance(TimeSpan.FromHours(23));
        (await Get(admin, issuer.Key.Sign(Claims()))).Is(200);
        clock.Advance(TimeSpan.FromHours(2));
        (await Get(admin, issuer.Key.Sign(Claims()))).Refuses(503);
    }

    [Fact]
    public async Task Keys_come_from_trusted_hosts_alone_even_where_the_metadata_leads_elsewhere()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var elsewhere = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        issuer.KeysElsewhere = elsewhere.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/keys";

        (await Get(admin, elsewhere.Key.Sign(Claims()))).Refuses(503);

        Assert.Equal(0, elsewhere.KeyReads);
    }

    [Fact]
    public async Task An_assertion_of_entras_is_worth_an_access_token()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var clientId = await Register(admin, issuer);

        var given = (await Ask(admin, clientId, issuer.Key.Sign(Assertion(issuer)))).Is(200).Json;

        Assert.Equal(("Bearer", 3600, "provision"), ((string)given["token_type"]!, (int)given["expires_in"]!, (string)given["scope"]!));
        using var client = admin.Host.Connect((string)given["access_token"]!);
        await client.CreateUser("ada");
        clock.Advance(TimeSpan.FromMinutes(60));
        (await client.Send("GET", "Users")).Refuses(401);
    }

    [Fact]
    public async Task An_assertion_that_is_wrong_in_one_point_is_worth_nothing()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var clientId = await Register(admin, issuer);
        var forgeries = Forgeries(issuer, change => Assertion(issuer, change));
        forgeries["another subject"] = issuer.Key.Sign(Assertion(issuer, c => c["sub"] = Client));
        forgeries["no subject"] = issuer.Key.Sign(Assertion(issuer, c => c.Remove("sub")));
        forgeries["entra's own token"] = issuer.Key.Sign(Claims());

        foreach (var (name, assertion) in forgeries)
        {
            var answer = await Ask(admin, clientId, assertion);
            Assert.Equal((name, 401, "invalid_client"), (name, answer.Status, (string?)answer.Json["error"]));
        }

        (await Ask(admin, Guid.NewGuid().ToString(), issuer.Key.Sign(Assertion(issuer)))).Is(401);
        (await Ask(admin, clientId, issuer.Key.Sign(Assertion(issuer)))).Is(200);
        // An assertion is no access token.
        (await Get(admin, issuer.Key.Sign(Assertion(issuer)))).Refuses(401);
    }

    [Fact]
    public async Task Keys_for_assertions_are_fetched_when_one_is_replaced_and_not_for_each_that_names_another()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var clientId = await Register(admin, issuer);
        var old = issuer.Key;
        (await Ask(admin, clientId, old.Sign(Assertion(issuer)))).Is(200);
        issuer.Key = new SigningKey();
        clock.Advance(TimeSpan.FromMinutes(2));

        (await Ask(admin, clientId, issuer.Key.Sign(Assertion(issuer)))).Is(200);
        (await Ask(admin, clientId, old.Sign(Assertion(issuer, c => c["uti"] = "again")))).Is(401);
        Assert.Equal(2, issuer.KeyReads);

        var thief = new SigningKey();
        clock.Advance(TimeSpan.FromMinutes(2));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Ask(admin, clientId, thief.Sign(Assertion(issuer, c => c["uti"] = $"{i}"), $"kid-{i}"))));
        Assert.All(answers, a => a.Is(401));
        Assert.Equal(3, issuer.KeyReads);
        (await Ask(admin, clientId, issuer.Key.Sign(Assertion(issuer)))).Is(200);
    }

    [Fact]
    public async Task One_clients_assertion_is_worth_nothing_to_another()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var one = await Register(admin, issuer);
        var (tenant, other) = ($"t{Guid.NewGuid():N}", Guid.NewGuid().ToString());
        (await admin.Send("POST", "tenants", $$"""{"id":"{{tenant}}"}""")).Is(201);
        var two = (string)(await admin.Send("POST", $"tenants/{tenant}/clients",
            $$$"""{"name":"Entra","federation":{"issuer":"{{{issuer.Url}}}/{{{other}}}/v2.0","audience":"api://{{{Client}}}","subject":"{{{Subject}}}","tenantId":"{{{other}}}"}}""")).Is(201).Json["clientId"]!;
        var (ours, theirs) = (issuer.Key.Sign(Assertion(issuer)), issuer.Key.Sign(Assertion(issuer, c => (c["tid"], c["iss"]) = (other, $"{issuer.Url}/{other}/v2.0"))));

        (await Ask(admin, two, ours)).Is(401);
        (await Ask(admin, one, theirs)).Is(401);
        (await Ask(admin, two, theirs)).Is(200);
        using var client = admin.Host.Connect((string)(await Ask(admin, one, ours)).Is(200).Json["access_token"]!);
        await client.CreateUser("ada");
        using var stranger = admin.Host.Connect((string)(await Ask(admin, two, issuer.Key.Sign(Assertion(issuer, c => (c["tid"], c["iss"], c["uti"]) = (other, $"{issuer.Url}/{other}/v2.0", "y"))))).Is(200).Json["access_token"]!);
        Assert.Equal(0, (await stranger.Send("GET", "Users")).Is(200).Total);
    }

    [Fact]
    public async Task Federation_is_registered_for_trusted_hosts_alone()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        foreach (var address in (string[])["https://evil.example.com/x/v2.0", "http://login.microsoftonline.com/x/v2.0", "file:///etc/passwd", "http://169.254.169.254/", "x", "", "https://127.0.0.1@evil.example.com/", "https://127.0.0.1/?x=1"])
        {
            (await admin.Send("POST", $"tenants/{admin.Tenant}/clients",
                $$$"""{"name":"Entra","federation":{"issuer":"{{{address}}}","audience":"a","subject":"s","tenantId":"{{{entra}}}"}}""")).Problem(400);
        }

        (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", $$$"""{"name":"Entra","federation":{"issuer":"{{{issuer.Url}}}/x/v2.0","audience":"a","subject":"s","tenantId":"x"}}""")).Problem(400);
        (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", $$$"""{"name":"Entra","federation":{"issuer":"{{{issuer.Url}}}/x/v2.0","tenantId":"{{{entra}}}"}}""")).Problem(400);
    }
}
