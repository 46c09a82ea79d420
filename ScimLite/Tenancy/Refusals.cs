using System.Net;
using System.Text;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>A refused credential as it was recorded.</summary>
/// <param name="Credential">What is known of it.</param>
/// <param name="Time">When it was last refused.</param>
/// <param name="Count">How often.</param>
public sealed record RecordedRefusal(RefusedCredential Credential, DateTimeOffset Time, long Count);

/// <summary>
/// Records refused credentials. A request adds one to a number in memory; the store receives the sums once a second, so that a flood of
/// guesses costs a write each second and not each guess. What the store did not accept is written later.
/// </summary>
public sealed class Refusals(IRefusalStore store, TimeProvider clock, ILogger<Refusals> logger) : BackgroundService
{
    /// <summary>How often the store is written.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    // Distinct ones between two writes. The addresses beyond them are counted as one without an address.
    private const int MostPending = 1000, MostAddresses = IRefusalStore.MostOfNobody / 2;

    private readonly Lock door = new();
    private readonly SemaphoreSlim writing = new(1);
    private Dictionary<(string Tenant, string Name), (RefusedCredential Credential, DateTimeOffset Last, long Count)> pending = [];
    private int addresses;

    /// <summary>Counts a refused credential.</summary>
    public void Note(Rejection rejection, IPAddress? from)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var address = from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from;
        var credential = rejection.Credential with { Address = address?.ToString() };
        lock (door)
        {
            Add(rejection.Tenant ?? "", credential, now, 1);
        }
    }

    /// <summary>Reads the record of a tenant, newest first, with what this process has not written yet.</summary>
    /// <param name="tenant">The tenant; empty for the credentials that belong to nobody.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<(IReadOnlyList<RecordedRefusal> Refusals, long LastHour)> ReadAsync(string tenant, CancellationToken cancel)
    {
        await WriteAsync(cancel).ConfigureAwait(false);
        var record = await store.ReadAsync(tenant, clock.GetUtcNow(), cancel).ConfigureAwait(false);
        return ([.. record.Refusals.Select(r => new RecordedRefusal(Read(r.Facts), r.Last, r.Count))], record.LastHour);
    }

    /// <summary>Writes to the store what it does not have yet.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task WriteAsync(CancellationToken cancel)
    {
        // One after the other: who reads afterwards sees what an earlier write has taken, too.
        await writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await WritePendingAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryWriteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        writing.Dispose();
        base.Dispose();
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
        catch (StoreUnavailableException e)
        {
            Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "write the refused credentials", e.InnerException!.Message);
        }
    }

    private async Task WritePendingAsync(CancellationToken cancel)
    {
        Dictionary<(string Tenant, string Name), (RefusedCredential Credential, DateTimeOffset Last, long Count)> taken;
        lock (door)
        {
            if (pending.Count == 0)
            {
                return;
            }
            (taken, pending, addresses) = (pending, [], 0);
        }
        try
        {
            foreach (var tenant in taken.GroupBy(t => t.Key.Tenant).ToArray())
            {
                Refused[] refused =
                    [.. tenant.Select(t => new Refused(t.Key.Name, Written(t.Value.Credential), t.Value.Last, t.Value.Count))];
                await store.NoteAsync(tenant.Key, refused, cancel).ConfigureAwait(false);
                foreach (var one in tenant)
                {
                    taken.Remove(one.Key);
                }
            }
        }
        finally
        {
            lock (door)
            {
                foreach (var ((tenant, _), (credential, last, count)) in taken)
                {
                    Add(tenant, credential, last, count);
                }
            }
        }
    }

    private static string Written(RefusedCredential credential) => Encoding.UTF8.GetString(TenancyJson.Write(credential));

    private static RefusedCredential Read(string facts) => TenancyJson.Read<RefusedCredential>(Encoding.UTF8.GetBytes(facts));

    private void Add(string tenant, RefusedCredential credential, DateTimeOffset last, long count)
    {
        var key = (tenant, credential.Name);
        if (!pending.ContainsKey(key))
        {
            if (tenant.Length == 0 && (pending.Count >= MostPending || addresses >= MostAddresses))
            {
                credential = credential with { Address = null, Prefix = null };
                key = (tenant, credential.Name);
            }
            else if (pending.Count >= MostPending)
            {
                return;
            }
            addresses += tenant.Length == 0 ? 1 : 0;
        }
        pending[key] = pending.TryGetValue(key, out var before) && before.Last > last ? before with { Count = before.Count + count }
            : (credential, last, before.Count + count);
    }
}
