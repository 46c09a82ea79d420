namespace ScimLite.Telemetry;

/// <summary>The log lines of the service: ids and counts, never names, e-mails, tokens or attribute values.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The store did not answer a {Operation} of {ResourceType}: {Reason}")]
    public static partial void StoreAway(ILogger logger, string operation, string resourceType, string reason);

    [LoggerMessage(2, LogLevel.Error, "A {Method} request failed unexpectedly")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method);

    [LoggerMessage(3, LogLevel.Warning, "There is no tenant: no request can be authenticated. Set ScimLite:Tenants:<id>:Token")]
    public static partial void NoTenant(ILogger logger);

    [LoggerMessage(20, LogLevel.Warning, "Could not {Work}, will try again: {Reason}")]
    public static partial void Postponed(ILogger logger, string work, string reason);
}
