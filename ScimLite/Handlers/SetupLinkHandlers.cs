using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>A set-up link as the admin API shows it.</summary>
/// <param name="Id">The link's id.</param>
/// <param name="Name">Who got it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When somebody last signed in with it; null: never.</param>
/// <param name="Secret">What stands behind <c>/admin#setup=</c>, in the answer that made it and never again.</param>
public sealed record SetupLinkView(
    string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret);

/// <summary>The set-up links of a tenant, oldest first.</summary>
public sealed record SetupLinkList(IReadOnlyList<SetupLinkView> Links);

/// <summary>The admin API for the links with which a customer's administrator connects a tenant.</summary>
public sealed class SetupLinkHandlers(TenantAccounts accounts, TimeProvider clock)
{
    private readonly NewSetupLinkValidator rules = new(clock);

    /// <summary>200 with the links, but for what is secret of them; 404.</summary>
    public async Task<Results<Ok<SetupLinkList>, ProblemHttpResult>> List(string tenant, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        var uses = await accounts.ReadUsesAsync(tenant, cancel).ConfigureAwait(false);
        return TypedResults.Ok(new SetupLinkList([.. entry.Account.SetupLinks.Select(l => View(l, uses.TryGetValue(l.Id, out var used) ? used : null))]));
    }

    /// <summary>201 with the link's secret, the only time that it is told; 400, 404; 409 when there are too many.</summary>
    public async Task<Results<Created<SetupLinkView>, ProblemHttpResult>> Create(string tenant, NewSetupLink body, CancellationToken cancel)
    {
        if (AdminProblems.Check(rules, body) is { } problem)
        {
            return problem;
        }
        var outcome = await accounts.IssueSetupLinkAsync(tenant, body, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done { SetupLink: { } link } done
            ? TypedResults.Created($"/admin/api/tenants/{tenant}/setup-links/{link.Id}", View(link, null, done.Secret)) : AdminProblems.Of(outcome);
    }

    /// <summary>204; sessions made with it end at their next call. 404.</summary>
    public async Task<Results<NoContent, ProblemHttpResult>> Revoke(string tenant, string linkId, CancellationToken cancel)
    {
        var outcome = await accounts.RevokeSetupLinkAsync(tenant, linkId, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done ? TypedResults.NoContent() : AdminProblems.Of(outcome);
    }

    private static SetupLinkView View(SetupLink link, DateTimeOffset? lastUsed, string? secret = null) =>
        new(link.Id, link.Name, link.CreatedAt, link.ExpiresAt, lastUsed, secret);
}
