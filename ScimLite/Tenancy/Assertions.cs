using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ScimLite.Tenancy;

/// <summary>What a JSON Web Token has to claim to be accepted.</summary>
/// <param name="KeysOf">The issuer whose published keys may have signed it.</param>
/// <param name="Issuer"><c>iss</c>.</param>
/// <param name="Audience"><c>aud</c>.</param>
/// <param name="Hosts">The names of this service that an audience may hold, see <see cref="Audience.HostsOf"/>.</param>
/// <param name="Claims">Further claims, each with exactly this value; GUIDs are compared without regard to case.</param>
public sealed record Expectation(
    string KeysOf, string Issuer, Audience Audience, IReadOnlyList<string> Hosts, IReadOnlyList<KeyValuePair<string, string>> Claims);

/// <summary>The result of checking a token.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>The token is good.</summary>
    /// <param name="EndsAt">Until when, the forgiven five minutes included.</param>
    public sealed record Good(DateTimeOffset EndsAt) : Verdict;

    /// <summary>The token is refused.</summary>
    /// <param name="Claim">The claim or header parameter that does not match; <c>form</c> or <c>signature</c> where it is none of
    /// these.</param>
    /// <param name="Expected">What is expected there.</param>
    /// <param name="Received">What the token has there, see <see cref="Excerpt.Of"/>; null where it has nothing that can be shown.</param>
    /// <param name="IsProven">Whether the expected issuer signed the token, so that its bearer belongs to that issuer.</param>
    public sealed record Bad(string Claim, string Expected, string? Received, bool IsProven) : Verdict;
}

/// <summary>Checks signed tokens from outside: RS256 alone, issuer, audience, time (five minutes are forgiven) and claims.</summary>
public sealed class Assertions(SigningKeys keys, TimeProvider clock)
{
    /// <summary>How long a token may be; Entra's have some 2,000 characters.</summary>
    public const int MostCharacters = 16_384;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = MostCharacters };

    /// <summary>Whether this has the form of a signed token; nothing is checked yet.</summary>
    public static bool IsForm(ReadOnlySpan<char> token) => token.StartsWith("ey", StringComparison.Ordinal) && token.Count('.') == 2 && token.Length <= MostCharacters;

    /// <summary>A claim of a token that may be anybody's; null when it can't be read.</summary>
    public string? Peek(string token, string claim) => Read(token) is var (_, payload) ? Text(payload, claim) : null;

    /// <summary>Checks a token.</summary>
    /// <exception cref="IssuerUnavailableException">The issuer's keys can't be fetched.</exception>
    public async ValueTask<Verdict> CheckAsync(string token, Expectation expected, CancellationToken cancel)
    {
        if (!IsForm(token) || Read(token) is not var (header, payload))
        {
            return new Verdict.Bad("form", $"a JWT of at most {MostCharacters} characters, signed with RS256", null, false);
        }
        if (Text(header, "alg") != SecurityAlgorithms.RsaSha256)
        {
            return Unproven("alg", SecurityAlgorithms.RsaSha256, header);
        }
        // RFC 7515 §4.1.11: a token with an extension that is not understood MUST be refused, and none is understood here.
        if (header.TryGetProperty("crit", out _))
        {
            return Unproven("crit", "a header without crit", header);
        }
        if (await UnsignedAsync(token, expected.KeysOf, cancel).ConfigureAwait(false) is { } claim)
        {
            // Another issuer explains a foreign signature better than the signature does.
            return Text(payload, "iss") != expected.Issuer ? Unproven("iss", expected.Issuer, payload)
                : claim == "kid" ? Unproven("kid", $"the id of a key that {expected.KeysOf} publishes", header)
                : new Verdict.Bad("signature", $"the signature of a key that {expected.KeysOf} publishes", null, false);
        }
        return Text(payload, "iss") == expected.Issuer ? Judge(payload, expected) : Unproven("iss", expected.Issuer, payload);
    }

    // Whatever the signature covers.
    private Verdict Judge(JsonElement payload, Expectation expected)
    {
        if (Audiences(payload) is not { } audiences || !expected.Audience.Accepts(audiences, expected.Hosts))
        {
            return Proven("aud", expected.Audience.Expected(expected.Hosts), Shown(payload, "aud"));
        }
        foreach (var (name, value) in expected.Claims)
        {
            if (Text(payload, name) is not { } text
                || !(text == value || (Guid.TryParseExact(value, "D", out _) && text.Equals(value, StringComparison.OrdinalIgnoreCase))))
            {
                return Proven(name, value, Shown(payload, name));
            }
        }
        var now = clock.GetUtcNow();
        if (Moment(payload, "exp") is not { } end || now >= end + Skew)
        {
            return Proven("exp", $"a time after {Written(now - Skew)}", Moment(payload, "exp") is { } ended ? Written(ended)
                : Shown(payload, "exp"));
        }
        if (payload.TryGetProperty("nbf", out _) && !(Moment(payload, "nbf") <= now + Skew))
        {
            return Proven("nbf", $"a time before {Written(now + Skew)}", Moment(payload, "nbf") is { } from ? Written(from)
                : Shown(payload, "nbf"));
        }
        return new Verdict.Good(end + Skew);
    }

    // The header parameter or part that is wrong with the signature; null when the signature is right.
    private async ValueTask<string?> UnsignedAsync(string token, string keysOf, CancellationToken cancel)
    {
        for (var missing = false; ; missing = true)
        {
            var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
            {
                // The claims are checked here, so that a refusal can name the one that failed.
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
                IssuerSigningKeys = await keys.GetAsync(keysOf, missing, cancel).ConfigureAwait(false),
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                TryAllIssuerSigningKeys = false,
            }).ConfigureAwait(false);
            if (result.IsValid)
            {
                return null;
            }
            if (result.Exception is not SecurityTokenSignatureKeyNotFoundException)
            {
                return "signature";
            }
            if (missing)
            {
                return "kid";
            }
        }
    }

    private (JsonElement Header, JsonElement Payload)? Read(string token)
    {
        try
        {
            var jwt = handler.ReadJsonWebToken(token);
            return Decode(jwt.EncodedHeader) is { } header && Decode(jwt.EncodedPayload) is { } payload ? (header, payload) : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or JsonException or SecurityTokenException)
        {
            return null;
        }
    }

    private static JsonElement? Decode(string part) =>
        JsonElement.Parse(Base64UrlEncoder.DecodeBytes(part)) is { ValueKind: JsonValueKind.Object } json ? json : null;

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // RFC 7519 §4.1.3: one text, or a list of texts.
    private static string[]? Audiences(JsonElement payload) => !payload.TryGetProperty("aud", out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            [.. value.EnumerateArray().Select(v => v.GetString()!)],
        _ => null,
    };

    // RFC 7519 §2, NumericDate: seconds since 1970, perhaps with a fraction.
    private static DateTimeOffset? Moment(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
            ? DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(seconds, 0, 200_000_000_000)) : null;

    private static string Written(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Shown(JsonElement claims, string name) => !claims.TryGetProperty(name, out var value) ? null
        : Excerpt.Of(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    private static Verdict.Bad Proven(string claim, string expected, string? received) => new(claim, expected, received, true);

    private static Verdict.Bad Unproven(string claim, string expected, JsonElement claims) =>
        new(claim, expected, Shown(claims, claim), false);
}
