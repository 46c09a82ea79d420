using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Schemas;

/// <summary>Times in filters. They arrive in an address, where an offset's plus that was not escaped is decoded as a blank.</summary>
public static class FilterTime
{
    /// <summary>The time with its plus; null if the text is no time.</summary>
    /// <param name="text">The literal of the filter.</param>
    /// <param name="dialect">Notes a blank that was read as a plus.</param>
    public static string? Read(string text, EntraDialect dialect)
    {
        var time = WithPlus(text);
        if (!ReferenceEquals(time, text))
        {
            dialect.BlankAsPlus();
        }
        return SchemaRules.TryReadTime(time, out _) ? time : null;
    }

    /// <summary>The text with a plus for the blank before an offset, as in <c>2026-11-27T05:00:00 02:00</c>; the same text if that is no
    /// time either.</summary>
    public static string WithPlus(string text)
    {
        var at = text.Length - 6;
        if (at <= 10 || text[at] != ' ' || !char.IsAsciiDigit(text[at - 1]))
        {
            return text;
        }
        var time = string.Concat(text.AsSpan(0, at), "+", text.AsSpan(at + 1));
        return SchemaRules.TryReadTime(time, out _) ? time : text;
    }
}
