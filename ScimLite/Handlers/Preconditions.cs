using System.Text.RegularExpressions;
using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>Reads <c>If-Match</c> and <c>If-None-Match</c>, RFC 7644 §3.14. Tags that are none of ours match no version.</summary>
public static partial class Preconditions
{
    /// <summary>Which versions a write may meet; null when the client doesn't care.</summary>
    public static Expected? IfMatch(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return null;
        }
        var tags = Tags(header);
        return tags.Contains("*") ? Expected.Any : Expected.OneOf(tags.Select(Version).OfType<long>());
    }

    /// <summary>Whether the client has this version already.</summary>
    public static bool IfNoneMatch(HttpContext http, long version)
    {
        var header = http.Request.Headers.IfNoneMatch;
        return header.Count > 0 && Tags(header) is var tags && (tags.Contains("*") || tags.Any(t => Version(t) == version));
    }

    // A tag in quotes may hold commas.
    private static string[] Tags(Microsoft.Extensions.Primitives.StringValues header) =>
        [.. Tag().Matches(header.ToString()).Select(m => m.Value)];

    // Compared weakly: "3" and W/"3" are the same version. Clients also send the tag without its quotes.
    private static long? Version(string tag)
    {
        var opaque = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        return long.TryParse(opaque.Trim('"'), System.Globalization.NumberStyles.None, null, out var version) ? version : null;
    }

    [GeneratedRegex("(?:W/)?\"[^\"]*\"|[^,\\s]+")]
    private static partial Regex Tag();
}
