using System.Collections.Concurrent;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// Finds whom a credential belongs to. Those from settings are always at hand; those in the store are remembered for
/// <see cref="Usable"/> and read again in the background before that, so that a known credential costs no round trip and a revoked one is
/// worthless within five seconds, even where the message of the change was lost. Secrets are known by SHA-256 alone, and compared in fixed time.
/// </summary>
public sealed class TenantRegistry
{
    /// <summary>How long what was read is believed without asking again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>How long what was read is believed at all.</summary>
    public static readonly TimeSpan Usable = TimeSpan.FromSeconds(4);

    private const int MostRemembered = 10_000;

    private readonly Dictionary<string, Tenant> fromSettings;
    private readonly Dictionary<string, KeyValuePair<string, TenantSettings>> entraOfSettings;
    private readonly Dictionary<long, Known> settled;
    private readonly ConcurrentDictionary<long, Known> remembered = new();
    private readonly ITenantStore store;
    private readonly CredentialUses uses;
    private readonly EntraTokens entraTokens;
    private readonly TimeProvider clock;

    /// <summary>Reads the tenants from settings.</summary>
    public TenantRegistry(Settings settings, ITenantStore store, CredentialUses uses, EntraTokens entraTokens, TimeProvider clock)
    {
        this.store = store;
        this.uses = uses;
        this.entraTokens = entraTokens;
        this.clock = clock;
        fromSettings = settings.Tenants.ToDictionary(t => t.Key, t => Tenant.Of(t.Key, t.Value), StringComparer.Ordinal);
        entraOfSettings = settings.Tenants.Where(t => t.Value.EntraTenantId.Length > 0).ToDictionary(t => t.Value.EntraTenantId, StringComparer.Ordinal);
        settled = settings.Tenants.Where(t => t.Value.Token.Length > 0).Select(t => new Known
        {
            Hash = SecretHash.Of(t.Value.Token),
            Identity = new Identity(fromSettings[t.Key], "Secret Token"),
        }).ToDictionary(k => k.Hash.Key);
    }

    /// <summary>Finds who bears this token.</summary>
    /// <param name="hash">The token's hash.</param>
    /// <param name="token">The token itself, which is looked into if it is one of Entra's own.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>The identity that the token belongs to, or why it is refused.</returns>
    /// <exception cref="StoreUnavailableException">It is not known here, and the store does not answer.</exception>
    public ValueTask<TokenLookup> FindAsync(SecretHash hash, ReadOnlyMemory<char> token, CancellationToken cancel)
    {
        if (Recall(hash) is not { } known || known.EndsAt <= clock.GetUtcNow())
        {
            return ReadAsync(hash, token, cancel);
        }
        if (known.ReadAt is { } readAt && clock.GetElapsedTime(readAt) > Fresh && Interlocked.Exchange(ref known.Refreshing, 1) == 0)
        {
            RefreshAside(hash, token);
        }
        known.Use?.Note(clock.GetUtcNow());
        return ValueTask.FromResult(new TokenLookup(known.Identity, null));
    }

    /// <summary>Forgets what was read of a tenant, since it has changed.</summary>
    public void Forget(string tenant)
    {
        foreach (var (key, known) in remembered)
        {
            if (known.Identity.Tenant.Id == tenant)
            {
                remembered.TryRemove(KeyValuePair.Create(key, known));
            }
        }
    }

    private Known? Recall(SecretHash hash) =>
        settled.TryGetValue(hash.Key, out var known) && known.Hash.Is(hash) ? known
        : remembered.TryGetValue(hash.Key, out known) && known.Hash.Is(hash) && clock.GetElapsedTime(known.ReadAt!.Value) < Usable ? known
        : null;

    private async ValueTask<TokenLookup> ReadAsync(SecretHash hash, ReadOnlyMemory<char> token, CancellationToken cancel)
    {
        // The time before the read counts: what the read did not see any more can't be younger.
        var readAt = clock.GetTimestamp();
        var (known, rejection) = Assertions.IsForm(token.Span)
            ? await ReadEntraAsync(hash, token.ToString(), readAt, cancel).ConfigureAwait(false)
            : await store.FindAsync(Credential.TokenHandle(hash.ToString()), cancel).ConfigureAwait(false) is { } found
                ? Read(found, hash, readAt) : (null, Rejection.Nobodys("bearer", Credential.PrefixOf(token.Span)));
        if (known is null)
        {
            remembered.TryRemove(hash.Key, out _);
            return new TokenLookup(null, rejection);
        }
        if (remembered.Count >= MostRemembered)
        {
            remembered.Clear();
        }
        remembered[hash.Key] = known;
        if (known.EndsAt <= clock.GetUtcNow())
        {
            return new TokenLookup(null, rejection ?? Rejection.Nobodys("bearer"));
        }
        known.Use!.Note(clock.GetUtcNow());
        return new TokenLookup(known.Identity, null);
    }

