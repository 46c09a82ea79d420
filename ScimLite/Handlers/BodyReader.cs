using System.Buffers;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using ScimLite.Protocol;

namespace ScimLite.Handlers;

/// <summary>Reads a request's body within its limit. One without a Content-Type is taken as JSON: some clients send none.</summary>
public static class BodyReader
{
    /// <summary>Reads the body as one JSON object.</summary>
    /// <exception cref="ScimException">415, 413, or 400 <c>invalidSyntax</c>.</exception>
    public static async ValueTask<JsonDocument> ReadAsync(HttpContext http, int mostBytes)
    {
        if (!IsJson(http.Request.ContentType))
        {
            throw new ScimException(ScimError.Of(415, "The body's media type is not read here. Send Content-Type: application/scim+json."));
        }
        if (http.Request.ContentLength > mostBytes)
        {
            throw TooLarge(mostBytes);
        }
        var body = new ArrayBufferWriter<byte>((int)(http.Request.ContentLength ?? 1024) + 1);
        while (true)
        {
            var read = await http.Request.Body.ReadAsync(body.GetMemory(1024), http.RequestAborted).ConfigureAwait(false);
            if (read == 0)
            {
                return ScimJson.ParseBody(body.WrittenMemory);
            }
            body.Advance(read);
            if (body.WrittenCount > mostBytes)
            {
                throw TooLarge(mostBytes);
            }
        }
    }

    private static bool IsJson(string? contentType) => string.IsNullOrEmpty(contentType)
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/scim+json", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)));

    private static ScimException TooLarge(int mostBytes) => new(ScimError.Of(413,
        $"The body has more than {mostBytes} bytes (maxPayloadSize). Send fewer members or operations in one request."));
}
