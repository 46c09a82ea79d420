using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>What the store keeps of a tenant: its settings, unless configuration has them, and its credentials.</summary>
public sealed record TenantAccount
{
    /// <summary>The settings; null where configuration has them, and the store the credentials alone.</summary>
    public TenantSettings? Settings { get; init; }

    /// <summary>Since when there is such a tenant.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The Secret Tokens, oldest first.</summary>
    public IReadOnlyList<SecretToken> Tokens { get; init; } = [];

    /// <summary>The OAuth clients, oldest first.</summary>
    public IReadOnlyList<OAuthClient> Clients { get; init; } = [];

    /// <summary>The set-up links for the customer's own administrator, oldest first.</summary>
    public IReadOnlyList<SetupLink> SetupLinks { get; init; } = [];

    /// <summary>The credentials that were revoked lately, latest first, so that a caller who still uses one can be recognised.</summary>
    public IReadOnlyList<RevokedCredential> Revoked { get; init; } = [];

    /// <summary>The account as the store keeps it.</summary>
    internal TenantDocument ToDocument(string tenant, long version) => new(tenant, version,
        [
            .. Tokens.Select(t => Credential.TokenHandle(t.Hash)), .. Clients.Select(c => Credential.ClientHandle(c.ClientId)),
            .. SetupLinks.Select(l => Credential.SetupHandle(l.Hash)), .. Revoked.Select(r => r.Handle).OfType<string>(),
            .. Settings is { EntraTenantId: { Length: > 0 } entra } ? (string[])[Credential.EntraHandle(entra)] : [],
        ],
        TenancyJson.Write(this));

    /// <summary>Reads what <see cref="ToDocument"/> wrote.</summary>
    internal static TenantAccount From(TenantDocument document) => TenancyJson.Read<TenantAccount>(document.Body);
}

/// <summary>A Secret Token as it is kept: what it is can't be read back.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Prefix">Its first characters, to tell tokens apart by.</param>
/// <param name="Hash">Its SHA-256, small hexadecimal letters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null: when it is revoked.</param>
/// <param name="Scopes">What it is good for, see <see cref="Scope"/>.</param>
/// <param name="UserId">The user that its bearer stands for (<c>/Me</c>); null: none.</param>
public sealed record SecretToken(
    string Id, string Name, string Prefix, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Scopes, string? UserId);

/// <summary>A client of the token endpoint, RFC 6749 §2.</summary>
/// <param name="ClientId">The client's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Scopes">What its access tokens may be good for.</param>
/// <param name="Federation">Whose assertions stand for it (RFC 7523); null: nobody's.</param>
/// <param name="Secrets">Its secrets, oldest first.</param>
public sealed record OAuthClient(
    string ClientId, string Name, DateTimeOffset CreatedAt, IReadOnlyList<string> Scopes, Federation? Federation, IReadOnlyList<ClientSecret> Secrets);

/// <summary>A secret of a client as it is kept.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Prefix">Its first characters.</param>
/// <param name="Hash">Its SHA-256, small hexadecimal letters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; no access token is given out for it from then on.</param>
public sealed record ClientSecret(string SecretId, string Prefix, string Hash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A credential that was revoked, as it is remembered for <see cref="Life"/>: it opens nothing.</summary>
/// <param name="Kind"><c>token</c>, <c>client</c> or <c>secret</c>.</param>
/// <param name="Id">The id of the token, client or secret.</param>
/// <param name="Name">The name of the token or client.</param>
/// <param name="Prefix">Its first characters; empty for a client.</param>
/// <param name="Hash">Its SHA-256, small hexadecimal letters; empty for a client.</param>
/// <param name="ClientId">The client of a secret.</param>
/// <param name="RevokedAt">When it was revoked.</param>
public sealed record RevokedCredential(
    string Kind, string Id, string Name, string Prefix, string Hash, string? ClientId, DateTimeOffset RevokedAt)
{
    /// <summary>How many a tenant remembers.</summary>
    public const int Most = 50;

    /// <summary>How long one is remembered.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Under which handle the store finds it; null for a secret, which is found by its client.</summary>
    internal string? Handle => Kind switch
    {
        "token" => Credential.TokenHandle(Hash),
        "client" => Credential.DeletedClientHandle(Id),
        _ => null,
    };
}

/// <summary>Whose assertions stand for a client: all of this has to match (workload identity federation).</summary>
/// <param name="Issuer"><c>iss</c>, such as <c>https://login.microsoftonline.com/{tenantId}/v2.0</c>.</param>
/// <param name="Audience"><c>aud</c> as it was registered, such as <c>api://{appid}/.default</c>; see
/// <see cref="Tenancy.Audience"/>.</param>
/// <param name="Subject"><c>sub</c>: the object id of the service principal.</param>
/// <param name="TenantId"><c>tid</c>: the Entra tenant.</param>
public sealed record Federation(string Issuer, string Audience, string Subject, string TenantId);

/// <summary>A link with which a customer's administrator connects one tenant, as it is kept. Its secret is 256 random bits that only the store's hash
/// recognises, which says as much as a signature would, and can be revoked.</summary>
/// <param name="Id">The link's id.</param>
/// <param name="Name">Who got it.</param>
/// <param name="Hash">Its secret's SHA-256, small hexadecimal letters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record SetupLink(string Id, string Name, string Hash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>What the store keeps of an access token under the token's hash.</summary>
/// <param name="ClientId">The client that it was given to; without that client it is worth nothing.</param>
/// <param name="SecretId">The secret that it was given for; null for an assertion. Without that secret it is worth nothing.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record AccessGrant(string ClientId, string? SecretId, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);

/// <summary>How the store's documents are written. Not source-generated: generated code gives an init property that an older document doesn't
/// have its type's default and not its own.</summary>
internal static class TenancyJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { BeginAsOlder } },
    };

    // What a document of an earlier build does not have is off where a directory may hold what the setting forbids.
    private static void BeginAsOlder(JsonTypeInfo type)
    {
        if (type.Type == typeof(TenantSettings))
        {
            type.CreateObject = static () => new TenantSettings { UniqueExternalId = false };
        }
    }

    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    public static T Read<T>(ReadOnlyMemory<byte> document) => JsonSerializer.Deserialize<T>(document.Span, Options)!;
}
