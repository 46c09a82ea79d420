using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>The admin API for a tenant's clients of the token endpoint.</summary>
public sealed class ClientHandlers(TenantAccounts accounts, Settings settings, TimeProvider clock)
{
    private readonly NewClientValidator clientRules = new(clock, settings.OAuth.TrustedKeyHosts);
    private readonly NewSecretValidator secretRules = new(clock);

    /// <summary>200 with the clients, but for what is secret of them; 404.</summary>
    public async Task<Results<Ok<ClientList>, ProblemHttpResult>> List(string tenant, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        var uses = await accounts.ReadUsesAsync(tenant, cancel).ConfigureAwait(false);
        return TypedResults.Ok(new ClientList([.. entry.Account.Clients.Select(c => ClientView.Of(c, uses))]));
    }

    /// <summary>201 with the client and its secret, the only time that it is told; 400, 404; 409 when there are too many.</summary>
    public async Task<Results<Created<ClientView>, ProblemHttpResult>> Create(string tenant, NewClient body, CancellationToken cancel)
    {
        if (AdminProblems.Check(clientRules, body) is { } problem)
        {
            return problem;
        }
        var outcome = await accounts.RegisterClientAsync(tenant, body, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done { Client: { } client } done
            ? TypedResults.Created($"/admin/api/tenants/{tenant}/clients/{client.ClientId}", ClientView.Of(client) with { Secret = done.Secret, SecretId = done.ClientSecret?.SecretId })
            : AdminProblems.Of(outcome);
    }

    /// <summary>204; the client and its access tokens are worthless within five seconds on every replica. 404.</summary>
    public async Task<Results<NoContent, ProblemHttpResult>> Delete(string tenant, string clientId, CancellationToken cancel)
    {
        var outcome = await accounts.RemoveClientAsync(tenant, clientId, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done ? TypedResults.NoContent() : AdminProblems.Of(outcome);
    }

    /// <summary>201 with one more secret, the only time that it is told; 400, 404; 409 when there are too many.</summary>
    public async Task<Results<Created<SecretView>, ProblemHttpResult>> AddSecret(string tenant, string clientId, NewSecret body, CancellationToken cancel)
    {
        if (AdminProblems.Check(secretRules, body) is { } problem)
        {
            return problem;
        }
        var outcome = await accounts.AddSecretAsync(tenant, clientId, body, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done { ClientSecret: { } secret } done
            ? TypedResults.Created($"/admin/api/tenants/{tenant}/clients/{clientId}/secrets/{secret.SecretId}", SecretView.Of(secret, null, done.Secret))
            : AdminProblems.Of(outcome);
    }

    /// <summary>204; the secret and the access tokens given out for it are worthless within five seconds on every replica. 404.</summary>
    public async Task<Results<NoContent, ProblemHttpResult>> RevokeSecret(string tenant, string clientId, string secretId, CancellationToken cancel)
    {
        var outcome = await accounts.RevokeSecretAsync(tenant, clientId, secretId, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done ? TypedResults.NoContent() : AdminProblems.Of(outcome);
    }
}
