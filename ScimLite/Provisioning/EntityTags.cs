using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>
/// Writes entity tags and reads lists of them (RFC 9110 §13.1, RFC 7644 §3.14). Ours are weak, so all are compared weakly: <c>"3"</c> and
/// <c>W/"3"</c> are the same version. Tags that can't be ours match no version.
/// </summary>
/// <remarks>
/// A user's <c>groups</c> are computed at each read, and change without the user's version. An answer that shows them has the tag
/// <c>W/"3.0f1e2d3c4b5a"</c>: the version, and a hash of the groups. A write names a version, so only the part before the dot counts there.
/// </remarks>
public static partial class EntityTags
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The weak entity tag of a version, <c>W/"3"</c>.</summary>
    public static string Of(long version) => $"W/\"{version}\"";

    /// <summary>The entity tag of a user that is shown with its groups: that of the version if there are none.</summary>
    /// <param name="version">The version.</param>
    /// <param name="groups">The groups in the order of the answer, so that every replica computes the same tag.</param>
    public static string Of(long version, IReadOnlyList<Link> groups) =>
        groups.Count == 0 ? Of(version) : string.Create(CultureInfo.InvariantCulture, $"W/\"{version}.{Hash(groups):x12}\"");

    /// <summary>Whether the list holds the tag, or <c>*</c>.</summary>
    public static bool Lists(string list, string tag)
    {
        foreach (var listed in Tag().EnumerateMatches(list))
        {
            var sent = list.AsSpan(listed.Index, listed.Length);
            if (sent is "*" || Opaque(sent).SequenceEqual(Opaque(tag)))
            {
                return true;
            }
        }
        return false;
    }

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
            var sent = list.AsSpan(tag.Index, tag.Length);
            star |= sent is "*";
            var opaque = Opaque(sent);
            var hashed = opaque.IndexOf('.') is > 0 and var dot && opaque.Length - dot == 13
                && !opaque[(dot + 1)..].ContainsAnyExcept(HexDigits);
            var digits = hashed ? opaque[..^13] : opaque;
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }
        return (star, versions);
    }

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) =>
        (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');

    // FNV-1a of 64 bits, folded to 48: the same in every process, unlike string.GetHashCode.
    private static ulong Hash(IReadOnlyList<Link> links)
    {
        var hash = 14695981039346656037UL;
        foreach (var link in links)
        {
            Add(link.Id);
            Add(link.Display ?? "");
            Add(link.Indirect ? "indirect" : "direct");
        }
        return (hash ^ (hash >> 48)) & 0xFFFF_FFFF_FFFF;

        void Add(string text)
        {
            foreach (var c in text)
            {
                hash = unchecked((hash ^ c) * 1099511628211UL);
            }
            hash = unchecked((hash ^ 0xFFFFUL) * 1099511628211UL);
        }
    }

    [GeneratedRegex("(?:W/)?\"[^\"]*\"|[^,\\s]+")]
    private static partial Regex Tag();
}
