using System.Buffers;
using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>How large a body may be.</summary>
/// <param name="Name">What the limit is called, in the settings and for clients.</param>
/// <param name="Bytes">Bytes after decompression.</param>
public readonly record struct BodyLimit(string Name, int Bytes)
{
    /// <summary>The limit of a Bulk or of a search.</summary>
    public static BodyLimit OfBulk(LimitSettings limits) => new("maxPayloadSize, the setting MaxBodyBytes", limits.MaxBodyBytes);

    /// <summary>The limit of a write to a resource of a type: a group has more to say.</summary>
    public static BodyLimit Of(LimitSettings limits, ResourceType type) =>
        type.HasMembers ? new("the setting MaxGroupBodyBytes", limits.GroupBodyBytes) : OfBulk(limits);
}

/// <summary>Reads a request's body within its limit. One without a Content-Type is taken as JSON: some clients send none.</summary>
public static class BodyReader
{
    private static readonly string[] JsonTypes = ["application/scim+json", "application/json", "text/json"];

    /// <summary>Reads the body as one JSON object.</summary>
    /// <exception cref="ScimException">415, 413, or 400 <c>invalidSyntax</c>.</exception>
    public static async ValueTask<JsonDocument> ReadAsync(HttpContext http, BodyLimit limit)
    {
        CheckType(http.Request.ContentType);
        if (http.Request.ContentLength > limit.Bytes)
        {
            throw TooLarge(limit);
        }
        var body = new ArrayBufferWriter<byte>((int)(http.Request.ContentLength ?? 1024) + 1);
        while (true)
        {
            var read = await ReadAsync(http, body.GetMemory(1024)).ConfigureAwait(false);
            if (read == 0)
            {
                return ScimJson.ParseBody(body.WrittenMemory);
            }
            body.Advance(read);
            if (body.WrittenCount > limit.Bytes)
            {
                throw TooLarge(limit);
            }
        }
    }

    private static async ValueTask<int> ReadAsync(HttpContext http, Memory<byte> buffer)
    {
        try
        {
            return await http.Request.Body.ReadAsync(buffer, http.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            throw new ScimException(new ScimError(e.StatusCode, e.StatusCode == 400 ? "invalidSyntax" : null, e.Message));
        }
    }

    // Several types in one header, one of them JSON, are JSON: a client that sends its Accept as Content-Type.
    private static void CheckType(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return;
        }
        var json = contentType.Split(',').Select(type => type.Split(';', StringSplitOptions.TrimEntries))
            .Where(parts => JsonTypes.Contains(parts[0], StringComparer.OrdinalIgnoreCase)).ToList();
        if (json.Count == 0)
        {
            throw new ScimException(ScimError.Of(415, "The body's media type is not read here. Send Content-Type: application/scim+json."));
        }
        if (!json.Exists(parts => parts.Skip(1).All(IsUtf8)))
        {
            throw new ScimException(ScimError.Of(415,
                "The body's charset is not read here. Send the JSON encoded as UTF-8, with Content-Type: application/scim+json."));
        }
    }

    // ASCII is a part of UTF-8. A parameter other than charset says nothing about the bytes.
    private static bool IsUtf8(string parameter) => parameter.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0
        && parameter.AsSpan(0, equals).Trim().Equals("charset", StringComparison.OrdinalIgnoreCase)
        ? parameter[(equals + 1)..].Trim(' ', '"', '\'').ToUpperInvariant() is "UTF-8" or "UTF8" or "US-ASCII" or "ASCII" or "" : true;

    private static ScimException TooLarge(BodyLimit limit) => new(ScimError.Of(413,
        $"The body has more than {limit.Bytes} bytes ({limit.Name}). Send fewer members or operations in one request."));
}
