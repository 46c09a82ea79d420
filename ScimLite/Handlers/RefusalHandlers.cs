using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>A refused credential as the admin API shows it. The credential itself is not known here.</summary>
/// <param name="Time">When it was last refused.</param>
/// <param name="Kind">What it is, see <see cref="RefusedCredential"/>.</param>
/// <param name="Credential">The name of the credential or its client.</param>
/// <param name="CredentialId">The id of the token, secret or client.</param>
/// <param name="Prefix">Its first six characters, where they are known.</param>
/// <param name="Reason">Why it was refused: a sentence.</param>
/// <param name="Claim">The claim or header parameter of a token that did not match.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Received">What was received there, at most 200 characters; absent where the token has no such claim.</param>
/// <param name="Address">The source address of the last one.</param>
/// <param name="Count">How often it was refused.</param>
public sealed record RefusalView(
    DateTimeOffset Time, string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Credential,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CredentialId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Prefix, string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Claim,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Expected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Received,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address, long Count)
{
    /// <summary>Shows one.</summary>
    public static RefusalView Of(RecordedRefusal refusal)
    {
        var c = refusal.Credential;
        return new RefusalView(refusal.Time, c.Kind, c.Credential, c.CredentialId, c.Prefix, c.Reason, c.Claim, c.Expected, c.Received,
            c.Address, refusal.Count);
    }
}

/// <summary>The refused credentials, newest first.</summary>
public sealed record RefusalList(IReadOnlyList<RefusalView> Refusals);

/// <summary>The refused credentials on the health card.</summary>
/// <param name="LastHour">How many calls were refused for their credential in the last 60 minutes.</param>
/// <param name="Latest">The latest of them; null when there was none in that time.</param>
public sealed record RefusalSummary(long LastHour, RefusalView? Latest)
{
    /// <summary>Sums up the record of a tenant.</summary>
    public static RefusalSummary Of(IReadOnlyList<RecordedRefusal> refusals, long lastHour) =>
        new(lastHour, lastHour > 0 && refusals.Count > 0 ? RefusalView.Of(refusals[0]) : null);
}

/// <summary>The admin API for refused credentials.</summary>
public sealed class RefusalHandlers(TenantAccounts accounts, Refusals refusals)
{
    /// <summary>200 with the tenant's own credentials that were refused, revoked and expired ones included; 404.</summary>
    public async Task<Results<Ok<RefusalList>, ProblemHttpResult>> OfTenant(string tenant, CancellationToken cancel) =>
        await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is null ? AdminProblems.Missing
            : TypedResults.Ok(await ListAsync(tenant, cancel).ConfigureAwait(false));

    /// <summary>200 with the refused credentials that belong to nobody.</summary>
    public async Task<Ok<RefusalList>> OfNobody(CancellationToken cancel) =>
        TypedResults.Ok(await ListAsync("", cancel).ConfigureAwait(false));

    private async Task<RefusalList> ListAsync(string tenant, CancellationToken cancel)
    {
        var (list, _) = await refusals.ReadAsync(tenant, cancel).ConfigureAwait(false);
        return new RefusalList([.. list.Select(RefusalView.Of)]);
    }
}
