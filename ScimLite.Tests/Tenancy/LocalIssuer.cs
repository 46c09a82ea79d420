using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace ScimLite.Tests.Tenancy;

/// <summary>An issuer of tokens on the loopback, which publishes its keys as Entra does and signs whatever a test wants.</summary>
internal sealed class LocalIssuer : IAsyncDisposable
{
    readonly WebApplication app;
    int keyReads;

    LocalIssuer(WebApplication app) => this.app = app;

    /// <summary>Scheme, host and port.</summary>
    public string Url => app.Urls.First();

    /// <summary>How often the keys were fetched.</summary>
    public int KeyReads => Volatile.Read(ref keyReads);

    /// <summary>Whether it answers 503 to everybody.</summary>
    public bool Away { get; set; }

    /// <summary>Where the metadata says that the keys are; null: at this issuer.</summary>
    public string? KeysElsewhere { get; set; }

    /// <summary>The key that signs, and is published.</summary>
    public SigningKey Key { get; set; } = new();

    public static async Task<LocalIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var issuer = new LocalIssuer(builder.Build());
        issuer.app.Use((http, next) =>
        {
            http.Response.StatusCode = issuer.Away ? 503 : 200;
            return issuer.Away ? Task.CompletedTask : next(http);
        });
        foreach (var path in (string[])["/{tid}/.well-known/openid-configuration", "/{tid}/v2.0/.well-known/openid-configuration"])
        {
            issuer.app.MapGet(path, (string tid) => Results.Json(new { issuer = $"{issuer.Url}/{tid}/v2.0", jwks_uri = issuer.KeysElsewhere ?? $"{issuer.Url}/keys" }));
        }
        issuer.app.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref issuer.keyReads);
            return Results.Content(issuer.Key.Jwks, "application/json");
        });
        await issuer.app.StartAsync();
        return issuer;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>A key pair with a key id.</summary>
internal sealed class SigningKey(string? kid = null)
{
    readonly RSA rsa = RSA.Create(2048);

    public string Kid { get; } = kid ?? Guid.NewGuid().ToString("N");

    /// <summary>The public key alone, as PEM text.</summary>
    public string PublicPem => rsa.ExportSubjectPublicKeyInfoPem();

    public string Jwks
    {
        get
        {
            var key = rsa.ExportParameters(false);
            return $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"{{Kid}}","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}]}""";
        }
    }

    /// <summary>A token with these claims, signed with RS256.</summary>
    public string Sign(JsonObject claims, string? kid = null) => Compose(new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["kid"] = kid ?? Kid }, claims,
        text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token with these claims and more header parameters, signed with RS256.</summary>
    public string SignWith(JsonObject header, JsonObject claims)
    {
        (header["alg"], header["kid"]) = ("RS256", Kid);
        return Compose(header, claims, text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>A token with any header and any signature.</summary>
    public static string Compose(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Base64UrlEncoder.Encode(header.ToJsonString())}.{Base64UrlEncoder.Encode(claims.ToJsonString())}";
        return $"{text}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(text)))}";
    }
}
