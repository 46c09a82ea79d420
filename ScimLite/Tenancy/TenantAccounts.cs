using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>What an administrator does with tenants and their credentials. A tenant from settings is not changed or deleted here; its
/// credentials are kept in the store like everybody's.</summary>
public sealed class TenantAccounts(Settings settings, ITenantStore store, IResourceStore directories, IRefusalStore refusals,
    TimeProvider clock)
{
    /// <summary>How many tokens or clients a tenant has at most, and how many secrets a client.</summary>
    public const int MostCredentials = 100;

    private static readonly TimeSpan SecretLife = TimeSpan.FromDays(365);

    /// <summary>All tenants, by id.</summary>
    public async ValueTask<IReadOnlyList<TenantEntry>> ListAsync(CancellationToken cancel)
    {
        var stored = (await store.ListAsync(cancel).ConfigureAwait(false)).ToDictionary(d => d.Tenant, TenantAccount.From, StringComparer.Ordinal);
        return [.. settings.Tenants.Keys.Union(stored.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(id => Show(id, stored.GetValueOrDefault(id))).OfType<TenantEntry>()];
    }

    /// <summary>One tenant; null when there is none.</summary>
    public async ValueTask<TenantEntry?> FindAsync(string tenant, CancellationToken cancel)
    {
        // A text that can't be an id is nobody's, and no part of a key.
        var document = TenantSettingsValidator.IsId(tenant) ? await store.ReadAsync(tenant, cancel).ConfigureAwait(false) : null;
        return Show(tenant, document is null ? null : TenantAccount.From(document));
    }

    /// <summary>When the tenant's credentials were last used, by the id of the token or client.</summary>
    public ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ReadUsesAsync(string tenant, CancellationToken cancel) => store.ReadUsesAsync(tenant, cancel);

    /// <summary>Makes a tenant.</summary>
    /// <param name="tenant">An id that can be one.</param>
    /// <param name="chosen">Its settings.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async ValueTask<AccountOutcome> CreateAsync(string tenant, TenantSettings chosen, CancellationToken cancel)
    {
        if (settings.Tenants.ContainsKey(tenant))
        {
            return new AccountOutcome.Conflict($"There is a tenant '{tenant}' in the settings already. Choose another id.");
        }
        if (IsEntraTaken(chosen))
        {
            return EntraTaken(chosen);
        }
        var old = await store.ReadAsync(tenant, cancel).ConfigureAwait(false);
        if (old is not null && TenantAccount.From(old).Settings is not null)
        {
            return new AccountOutcome.Conflict($"There is a tenant '{tenant}' already. Choose another id.");
        }
        // Credentials of a tenant that used to be in the settings don't come to life again.
        var account = new TenantAccount { Settings = chosen, CreatedAt = Now };
        return await store.SaveAsync(account.ToDocument(tenant, old?.Version ?? 0), cancel).ConfigureAwait(false) switch
        {
            SaveOutcome.Saved => new AccountOutcome.Done(Show(tenant, account)!),
            SaveOutcome.Taken => EntraTaken(chosen),
            SaveOutcome.Leaving => new AccountOutcome.Conflict($"A tenant '{tenant}' is being deleted. Try again in a minute, or choose another id."),
            _ => new AccountOutcome.Conflict($"There is a tenant '{tenant}' already. Choose another id."),
        };
    }

    /// <summary>Changes a tenant's settings.</summary>
    /// <param name="tenant">Which.</param>
    /// <param name="change">Makes the new settings of the old ones; may run more than once.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async ValueTask<AccountOutcome> ChangeAsync(string tenant, Func<TenantSettings, TenantSettings> change, CancellationToken cancel) =>
        settings.Tenants.ContainsKey(tenant)
            ? new AccountOutcome.Conflict($"Tenant '{tenant}' is set in the configuration. Change ScimLite:Tenants:{tenant} there and start again.")
            : await UpdateAsync(tenant, account => account with { Settings = change(account.Settings!) }, cancel).ConfigureAwait(false);

    /// <summary>Deletes a tenant with its credentials, which are worthless at once, and its directory. What requests that are still running
    /// leave behind, the <see cref="TenantSweeper"/> takes a little later; until then the id is not given again.</summary>
    public async ValueTask<AccountOutcome> DeleteAsync(string tenant, CancellationToken cancel)
    {
        if (settings.Tenants.ContainsKey(tenant))
        {
            return new AccountOutcome.Conflict($"Tenant '{tenant}' is set in the configuration. Remove ScimLite:Tenants:{tenant} there and start again.");
        }
        if (await FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return new AccountOutcome.Missing();
        }
        await store.RemoveAsync(tenant, Now, cancel).ConfigureAwait(false);
        await directories.PurgeAsync(tenant, cancel).ConfigureAwait(false);
        await refusals.ForgetAsync(tenant, cancel).ConfigureAwait(false);
        return new AccountOutcome.Done(entry);
    }

    /// <summary>Makes a Secret Token.</summary>
    /// <returns><c>Done</c> with the token itself, which can't be read again.</returns>
    public async ValueTask<AccountOutcome> IssueTokenAsync(string tenant, NewToken wanted, CancellationToken cancel)
    {
        var secret = Credential.NewSecret();
        var token = new SecretToken(Credential.NewId(), wanted.Name!.Trim(), secret[..Credential.PrefixLength], SecretHash.Of(secret).ToString(),
            Now, wanted.ExpiresAt, wanted.Scopes ?? [Scope.Provision], wanted.UserId);
        var outcome = await UpdateAsync(tenant, account => account.Tokens.Count >= MostCredentials ? null
            : account with { Tokens = [.. account.Tokens, token] }, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? done with { Token = token, Secret = secret } : outcome;
    }

    /// <summary>Revokes a Secret Token.</summary>
    public ValueTask<AccountOutcome> RevokeTokenAsync(string tenant, string tokenId, CancellationToken cancel) =>
        UpdateAsync(tenant, account => Without(account.Tokens, t => t.Id == tokenId) is { } left
            ? Remembering(account with { Tokens = left }, account.Tokens.Where(t => t.Id == tokenId)
                .Select(t => new RevokedCredential("token", t.Id, t.Name, t.Prefix, t.Hash, null, Now)))
            : account, cancel, mustChange: true);

    /// <summary>Makes a set-up link.</summary>
    /// <returns><c>Done</c> with the link's secret, which can't be read again.</returns>
    public async ValueTask<AccountOutcome> IssueSetupLinkAsync(string tenant, NewSetupLink wanted, CancellationToken cancel)
    {
        var secret = Credential.NewSecret();
        var link = new SetupLink(Credential.NewId(), wanted.Name!.Trim(), SecretHash.Of(secret).ToString(), Now, wanted.ExpiresAt ?? Now.AddDays(7));
        var outcome = await UpdateAsync(tenant, account => account.SetupLinks.Count >= MostCredentials ? null
            : account with { SetupLinks = [.. account.SetupLinks, link] }, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? done with { SetupLink = link, Secret = secret } : outcome;
    }

    /// <summary>Revokes a set-up link; sessions made with it end.</summary>
    public ValueTask<AccountOutcome> RevokeSetupLinkAsync(string tenant, string linkId, CancellationToken cancel) =>
        UpdateAsync(tenant, account => Without(account.SetupLinks, l => l.Id == linkId) is { } left ? account with { SetupLinks = left } : account, cancel, mustChange: true);

    /// <summary>The tenant and the link that a secret opens; null when it opens none, or none any more.</summary>
    public async ValueTask<(string Tenant, SetupLink Link)?> OpenSetupLinkAsync(string secret, CancellationToken cancel)
    {
        var hash = SecretHash.Of(secret).ToString();
        var found = await store.FindAsync(Credential.SetupHandle(hash), cancel).ConfigureAwait(false);
        var link = found is null ? null : TenantAccount.From(found.Document).SetupLinks.SingleOrDefault(l => Credential.Matches(secret, l.Hash));
        return link is not null && link.ExpiresAt > Now && Show(found!.Document.Tenant, TenantAccount.From(found.Document)) is not null ? (found.Document.Tenant, link) : null;
    }

    /// <summary>Whether a set-up link is still good.</summary>
    public async ValueTask<bool> IsSetupLinkAliveAsync(string tenant, string linkId, CancellationToken cancel) =>
        await FindAsync(tenant, cancel).ConfigureAwait(false) is { } entry && entry.Account.SetupLinks.Any(l => l.Id == linkId && l.ExpiresAt > Now);

    /// <summary>Registers a client of the token endpoint; one without federation gets a secret.</summary>
    /// <returns><c>Done</c> with the client and its secret, which can't be read again.</returns>
    public async ValueTask<AccountOutcome> RegisterClientAsync(string tenant, NewClient wanted, CancellationToken cancel)
    {
        var federation = wanted.Federation is { } f
            ? new Federation(f.Issuer!.Trim().TrimEnd('/'), f.Audience!, f.Subject!.Trim(), f.TenantId!.Trim().ToLowerInvariant()) : null;
        var (kept, secret) = federation is null ? MakeSecret(wanted.ExpiresAt) : (null, null);
        var client = new OAuthClient(Credential.NewId(), wanted.Name!.Trim(), Now, wanted.Scopes ?? [Scope.Provision], federation, kept is null ? [] : [kept]);
        var outcome = await UpdateAsync(tenant, account => account.Clients.Count >= MostCredentials ? null
            : account with { Clients = [.. account.Clients, client] }, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? done with { Client = client, ClientSecret = kept, Secret = secret } : outcome;
    }

    /// <summary>Removes a client; its access tokens are worthless from then on.</summary>
    public ValueTask<AccountOutcome> RemoveClientAsync(string tenant, string clientId, CancellationToken cancel) =>
        UpdateAsync(tenant, account => Without(account.Clients, c => c.ClientId == clientId) is { } left
            ? Remembering(account with { Clients = left }, account.Clients.Where(c => c.ClientId == clientId)
                .Select(c => new RevokedCredential("client", c.ClientId, c.Name, "", "", null, Now)))
            : account, cancel, mustChange: true);

    /// <summary>Gives a client one more secret, for a rotation without a gap.</summary>
    public async ValueTask<AccountOutcome> AddSecretAsync(string tenant, string clientId, NewSecret wanted, CancellationToken cancel)
    {
        var (kept, secret) = MakeSecret(wanted.ExpiresAt);
        var outcome = await UpdateClientAsync(tenant, clientId, client => client.Secrets.Count >= MostCredentials ? null
            : client with { Secrets = [.. client.Secrets, kept] }, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? done with { ClientSecret = kept, Secret = secret } : outcome;
    }

    /// <summary>Revokes a secret; access tokens given out for it are worthless from then on.</summary>
    public ValueTask<AccountOutcome> RevokeSecretAsync(string tenant, string clientId, string secretId, CancellationToken cancel) =>
        UpdateAsync(tenant, account =>
        {
            if (account.Clients.FirstOrDefault(c => c.ClientId == clientId) is not { } old
                || Without(old.Secrets, s => s.SecretId == secretId) is not { } left)
            {
                return account;
            }
            var secret = old.Secrets.First(s => s.SecretId == secretId);
            return Remembering(account with { Clients = [.. account.Clients.Select(c => c == old ? old with { Secrets = left } : c)] },
                [new RevokedCredential("secret", secretId, old.Name, secret.Prefix, secret.Hash, clientId, Now)]);
        }, cancel, mustChange: true);

    /// <summary>Finds a client of any tenant, one that was deleted lately included; null when there is none.</summary>
    public async ValueTask<FoundClient?> FindClientAsync(string clientId, CancellationToken cancel)
    {
        if (!Guid.TryParseExact(clientId, "D", out var id)
            || (await store.FindAsync(Credential.ClientHandle(id.ToString()), cancel).ConfigureAwait(false)
                ?? await store.FindAsync(Credential.DeletedClientHandle(id.ToString()), cancel).ConfigureAwait(false)) is not { } found
            || Show(found.Document.Tenant, TenantAccount.From(found.Document)) is not { } entry)
        {
            return null;
        }
        return new FoundClient(entry, entry.Account.Clients.SingleOrDefault(c => c.ClientId == id.ToString()),
            [.. entry.Account.Revoked.Where(r => r.RevokedAt + RevokedCredential.Life > Now && (r.ClientId ?? r.Id) == id.ToString())]);
    }

    /// <summary>Keeps an access token that a client was given.</summary>
    /// <returns>The token, which can't be read again.</returns>
    internal async ValueTask<string> GrantAsync(string tenant, AccessGrant grant, CancellationToken cancel)
    {
        var token = Credential.NewSecret();
        await store.GrantAsync(Credential.TokenHandle(SecretHash.Of(token).ToString()), tenant, TenancyJson.Write(grant), grant.ExpiresAt - clock.GetUtcNow(), cancel)
            .ConfigureAwait(false);
        return token;
    }

    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());

    // Of the handles this is the only one that people choose.
    private static AccountOutcome.Conflict EntraTaken(TenantSettings chosen) =>
        new($"The Entra tenant {chosen.EntraTenantId} belongs to another tenant here. Its tokens can stand for one customer alone.");

    private bool IsEntraTaken(TenantSettings chosen) =>
        chosen.EntraTenantId.Length > 0 && settings.Tenants.Values.Any(t => t.EntraTenantId == chosen.EntraTenantId);

    private (ClientSecret Kept, string Secret) MakeSecret(DateTimeOffset? expiresAt)
    {
        var secret = Credential.NewSecret();
        return (new ClientSecret(Credential.NewId(), secret[..Credential.PrefixLength], SecretHash.Of(secret).ToString(), Now, expiresAt ?? Now + SecretLife), secret);
    }

    private ValueTask<AccountOutcome> UpdateClientAsync(string tenant, string clientId, Func<OAuthClient, OAuthClient?> change, CancellationToken cancel) =>
        UpdateAsync(tenant, account =>
        {
            var old = account.Clients.FirstOrDefault(c => c.ClientId == clientId);
            if (old is null)
            {
                return account;
            }
            var next = change(old);
            return next is null || ReferenceEquals(next, old) ? (next is null ? null : account)
                : account with { Clients = [.. account.Clients.Select(c => c.ClientId == clientId ? next : c)] };
        }, cancel, mustChange: true);

    // Those that were revoked before drop out when they are too many or too old.
    private TenantAccount Remembering(TenantAccount account, IEnumerable<RevokedCredential> revoked) => account with
    {
        Revoked = [.. revoked.Concat(account.Revoked.Where(r => r.RevokedAt + RevokedCredential.Life > Now)).Take(RevokedCredential.Most)],
    };

    private static T[]? Without<T>(IReadOnlyList<T> all, Func<T, bool> which)
    {
        T[] left = [.. all.Where(item => !which(item))];
        return left.Length < all.Count ? left : null;
    }

    private TenantEntry? Show(string tenant, TenantAccount? account) =>
        settings.Tenants.TryGetValue(tenant, out var set) ? new TenantEntry(tenant, true, set, null, account ?? new TenantAccount())
        : account?.Settings is { } kept ? new TenantEntry(tenant, false, kept, account.CreatedAt, account)
        : null;

    // Read, change, write if nobody else did; a few times. Null from the change: there are too many; the same from it: nothing there to change.
    private async ValueTask<AccountOutcome> UpdateAsync(string tenant, Func<TenantAccount, TenantAccount?> change, CancellationToken cancel, bool mustChange = false)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var document = TenantSettingsValidator.IsId(tenant) ? await store.ReadAsync(tenant, cancel).ConfigureAwait(false) : null;
            var account = document is null ? null : TenantAccount.From(document);
            if (Show(tenant, account) is null)
            {
                return new AccountOutcome.Missing();
            }
            account ??= new TenantAccount { CreatedAt = Now };
            if (change(account) is not { } next)
            {
                return new AccountOutcome.Conflict($"There are {MostCredentials} already, and there can't be more. Delete what is no longer used.");
            }
            if (next.Settings is { } settled && settled != account.Settings && IsEntraTaken(settled))
            {
                return EntraTaken(settled);
            }
            if (mustChange && ReferenceEquals(next, account))
            {
                return new AccountOutcome.Missing();
            }
            switch (await store.SaveAsync(next.ToDocument(tenant, document?.Version ?? 0), cancel).ConfigureAwait(false))
            {
                case SaveOutcome.Saved:
                    return new AccountOutcome.Done(Show(tenant, next)!);
                case SaveOutcome.Taken:
                    return EntraTaken(next.Settings!);
                case SaveOutcome.Leaving:
                    return new AccountOutcome.Missing();
            }
        }
        return new AccountOutcome.Conflict("Others are changing this tenant at the same moment. Try again.");
    }
}

/// <summary>A tenant as an administrator sees it.</summary>
/// <param name="Id">The id.</param>
/// <param name="FromSettings">Whether configuration has it, rather than the store.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="CreatedAt">Since when the store has it; null where configuration does.</param>
/// <param name="Account">Its credentials.</param>
public sealed record TenantEntry(string Id, bool FromSettings, TenantSettings Settings, DateTimeOffset? CreatedAt, TenantAccount Account);

/// <summary>A client of the token endpoint, found by its id.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Client">The client; null when it was deleted.</param>
/// <param name="Revoked">What is remembered of the client itself and of its secrets that were revoked.</param>
public sealed record FoundClient(TenantEntry Tenant, OAuthClient? Client, IReadOnlyList<RevokedCredential> Revoked);

/// <summary>What became of an administrator's request.</summary>
public abstract record AccountOutcome
{
    private AccountOutcome()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Tenant">The tenant as it is now.</param>
    public sealed record Done(TenantEntry Tenant) : AccountOutcome
    {
        /// <summary>The token that was made.</summary>
        public SecretToken? Token { get; init; }

        /// <summary>The client that was made, or was given a secret.</summary>
        public OAuthClient? Client { get; init; }

        /// <summary>The client's new secret.</summary>
        public ClientSecret? ClientSecret { get; init; }

        /// <summary>The set-up link that was made.</summary>
        public SetupLink? SetupLink { get; init; }

        /// <summary>The secret itself, which is shown this once.</summary>
        public string? Secret { get; init; }
    }

    /// <summary>There is no such tenant, token, client or secret.</summary>
    public sealed record Missing : AccountOutcome;

    /// <summary>It stands against something else.</summary>
    /// <param name="Detail">A sentence for people.</param>
    public sealed record Conflict(string Detail) : AccountOutcome;
}
