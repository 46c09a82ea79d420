using System.Collections.Concurrent;
using System.Globalization;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>
/// One token bucket for each tenant, shared by all replicas: its sustained rate, with a burst of twice that. Over it 429 with a Retry-After.
/// Each replica takes a tenth of a second's tokens at a time and the next before they are used up, so that a request costs no round trip; so the
/// replicas together let through that much more at most, once. While the store is away each gives out the whole rate by itself.
/// </summary>
public sealed class TenantLimits(IRequestBudget shared, ScimTelemetry telemetry, TimeProvider clock)
{
    /// <summary>How many operations of a Bulk count as one request: each costs its write, and not what a request costs beside it.</summary>
    public const int OperationsPerRequest = 10;

    private const int PortionsPerSecond = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250), Alone = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Share> shares = new(StringComparer.Ordinal);
    private readonly InMemoryRequestBudget own = new();
    private long aloneSince;

    /// <summary>Passes a request on, or refuses it. Requests without a credential are not counted here; they are refused later.</summary>
    public async Task Use(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<Identity>() is { Tenant: var tenant } && await AskAsync(tenant, http.RequestAborted).ConfigureAwait(false) is { } wait)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = Seconds(wait);
            return;
        }
        await next(http).ConfigureAwait(false);
    }

    /// <summary>The value of Retry-After: whole seconds, upwards.</summary>
    public static string Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Counts what a Bulk weighs beyond the one request that it came as; never more than a burst, or it could not be sent at all.</summary>
    /// <returns>Whether the tenant may send it now; otherwise the answer's <c>Retry-After</c> says when.</returns>
    public async ValueTask<bool> TakeAsync(HttpContext http, int operations)
    {
        var tenant = http.Features.Get<Identity>()!.Tenant;
        var weight = Math.Min((operations + OperationsPerRequest - 1) / OperationsPerRequest, 2 * tenant.RequestsPerSecond) - 1;
        if (weight <= 0 || await AskAsync(tenant, http.RequestAborted, weight).ConfigureAwait(false) is not { } wait)
        {
            return true;
        }
        http.Response.Headers.RetryAfter = Seconds(wait);
        return false;
    }

    /// <summary>Takes tokens of the tenant's: all of them or, where there are not as many, none.</summary>
    /// <returns>Null when there were as many; otherwise until there are.</returns>
    public ValueTask<TimeSpan?> AskAsync(Tenant tenant, CancellationToken cancel, int tokens = 1)
    {
        var share = shares.GetOrAdd(tenant.Id, static _ => new Share());
        if (!share.TryTake(tokens))
        {
            return WaitAsync(share, tenant, tokens, cancel);
        }
        if (share.Left < PortionOf(tenant) / 2 && share.Door.Wait(0, CancellationToken.None))
        {
            _ = FetchAsideAsync(share, tenant);
        }
        return ValueTask.FromResult<TimeSpan?>(null);
    }

    private static int PortionOf(Tenant tenant) => Math.Max(1, tenant.RequestsPerSecond / PortionsPerSecond);

    private async ValueTask<TimeSpan?> WaitAsync(Share share, Tenant tenant, int tokens, CancellationToken cancel)
    {
        await share.Door.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            while (!share.TryTake(tokens))
            {
                var missing = tokens - share.Left;
                if (!await FetchAsync(share, tenant, Math.Max(missing, PortionOf(tenant))).ConfigureAwait(false))
                {
                    telemetry.Throttled(tenant.Id);
                    return share.EmptyUntil - clock.GetUtcNow() + TimeSpan.FromSeconds((missing - 1.0) / tenant.RequestsPerSecond);
                }
            }
            return null;
        }
        finally
        {
            share.Door.Release();
        }
    }

    private async Task FetchAsideAsync(Share share, Tenant tenant)
    {
        try
        {
            await FetchAsync(share, tenant, PortionOf(tenant)).ConfigureAwait(false);
        }
        finally
        {
            share.Door.Release();
        }
    }

    // Behind the share's door. Nobody asks again before the time at which there is something.
    private async Task<bool> FetchAsync(Share share, Tenant tenant, int wanted)
    {
        var now = clock.GetUtcNow();
        if (now < share.EmptyUntil)
        {
            return false;
        }
        var portion = await TakeAsync(tenant, wanted, now).ConfigureAwait(false);
        share.EmptyUntil = now + portion.Wait;
        share.Add(portion.Granted);
        return portion.Granted > 0;
    }

    private async Task<Portion> TakeAsync(Tenant tenant, int wanted, DateTimeOffset now)
    {
        var (rate, burst) = (tenant.RequestsPerSecond, 2 * tenant.RequestsPerSecond);
        var since = Volatile.Read(ref aloneSince);
        if (since == 0 || clock.GetElapsedTime(since) >= Alone)
        {
            try
            {
                var taken = shared.TakeAsync(tenant.Id, rate, burst, wanted, now, CancellationToken.None);
                return taken.IsCompletedSuccessfully ? taken.Result : await taken.AsTask().WaitAsync(Patience, clock).ConfigureAwait(false);
            }
            catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
            {
                // The limit is a courtesy among tenants: a store that is away is no reason to refuse anybody here.
                Volatile.Write(ref aloneSince, clock.GetTimestamp());
            }
        }
        return await own.TakeAsync(tenant.Id, rate, burst, wanted, now, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class Share
    {
        private int left;

        public SemaphoreSlim Door { get; } = new(1);

        public DateTimeOffset EmptyUntil { get; set; }

        public int Left => Volatile.Read(ref left);

        public bool TryTake(int tokens)
        {
            for (var before = Left; before >= tokens;)
            {
                var seen = Interlocked.CompareExchange(ref left, before - tokens, before);
                if (seen == before)
                {
                    return true;
                }
                before = seen;
            }
            return false;
        }

        public void Add(int tokens) => Interlocked.Add(ref left, tokens);
    }
}
