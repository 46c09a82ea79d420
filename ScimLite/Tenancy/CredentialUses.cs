using System.Collections.Concurrent;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>When each credential was last used. A request writes one number; the store is told of all of them every few seconds.</summary>
public sealed class CredentialUses(ITenantStore store, TimeProvider clock, ILogger<CredentialUses> logger) : BackgroundService
{
    /// <summary>How often the store is told.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Tenant, string Credential), CredentialUse> known = new();

    /// <summary>The use of one credential.</summary>
    public CredentialUse Of(string tenant, string credential) => known.GetOrAdd((tenant, credential), static _ => new CredentialUse());

    /// <summary>Tells the store what it doesn't know yet.</summary>
    public async Task WriteAsync(CancellationToken cancel)
    {
        foreach (var tenant in known.GroupBy(u => u.Key.Tenant))
        {
            var times = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
            foreach (var (key, use) in tenant)
            {
                if (use.Take() is { } time)
                {
                    times[key.Credential] = time;
                }
                else if (use.IsIdle)
                {
                    // Whoever uses it again is read again first, since what is remembered ended before this.
                    known.TryRemove(KeyValuePair.Create(key, use));
                }
            }
            if (times.Count > 0)
            {
                await store.NoteUsesAsync(tenant.Key, times, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await TryWriteAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task TryWriteAsync(CancellationToken cancel)
    {
        try
        {
            await WriteAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A last use that is a little too old harms nobody.
            Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "write down when credentials were used", e.Message);
        }
    }
}

/// <summary>When one credential was last used.</summary>
public sealed class CredentialUse
{
    private long last;
    private long told;

    /// <summary>It is used now.</summary>
    public void Note(DateTimeOffset now) => Volatile.Write(ref last, now.ToUnixTimeMilliseconds());

    /// <summary>Whether it was used once, and not again since then.</summary>
    internal bool IsIdle => told != 0;

    /// <summary>The last use, if it was not taken before.</summary>
    internal DateTimeOffset? Take()
    {
        var time = Volatile.Read(ref last);
        if (time == told)
        {
            return null;
        }
        told = time;
        return DateTimeOffset.FromUnixTimeMilliseconds(time);
    }
}
