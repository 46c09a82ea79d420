using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>A user or group in a list.</summary>
public sealed record DirectoryEntry(
    string Id, string? UserName, string? DisplayName, string? ExternalId, bool? Active, string Created, string LastModified, long Version);

/// <summary>A page of users or groups, in the order of creation.</summary>
/// <param name="Resources">The users or groups.</param>
/// <param name="Next">Give it as <c>after</c> to read on; null at the end.</param>
public sealed record DirectoryPage(IReadOnlyList<DirectoryEntry> Resources, long? Next);

/// <summary>The admin API for what is in a directory. What happened to one resource is in the activity log, <c>?resource=</c>.</summary>
public sealed class DirectoryHandlers(TenantAccounts accounts, SchemaCatalog catalog, DirectoryReader reader, IResourceStore store)
{
    private const int MostLimit = 200;

    /// <summary>200 with a page: <c>?text=&amp;after=&amp;limit=</c>.</summary>
    public async Task<Results<Ok<DirectoryPage>, ProblemHttpResult>> List(
        string tenant, string kind, string? text, long? after, int? limit, CancellationToken cancel)
    {
        if (after < 0 || limit is < 1 or > MostLimit || text?.Length > 200)
        {
            return AdminProblems.Bad($"after, limit or text is out of range; allowed are a position of 0 and more, 1 to {MostLimit}, and 200 characters.");
        }
        if (TypeOf(kind) is not { } type || await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        var page = await reader.ReadAsync(tenant, type, string.IsNullOrEmpty(text) ? null : text, after ?? 0, limit ?? 50, cancel).ConfigureAwait(false);
        return TypedResults.Ok(new DirectoryPage([.. page.Resources.Select(Show)], page.Next));
    }

    /// <summary>200 with the resource as SCIM clients see it, a user with its groups, a group without its members; 404.</summary>
    public async Task<Results<Ok<JsonObject>, ProblemHttpResult>> Read(string tenant, string kind, string id, CancellationToken cancel)
    {
        if (TypeOf(kind) is not { } type || await accounts.FindAsync(tenant, cancel).ConfigureAwait(false) is null)
        {
            return AdminProblems.Missing;
        }
        var found = await store.GetAsync(new ResourceKey(tenant, type, id), type.HasGroups ? Follow.Direct : Follow.None, cancel).ConfigureAwait(false);
        if (found is null)
        {
            return AdminProblems.Missing;
        }
        var tree = ResourceView.ToTree(found with { Stored = found.Document }, type, "");
        return TypedResults.Ok(tree);
    }

    // As the last part of a SCIM address, in any case: users, groups.
    private ResourceType? TypeOf(string kind) => catalog.ResourceTypes.FirstOrDefault(t => t.Endpoint.AsSpan(1).Equals(kind, StringComparison.OrdinalIgnoreCase));

    private static DirectoryEntry Show(StoredResource resource)
    {
        var tree = ScimJson.ParseStored(resource.Document.Span);
        return new DirectoryEntry(resource.Id, Text("userName"), Text("displayName"), Text("externalId"),
            tree["active"] is JsonValue active && active.TryGetValue<bool>(out var isActive) ? isActive : null, resource.Created, resource.LastModified, resource.Version);

        string? Text(string attribute) => tree[attribute] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}
