using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Filters;

/// <summary>How large a filter may be.</summary>
/// <param name="MaxLength">Characters, 1 to 65536.</param>
/// <param name="MaxDepth">Nested brackets of any kind, 1 to 128.</param>
public sealed record FilterLimits(int MaxLength = 8192, int MaxDepth = 32);

/// <summary>
/// Reads the filter grammar of RFC 7644 figure 1 in one pass, with <c>not</c> before <c>and</c> before <c>or</c>. Entra's
/// <c>emails[type eq "work"].value eq "x"</c>, which the grammar lacks, is read as one condition on a single element.
/// </summary>
public ref struct FilterParser
{
    private readonly ReadOnlySpan<char> text;
    private readonly EntraDialect dialect;
    private readonly int maxDepth;
    private int at;
    private int depth;
    private bool insideValuePath;

    private FilterParser(ReadOnlySpan<char> text, EntraDialect dialect, FilterLimits limits)
    {
        this.text = text;
        this.dialect = dialect;
        maxDepth = limits.MaxDepth;
    }

    /// <summary>Reads a whole filter.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>, telling the position and what was expected there.</exception>
    public static Filter Parse(string text, EntraDialect dialect, FilterLimits? limits = null)
    {
        limits ??= new FilterLimits();
        if (text.Length > limits.MaxLength)
        {
            throw new ScimException(ScimError.InvalidFilter($"The filter has {text.Length} characters; at most {limits.MaxLength} are read. Ask in several requests."));
        }
        var parser = new FilterParser(text, dialect, limits);
        var filter = parser.ReadOr();
        parser.SkipBlanks();
        return parser.at == text.Length ? filter : throw parser.Expected("'and', 'or' or the end of the filter");
    }

    /// <summary>Reads the condition inside the brackets of a PATCH path, starting behind the <c>[</c>; tells where the <c>]</c> stands.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>; the caller turns it into <c>invalidPath</c>.</exception>
    internal static Filter ParseInner(string path, int start, EntraDialect dialect, out int end)
    {
        var parser = new FilterParser(path, dialect, new FilterLimits()) { at = start, insideValuePath = true };
        var filter = parser.ReadOr();
        parser.SkipBlanks();
        if (parser.at == path.Length || path[parser.at] != ']')
        {
            throw parser.Expected("']'");
        }
        end = parser.at;
        return filter;
    }

    private Filter ReadOr()
    {
        if (depth++ > maxDepth)
        {
            throw new ScimException(ScimError.InvalidFilter($"The filter nests more than {maxDepth} brackets. Write it flatter."));
        }
        var first = ReadAnd();
        List<Filter>? terms = null;
        while (TakeWord("or"))
        {
            (terms ??= [first]).Add(ReadAnd());
        }
        depth--;
        return terms is null ? first : new Filter.Or(terms);
    }

    private Filter ReadAnd()
    {
        var first = ReadTerm();
        List<Filter>? terms = null;
        while (TakeWord("and"))
        {
            (terms ??= [first]).Add(ReadTerm());
        }
        return terms is null ? first : new Filter.And(terms);
    }

    private Filter ReadTerm()
    {
        SkipBlanks();
        if (Take('('))
        {
            return ReadGroup();
        }
        var start = at;
        var word = ReadWord();
        if (word.Equals("not", StringComparison.OrdinalIgnoreCase))
        {
            var behind = at;
            SkipBlanks();
            if (Take('('))
            {
                return new Filter.Not(ReadGroup());
            }
            at = behind;
        }
        if (!AttributePath.TryParse(word, out var path))
        {
            at = start;
            throw Expected("an attribute name");
        }
        return Take('[') ? ReadValuePath(path) : ReadComparison(path);
    }

    private Filter ReadGroup()
    {
        var inner = ReadOr();
        SkipBlanks();
        return Take(')') ? inner : throw Expected("')'");
    }

    private Filter.ValuePath ReadValuePath(AttributePath path)
    {
        if (insideValuePath)
        {
            throw Expected("a condition on a sub-attribute; brackets can't stand inside brackets");
        }
        insideValuePath = true;
        var inner = ReadOr();
        SkipBlanks();
        if (!Take(']'))
        {
            throw Expected("']'");
        }
        insideValuePath = false;
        // emails[type eq "work"].value eq "x" and emails[type eq "work"] eq "x": Entra's, not the RFC's. Both mean that one
        // element satisfies the bracket and the comparison.
        var sub = new AttributePath(null, "value", null);
        var explicitSub = at < text.Length && text[at] == '.';
        if (explicitSub)
        {
            at++;
            var start = at;
            if (!AttributePath.TryParse(ReadWord(), out sub) || sub.Sub is not null || sub.Urn is not null)
            {
                at = start;
                throw Expected("a sub-attribute");
            }
        }
        else if (!OperatorFollows())
        {
            return new Filter.ValuePath(path, inner);
        }
        return new Filter.ValuePath(path, new Filter.And([inner, ReadComparison(sub)]));
    }

    private Filter ReadComparison(AttributePath path)
    {
        SkipBlanks();
        var start = at;
        var word = ReadWord();
        if (word.Equals("pr", StringComparison.OrdinalIgnoreCase))
        {
            return new Filter.Present(path);
        }
        if (!TryReadOperator(word, out var op))
        {
            at = start;
            throw Expected("one of the operators eq, ne, co, sw, ew, gt, ge, lt, le and pr");
        }
        SkipBlanks();
        return new Filter.Compare(path, op, ReadLiteral());
    }

    private Literal ReadLiteral()
    {
        if (at < text.Length && text[at] == '"')
        {
            return new Literal(LiteralKind.Text, CheckText(ReadString()));
        }
        var start = at;
        var word = ReadWord();
        if (word.IsEmpty)
        {
            throw Expected("a value, such as \"text\", 5, true or null");
        }
        switch (word)
        {
            case "true" or "false":
                return new Literal(LiteralKind.Truth, word.ToString());
            case "null":
                return new Literal(LiteralKind.Null, "null");
        }
        if (IsNumber(word))
        {
            return new Literal(LiteralKind.Number, word.ToString());
        }
        if (word.ContainsAny('\'', '\\') || !dialect.AcceptsUnquotedString())
        {
            at = start;
            throw Expected("a value in double quotes, such as \"text\"");
        }
        return new Literal(LiteralKind.Text, CheckText(word.ToString()));
    }

    // No Unicode text can hold half of a surrogate pair, so such a literal could not be printed again.
    private static string CheckText(string decoded)
    {
        for (var i = 0; i < decoded.Length; i++)
        {
            if (char.IsSurrogate(decoded[i]) && (i + 1 == decoded.Length || !char.IsSurrogatePair(decoded[i], decoded[++i])))
            {
                throw new ScimException(ScimError.InvalidFilter(
                    "A string in the filter holds half of a surrogate pair (\\ud800 to \\udfff). Send complete characters."));
            }
        }
        return decoded;
    }

    private string ReadString()
    {
        var start = at++;
        var decoded = new System.Text.StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '"')
            {
                return decoded.ToString();
            }
            decoded.Append(c == '\\' ? ReadEscape() : c);
        }
        at = start;
        throw Expected("a closing '\"' for the string that starts here");
    }

    private char ReadEscape()
    {
        var c = at < text.Length ? text[at++] : '\0';
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when at + 4 <= text.Length
                && ushort.TryParse(text.Slice(at, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit):
                at += 4;
                return (char)unit;
            default:
                throw Expected("one of the JSON escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
        }
    }

    private bool TakeWord(string keyword)
    {
        SkipBlanks();
        var start = at;
        if (ReadWord().Equals(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        at = start;
        return false;
    }

    private bool OperatorFollows()
    {
        var start = at;
        SkipBlanks();
        var word = ReadWord();
        var follows = at > start && (TryReadOperator(word, out _) || word.Equals("pr", StringComparison.OrdinalIgnoreCase));
        at = start;
        return follows;
    }

    private ReadOnlySpan<char> ReadWord()
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('(' or ')' or '[' or ']' or '"'))
        {
            at++;
        }
        return text[start..at];
    }

    private bool Take(char c)
    {
        if (at < text.Length && text[at] == c)
        {
            at++;
            return true;
        }
        return false;
    }

    private void SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private readonly ScimException Expected(string what) => new(ScimError.InvalidFilter(at < text.Length
        ? $"The filter can't be read at character {at + 1}, '{ScimError.Shorten(text[at..].ToString())}': expected {what}."
        : $"The filter ends too early: expected {what}."));

    private static bool TryReadOperator(ReadOnlySpan<char> word, out CompareOperator op)
    {
        op = default;
        return word.Length == 2 && char.IsAsciiLetter(word[0]) && Enum.TryParse(word, ignoreCase: true, out op);
    }

    // number of RFC 8259 §6.
    private static bool IsNumber(ReadOnlySpan<char> word)
    {
        var rest = word.StartsWith("-") ? word[1..] : word;
        var whole = Digits(rest);
        if (whole == 0 || (whole > 1 && rest[0] == '0'))
        {
            return false;
        }
        rest = rest[whole..];
        if (rest.StartsWith("."))
        {
            var fraction = Digits(rest[1..]);
            if (fraction == 0)
            {
                return false;
            }
            rest = rest[(1 + fraction)..];
        }
        if (rest.IsEmpty || rest[0] is not ('e' or 'E'))
        {
            return rest.IsEmpty;
        }
        rest = rest[1..];
        rest = rest.StartsWith("+") || rest.StartsWith("-") ? rest[1..] : rest;
        return !rest.IsEmpty && Digits(rest) == rest.Length;
    }

    private static int Digits(ReadOnlySpan<char> word)
    {
        var end = word.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? word.Length : end;
    }
}
