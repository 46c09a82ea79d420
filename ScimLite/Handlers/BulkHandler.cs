using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Protocol.Bulk;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>RFC 7644 §3.7: many operations in one request, and one answer that tells of each.</summary>
public sealed class BulkHandler(
    BulkRunner runner, TenantLimits limits, SchemaCatalog catalog, ActivityLog log, ScimTelemetry telemetry, Settings settings, ILogger<BulkHandler> logger)
{
    private const string Name = "Bulk";

    /// <summary>200 with the result of each operation that was begun; 413 beyond <c>maxOperations</c> or <c>maxPayloadSize</c>.</summary>
    public async Task Run(HttpContext http)
    {
        using var call = telemetry.StartCall(http.Features.Get<Identity>()!.Tenant.Id, "bulk", Name);
        try
        {
            using var body = await BodyReader.ReadAsync(http, BodyLimit.OfBulk(settings.Limits)).ConfigureAwait(false);
            var caller = Callers.Of(http, settings.PublicUrl);
            var dialect = new EntraDialect(caller.Dialect);
            var request = BulkRequest.Read(body.RootElement, catalog, settings.Limits.MaxBulkOperations, dialect);
            call.Noted(dialect.Quirks);
            call.Bulk(request.Operations.Count);
            if (!await limits.TakeAsync(http, request.Operations.Count).ConfigureAwait(false))
            {
                throw new ScimException(ScimError.Of(429, StatusText.Of(429)));
            }
            var outcome = await runner.RunAsync(caller, request, http.RequestAborted).ConfigureAwait(false);
            if (outcome.Away is { } away)
            {
                Log.StoreAway(logger, StoreUnavailableException.LevelOf(away), "bulk", Name, away.InnerException!.Message);
                if (outcome.Results.All(r => r is null or { Status: 503 }))
                {
                    throw new ScimException(ScimExceptionHandler.StoreAway);
                }
            }
            call.Done(outcome.Results.Any(r => r is { Error: null }) ? "changed" : "unchanged");
            await ScimResults.WriteAsync(http, 200, Write(request, outcome.Results)).ConfigureAwait(false);
        }
        catch (ScimException e)
        {
            var caller = Callers.Of(http, settings.PublicUrl);
            log.Refused(caller.Tenant, log.Entry(caller, Name, "", "bulk", call), e.Error, inDoubt: false, call);
            call.Refuse(e.Error.Status, e.Error.ScimType);
            await ScimResults.WriteErrorAsync(http, e.Error).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Write(BulkRequest request, IReadOnlyList<BulkResult?> results)
    {
        var output = new ArrayBufferWriter<byte>(256 + (256 * results.Count));
        using (var json = new Utf8JsonWriter(output, ScimJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("schemas"u8);
            json.WriteStringValue(Urns.BulkResponse);
            json.WriteEndArray();
            json.WriteStartArray("Operations"u8);
            for (var i = 0; i < results.Count; i++)
            {
                if (results[i] is { } result)
                {
                    Write(json, request.Operations[i], result);
                }
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, BulkOperation operation, BulkResult result)
    {
        json.WriteStartObject();
        Text(json, "location", result.Location);
        Text(json, "method", operation.Method);
        Text(json, "bulkId", operation.BulkId);
        Text(json, "version", result.Version is { } version ? EntityTags.Of(version) : null);
        json.WriteString("status"u8, result.Status.ToString(CultureInfo.InvariantCulture));
        if (result.Error is not null)
        {
            json.WritePropertyName("response"u8);
            ScimResults.WriteError(json, result.Error);
        }
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
