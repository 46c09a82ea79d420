using System.Globalization;
using System.Text.Json.Serialization;

namespace ScimLite.Tenancy;

/// <summary>A refused credential as it is recorded: facts for the administrator, never the credential.</summary>
/// <param name="Kind">
/// Of a tenant's: <c>token</c> (Secret Token), <c>secret</c> (of an OAuth client), <c>assertion</c>, <c>entra</c> (a token that Entra
/// signed itself) or <c>access-token</c>. Of nobody's: <c>bearer</c>, <c>basic</c>, <c>post</c> (a client secret in the body), <c>jwt</c>,
/// <c>none</c> or <c>other</c>.
/// </param>
/// <param name="Reason">A sentence.</param>
public sealed record RefusedCredential(string Kind, string Reason)
{
    /// <summary>The id of the credential or its client; null where it is nobody's.</summary>
    public string? CredentialId { get; init; }

    /// <summary>What administrators call the credential or its client.</summary>
    public string? Credential { get; init; }

    /// <summary>The first six characters: of a known credential, or of an unknown one that has the form of those made here.</summary>
    public string? Prefix { get; init; }

    /// <summary>The claim or header parameter of a token that did not match.</summary>
    public string? Claim { get; init; }

    /// <summary>What was expected there.</summary>
    public string? Expected { get; init; }

    /// <summary>What was received there, see <see cref="Excerpt.Of"/>.</summary>
    public string? Received { get; init; }

    /// <summary>The source address of the last one.</summary>
    public string? Address { get; init; }

    /// <summary>What makes two refusals the same. A tenant's are one whatever the address: a flood can't displace the others.</summary>
    [JsonIgnore]
    public string Name => string.Join('\n', Kind, CredentialId ?? Address, Claim, Reason);
}

/// <summary>Why a credential is refused.</summary>
/// <param name="Tenant">Whose credential it is; null where it is nobody's.</param>
/// <param name="Credential">What is recorded.</param>
/// <param name="Detail">What the answer may say beyond a plain refusal; null for nothing. It holds facts of a tenant only for the bearer of
/// a credential that was good once, or of a token that the right issuer signed.</param>
public sealed record Rejection(string? Tenant, RefusedCredential Credential, string? Detail = null)
{
    /// <summary>The reason for credentials that were not looked up, see <see cref="GuessLimits"/>.</summary>
    public const string TooMany = "Too many wrong credentials came from this address.";

    /// <summary>The reason for credentials that were looked up and not found.</summary>
    public const string Unknown = "The credential is not known.";

    private const string NewToken = "Make a new Secret Token and put it into Entra's Secret Token field.";
    private const string NewSecret = "Make a new client secret and put it into Entra's Client Secret field.";
    private const string Clocks = "Check the clock of the server, and let Entra fetch a new token.";

    // One text for an Entra tenant that is not registered and for a forged token of one that is: the answer does not say who is a customer.
    private const string ForeignToken =
        "The token is not accepted as one of Entra's own (Secret Token left blank). Check that entraTenantId in the tenant's settings is "
        + "the token's tid, that iss is this tenant's issuer and that Entra signed the token. "
        + "Or put a Secret Token into Entra's Secret Token field.";

    /// <summary>A Secret Token that has expired. Its bearer knows all of it, so the answer says so.</summary>
    public static Rejection Expired(string tenant, SecretToken token) =>
        Ended(tenant, "token", token.Id, token.Name, token.Prefix, $"The Secret Token expired on {Day(token.ExpiresAt!.Value)}.", NewToken);

    /// <summary>A Secret Token that was revoked.</summary>
    public static Rejection Revoked(string tenant, RevokedCredential token) =>
        Ended(tenant, "token", token.Id, token.Name, token.Prefix, $"The Secret Token was revoked on {Day(token.RevokedAt)}.", NewToken);

    /// <summary>A client secret that has expired.</summary>
    public static Rejection Expired(string tenant, OAuthClient client, ClientSecret secret) => Ended(
        tenant, "secret", secret.SecretId, client.Name, secret.Prefix, $"The client secret expired on {Day(secret.ExpiresAt)}.", NewSecret);

