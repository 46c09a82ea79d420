using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>What an administrator decides about removals: <c>allow</c> for some hours, <c>keep-paused</c>, or <c>count</c> from zero again.</summary>
/// <param name="Decision">Which.</param>
/// <param name="Hours">For how many hours removals are allowed without a limit, 1 to 168; 24 where nobody says.</param>
public sealed record GuardChoice(string? Decision, int? Hours);

/// <summary>A user that can be restored.</summary>
public sealed record DeletedView(string Id, string UserName, string DisplayName, DateTimeOffset DeletedAt, DateTimeOffset RestorableUntil);

/// <summary>A page of them, last deleted first.</summary>
/// <param name="Deleted">The users.</param>
/// <param name="Next">Give it as <c>start</c> to read on; null at the end.</param>
public sealed record DeletedList(IReadOnlyList<DeletedView> Deleted, int? Next);

/// <summary>The admin API for how a tenant fares: its health card, the guard against mass removal, and its deleted users.</summary>
public sealed class CareHandlers(
    TenantAccounts accounts, IActivityStore store, CallRecorder calls, Refusals refusals, ActivityLog log, DeletedUsers deleted,
    SchemaCatalog catalog, Validation.RestoreSettings restore,
    TimeProvider clock)
{
    private const int MostDeleted = 200;

    /// <summary>What the log calls an administrator.</summary>
    private const string Administrator = "administrator";

    /// <summary>200 with the health card. What this process counted lately is told to the store first.</summary>
    public async Task<Results<Ok<StatusView>, ProblemHttpResult>> Status(string tenant, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        await calls.FlushAsync(tenant, cancel).ConfigureAwait(false);
        var (refused, lastHour) = await refusals.ReadAsync(tenant, cancel).ConfigureAwait(false);
        var status = await store.ReadStatusAsync(tenant, cancel).ConfigureAwait(false);
        return TypedResults.Ok(StatusView.Of(entry, status, RefusalSummary.Of(refused, lastHour), clock.GetUtcNow()));
    }

    /// <summary>200 with how the guard stands now.</summary>
    public async Task<Results<Ok<GuardView>, ProblemHttpResult>> Decide(HttpContext http, string tenant, GuardChoice choice, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        GuardState? state = choice.Decision switch { "allow" => GuardState.Allowed, "keep-paused" => GuardState.Kept, "count" => GuardState.Counting, _ => null };
        if (state is null || choice.Hours is < 1 or > 168)
        {
            return AdminProblems.Bad("decision is allow (for hours, 1 to 168, 24 unless given), keep-paused, or count (from zero again).");
        }
        var now = clock.GetUtcNow();
        DateTimeOffset? until = state == GuardState.Allowed ? now.AddHours(choice.Hours ?? 24) : null;
        await store.DecideAsync(tenant, new GuardDecision(state.Value, until, log.Decision(Administrator, Correlation.Id(http))), cancel).ConfigureAwait(false);
        return TypedResults.Ok(GuardView.Of(entry, (await store.ReadStatusAsync(tenant, cancel).ConfigureAwait(false)).Guard, now));
    }

    /// <summary>200 with the users that can be restored: <c>?start=&amp;limit=</c>.</summary>
    public async Task<Results<Ok<DeletedList>, ProblemHttpResult>> ListDeleted(string tenant, int? start, int? limit, CancellationToken cancel)
    {
        var (from, count) = (start ?? 0, limit ?? 50);
        if (from < 0 || count is < 1 or > MostDeleted)
        {
            return AdminProblems.Bad($"start or limit is out of range; allowed are 0 and more, and 1 to {MostDeleted}.");
        }
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        var page = await deleted.ListAsync(tenant, catalog.User, from, count + 1, cancel).ConfigureAwait(false);
        return TypedResults.Ok(new DeletedList(
            [.. page.Take(count).Select(d => new DeletedView(d.Id, d.UserName, d.DisplayName, d.Deleted, d.Deleted.AddDays(restore.Days)))],
            page.Count > count ? from + count : null));
    }

    /// <summary>204; 404 when no such user was deleted lately; 409 when its userName or externalId was taken meanwhile.</summary>
    public async Task<Results<NoContent, ProblemHttpResult>> Restore(HttpContext http, string tenant, string user, CancellationToken cancel)
    {
        if (await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is not { } entry)
        {
            return AdminProblems.Missing;
        }
        var caller = new Caller(tenant, Administrator, Dialect.Entra, true, Correlation.Id(http), "")
        {
            UniqueExternalId = entry.Settings.UniqueExternalId,
        };
        return await deleted.RestoreAsync(caller, catalog.User, user, cancel).ConfigureAwait(false) is Provisioned.Refused { Error: var error }
            ? error.Status == 404 ? AdminProblems.Missing : TypedResults.Problem(error.Detail, statusCode: error.Status)
            : TypedResults.NoContent();
    }
}
