namespace ScimLite.Protocol;

/// <summary>
/// The order of text in SCIM: by Unicode code points, which is how UTF-8 bytes sort too, so that a filter, an index in memory and
/// one in Redis agree. .NET's ordinal order puts characters beyond U+FFFF before U+E000.
/// </summary>
public sealed class CodePointOrder : IComparer<string>
{
    private CodePointOrder()
    {
    }

    /// <summary>The one instance.</summary>
    public static CodePointOrder Instance { get; } = new();

    /// <summary>The text as comparisons take it: without case where the schema ignores it.</summary>
    public static string Fold(string text, bool caseExact) => caseExact ? text : text.ToUpperInvariant();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x, right = y;
        var same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length ? left.Length - right.Length : Weight(left[same]) - Weight(right[same]);
    }

    // The halves of a pair stand for code points behind all that one char can hold.
    private static int Weight(char c) => c switch
    {
        < '\uD800' => c,
        < '\uE000' => c + 0x2000,
        _ => c - 0x800,
    };
}
