using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>Which entries of the activity log an administrator wants to see; whatever is not said does not matter.</summary>
/// <param name="Failures">Whether only calls that were refused or failed.</param>
/// <param name="Resource">The id of the resource whose time line it is.</param>
/// <param name="Operation">Which operation.</param>
/// <param name="Text">What the userName or the displayName contains, in any case.</param>
public sealed record ActivityFilter(bool Failures = false, string? Resource = null, string? Operation = null, string? Text = null)
{
    /// <summary>The trail in the store that holds all of them.</summary>
    public string? Trail => Resource ?? (Failures ? ActivityRange.Failures : null);

    /// <summary>Whether every entry of the trail is wanted.</summary>
    public bool TakesAll => Operation is null && Text is null && !(Failures && Resource is not null);

    /// <summary>Whether the entry is wanted.</summary>
    public bool Matches(ActivityRecord record) =>
        (!Failures || record.Entry.Error is not null)
        && (Resource is null || record.Entry.ResourceId == Resource)
        && (Operation is null || record.Entry.Operation == Operation)
        && (Text is null || Contains(record.UserName) || Contains(record.DisplayName) || Contains(record.Entry.UserName) || Contains(record.Entry.DisplayName));

    private bool Contains(string? name) => name?.Contains(Text!, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>A page of the activity log, newest first.</summary>
/// <param name="Entries">The entries; a filter that finds little makes a short page.</param>
/// <param name="Next">The position to read on before; null at the end of the log.</param>
public sealed record ActivityPage(IReadOnlyList<ActivityRecord> Entries, long? Next);

/// <summary>Reads the activity log for people. Each page is one bounded read of the store, whatever the filter and however long the log.</summary>
public sealed class ActivityReader(IActivityStore store, SchemaCatalog catalog)
{
    /// <summary>How many entries one read looks at when a filter has to look inside.</summary>
    public const int ReadSize = 1000;

    /// <summary>Reads a page.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">Which entries.</param>
    /// <param name="before">Only entries before this position; <see cref="long.MaxValue"/> for the newest.</param>
    /// <param name="limit">At most so many, up to <see cref="ReadSize"/>.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async ValueTask<ActivityPage> ReadAsync(string tenant, ActivityFilter filter, long before, int limit, CancellationToken cancel)
    {
        // One more than is wanted tells whether there is another page.
        var count = filter.TakesAll ? limit + 1 : ReadSize;
        var read = await store.ReadActivityAsync(new ActivityRange(tenant, count) { Trail = filter.Trail, Before = before }, cancel).ConfigureAwait(false);
        ActivityRecord[] found = [.. read.Where(filter.Matches)];
        return found.Length > limit ? new ActivityPage([.. found[..limit].Select(Tell)], found[limit - 1].Sequence)
            : new ActivityPage([.. found.Select(Tell)], read.Count == count ? read[^1].Sequence : null);
    }

    /// <summary>Reads what came after a position, oldest first.</summary>
    /// <returns>The entries that the filter wants, and where to read on.</returns>
    public async ValueTask<(IReadOnlyList<ActivityRecord> Entries, long Next)> ReadOnAsync(string tenant, ActivityFilter filter, long after, CancellationToken cancel)
    {
        var read = await store.ReadActivityAsync(new ActivityRange(tenant, ReadSize) { After = after }, cancel).ConfigureAwait(false);
        return ([.. read.Where(filter.Matches).Select(Tell)], read.Count == 0 ? after : read[^1].Sequence);
    }

    /// <summary>The position of the newest entry, zero in an empty log.</summary>
    public async ValueTask<long> NewestAsync(string tenant, CancellationToken cancel) =>
        await store.ReadActivityAsync(new ActivityRange(tenant, 1), cancel).ConfigureAwait(false) is [var newest, ..] ? newest.Sequence : 0;

    // What a creation changed is told by the document that it made.
    private ActivityRecord Tell(ActivityRecord record) => record.Entry is { Created.IsEmpty: false } entry && catalog.FindType(entry.ResourceType) is { } type
        ? record with { Entry = entry with { Changes = AttributeChanges.Between(null, ScimJson.ParseStored(entry.Created.Span), type) } } : record;
}
