using System.Globalization;
using System.Text;

namespace ScimLite.Tenancy;

/// <summary>Text from outside, made safe to keep and to show.</summary>
public static class Excerpt
{
    /// <summary>How many characters are kept.</summary>
    public const int Most = 200;

    /// <summary>The first <see cref="Most"/> characters, without control and format characters and lone surrogates.</summary>
    public static string Of(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > Most)
            {
                break;
            }
            var isShown = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned);
            kept.Append(isShown ? rune.ToString() : "\ufffd");
        }
        return kept.ToString();
    }

    /// <summary>Text as an <c>error_description</c> may hold it: printable ASCII without quotes and backslashes (RFC 6749 §5.2).</summary>
    public static string Ascii(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' and not '"' and not '\\' ? c : '?'));
}
