using System.Text.Json.Serialization;

namespace ScimLite.Tenancy;

/// <summary>A refused credential as it is recorded: facts for the administrator, never the credential.</summary>
/// <param name="Kind">
/// Of a tenant's: <c>token</c> (Secret Token), <c>secret</c> (of an OAuth client), <c>assertion</c>, <c>entra</c> (a token that Entra signed itself) or
/// <c>access-token</c>. Of nobody's: <c>bearer</c>, <c>basic</c>, <c>post</c> (a client secret in the body), <c>jwt</c>, <c>none</c> or <c>other</c>.
/// </param>
/// <param name="Reason">A sentence.</param>
public sealed record RefusedCredential(string Kind, string Reason)
{
    /// <summary>The id of the credential or its client; null where it is nobody's.</summary>
    public string? CredentialId { get; init; }

    /// <summary>What administrators call the credential or its client.</summary>
    public string? Credential { get; init; }

    /// <summary>The first six characters: of a known credential, or of an unknown one that has the form of those that are made here.</summary>
    public string? Prefix { get; init; }

    /// <summary>The claim or header parameter of a token that did not match.</summary>
    public string? Claim { get; init; }

    /// <summary>What was expected there.</summary>
    public string? Expected { get; init; }

    /// <summary>What was received there, see <see cref="Excerpt.Of"/>.</summary>
    public string? Received { get; init; }

    /// <summary>The source address of the last one.</summary>
    public string? Address { get; init; }

    /// <summary>What makes two refusals the same. A tenant's are one whatever the address, so that a flood can't displace the others.</summary>
    [JsonIgnore]
    public string Name => string.Join('\n', Kind, CredentialId ?? Address, Claim, Reason);
}

/// <summary>Why a credential is refused.</summary>
/// <param name="Tenant">Whose credential it is; null where it is nobody's.</param>
/// <param name="Credential">What is recorded.</param>
/// <param name="Detail">What the caller may be told beyond a plain refusal; null for nothing. Only the bearer of a credential that was good once,
/// or of a token that the right issuer signed, is told anything about a tenant.</param>
public sealed record Rejection(string? Tenant, RefusedCredential Credential, string? Detail = null)
{
    private const string NewToken = "Make a new Secret Token and put it into Entra's Secret Token field.";
    private const string NewSecret = "Make a new client secret and put it into Entra's Client Secret field.";

    /// <summary>A Secret Token that has expired. Its bearer knows all of it, so the bearer is told.</summary>
    public static Rejection Expired(string tenant, SecretToken token) => new(tenant,
        new RefusedCredential("token", $"The Secret Token expired on {Day(token.ExpiresAt!.Value)}.")
        {
            CredentialId = token.Id, Credential = token.Name, Prefix = token.Prefix,
        }, $"The Secret Token expired on {Day(token.ExpiresAt!.Value)}. {NewToken}");

    /// <summary>A Secret Token that was revoked.</summary>
    public static Rejection Revoked(string tenant, RevokedCredential token) => new(tenant,
        new RefusedCredential("token", $"The Secret Token was revoked on {Day(token.RevokedAt)}.")
        {
            CredentialId = token.Id, Credential = token.Name, Prefix = token.Prefix,
        }, $"The Secret Token was revoked on {Day(token.RevokedAt)}. {NewToken}");

    /// <summary>An access token whose client or secret is gone.</summary>
    public static Rejection Withdrawn(string tenant, string clientId) => new(tenant,
        new RefusedCredential("access-token", "The client or client secret that the access token was given to was revoked.") { CredentialId = clientId },
        "The access token belongs to a client or client secret that was revoked. Ask for a new access token with a current client secret.");

    /// <summary>A client secret that is none of the client's.</summary>
    public static Rejection WrongSecret(string tenant, OAuthClient client) => new(tenant,
        new RefusedCredential("secret", "The client secret is none of this client's.") { CredentialId = client.ClientId, Credential = client.Name });

