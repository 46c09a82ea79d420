using CsCheck;

namespace ScimLite.Tests.Protocol.Filters;

/// <summary>Generates texts for what reads filters: some from the grammar of RFC 7644 figure 1, some only nearly so.</summary>
internal static class FilterText
{
    private static readonly Gen<string> Name = Gen.OneOf(
        "userName", "TITLE", "active", "emails", "emails.type", "name.familyName", "meta.created", "manager.$ref", "$ref", "not", "pr", "and",
        "addresses", "x-1_y", "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName");

    private static readonly Gen<string> Text = Gen.Char["ab \"\\\u0001é\u2028\ud83d\ude00()[]'"].Array[0, 6].Select(Quote);

    private static readonly Gen<string> Literal = Gen.OneOf<string>(
        Text, Gen.OneOf("true", "false", "null", "0", "-1.5e-3", "25.52", "2E+2", "\"2011-05-13T04:42:34Z\"", "\"\""));

    private static readonly Gen<string> Comparison = Gen.OneOf<string>(
        Gen.Select(Name, Gen.OneOf("eq", "Ne", "CO", "sw", "ew", "gt", "ge", "lt", "le"), Literal, (name, op, value) => $"{name} {op} {value}"),
        Name.Select(name => $"{name} pr"));

    /// <summary>A filter that the grammar allows.</summary>
    public static readonly Gen<string> Valid = Gen.Recursive<string>((depth, inner) => depth > 4 ? Comparison : Gen.OneOf<string>(
        Comparison,
        Gen.Select(inner, inner, (a, b) => $"{a} and {b}"),
        Gen.Select(inner, inner, (a, b) => $"{a} or {b}"),
        inner.Select(a => $"({a})"),
        inner.Select(a => $"not  ( {a} )"),
        Gen.Select(Comparison, Comparison, (a, b) => $"emails[{a} or not({b})]"),
        Gen.Select(Comparison, Literal, (a, value) => $"emails[{a}].value ne {value}"),
        Comparison.Select(a => $"ims[{a}] pr")));

    private static readonly Gen<string> Scrap = Gen.OneOf<string>(
        Gen.OneOf("(", ")", "[", "]", "\"", "\\", "\\u", " ", ".", ":", "$", "not", " and ", " or ", " eq ", " pr", "\ud800", "\0", "urn:", "1e", "-"),
        Gen.Char.Select(c => c.ToString()));

    /// <summary>A valid filter with a few pieces cut out of it and others put in.</summary>
    public static readonly Gen<string> Mutated = Gen.Select(Valid, Gen.Select(Gen.Int[0, 200], Gen.Int[0, 4], Scrap).Array[1, 4], (text, changes) =>
    {
        foreach (var (place, length, scrap) in changes)
        {
            var at = Math.Min(place, text.Length);
            text = text.Remove(at, Math.Min(length, text.Length - at)).Insert(at, scrap);
        }
        return text;
    });

    /// <summary>Any text at all.</summary>
    public static readonly Gen<string> Any = Gen.OneOf<string>(Gen.String, Scrap.Array[0, 12].Select(string.Concat), Mutated, Valid);

    private static string Quote(char[] text)
    {
        var whole = new string([.. text.Where(c => !char.IsSurrogate(c))]);
        return "\"" + whole.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }
}
