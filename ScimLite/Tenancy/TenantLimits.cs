using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ScimLite.Tenancy;

/// <summary>One token bucket for each tenant: its sustained rate, with a burst of twice that. Over it 429 with a Retry-After.</summary>
public static class TenantLimits
{
    /// <summary>How many operations of a Bulk count as one request: each costs its write, and not what a request costs beside it.</summary>
    public const int OperationsPerRequest = 10;

    /// <summary>Sets the limiter up. Requests without a credential are not counted here; they are refused before.</summary>
    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            TellWhen(context.HttpContext, context.Lease);
            return ValueTask.CompletedTask;
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
            http.Features.Get<Identity>() is not { Tenant: var tenant } ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetTokenBucketLimiter(tenant.Id, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 2 * tenant.RequestsPerSecond,
                TokensPerPeriod = tenant.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                AutoReplenishment = true,
            }));
    }

    /// <summary>Counts what a Bulk weighs beyond the one request that it came as; never more than a burst, or it could not be sent at all.</summary>
    /// <returns>Whether the tenant may send it now; otherwise the answer's <c>Retry-After</c> says when.</returns>
    public static async ValueTask<bool> TakeAsync(HttpContext http, int operations)
    {
        var burst = 2 * http.Features.Get<Identity>()!.Tenant.RequestsPerSecond;
        var weight = Math.Min((operations + OperationsPerRequest - 1) / OperationsPerRequest, burst) - 1;
        if (weight == 0)
        {
            return true;
        }
        var limiter = http.RequestServices.GetRequiredService<IOptions<RateLimiterOptions>>().Value.GlobalLimiter!;
        using var lease = await limiter.AcquireAsync(http, weight, http.RequestAborted).ConfigureAwait(false);
        if (!lease.IsAcquired)
        {
            TellWhen(http, lease);
        }
        return lease.IsAcquired;
    }

    private static void TellWhen(HttpContext http, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
