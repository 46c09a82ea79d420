using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ScimLite.Tenancy;

/// <summary>What a JSON Web Token has to say of itself to be believed.</summary>
/// <param name="KeysOf">Whose keys may have signed it.</param>
/// <param name="Issuer"><c>iss</c>.</param>
/// <param name="Audiences"><c>aud</c>: one of these.</param>
/// <param name="Claims">Further claims, each with exactly this value.</param>
public sealed record Expectation(string KeysOf, string Issuer, IReadOnlyList<string> Audiences, IReadOnlyDictionary<string, string> Claims);

/// <summary>Checks signed tokens from outside: RS256 alone, issuer, audience, time (five minutes are forgiven) and claims, all of them exactly.</summary>
public sealed class Assertions(SigningKeys keys, TimeProvider clock)
{
    /// <summary>How long a token may be; Entra's have some 2,000 characters.</summary>
    public const int MostCharacters = 16_384;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = MostCharacters };

    /// <summary>Whether this has the form of a signed token; nothing is checked yet.</summary>
    public static bool IsForm(ReadOnlySpan<char> token) => token.StartsWith("ey", StringComparison.Ordinal) && token.Count('.') == 2 && token.Length <= MostCharacters;

    /// <summary>A claim of a token that may be anybody's; null when it can't be read.</summary>
    public string? Peek(string token, string claim)
    {
        try
        {
            return handler.ReadJsonWebToken(token).TryGetPayloadValue<string>(claim, out var value) ? value : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    /// <summary>Checks a token.</summary>
    /// <returns>Until when it is good; null when it isn't.</returns>
    /// <exception cref="IssuerUnavailableException">Its keys can't be fetched.</exception>
    public async ValueTask<DateTimeOffset?> CheckAsync(string token, Expectation expected, CancellationToken cancel)
    {
        for (var missing = false; ; missing = true)
        {
            var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
            {
                ValidIssuer = expected.Issuer,
                ValidAudiences = expected.Audiences,
                IssuerSigningKeys = await keys.GetAsync(expected.KeysOf, missing, cancel).ConfigureAwait(false),
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                TryAllIssuerSigningKeys = false,
                LifetimeValidator = (from, to, _, _) => IsNow(from, to),
            }).ConfigureAwait(false);
            if (result.Exception is SecurityTokenSignatureKeyNotFoundException && !missing)
            {
                continue;
            }
            return result.IsValid && expected.Claims.All(c => result.Claims.TryGetValue(c.Key, out var value) && value is string text && text == c.Value)
                ? result.SecurityToken.ValidTo + Skew : null;
        }
    }

    private bool IsNow(DateTime? from, DateTime? to)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return to is not null && now < to + Skew && (from is null || now >= from - Skew);
    }
}
