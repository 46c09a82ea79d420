using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Provisioning;
using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>Writes answers. Each is exactly <c>application/scim+json</c>, and complete before its first byte leaves.</summary>
public static class ScimResults
{
    /// <summary>The media type of every answer, RFC 7644 §8.1.</summary>
    public const string MediaType = "application/scim+json";

    /// <summary>Writes a body; for HEAD its length alone.</summary>
    public static async Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = MediaType;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a SCIM error, RFC 7644 §3.12. Every 503 and 429 says when to come back.</summary>
    public static Task WriteErrorAsync(HttpContext http, ScimError error)
    {
        if (error.Status is 503 or 429 && http.Response.Headers.RetryAfter.Count == 0)
        {
            http.Response.Headers.RetryAfter = (error.RetryAfter ?? StoreUnavailableException.RetryAfterSeconds).ToString(CultureInfo.InvariantCulture);
        }
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, ScimJson.WriterOptions))
        {
            WriteError(json, error);
        }
        return WriteAsync(http, error.Status, buffer.WrittenMemory);
    }

    /// <summary>Writes a SCIM error as a value.</summary>
    public static void WriteError(Utf8JsonWriter json, ScimError error)
    {
        json.WriteStartObject();
        json.WriteStartArray("schemas"u8);
        json.WriteStringValue(Urns.Error);
        json.WriteEndArray();
        json.WriteString("status"u8, error.Status.ToString(CultureInfo.InvariantCulture));
        if (error.ScimType is not null)
        {
            json.WriteString("scimType"u8, error.ScimType);
        }
        json.WriteString("detail"u8, error.Detail);
        json.WriteEndObject();
    }

    /// <summary>Starts a list response, RFC 7644 §3.4.2 and RFC 9865 §2; the array of resources and <c>}</c> follow.</summary>
    public static void StartList(IBufferWriter<byte> output, FoundPage page, int count)
    {
        Write($"{{\"schemas\":[\"{Urns.ListResponse}\"]");
        Write(page.Total is { } total ? $",\"totalResults\":{total}" : "");
        Write(page.Start is { } start ? $",\"startIndex\":{start}" : "");
        Write($",\"itemsPerPage\":{count}");
        Write(page.PreviousCursor is { } previous ? $",\"previousCursor\":\"{previous}\"" : "");
        Write(page.NextCursor is { } next ? $",\"nextCursor\":\"{next}\"" : "");
        Write(",\"Resources\":");

        void Write(string text) => output.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
