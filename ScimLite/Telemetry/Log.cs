namespace ScimLite.Telemetry;

/// <summary>The log lines of the service: ids and counts, never names, e-mails, tokens or attribute values.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Message = "The store did not answer a {Operation} of {ResourceType}: {Reason}")]
    public static partial void StoreAway(ILogger logger, LogLevel level, string operation, string resourceType, string reason);

    [LoggerMessage(2, LogLevel.Error, "A {Method} request failed unexpectedly")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method);

    [LoggerMessage(3, LogLevel.Warning, "There is no tenant: no request can be authenticated. Set ScimLite:Tenants:<id>:Token")]
    public static partial void NoTenant(ILogger logger);

    [LoggerMessage(11, LogLevel.Warning, "Tenant {Tenant}: more was to be deactivated or deleted at once than it allows. Removals are paused until an administrator decides")]
    public static partial void RemovalsPaused(ILogger logger, string tenant);

    [LoggerMessage(12, LogLevel.Warning,
        "Tenant {Tenant}: {Failures} of {Events} calls of this cycle failed, and {ReferenceFailures} for members or managers. "
        + "This is an early sign: Entra's quarantine needs 5000 failures and more than 40 %, or more than 40000, "
        + "or 60000 with those for members and managers")]
    public static partial void QuarantineEarly(ILogger logger, string tenant, long failures, long events, long referenceFailures);

    [LoggerMessage(16, LogLevel.Warning,
        "Tenant {Tenant}: {Failures} of {Events} calls of this cycle failed, and {ReferenceFailures} for members or managers. "
        + "Entra's rule of quarantine is met: look at the job in Entra, and fix the cause before restarting it")]
    public static partial void QuarantineReached(ILogger logger, string tenant, long failures, long events, long referenceFailures);

    [LoggerMessage(13, LogLevel.Warning, "Tenant {Tenant}: the last call came {Minutes} minutes ago, and an incremental cycle is due about every 40. See the job in Entra")]
    public static partial void CycleMissing(ILogger logger, string tenant, long minutes);

    [LoggerMessage(14, LogLevel.Information, "Tenant {Tenant}: the indexes of {ResourceType} hold every resource now")]
    public static partial void IndexesBuilt(ILogger logger, string tenant, string resourceType);

    [LoggerMessage(15, LogLevel.Warning, "Tenant {Tenant}: {ResourceType} {Id} and {Other} have the same {Index}, which has to be unique now. Change one of them; a write to either that keeps it is answered 409")]
    public static partial void ValueShared(ILogger logger, string tenant, string resourceType, string id, string other, string index);

    [LoggerMessage(EventId = 20, Message = "Could not {Work}, will try again: {Reason}")]
    public static partial void Postponed(ILogger logger, LogLevel level, string work, string reason);

    [LoggerMessage(21, LogLevel.Warning, "The {Kind} {Id} of tenant {Tenant} expires at {ExpiresAt:u}, within {Days} days; make another one and put it into Entra")]
    public static partial void Expiring(ILogger logger, string kind, string id, string tenant, DateTimeOffset expiresAt, int days);

    [LoggerMessage(EventId = 40,
        Message = "The circuit breaker before the store is open: calls fail at once for {Seconds} s, then one is tried: {Reason}")]
    public static partial void BreakerOpened(ILogger logger, LogLevel level, string reason, double seconds);

    [LoggerMessage(EventId = 41, Message = "The circuit breaker before the store is closed: the store answers again")]
    public static partial void BreakerClosed(ILogger logger, LogLevel level);

    [LoggerMessage(42, LogLevel.Information, "Redis at {Addresses} answers, {Seconds:F1} s after the start")]
    public static partial void StoreFound(ILogger logger, string addresses, double seconds);

    [LoggerMessage(43, LogLevel.Warning, "Waiting for Redis at {Addresses}, for {Seconds:F0} s now, and answering 503: {Cause}")]
    public static partial void WaitingForStore(ILogger logger, string addresses, double seconds, string cause);

    [LoggerMessage(44, LogLevel.Critical, "ScimLite ends: {Reason} Run the newer build, or restore a backup of the older store")]
    public static partial void NewerLayout(ILogger logger, string reason);

    [LoggerMessage(45, LogLevel.Information, "Stopping: not ready from now on, {Seconds} s until no connection is taken any more, then what is in flight is finished")]
    public static partial void Draining(ILogger logger, int seconds);

    [LoggerMessage(46, LogLevel.Warning, "Redis at {Addresses} is away, and calls are answered 503: {Cause}")]
    public static partial void StoreGone(ILogger logger, string addresses, string cause);

    [LoggerMessage(47, LogLevel.Information, "Redis at {Addresses} is back after {Seconds:F1} s")]
    public static partial void StoreBack(ILogger logger, string addresses, double seconds);

    [LoggerMessage(48, LogLevel.Warning, "Not ready: {Cause}")]
    public static partial void NotReady(ILogger logger, string cause);

    [LoggerMessage(49, LogLevel.Information, "Ready again")]
    public static partial void ReadyAgain(ILogger logger);
}