    /// <summary>A client secret that was revoked.</summary>
    public static Rejection RevokedSecret(string tenant, RevokedCredential secret) => Ended(
        tenant, "secret", secret.Id, secret.Name, secret.Prefix, $"The client secret was revoked on {Day(secret.RevokedAt)}.", NewSecret);

    /// <summary>An access token whose client or secret was revoked.</summary>
    public static Rejection Withdrawn(string tenant, string clientId) => new(
        tenant, Of("access-token", "The access token belongs to a client or client secret that was revoked.", clientId, null),
        "The access token belongs to a client or client secret that was revoked. Get a new access token with a current client secret.");

    /// <summary>A client secret that is none of the client's.</summary>
    public static Rejection WrongSecret(string tenant, OAuthClient client) =>
        new(tenant, Of("secret", "The client secret is none of this client's.", client.ClientId, client.Name));

    /// <summary>A client that was deleted. The answer does not say so: a client's id is no secret.</summary>
    public static Rejection RevokedClient(string tenant, RevokedCredential client, bool isAssertion) =>
        new(tenant, Of(isAssertion ? "assertion" : "secret", $"The client was deleted on {Day(client.RevokedAt)}.", client.Id,
            client.Name));

    /// <summary>An assertion for a client that has no federation.</summary>
    public static Rejection NotFederated(string tenant, OAuthClient client) =>
        new(tenant, Of("assertion", "The client has no federation: it authenticates by its secret.", client.ClientId, client.Name));

    /// <summary>An assertion that was refused. The answer names the claim and what is expected where the registered issuer signed the
    /// assertion. Otherwise it is one sentence that does not depend on what is registered.</summary>
    public static Rejection Of(string tenant, OAuthClient client, Verdict.Bad bad)
    {
        var mismatch = $"The {bad.Claim} of the assertion does not match. Expected: {bad.Expected}.";
        return new Rejection(
            tenant, Mismatch("assertion", "assertion", bad) with { CredentialId = client.ClientId, Credential = client.Name },
            bad.IsProven ? $"{mismatch} {(IsTime(bad) ? Clocks : "Compare the federation of the client with what Entra shows.")}"
                : bad.Claim is "alg" or "crit" or "form" ? mismatch
                : "The iss or the signature of the assertion does not match the issuer that is registered for this client. "
                    + "Compare it with the issuer that Entra shows.");
    }

    /// <summary>A token that Entra signed itself and that was refused, of an Entra tenant that is registered.</summary>
    public static Rejection Of(string tenant, Verdict.Bad bad)
    {
        var remedy = bad.Claim == "aud" ? "Check entraAudience in the tenant's settings."
            : IsTime(bad) ? Clocks : "Only Entra's provisioning service is accepted.";
        return new Rejection(tenant, Mismatch("entra", "token", bad) with { CredentialId = "entra", Credential = "Entra ID" },
            !bad.IsProven ? ForeignToken : $"The Secret Token is blank in Entra, and the {bad.Claim} of Entra's own token does not match. "
                + $"Expected: {bad.Expected}. {remedy}");
    }

    /// <summary>A credential that belongs to nobody.</summary>
    /// <param name="kind">See <see cref="RefusedCredential"/>.</param>
    /// <param name="prefix">Its first characters, where it has the form of the secrets made here.</param>
    /// <param name="reason">A sentence.</param>
    public static Rejection Nobodys(string kind, string? prefix = null, string reason = Unknown) =>
        new(null, new RefusedCredential(kind, reason) { Prefix = prefix }, kind == "jwt" ? ForeignToken : null);

    private static Rejection Ended(string tenant, string kind, string id, string name, string prefix, string reason, string remedy) =>
        new(tenant, Of(kind, reason, id, name) with { Prefix = prefix }, $"{reason} {remedy}");

    private static RefusedCredential Of(string kind, string reason, string id, string? name) =>
        new(kind, reason) { CredentialId = id, Credential = name };

    private static RefusedCredential Mismatch(string kind, string word, Verdict.Bad bad) =>
        new(kind, $"The {bad.Claim} of the {word} does not match.") { Claim = bad.Claim, Expected = bad.Expected, Received = bad.Received };

    private static bool IsTime(Verdict.Bad bad) => bad.Claim is "exp" or "nbf";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
