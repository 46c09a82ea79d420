using System.Text.Json.Nodes;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Admin;

/// <summary>Signing in at the admin page with an identity provider: authorization code with PKCE, and who is let in.</summary>
public sealed class OpenIdConnectTests
{
    private const string Group = "6e1b4c7a-0000-4d5e-9f00-0000000000aa";

    [Fact]
    public async Task A_member_of_an_allowed_group_comes_in_and_may_change_something()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var admin = await StartAsync(provider, StoreKind.Redis);
        using var browser = Browse(admin);

        Assert.Equal("/admin", await SignInAsync(provider, browser, claims => claims["groups"] = new JsonArray("another", Group)));

        var session = (await browser.SendJson("GET", "/admin/session", null)).Is(200).Json;
        Assert.True(session["signedIn"]!.GetValue<bool>());
        browser.DefaultRequestHeaders.Add("X-Anti-Forgery", session["antiForgery"]!.GetValue<string>());
        (await browser.SendJson("POST", "/admin/api/tenants", $$"""{"id":"{{admin.Tenant}}"}""")).Is(201);
    }

    [Fact]
    public async Task The_provider_is_asked_again_twelve_hours_later_whatever_the_session_was_used()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var provider = await LocalProvider.StartAsync();
        await using var admin = await StartAsync(provider, services: services => services.AddSingleton<TimeProvider>(clock));
        using var browser = Browse(admin);
        Assert.Equal("/admin", await SignInAsync(provider, browser, claims => claims["groups"] = new JsonArray(Group)));
        foreach (var hours in (double[])[5, 5, 1.9])
        {
            clock.Advance(TimeSpan.FromHours(hours));
            Assert.True(await IsSignedIn(browser));
        }

        clock.Advance(TimeSpan.FromHours(0.1));

        Assert.False(await IsSignedIn(browser));
        (await browser.SendJson("GET", "/admin/api/tenants", null)).Problem(401);
        Assert.Equal("/admin#refused", await SignInAsync(provider, browser, claims => claims["groups"] = new JsonArray("another")));
        Assert.Equal("/admin", await SignInAsync(provider, browser, claims => claims["groups"] = new JsonArray(Group)));
    }

    [Fact]
    public async Task So_does_the_bearer_of_an_allowed_role()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var admin = await StartAsync(provider);
        using var browser = Browse(admin);

        Assert.Equal("/admin", await SignInAsync(provider, browser, claims => claims["roles"] = new JsonArray("ScimLite.Admin")));
        Assert.True(await IsSignedIn(browser));
    }

    [Theory]
    [InlineData("in no allowed group")]
    [InlineData("signed by somebody else")]
    [InlineData("signed by nobody, and says so")]
    [InlineData("with its signature cut off")]
    [InlineData("good later")]
    [InlineData("for another application")]
    [InlineData("of another issuer")]
    [InlineData("expired")]
    [InlineData("for another request")]
    public async Task Whose_token_is_not_as_it_has_to_be_stays_outside(string flaw)
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var admin = await StartAsync(provider);
        using var browser = Browse(admin);

        var led = await SignInAsync(provider, browser, claims =>
        {
            claims["groups"] = new JsonArray(flaw == "in no allowed group" ? "another" : Group);
            switch (flaw)
            {
                case "signed by somebody else":
                    provider.Forger = new SigningKey();
                    break;
                case "signed by nobody, and says so":
                    provider.Unsigned = "none";
                    break;
                case "with its signature cut off":
                    provider.Unsigned = "RS256";
                    break;
                case "good later":
                    claims["nbf"] = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
                    claims["exp"] = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
                    break;
                case "for another application":
                    claims["aud"] = "another-application";
                    break;
                case "of another issuer":
                    claims["iss"] = "https://issuer.example";
                    break;
                case "expired":
                    claims["exp"] = DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeSeconds();
                    break;
                case "for another request":
                    claims["nonce"] = "another";
                    break;
            }
        });

        Assert.Equal("/admin#refused", led);
        Assert.False(await IsSignedIn(browser));
    }

    [Fact]
    public async Task A_code_that_this_browser_did_not_ask_for_opens_nothing()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var admin = await StartAsync(provider);
        using var asked = Browse(admin);
        using var other = Browse(admin);

        var state = (await ChallengeAsync(provider, asked))["state"];
        var led = (await other.SendJson("GET", $"/admin/signed-in?code=the-code&state={Uri.EscapeDataString(state!)}", null)).Is(302).Header("Location");

        Assert.Equal("/admin#refused", led);
        Assert.False(await IsSignedIn(other));
    }

    [Fact]
    public async Task Without_a_provider_there_is_nowhere_to_go()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var browser = Browse(admin);

        Assert.Equal(404, (await browser.SendJson("GET", "/admin/sign-in", null)).Status);
    }

    private static Task<AdminHost> StartAsync(LocalProvider provider, StoreKind store = StoreKind.Memory, Action<IServiceCollection>? services = null) => AdminHost.StartAsync(store, new Dictionary<string, string>
    {
        ["ScimLite:OpenIdConnect:Authority"] = provider.Url,
        ["ScimLite:OpenIdConnect:ClientId"] = LocalProvider.ClientId,
        ["ScimLite:OpenIdConnect:ClientSecret"] = LocalProvider.ClientSecret,
        ["ScimLite:OpenIdConnect:AllowedGroups:0"] = Group,
        ["ScimLite:OpenIdConnect:AllowedRoles:0"] = "ScimLite.Admin",
    }, services);

    private static HttpClient Browse(AdminHost admin) => admin.Host.Connect(null);

    // Follows the way through the provider, which is sure of who is there, and tells where the browser is led in the end.
    private static async Task<string?> SignInAsync(LocalProvider provider, HttpClient browser, Action<JsonObject> claims)
    {
        var asked = await ChallengeAsync(provider, browser);
        var now = TimeProvider.System.GetUtcNow();
        provider.Claims = new JsonObject
        {
            ["iss"] = provider.Url, ["aud"] = LocalProvider.ClientId, ["sub"] = "an-administrator", ["nonce"] = asked["nonce"],
            ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        claims(provider.Claims);
        return (await browser.SendJson("GET", $"/admin/signed-in?code=the-code&state={Uri.EscapeDataString(asked["state"]!)}", null)).Is(302).Header("Location");
    }

    private static async Task<System.Collections.Specialized.NameValueCollection> ChallengeAsync(LocalProvider provider, HttpClient browser)
    {
        var address = new Uri((await browser.SendJson("GET", "/admin/sign-in", null)).Is(302).Header("Location")!);
        Assert.Equal(provider.Url + "/authorize", address.GetLeftPart(UriPartial.Path));
        var asked = HttpUtility.ParseQueryString(address.Query);
        // Query is what the code comes back in where nobody says otherwise.
        Assert.Equal(("code", null, "S256", LocalProvider.ClientId), (asked["response_type"], asked["response_mode"], asked["code_challenge_method"], asked["client_id"]));
        Assert.Equal("http://localhost/admin/signed-in", asked["redirect_uri"]);
        provider.Challenge = asked["code_challenge"]!;
        return asked;
    }

    private static async Task<bool> IsSignedIn(HttpClient browser) => (await browser.SendJson("GET", "/admin/session", null)).Is(200).Json["signedIn"]!.GetValue<bool>();
}
