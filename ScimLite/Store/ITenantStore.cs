namespace ScimLite.Store;

/// <summary>
/// What is kept of the tenants beside their directories: one versioned document for each (settings, credentials), the handles by
/// which it is found, and the grants (access tokens) given out in its name. A handle belongs to one tenant at most. Everyday
/// outcomes are values; the one exception that callers have to expect is <see cref="StoreUnavailableException"/>.
/// </summary>
public interface ITenantStore
{
    /// <summary>Reads a tenant's document; null when there is none.</summary>
    ValueTask<TenantDocument?> ReadAsync(string tenant, CancellationToken cancel);

    /// <summary>Reads the documents of all tenants, in no order.</summary>
    ValueTask<IReadOnlyList<TenantDocument>> ListAsync(CancellationToken cancel);

    /// <summary>Writes a document with its handles, in one step, if its version is still the one given; version 0: if there is none.</summary>
    /// <returns><c>Saved</c>; <c>Stale</c> when another write came first; <c>Taken</c> when a handle is another tenant's;
    /// <c>Leaving</c> when a tenant of that name is still being deleted.</returns>
    ValueTask<SaveOutcome> SaveAsync(TenantDocument document, CancellationToken cancel);

    /// <summary>Deletes a tenant's document, handles and last uses in one step, and notes that it is leaving.</summary>
    /// <param name="tenant">Which.</param>
    /// <param name="now">Since when it is leaving.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Whether there was one, or it is leaving already.</returns>
    ValueTask<bool> RemoveAsync(string tenant, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Reads who is leaving, and since when.</summary>
    ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ListLeavingAsync(CancellationToken cancel);

    /// <summary>Nothing of the tenant is left, so that its id may be given again. Last uses that were noted meanwhile go too.</summary>
    ValueTask GoneAsync(string tenant, CancellationToken cancel);

    /// <summary>Finds the tenant that a handle, or the handle of a grant that is still alive, belongs to; null when there is none.</summary>
    ValueTask<FoundTenant?> FindAsync(string handle, CancellationToken cancel);

    /// <summary>Keeps a grant under a handle of its own for as long as it lives.</summary>
    ValueTask GrantAsync(string handle, string tenant, ReadOnlyMemory<byte> grant, TimeSpan life, CancellationToken cancel);

    /// <summary>Notes when credentials were last used. An earlier use than the one known changes nothing.</summary>
    ValueTask NoteUsesAsync(string tenant, IReadOnlyDictionary<string, DateTimeOffset> uses, CancellationToken cancel);

    /// <summary>Reads when the tenant's credentials were last used, by their ids; those of the last <see cref="MostUses"/>.</summary>
    ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ReadUsesAsync(string tenant, CancellationToken cancel);

    /// <summary>Calls back with a tenant's id soon after its document was saved or removed, on whatever replica. A convenience, no
    /// guarantee: a message may be lost.</summary>
    ValueTask WatchAsync(Action<string> changed, CancellationToken cancel);

    /// <summary>Of how many credentials of a tenant the last use is kept.</summary>
    public const int MostUses = 1000;
}

/// <summary>A tenant's document as it is kept.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Version">Counts the writes, from 1; 0 is one that was never written.</param>
/// <param name="Handles">The names under which <see cref="ITenantStore.FindAsync"/> finds it, without line breaks.</param>
/// <param name="Body">What is kept; the store does not look inside.</param>
public sealed record TenantDocument(string Tenant, long Version, IReadOnlyList<string> Handles, ReadOnlyMemory<byte> Body);

/// <summary>The tenant that a handle belongs to.</summary>
/// <param name="Document">Its document.</param>
/// <param name="Grant">The grant, where the handle is a grant's.</param>
public sealed record FoundTenant(TenantDocument Document, ReadOnlyMemory<byte>? Grant);

/// <summary>What became of a write to a tenant's document.</summary>
public abstract record SaveOutcome
{
    private SaveOutcome()
    {
    }

    /// <summary>It is done.</summary>
    /// <param name="Version">The version now.</param>
    public sealed record Saved(long Version) : SaveOutcome;

    /// <summary>Another write came first.</summary>
    public sealed record Stale : SaveOutcome;

    /// <summary>The handle belongs to another tenant.</summary>
    public sealed record Taken(string Handle) : SaveOutcome;

    /// <summary>A tenant of that name is still being deleted.</summary>
    public sealed record Leaving : SaveOutcome;
}
