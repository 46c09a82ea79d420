using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace ScimLite.Tenancy;

/// <summary>One token bucket for each tenant: its sustained rate, with a burst of twice that. Over it 429 with a Retry-After.</summary>
public static class TenantLimits
{
    /// <summary>Sets the limiter up. Requests without a credential are not counted here; they are refused before.</summary>
    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
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
}
