namespace ScimLite.Store;

/// <summary>The tenants in this process's memory, gone at exit. It is the specification that <see cref="RedisTenantStore"/> is compared with.</summary>
public sealed class InMemoryTenantStore(TimeProvider clock) : ITenantStore
{
    private readonly Lock door = new();
    private readonly Dictionary<string, TenantDocument> documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> handles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Grant> grants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> leaving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, DateTimeOffset>> uses = new(StringComparer.Ordinal);
    private Action<string> watchers = static _ => { };

    /// <inheritdoc/>
    public ValueTask<TenantDocument?> ReadAsync(string tenant, CancellationToken cancel)
    {
        lock (door)
        {
            return ValueTask.FromResult(documents.GetValueOrDefault(tenant));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TenantDocument>> ListAsync(CancellationToken cancel)
    {
        lock (door)
        {
            return ValueTask.FromResult<IReadOnlyList<TenantDocument>>([.. documents.Values]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<SaveOutcome> SaveAsync(TenantDocument document, CancellationToken cancel)
    {
        var outcome = Save(document);
        if (outcome is SaveOutcome.Saved)
        {
            watchers(document.Tenant);
        }
        return ValueTask.FromResult(outcome);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string tenant, DateTimeOffset now, CancellationToken cancel)
    {
        lock (door)
        {
            if (!documents.Remove(tenant, out var old))
            {
                return ValueTask.FromResult(leaving.ContainsKey(tenant));
            }
            foreach (var handle in old.Handles)
            {
                handles.Remove(handle);
            }
            uses.Remove(tenant);
            leaving[tenant] = now;
        }
        watchers(tenant);
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ListLeavingAsync(CancellationToken cancel)
    {
        lock (door)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(leaving.ToDictionary());
        }
    }

    /// <inheritdoc/>
    public ValueTask GoneAsync(string tenant, CancellationToken cancel)
    {
        lock (door)
        {
            uses.Remove(tenant);
            leaving.Remove(tenant);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<FoundTenant?> FindAsync(string handle, CancellationToken cancel)
    {
        lock (door)
        {
            if (handles.TryGetValue(handle, out var owner))
            {
                return ValueTask.FromResult<FoundTenant?>(new FoundTenant(documents[owner], null));
            }
            return ValueTask.FromResult(grants.TryGetValue(handle, out var grant) && grant.Ends > clock.GetUtcNow()
                && documents.TryGetValue(grant.Tenant, out var document) ? new FoundTenant(document, grant.Body) : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask GrantAsync(string handle, string tenant, ReadOnlyMemory<byte> grant, TimeSpan life, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        lock (door)
        {
            foreach (var ended in grants.Where(g => g.Value.Ends <= now).Select(g => g.Key).ToArray())
            {
                grants.Remove(ended);
            }
            grants[handle] = new Grant(tenant, grant, now + life);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask NoteUsesAsync(string tenant, IReadOnlyDictionary<string, DateTimeOffset> uses, CancellationToken cancel)
    {
        lock (door)
        {
            if (!this.uses.TryGetValue(tenant, out var known))
            {
                this.uses[tenant] = known = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
            }
            foreach (var (credential, time) in uses)
            {
                known[credential] = known.TryGetValue(credential, out var before) && before > time ? before : time;
            }
            foreach (var surplus in known.OrderBy(u => u.Value).Take(known.Count - ITenantStore.MostUses).Select(u => u.Key).ToArray())
            {
                known.Remove(surplus);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, DateTimeOffset>> ReadUsesAsync(string tenant, CancellationToken cancel)
    {
        lock (door)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(
                uses.TryGetValue(tenant, out var known) ? known.ToDictionary() : new Dictionary<string, DateTimeOffset>());
        }
    }

    /// <inheritdoc/>
    public ValueTask WatchAsync(Action<string> changed, CancellationToken cancel)
    {
        lock (door)
        {
            watchers += changed;
        }
        return ValueTask.CompletedTask;
    }

    private SaveOutcome Save(TenantDocument document)
    {
        lock (door)
        {
            var old = documents.GetValueOrDefault(document.Tenant);
            if ((old?.Version ?? 0) != document.Version)
            {
                return new SaveOutcome.Stale();
            }
            if (old is null && leaving.ContainsKey(document.Tenant))
            {
                return new SaveOutcome.Leaving();
            }
            if (document.Handles.FirstOrDefault(h => handles.TryGetValue(h, out var owner) && owner != document.Tenant) is { } taken)
            {
                return new SaveOutcome.Taken(taken);
            }
            foreach (var handle in old?.Handles ?? [])
            {
                handles.Remove(handle);
            }
            foreach (var handle in document.Handles)
            {
                handles[handle] = document.Tenant;
            }
            documents[document.Tenant] = document with { Version = document.Version + 1 };
            return new SaveOutcome.Saved(document.Version + 1);
        }
    }

    private sealed record Grant(string Tenant, ReadOnlyMemory<byte> Body, DateTimeOffset Ends);
}
