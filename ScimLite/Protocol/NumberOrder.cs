using System.Globalization;

namespace ScimLite.Protocol;

/// <summary>
/// The order of numbers, whatever their digits: as text whose code points sort as the numbers do, so that a filter and the index of either
/// store agree, and no number is taken for another that is merely near.
/// </summary>
public static class NumberOrder
{
    // Beyond what an exponent can say, with room for digits before and behind the point.
    private const long Middle = 5_000_000_000;

    /// <summary>The text of a number: equal for equal numbers (<c>5</c>, <c>5.0</c> and <c>50e-1</c>), else in their order.</summary>
    /// <param name="number">A finite number of JSON's grammar.</param>
    public static string Encode(string number)
    {
        var negative = number[0] == '-';
        var e = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = (e < 0 ? number : number[..e]).TrimStart('-');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        var exponent = 0;
        // An exponent that an int can't hold is one of zero, or of something so small that it counts as zero.
        if (significant.Length == 0 || (e >= 0 && !int.TryParse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)))
        {
            return "1";
        }
        // The number is 0.d1d2d3… times ten to this power.
        var power = (long)exponent + (point < 0 ? digits.Length : point) - (digits.Length - significant.Length);
        var text = (Middle + power).ToString("D10", CultureInfo.InvariantCulture) + significant.TrimEnd('0');
        // Of negative numbers the larger power and the longer row of digits come first; what ends the row sorts behind every digit.
        return negative ? string.Create(text.Length + 2, text, Turn) : "2" + text;
    }

    private static void Turn(Span<char> turned, string text)
    {
        turned[0] = '0';
        for (var i = 0; i < text.Length; i++)
        {
            turned[i + 1] = (char)('0' + '9' - text[i]);
        }
        turned[^1] = '~';
    }
}
