namespace ScimLite.Protocol.Filters;

/// <summary>An attribute named as RFC 7644 §3.10 says: <c>[URN:]name[.sub]</c>.</summary>
/// <param name="Urn">The schema's URN, when the path is fully qualified.</param>
/// <param name="Name">The attribute, in the request's spelling.</param>
/// <param name="Sub">The sub-attribute, when one is named.</param>
public sealed record AttributePath(string? Urn, string Name, string? Sub)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static AttributePath Parse(string text) =>
        TryParse(text, out var path) ? path : throw new FormatException($"'{text}' is not an attribute path.");

    /// <summary>Reads a path; false when the text is not of that form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AttributePath path)
    {
        path = null!;
        string? urn = null;
        var rest = text;
        if (text.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
        {
            // The last colon ends the URN: a URN may hold dots ("2.0"), so a dot says nothing before it.
            var colon = text.LastIndexOf(':');
            if (!IsUrn(text[..colon]))
            {
                return false;
            }
            urn = text[..colon].ToString();
            rest = text[(colon + 1)..];
        }
        var dot = rest.IndexOf('.');
        var name = dot < 0 ? rest : rest[..dot];
        // A reference is told by its '$': "$ref" may stand alone inside a value path, or after the dot.
        if (!IsName(name))
        {
            return false;
        }
        string? sub = null;
        if (dot >= 0)
        {
            if (!IsName(rest[(dot + 1)..]))
            {
                return false;
            }
            sub = rest[(dot + 1)..].ToString();
        }
        path = new AttributePath(urn, name.ToString(), sub);
        return true;
    }

    /// <summary>The path as it would be sent.</summary>
    public override string ToString() => (Urn is null ? "" : Urn + ":") + Name + (Sub is null ? "" : "." + Sub);

    // ATTRNAME of RFC 7644 figure 1, and RFC 7643 §2.1's "$ref".
    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("$"))
        {
            name = name[1..];
        }
        if (name.IsEmpty || !char.IsAsciiLetter(name[0]))
        {
            return false;
        }
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsUrn(ReadOnlySpan<char> urn)
    {
        foreach (var c in urn)
        {
            if (c is <= ' ' or > '~' or '"' or '[' or ']' or '(' or ')' or '\\')
            {
                return false;
            }
        }
        return urn.Length > 4 && urn[^1] != ':';
    }
}
