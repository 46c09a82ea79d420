using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Admin;

/// <summary>An OpenID provider on the loopback: whoever comes back with a code gets the ID token that the test wants them to have.</summary>
internal sealed class LocalProvider : IAsyncDisposable
{
    public const string ClientId = "scimlite-admin", ClientSecret = "a-secret-of-the-client";

    readonly WebApplication app;

    LocalProvider(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    /// <summary>The key that is published.</summary>
    public SigningKey Key { get; } = new();

    /// <summary>The key that signs; another than the published one is a forger's.</summary>
    public SigningKey? Forger { get; set; }

    /// <summary>The algorithm that an ID token without a signature claims; null: it has one.</summary>
    public string? Unsigned { get; set; }

    /// <summary>The claims of the ID token.</summary>
    public JsonObject Claims { get; set; } = [];

    /// <summary>What the request for the code told of its verifier (RFC 7636 §4.2).</summary>
    public string Challenge { get; set; } = "";

    public static async Task<LocalProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new LocalProvider(builder.Build());
        provider.app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = provider.Url, authorization_endpoint = provider.Url + "/authorize", token_endpoint = provider.Url + "/token", jwks_uri = provider.Url + "/keys",
        }));
        provider.app.MapGet("/keys", () => Results.Content(provider.Key.Jwks, "application/json"));
        provider.app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var proven = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == provider.Challenge;
            return proven && form["client_id"] == ClientId && form["client_secret"] == ClientSecret && form["code"] == "the-code"
                ? Results.Json(new { access_token = "unused", token_type = "Bearer", id_token = provider.IdToken() })
                : Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        });
        await provider.app.StartAsync();
        return provider;
    }

    string IdToken()
    {
        var claims = Claims.DeepClone().AsObject();
        return Unsigned is not null ? SigningKey.Compose(new JsonObject { ["typ"] = "JWT", ["alg"] = Unsigned, ["kid"] = Key.Kid }, claims, _ => []) : (Forger ?? Key).Sign(claims, Key.Kid);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
