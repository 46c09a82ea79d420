using Microsoft.Extensions.Primitives;
using ScimLite.Provisioning;
using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>Reads <c>If-Match</c> and <c>If-None-Match</c>, RFC 7644 §3.14.</summary>
public static class Preconditions
{
    /// <summary>Which versions a write may meet; null when the client doesn't care. RFC 9110 §13.1.2: a write that meets a version in
    /// <c>If-None-Match</c> is refused like one that meets none in <c>If-Match</c>.</summary>
    public static Expected? OfWrite(HttpContext http) => EntityTags.Expect(Text(http.Request.Headers.IfMatch), Text(http.Request.Headers.IfNoneMatch));

    /// <summary>Whether a read is refused, since the client wants to see another version alone (RFC 9110 §13.1.1).</summary>
    public static bool Fails(HttpContext http, long version) =>
        EntityTags.Expect(Text(http.Request.Headers.IfMatch), null) is { } expected && !expected.Allows(version);

    /// <summary>Whether the client already has the representation with this entity tag.</summary>
    public static bool IfNoneMatch(HttpContext http, string tag) =>
        Text(http.Request.Headers.IfNoneMatch) is { } list && EntityTags.Lists(list, tag);

    private static string? Text(StringValues header) => header.Count == 0 ? null : header.ToString();
}
