using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>The admin API for a tenant's Secret Tokens.</summary>
public sealed class TokenHandlers(TenantAccounts accounts, TimeProvider clock)
{
    private readonly NewTokenValidator rules = new(clock);

    /// <summary>200 with the tokens, but for what is secret of them; 404.</summary>
    public async Task<Results<Ok<TokenList>, ProblemHttpResult>> List(string tenant, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        var uses = await accounts.ReadUsesAsync(tenant, cancel).ConfigureAwait(false);
        return TypedResults.Ok(new TokenList([.. entry.Account.Tokens.Select(t => TokenView.Of(t, uses.TryGetValue(t.Id, out var used) ? used : null))]));
    }

    /// <summary>201 with the token, the only time that it is told; 400, 404; 409 when there are too many.</summary>
    public async Task<Results<Created<TokenView>, ProblemHttpResult>> Create(string tenant, NewToken body, CancellationToken cancel)
    {
        if (AdminProblems.Check(rules, body) is { } problem)
        {
            return problem;
        }
        var outcome = await accounts.IssueTokenAsync(tenant, body, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done { Token: { } token } done
            ? TypedResults.Created($"/admin/api/tenants/{tenant}/tokens/{token.Id}", TokenView.Of(token, null, done.Secret)) : AdminProblems.Of(outcome);
    }

    /// <summary>204; the token is worthless within five seconds on every replica. 404.</summary>
    public async Task<Results<NoContent, ProblemHttpResult>> Revoke(string tenant, string tokenId, CancellationToken cancel)
    {
        var outcome = await accounts.RevokeTokenAsync(tenant, tokenId, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done ? TypedResults.NoContent() : AdminProblems.Of(outcome);
    }
}
