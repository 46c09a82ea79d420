namespace ScimLite.Store;

/// <summary>How the guard against mass removal stands.</summary>
public enum GuardState
{
    /// <summary>Removals are counted.</summary>
    Counting,

    /// <summary>Too many came; removals are refused until somebody decides.</summary>
    Paused,

    /// <summary>Somebody decided that removals stay refused.</summary>
    Kept,

    /// <summary>Somebody allowed removals for a time, without a limit.</summary>
    Allowed,
}

/// <summary>How the guard of a tenant stands.</summary>
/// <param name="State">The state. <see cref="GuardState.Allowed"/> ends by itself.</param>
/// <param name="Since">Since when; null where nothing happened yet.</param>
/// <param name="Until">Until when removals are allowed.</param>
/// <param name="Removals">How many removals had been made when they were paused.</param>
public sealed record GuardStatus(GuardState State, DateTimeOffset? Since, DateTimeOffset? Until, long Removals);

/// <summary>What an administrator decided about removals.</summary>
/// <param name="State">The state that is to be; <see cref="GuardState.Counting"/> counts from zero again.</param>
/// <param name="Until">Until when removals are allowed.</param>
/// <param name="Activity">What the activity log is to hold of it.</param>
public sealed record GuardDecision(GuardState State, DateTimeOffset? Until, ActivityEntry Activity)
{
    /// <summary>What the log calls it.</summary>
    internal string Outcome => State switch
    {
        GuardState.Counting => "counting",
        GuardState.Paused => "paused",
        GuardState.Kept => "kept-paused",
        GuardState.Allowed => "allowed",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>A resource that was deleted and can still be restored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Deleted">When it was deleted.</param>
/// <param name="UserName">Its userName.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Stored">Its document, as <see cref="StoredResource.Stored"/> has it.</param>
public sealed record DeletedResource(string Id, DateTimeOffset Deleted, string UserName, string DisplayName, ReadOnlyMemory<byte> Stored)
{
    /// <summary>All attributes, with those that are returned never or on request.</summary>
    public ReadOnlyMemory<byte> Whole => StoredResource.WholeOf(Stored);
}