    private void RefreshAside(SecretHash hash, ReadOnlyMemory<char> token)
    {
        // Nobody waits for it, and it is no part of the request that happened to come first.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await ReadAsync(hash, token, CancellationToken.None).ConfigureAwait(false);
                }
                catch (Exception e) when (e is StoreUnavailableException or IssuerUnavailableException)
                {
                    // What is remembered ends by itself, and then the one who asks is told.
                }
            });
        }
    }

    // What is found, and why it is refused: now, or at its end.
    private (Known?, Rejection?) Read(FoundTenant found, SecretHash hash, long readAt)
    {
        var id = found.Document.Tenant;
        var account = TenantAccount.From(found.Document);
        if (TenantOf(id, account) is not { } tenant)
        {
            return (null, Rejection.Nobodys("bearer"));
        }
        if (found.Grant is { } stored)
        {
            var grant = TenancyJson.Read<AccessGrant>(stored);
            return account.Clients.FirstOrDefault(c => c.ClientId == grant.ClientId) is { } client
                && (grant.SecretId is null || client.Secrets.Any(s => s.SecretId == grant.SecretId))
                ? (Remembered(hash, Borne(client.Name, null, grant.Scopes), client.ClientId, grant.ExpiresAt, readAt), null)
                : (null, Rejection.Withdrawn(id, grant.ClientId));
        }
        var text = hash.ToString();
        if (account.Tokens.FirstOrDefault(t => t.Hash == text) is { } token)
        {
            return (Remembered(hash, Borne(token.Name, token.UserId, token.Scopes), token.Id, token.ExpiresAt, readAt),
                token.ExpiresAt is null ? null : Rejection.Expired(id, token));
        }
        var revoked = account.Revoked.FirstOrDefault(r => r.Hash == text && r.RevokedAt + RevokedCredential.Life > clock.GetUtcNow());
        return (null, revoked is null ? Rejection.Nobodys("bearer") : Rejection.Revoked(id, revoked));

        Identity Borne(string name, string? user, IReadOnlyList<string> scopes) =>
            new(tenant, name, user, scopes.Contains(Scope.Provision));
    }

    // Whose it is, only the Entra tenant says that it comes from; so that is asked for first, and keys are fetched for nobody else.
    private async ValueTask<(Known?, Rejection?)> ReadEntraAsync(SecretHash hash, string token, long readAt, CancellationToken cancel)
    {
        if (entraTokens.EntraTenantOf(token) is not { } entra)
        {
            return (null, Rejection.Nobodys("jwt"));
        }
        var (id, settings) = entraOfSettings.GetValueOrDefault(entra);
        var tenant = id is null ? null : fromSettings[id];
        if (tenant is null && await store.FindAsync(Credential.EntraHandle(entra), cancel).ConfigureAwait(false) is { } found
            && TenantAccount.From(found.Document) is { Settings: { } kept } && !fromSettings.ContainsKey(found.Document.Tenant))
        {
            (tenant, settings) = (Tenant.Of(found.Document.Tenant, kept), kept);
        }
        return tenant is null ? (null, Rejection.Nobodys("jwt"))
            : await entraTokens.CheckAsync(token, entra, settings!.EntraAudience, cancel).ConfigureAwait(false) switch
            {
                Verdict.Good good => (Remembered(hash, new Identity(tenant, "Entra ID"), "entra", good.EndsAt, readAt), null),
                Verdict.Bad bad => (null, Rejection.Of(tenant.Id, bad)),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
    }

    private Tenant? TenantOf(string id, TenantAccount account) =>
        fromSettings.GetValueOrDefault(id) ?? (account.Settings is { } settings ? Tenant.Of(id, settings) : null);

    private Known Remembered(SecretHash hash, Identity identity, string credential, DateTimeOffset? endsAt, long readAt) =>
        new() { Hash = hash, Identity = identity, EndsAt = endsAt, ReadAt = readAt, Use = uses.Of(identity.Tenant.Id, credential) };

    private sealed class Known
    {
        public int Refreshing;

        public required SecretHash Hash { get; init; }

        public required Identity Identity { get; init; }

        public DateTimeOffset? EndsAt { get; init; }

        public long? ReadAt { get; init; }

        public CredentialUse? Use { get; init; }
    }
}

/// <summary>The result of looking a token up: the one or the other.</summary>
/// <param name="Identity">Whose it is.</param>
/// <param name="Rejection">Why it is refused.</param>
public readonly record struct TokenLookup(Identity? Identity, Rejection? Rejection);
