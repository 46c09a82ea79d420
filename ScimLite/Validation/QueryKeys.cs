using Microsoft.Extensions.Primitives;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;

namespace ScimLite.Validation;

/// <summary>
/// Finds the parameters of a list (RFC 7644 §3.4.2, RFC 9865 §2) among the query keys or body names that were sent. A key that is nearly
/// <c>filter</c> is read as <c>filter</c> or refused: ignored, it would be answered with the whole directory.
/// </summary>
public static class QueryKeys
{
    /// <summary>The parameters of a list.</summary>
    public static IReadOnlyList<string> OfList { get; } =
        ["filter", "startIndex", "count", "attributes", "excludedAttributes", "sortBy", "sortOrder", "cursor"];

    /// <summary>The parameters that apply to a single resource, RFC 7644 §3.9.</summary>
    public static IReadOnlyList<string> OfResource { get; } = ["attributes", "excludedAttributes"];

    private enum Fit
    {
        None,
        Exact,
        Near,
        Unclear,
    }

    /// <summary>Reads the values by parameter name.</summary>
    /// <typeparam name="T">How a value was sent: as text, or as JSON.</typeparam>
    /// <param name="sent">The keys and values, in the order in which they were sent.</param>
    /// <param name="names">The parameters that matter: <see cref="OfList"/> or <see cref="OfResource"/>.</param>
    /// <param name="same">Whether two values are equal.</param>
    /// <param name="dialect">Notes the keys that were read as another one.</param>
    /// <exception cref="ScimException"><c>invalidFilter</c> or <c>invalidValue</c>, naming the key: it may or may not mean a parameter,
    /// or two keys for one parameter have different values.</exception>
    public static IReadOnlyDictionary<string, T> Read<T>(
        IEnumerable<(string Key, T Value)> sent, IReadOnlyList<string> names, Func<T, T, bool> same, EntraDialect dialect)
    {
        var read = new Dictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        var near = new List<(string Key, string Name, T Value)>();
        foreach (var (key, value) in sent)
        {
            switch (Match(key, names, out var name))
            {
                case Fit.Exact:
                    if (!read.TryAdd(name, value))
                    {
                        throw Refused(name, $"'{name}' is sent twice. Send it once.");
                    }
                    break;
                case Fit.Near:
                    near.Add((key, name, value));
                    break;
                case Fit.Unclear:
                    throw Refused(name, $"The query key '{ScimError.Shorten(key)}' is not known here. If it means '{name}', send that.");
                case Fit.None:
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        foreach (var (key, name, value) in near)
        {
            if (read.TryGetValue(name, out var other) && !same(other, value))
            {
                throw Refused(
                    name, $"'{name}' is sent with two values, once by the query key '{ScimError.Shorten(key)}'. Send '{name}' once.");
            }
            dialect.NearQueryKey(key, name);
            read[name] = value;
        }
        return read;
    }

    /// <summary>Reads the keys of an address. A further <c>?</c> inside a value begins another key, as in <c>?flag=1?filter=…</c>: a client
    /// that appends to a Tenant URL with a query sends this.</summary>
    /// <param name="query">The decoded keys, each with its values.</param>
    /// <param name="names">As of <see cref="Read{T}"/>.</param>
    /// <param name="dialect">As of <see cref="Read{T}"/>.</param>
    /// <exception cref="ScimException">As of <see cref="Read{T}"/>; a <c>filter</c> that was sent twice, too.</exception>
    public static IReadOnlyDictionary<string, string> Read(
        IEnumerable<KeyValuePair<string, StringValues>> query, IReadOnlyList<string> names, EntraDialect dialect)
    {
        var sent = new List<(string Key, string Value)>();
        foreach (var (key, values) in query)
        {
            var fit = Match(key, names, out var name);
            if (name == "filter")
            {
                sent.AddRange(values.Select(value => (key, value ?? "")));
                continue;
            }
            // Other parameters that are sent twice are lists, or no number.
            sent.Add((key, values.ToString()));
            foreach (var (inner, value) in values.SelectMany(v => Inside(v ?? "")))
            {
                if (Match(inner, names, out var meant) == Fit.None)
                {
                    continue;
                }
                if (fit != Fit.None && meant == "filter")
                {
                    throw Refused(
                        meant, $"The value of the query key '{name}' holds the key '{ScimError.Shorten(inner)}'. Send '&' before it.");
                }
                sent.Add(($"{key}=…?{inner}", value));
            }
        }
        return Read(sent, names, string.Equals, dialect);
    }

    /// <summary>Whether one of the keys is <c>filter</c>, or nearly.</summary>
    public static bool HasFilter(IEnumerable<string> keys) =>
        keys.Any(key => Match(key, OfList, out var name) != Fit.None && name == "filter");

    private static IEnumerable<(string Key, string Value)> Inside(string value)
    {
        for (var at = value.IndexOfAny(['?', ';']); at >= 0; at = value.IndexOfAny(['?', ';'], at + 1))
        {
            var rest = value[(at + 1)..];
            if (rest.IndexOf('=', StringComparison.Ordinal) is > 0 and var end)
            {
                yield return (rest[..end], rest[(end + 1)..]);
            }
        }
    }

    private static Fit Match(string key, IReadOnlyList<string> names, out string name)
    {
        if (Find(names, key) is { } exact)
        {
            name = exact;
            return Fit.Exact;
        }
        // Before the last question mark is a part of the Tenant URL; "&amp;" is an ampersand that was escaped for HTML.
        var core = key[(key.LastIndexOfAny(['?', ';', '&']) + 1)..].AsSpan().Trim().ToString();
        core = new string([.. core.SkipWhile(IsDecoration).Reverse().SkipWhile(IsDecoration).Reverse()]);
        if ((Find(names, core) ?? (core.Equals("filters", StringComparison.OrdinalIgnoreCase) ? Find(names, "filter") : null)) is { } near)
        {
            name = near;
            return Fit.Near;
        }
        name = "";
        if (Find(names, "filter") is not { } filter
            || !(key.Contains(filter, StringComparison.OrdinalIgnoreCase) || IsMistyped(core.ToLowerInvariant(), filter)))
        {
            return Fit.None;
        }
        name = filter;
        return Fit.Unclear;
    }

    private static string? Find(IReadOnlyList<string> names, string key) =>
        names.FirstOrDefault(n => n.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static bool IsDecoration(char c) => c is '?' or '$' or '+' or '"' or '\'' || char.IsWhiteSpace(c) || char.IsControl(c)
        || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format;

    // The same letters after the same first one (filtre, flitre), or one letter more, less or another (fiter, fillter, filtar).
    private static bool IsMistyped(string core, string word)
    {
        if (core.Length == word.Length)
        {
            return core.Zip(word).Count(pair => pair.First != pair.Second) == 1
                || (core[0] == word[0] && core.Order().SequenceEqual(word.Order()));
        }
        var (shorter, longer) = core.Length < word.Length ? (core, word) : (word, core);
        return longer.Length - shorter.Length == 1 && Enumerable.Range(0, longer.Length).Any(i => longer.Remove(i, 1) == shorter);
    }

    private static ScimException Refused(string name, string detail) =>
        new(name == "filter" ? ScimError.InvalidFilter(detail) : ScimError.InvalidValue(detail));
}
