using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>Which assertions of Entra a client's federation accepts, and what the answer and the tenant's record say of those that are
/// refused.</summary>
public sealed class FederationRefusalTests
{
    const string App = "53bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77", Subject = "0c9e3c1e-7f52-4be6-9bb4-6d3c7d5b3f10",
        Foreign = "9b1d1f5e-0000-4be6-9bb4-6d3c7d5b3f10";

    readonly string entra = Guid.NewGuid().ToString();
    readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    readonly List<string> sent = [];
    int number;

    async Task<AdminHost> StartAsync(LocalIssuer issuer, StoreKind store = StoreKind.Memory, params (string Key, string Value)[] more) =>
        await (await AdminHost.StartAsync(store,
        new Dictionary<string, string>(more.Select(m => KeyValuePair.Create(m.Key, m.Value))) {
            ["ScimLite:OAuth:KeyHosts:0"] = "127.0.0.1", ["ScimLite:OAuth:EntraAuthority"] = issuer.Url },
        services => services.AddSingleton<TimeProvider>(clock))).WithTenant($$""","entraTenantId":"{{entra}}" """);

    async Task<string> Register(AdminHost admin, LocalIssuer issuer, string audience, string? subject = null, string? tid = null,
        string? iss = null) => (string)(await admin.Send("POST", $"tenants/{admin.Tenant}/clients",
        new JsonObject
        {
            ["name"] = "Entra federation",
            ["federation"] = new JsonObject { ["issuer"] = iss
                ?? $"{issuer.Url}/{entra}/v2.0", ["audience"] = audience, ["subject"] = subject ?? Subject, ["tenantId"] = tid ?? entra },
        }.ToJsonString())).Is(201).Json["clientId"]!;

