using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>The admin API for tenants.</summary>
public sealed class TenantHandlers(TenantAccounts accounts)
{
    /// <summary>200 with all tenants.</summary>
    public async Task<Ok<TenantList>> List(CancellationToken cancel) =>
        TypedResults.Ok(new TenantList([.. (await accounts.ListAsync(cancel).ConfigureAwait(false)).Select(View)]));

    /// <summary>200 with the tenant, 404.</summary>
    public async Task<Results<Ok<JsonObject>, ProblemHttpResult>> Read(string tenant, CancellationToken cancel) =>
        await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is { } entry ? TypedResults.Ok(View(entry)) : AdminProblems.Missing;

    /// <summary>201 with the tenant; 400; 409 when the id is taken.</summary>
    /// <param name="body"><c>id</c> and any settings.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<Results<Created<JsonObject>, ProblemHttpResult>> Create(JsonObject body, CancellationToken cancel)
    {
        if (!body.Remove("id", out var node) || node is not JsonValue value || !value.TryGetValue<string>(out var id) || !TenantSettingsValidator.IsId(id))
        {
            return AdminProblems.Bad($"id is missing or can't be one; allowed are {TenantSettingsValidator.AllowedId}.");
        }
        var outcome = await accounts.CreateAsync(id, TenantSettingsJson.Apply(new TenantSettings(), body), cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? TypedResults.Created($"/admin/api/tenants/{id}", View(done.Tenant)) : AdminProblems.Of(outcome);
    }

    /// <summary>200 with the tenant as it is now; 400, 404; 409 for a tenant from settings.</summary>
    /// <param name="tenant">Which.</param>
    /// <param name="body">The settings to change; null gives one its default back.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<Results<Ok<JsonObject>, ProblemHttpResult>> Change(string tenant, JsonObject body, CancellationToken cancel)
    {
        var outcome = await accounts.ChangeAsync(tenant, settings => TenantSettingsJson.Apply(settings, body), cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done done ? TypedResults.Ok(View(done.Tenant)) : AdminProblems.Of(outcome);
    }

    /// <summary>204; the tenant is gone with all it had. 400, 404; 409 for a tenant from settings.</summary>
    /// <param name="tenant">Which.</param>
    /// <param name="confirm">The id once more, as a person typed it; left out by programs, which don't slip.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<Results<NoContent, ProblemHttpResult>> Delete(string tenant, string? confirm, CancellationToken cancel)
    {
        if (confirm is not null && confirm != tenant)
        {
            return AdminProblems.Bad($"What was typed is not the tenant's id. Nothing was deleted. Type {tenant} to delete it with all its users and groups.");
        }
        var outcome = await accounts.DeleteAsync(tenant, cancel).ConfigureAwait(false);
        return outcome is AccountOutcome.Done ? TypedResults.NoContent() : AdminProblems.Of(outcome);
    }

    private static JsonObject View(TenantEntry entry)
    {
        var view = new JsonObject
        {
            ["id"] = entry.Id,
            ["displayName"] = entry.Settings.DisplayName.Length > 0 ? entry.Settings.DisplayName : entry.Id,
            ["source"] = entry.FromSettings ? "settings" : "store",
        };
        foreach (var (name, value) in TenantSettingsJson.Write(entry.Settings))
        {
            view.TryAdd(name, value?.DeepClone());
        }
        view["createdAt"] = entry.CreatedAt is { } time ? Rfc3339.Text(time) : null;
        return view;
    }
}
