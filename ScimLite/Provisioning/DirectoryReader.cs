using System.Globalization;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>A page of a directory for people.</summary>
/// <param name="Resources">The resources; a text that few have makes a short page.</param>
/// <param name="Next">The position to read on behind; null at the end.</param>
public sealed record DirectoryStretch(IReadOnlyList<StoredResource> Resources, long? Next);

/// <summary>Reads users and groups for people. Each page is one bounded read, whatever is looked for and however large the directory: whoever
/// has the text as a whole for a name, an id or an address comes first, through the indexes; then those that have it in their names, stretch by stretch.</summary>
public sealed class DirectoryReader(IResourceStore store)
{
    /// <summary>How many resources one read looks at when a text has to be looked for inside.</summary>
    public const int ReadSize = 1000;

    /// <summary>Reads a page in the order of creation.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="type">Of which type.</param>
    /// <param name="text">What a name has to contain, in any case; null takes all.</param>
    /// <param name="after">Zero, then the <see cref="DirectoryStretch.Next"/> of the page before.</param>
    /// <param name="limit">At most so many, as far as they lie in one stretch.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async ValueTask<DirectoryStretch> ReadAsync(string tenant, ResourceType type, string? text, long after, int limit, CancellationToken cancel)
    {
        if (text is null)
        {
            var page = await ReadOnAsync(tenant, type, after, limit, cancel).ConfigureAwait(false);
            return new DirectoryStretch(page.Resources, Behind(page));
        }
        var exact = after > 0 ? [] : await FindAsync(tenant, type, text, cancel).ConfigureAwait(false);
        var batch = await ReadOnAsync(tenant, type, after, ReadSize, cancel).ConfigureAwait(false);
        return new DirectoryStretch([.. exact.Concat(batch.Resources.Where(r => Contains(r, text))).DistinctBy(r => r.Id)], Behind(batch));
    }

    // The positions of the order of creation are its sequence numbers.
    private async ValueTask<ResourcePage> ReadOnAsync(string tenant, ResourceType type, long after, int count, CancellationToken cancel) => (await store.QueryAsync(
        new ResourceQuery(tenant, type, new Lookup.All(), 0, count, Follow.None) { From = new Boundary(after.ToString(CultureInfo.InvariantCulture), After: true) }, cancel).ConfigureAwait(false))!;

    private static long? Behind(ResourcePage page) => page.More ? long.Parse(page.Positions[^1], CultureInfo.InvariantCulture) : null;

    private async ValueTask<IReadOnlyList<StoredResource>> FindAsync(string tenant, ResourceType type, string text, CancellationToken cancel)
    {
        var lookups = type.Indexed.Select(i => (Lookup)new Lookup.ByTerm(new IndexTerm(i, text))).Prepend(new Lookup.ById(text, null));
        var pages = await Task.WhenAll(lookups.Select(l => store.QueryAsync(new ResourceQuery(tenant, type, l, 0, 20, Follow.None), cancel).AsTask())).ConfigureAwait(false);
        // What an index that is being built would find is found further on by its names alone.
        return [.. pages.SelectMany(p => p?.Resources ?? [])];
    }

    private static bool Contains(StoredResource resource, string text)
    {
        var tree = ScimJson.ParseStored(resource.Document.Span);
        return Has("userName") || Has("displayName");

        bool Has(string attribute) => tree[attribute] is JsonValue value && value.TryGetValue<string>(out var name) && name.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