    JsonObject Claims(LocalIssuer issuer, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["aud"] = $"api://{App}", ["iss"] = $"{issuer.Url}/{entra}/v2.0", ["nbf"] = Seconds(0), ["exp"] = Seconds(3600),
                ["appid"] = App, ["sub"] = Subject, ["tid"] = entra,
            ["uti"] = $"{number++}",
        };
        change?.Invoke(claims);
        return claims;
    }

    // The token that Entra sends where its Secret Token is blank.
    JsonObject Own(LocalIssuer issuer, Action<JsonObject>? change = null) => Claims(issuer, c =>
    {
        (c["aud"], c["iss"], c["appid"]) = ("8adf8e6e-67b2-4cf2-a259-e3dc5476c621", $"https://sts.windows.net/{entra}/",
            "00000014-0000-0000-c000-000000000000");
        change?.Invoke(c);
    });

    long Seconds(int after) => clock.GetUtcNow().AddSeconds(after).ToUnixTimeSeconds();

    // A second later each time, so that wrong ones do not use the guesses up.
    Task<HttpAnswer> Ask(AdminHost admin, string clientId, string assertion, params (string, string)[] headers)
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        sent.Add(assertion);
        return TokenEndpointTests.Ask(admin.Host,
            $"grant_type=client_credentials&client_id={clientId}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}", headers);
    }

    async Task<HttpAnswer> Get(AdminHost admin, string token)
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        sent.Add(token);
        using var client = admin.Host.Connect(token);
        return await client.Send("GET", "Users");
    }

    static async Task<JsonObject> Newest(AdminHost admin) =>
        (await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Is(200).Json["refusals"]!.AsArray()[0]!.AsObject();

    static string Description(HttpAnswer answer)
    {
        Assert.Equal((401, "invalid_client"), (answer.Status, (string?)answer.Json["error"]));
        return (string)answer.Json["error_description"]!;
    }

    void NothingSentIsIn(string text)
    {
        foreach (var token in sent)
        {
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.All(token.Split('.').Where(part => part.Length > 20), part =>
                Assert.DoesNotContain(part, text, StringComparison.Ordinal));
        }
    }

    // Case 26: Entra shows api://{id}/.default, and the assertion has api://{id}.
    [Theory, OnBothStores]
    public async Task From_one_application_id_in_any_form_the_audiences_of_entra_are_accepted_and_their_neighbours_are_not(StoreKind store)
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer, store, ("ScimLite:PublicUrl", "https://scim.example.com"));
        foreach (var registered in (string[])[$"api://{App}/.default", App, $"api://{App}", $"api://{App}/scim.example.com",
            $"  API://{App.ToUpperInvariant()}  "])
        {
            var client = await Register(admin, issuer, registered);
            foreach (var aud in (JsonNode[])[App, $"api://{App}", $"api://{App}/.default", $"api://{App}/scim.example.com",
                App.ToUpperInvariant(), new JsonArray("https://other.example.com", $"api://{App}"), new JsonArray(App)])
            {
                Assert.Equal((registered, $"{aud}", 200),
                    (registered, $"{aud}", (await Ask(admin, client,
                    issuer.Key.Sign(Claims(issuer, c => c["aud"] = aud.DeepClone())))).Status));
            }
            foreach (var aud in (JsonNode?[])[$"api://{App}/", $"{App}/", $"api://{App}/.default/", $"api://{App}/localhost",
                $"api://{App}/scim.example.com/", $"api://{Foreign}", new JsonArray($"api://{App}/", "x"), new JsonArray(),
                new JsonArray(App, 1), null, 1, ""])
            {
                Assert.Equal((registered, $"{aud}", 401),
                    (registered, $"{aud}", (await Ask(admin, client,
                    issuer.Key.Sign(Claims(issuer, c => c["aud"] = aud?.DeepClone())))).Status));
            }
            Assert.Equal(registered, (string?)(await admin.Send("GET", $"tenants/{admin.Tenant}/clients"))
                .One("clients", "clientId", client)["federation"]!["audience"]);
        }
    }

    [Fact]
    public async Task Without_a_public_address_the_own_host_is_the_requests_and_only_a_known_proxy_names_another()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var client = await Register(admin, issuer, App);

        (await Ask(admin, client, issuer.Key.Sign(Claims(issuer, c => c["aud"] = $"api://{App}/localhost")))).Is(200);
        (await Ask(admin, client, issuer.Key.Sign(Claims(issuer, c => c["aud"] = $"api://{App}/scim.example.com")))).Is(401);
        (await Ask(admin, client, issuer.Key.Sign(Claims(issuer, c => c["aud"] = $"api://{App}/scim.example.com")),
            ("X-Forwarded-Host", "scim.example.com"))).Is(401);
        (await Ask(admin, client, issuer.Key.Sign(Claims(issuer, c => c["aud"] = $"api://{App}/scim.example.com")),
            ("Host", "scim.example.com"))).Is(200);
    }

    [Fact]
    public async Task Blanks_and_upper_case_in_the_rest_of_a_registration_do_no_harm()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var client = await Register(admin, issuer, App, $" {Subject.ToUpperInvariant()} ", $" {entra.ToUpperInvariant()}\t",
            $" {issuer.Url}/{entra}/v2.0/ ");

        (await Ask(admin, client, issuer.Key.Sign(Claims(issuer)))).Is(200);
        foreach (var blank in (string[])["", " ", "a\nb"])
        {
            (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", new JsonObject
            {
                ["name"] = "x",
                ["federation"] = new JsonObject { ["issuer"] = $"{issuer.Url}/{entra}/v2.0", ["audience"] = blank, ["subject"] = Subject,
                    ["tenantId"] = entra },
            }.ToJsonString())).Problem(400);
        }
    }

    [Fact] // RFC 7515 §4.1.11
    public async Task A_token_with_crit_is_refused_whatever_it_names()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var client = await Register(admin, issuer, App);
        foreach (var crit in (JsonNode?[])[new JsonArray("exp"), new JsonArray("http://example.com/UNDEFINED"), new JsonArray("b64"),
            new JsonArray(), "exp", null])
        {
            string Sign(JsonObject claims) => issuer.Key.SignWith(new JsonObject { ["crit"] = crit?.DeepClone(), ["exp"] = 1 }, claims);

            Assert.Contains("crit", Description(await Ask(admin, client, Sign(Claims(issuer)))), StringComparison.Ordinal);
            (await Get(admin, Sign(Own(issuer)))).Refuses(401);
            Assert.Equal("crit", (string?)(await Newest(admin))["claim"]);
        }
        (await Ask(admin, client, issuer.Key.SignWith([], Claims(issuer)))).Is(200);
    }

    [Theory, OnBothStores]
    public async Task The_answer_names_the_claim_and_what_is_expected_to_whom_the_registered_issuer_signed_for(StoreKind store)
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer, store, ("ScimLite:PublicUrl", "https://scim.example.com"));
        var client = await Register(admin, issuer, $"api://{App}/.default");
        (string Claim, string Expected, Action<JsonObject> Change, string? Received)[] cases =
        [
            ("aud", $"{App}, api://{App}, api://{App}/.default, api://{App}/scim.example.com", c =>
                c["aud"] = $"api://{Foreign}", $"api://{Foreign}"),
            ("aud", $"{App}, api://{App}, api://{App}/.default, api://{App}/scim.example.com", c => c.Remove("aud"), null),
            ("sub", Subject, c => c["sub"] = Foreign, Foreign),
            ("sub", Subject, c => c.Remove("sub"), null),
            ("tid", entra, c => c["tid"] = Foreign, Foreign),
            ("tid", entra, c => c["tid"] = new JsonArray(entra), $"[\"{entra}\"]"),
            ("exp", "a time after 20", c => c["exp"] = 1_700_000_000, "2023-11-14T22:13:20Z"),
            ("exp", "a time after 20", c => c.Remove("exp"), null),
            ("nbf", "a time before 20", c => c["nbf"] = 1_900_000_000, "2030-03-17T17:46:40Z"),
            ("sub", Subject, c => c["sub"] = new string('x', 3000) + "\n", new string('x', 200)),
            ("sub", Subject, c => c["sub"] = "a\r\nb\u202ec\"\\", "a\ufffd\ufffdb\ufffdc\"\\"),
        ];
        foreach (var (claim, expected, change, received) in cases)
        {
            var text = Description(await Ask(admin, client, issuer.Key.Sign(Claims(issuer, change))));
            Assert.StartsWith($"The {claim} of the assertion does not match. Expected: {expected}", text, StringComparison.Ordinal);
            Assert.True(text.All(c => c is >= ' ' and <= '~' and not '"' and not '\\'), text);

            var newest = await Newest(admin);
            Assert.Equal(("assertion", "Entra federation", client, claim, received),
                ((string?)newest["kind"], (string?)newest["credential"], (string?)newest["credentialId"], (string?)newest["claim"],
                    (string?)newest["received"]));
            Assert.StartsWith(expected, (string?)newest["expected"], StringComparison.Ordinal);
            Assert.Equal(Newly(clock), (string?)newest["time"]);
            NothingSentIsIn(text + newest.ToJsonString());
        }

        // The same claims again are counted and not repeated.
        var list = (await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Json["refusals"]!.AsArray();
        Assert.Equal([("sub", 4), ("nbf", 1), ("exp", 2), ("tid", 2), ("aud", 2)],
            list.Select(r => ((string)r!["claim"]!, (int)r["count"]!)));
    }

    static string Newly(TimeProvider clock) => clock.GetUtcNow().UtcDateTime
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Anybody_else_hears_nothing_of_what_is_registered_and_the_record_has_it_all_the_same()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        var client = await Register(admin, issuer, App);
        var (iss, thief) = ($"{issuer.Url}/{entra}/v2.0", new SigningKey(issuer.Key.Kid));
        var other = $"{issuer.Url}/{Foreign}/v2.0";
        var answers = new HashSet<string>();
        foreach (var (assertion, claim, received) in ((string, string, string?)[])
        [
            (issuer.Key.Sign(Claims(issuer, c => c["iss"] = other)), "iss", other),
            (thief.Sign(Claims(issuer)), "signature", null),
            (thief.Sign(Claims(issuer, c => c["sub"] = Foreign)), "signature", null),
            // A guess of the issuer that is right sounds like one that is wrong.
            (thief.Sign(Claims(issuer, c => c["iss"] = other)), "iss", other),
            (new SigningKey("kid-1").Sign(Claims(issuer)), "kid", "kid-1"),
        ])
        {
            answers.Add(Description(await Ask(admin, client, assertion)));
            var newest = await Newest(admin);
            Assert.Equal((claim, received), ((string?)newest["claim"], (string?)newest["received"]));
            Assert.Contains(issuer.Url, (string?)newest["expected"], StringComparison.Ordinal);
        }

        var said = Assert.Single(answers);
        Assert.Contains("iss or the signature", said, StringComparison.Ordinal);
        Assert.All((string[])[entra, App, Subject, iss, Foreign], fact => Assert.DoesNotContain(fact, said, StringComparison.Ordinal));
        Assert.Equal(Description(await Ask(admin, Guid.NewGuid().ToString(), issuer.Key.Sign(Claims(issuer)))),
            Description(await Ask(admin, "x", "ey.a.b")));
        Assert.Contains("form", Description(await Ask(admin, client, "ey.a.b")), StringComparison.Ordinal);
        Assert.Contains("form", Description(await Ask(admin, client, issuer.Key.Sign(Claims(issuer, c => c["exp"] = "soon")))),
            StringComparison.Ordinal);
        Assert.Contains("alg", Description(await Ask(admin, client,
            SigningKey.Compose(new JsonObject { ["alg"] = "none" }, Claims(issuer), _ => []))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_entras_own_token_the_answer_names_the_claim_where_entra_signed_it_for_this_tenant()
    {
        await using var issuer = await LocalIssuer.StartAsync();
        await using var admin = await StartAsync(issuer);
        foreach (var (claim, expected, change) in ((string, string, Action<JsonObject>)[])
        [
            ("aud", "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", c => c["aud"] = App),
            ("aud", "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", c => c["aud"] = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621/"),
            ("appid", "00000014-0000-0000-c000-000000000000", c => c["appid"] = App),
            ("exp", "a time after 20", c => c["exp"] = 1_700_000_000),
            ("nbf", "a time before 20", c => c["nbf"] = 1_900_000_000),
        ])
        {
            Assert.Contains($"the {claim} of Entra's own token does not match. Expected: {expected}",
                (await Get(admin, issuer.Key.Sign(Own(issuer, change)))).Refuses(401).Detail, StringComparison.Ordinal);
            var newest = await Newest(admin);
            Assert.Equal(("entra", claim), ((string?)newest["kind"], (string?)newest["claim"]));
        }

        // Who is no customer, and who is not Entra, hear the same.
        var forged = (await Get(admin, new SigningKey(issuer.Key.Kid).Sign(Own(issuer)))).Refuses(401).Detail;
        Assert.Equal("signature", (string?)(await Newest(admin))["claim"]);
        Assert.Equal(forged, (await Get(admin, issuer.Key
            .Sign(Own(issuer, c => c["iss"] = $"https://sts.windows.net/{Foreign}/")))).Detail);
        Assert.Equal("iss", (string?)(await Newest(admin))["claim"]);
        Assert.Equal(forged, (await Get(admin, issuer.Key
            .Sign(Own(issuer, c => (c["tid"], c["iss"]) = (Foreign, $"https://sts.windows.net/{Foreign}/"))))).Detail);
        Assert.Contains("entraTenantId", forged, StringComparison.Ordinal);
        Assert.DoesNotContain(entra, forged, StringComparison.Ordinal);
        NothingSentIsIn((await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Text + (await admin.Send("GET", "refusals")).Text);
        Assert.DoesNotContain(Foreign, (await admin.Send("GET", "refusals")).Text, StringComparison.Ordinal);
        (await Get(admin, issuer.Key.Sign(Own(issuer)))).Is(200);
    }
}
