using System.Globalization;
using System.Text.RegularExpressions;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>
/// Reads lists of entity tags (RFC 9110 §13.1, RFC 7644 §3.14). Ours are weak, so all are compared weakly: <c>"3"</c> and <c>W/"3"</c> are
/// the same version. Tags that can't be ours match no version.
/// </summary>
public static partial class EntityTags
{
    /// <summary>The weak entity tag of a version, <c>W/"3"</c>.</summary>
    public static string Of(long version) => $"W/\"{version}\"";

    /// <summary>Which state of a resource satisfies both lists.</summary>
    /// <param name="match"><c>If-Match</c>, or the <c>version</c> of a Bulk operation; null when it was not sent.</param>
    /// <param name="noneMatch"><c>If-None-Match</c>; null when it was not sent.</param>
    /// <returns>Null when neither was sent.</returns>
    public static Expected? Expect(string? match, string? noneMatch)
    {
        if (match is null && noneMatch is null)
        {
            return null;
        }
        var (any, wanted) = match is null ? (true, []) : Read(match);
        var (all, unwanted) = noneMatch is null ? (false, []) : Read(noneMatch);
        return (any, all) switch
        {
            (_, true) => Expected.OneOf(),
            (true, false) => noneMatch is null ? Expected.Any : Expected.NoneOf(unwanted),
            (false, false) => Expected.OneOf(wanted.Except(unwanted)),
        };
    }

    // A tag in quotes may hold commas. Clients also send the tag without its quotes.
    private static (bool Star, IReadOnlyList<long> Versions) Read(string list)
    {
        var (star, versions) = (false, new List<long>());
        foreach (var tag in Tag().EnumerateMatches(list))
        {
            var opaque = list.AsSpan(tag.Index, tag.Length);
            star |= opaque is "*";
            opaque = opaque.StartsWith("W/", StringComparison.Ordinal) ? opaque[2..] : opaque;
            if (long.TryParse(opaque.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }
        return (star, versions);
    }

    [GeneratedRegex("(?:W/)?\"[^\"]*\"|[^,\\s]+")]
    private static partial Regex Tag();
}