    /// <summary>A client secret that has expired.</summary>
    public static Rejection Expired(string tenant, OAuthClient client, ClientSecret secret) => new(tenant,
        new RefusedCredential("secret", $"The client secret expired on {Day(secret.ExpiresAt)}.")
        {
            CredentialId = secret.SecretId, Credential = client.Name, Prefix = secret.Prefix,
        }, $"The client secret expired on {Day(secret.ExpiresAt)}. {NewSecret}");

    /// <summary>A client secret that was revoked.</summary>
    public static Rejection RevokedSecret(string tenant, RevokedCredential secret) => new(tenant,
        new RefusedCredential("secret", $"The client secret was revoked on {Day(secret.RevokedAt)}.")
        {
            CredentialId = secret.Id, Credential = secret.Name, Prefix = secret.Prefix,
        }, $"The client secret was revoked on {Day(secret.RevokedAt)}. {NewSecret}");

    /// <summary>A client that was deleted. Nobody is told: a client's id is no secret.</summary>
    public static Rejection RevokedClient(string tenant, RevokedCredential client, bool isAssertion) => new(tenant,
        new RefusedCredential(isAssertion ? "assertion" : "secret", $"The client was deleted on {Day(client.RevokedAt)}.") { CredentialId = client.Id, Credential = client.Name });

    /// <summary>An assertion for a client that has no federation.</summary>
    public static Rejection NotFederated(string tenant, OAuthClient client) => new(tenant,
        new RefusedCredential("assertion", "The client has no federation: it authenticates by its secret.") { CredentialId = client.ClientId, Credential = client.Name });

    /// <summary>An assertion that was refused. Whom the registered issuer signed it for is told the claim and what is expected; anybody else is
    /// told one sentence that does not depend on what is registered.</summary>
    public static Rejection Of(string tenant, OAuthClient client, Verdict.Bad bad) => new(tenant,
        Mismatch("assertion", "assertion", bad) with { CredentialId = client.ClientId, Credential = client.Name },
        bad.IsProven ? $"The assertion's {bad.Claim} does not match. Expected: {bad.Expected}. Correct the client's federation, or the claim."
            : bad.Claim is "alg" or "crit" or "form" ? $"The assertion's {bad.Claim} does not match. Expected: {bad.Expected}."
            : "The assertion's iss or signature does not match the issuer that is registered for this client. Compare the registered issuer with the one that Entra shows.");

    /// <summary>A token that Entra signed itself and that was refused, of an Entra tenant that is registered.</summary>
    public static Rejection Of(string tenant, Verdict.Bad bad) => new(tenant, Mismatch("entra", "token", bad) with { CredentialId = "entra", Credential = "Entra ID" },
        bad.IsProven ? $"The Secret Token is blank in Entra, and the {bad.Claim} of Entra's own token does not match. Expected: {bad.Expected}. {Compare(bad.Claim)}" : ForeignToken);

    /// <summary>A credential that belongs to nobody.</summary>
    /// <param name="kind">See <see cref="RefusedCredential"/>.</param>
    /// <param name="prefix">Its first characters, where they can't be part of somebody else's secret.</param>
    /// <param name="reason">A sentence.</param>
    public static Rejection Nobodys(string kind, string? prefix = null, string reason = "The credential is not known.") =>
        new(null, new RefusedCredential(kind, reason) { Prefix = prefix }, kind == "jwt" ? ForeignToken : null);

    // One text for an Entra tenant that is not registered and for a forged token of one that is: the answer does not say who is a customer.
    private const string ForeignToken = "The token is not accepted as one of Entra's own (Secret Token left blank). Check that entraTenantId in the tenant's settings is the "
        + "token's tid, that iss is this tenant's issuer and that Entra signed the token. Or put a Secret Token into Entra's Secret Token field.";

    private static RefusedCredential Mismatch(string kind, string word, Verdict.Bad bad) => new(kind, $"The {word}'s {bad.Claim} does not match.")
    {
        Claim = bad.Claim, Expected = bad.Expected, Received = bad.Received,
    };

    private static string Compare(string claim) => claim switch
    {
        "aud" => "Check entraAudience in the tenant's settings.",
        "exp" or "nbf" => "Check the clock of the server, and start provisioning again for a new token.",
        _ => "Only Entra's provisioning service is accepted.",
    };

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
