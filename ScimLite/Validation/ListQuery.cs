using System.Globalization;
using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.Primitives;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;

namespace ScimLite.Validation;

/// <summary>The query of a list, RFC 7644 §3.4.2, as it was sent.</summary>
/// <param name="Filter">The filter, or null.</param>
/// <param name="StartIndex">The first resource of the page, counting from 1.</param>
/// <param name="Count">How many resources the page may hold.</param>
/// <param name="Attributes">Comma-separated attributes to return.</param>
/// <param name="ExcludedAttributes">Comma-separated attributes to leave out.</param>
public sealed record ListQuery(string? Filter, string? StartIndex, string? Count, string? Attributes, string? ExcludedAttributes)
{
    /// <summary>How many resources a page has when no count is given.</summary>
    public const int DefaultCount = 100;

    /// <summary>The attribute to sort by, or null.</summary>
    public string? SortBy { get; init; }

    /// <summary><c>ascending</c> or <c>descending</c>, or null.</summary>
    public string? SortOrder { get; init; }

    /// <summary>RFC 9865: where to go on, empty for the first page; null asks for pages by index.</summary>
    public string? Cursor { get; init; }

    /// <summary>The start, at least 1 (RFC 7644 §3.4.2.4).</summary>
    public int Start => Math.Max(1, ReadNumber(StartIndex) ?? 1);

    /// <summary>The page size, at least 0 and at most <paramref name="most"/>.</summary>
    public int CountWithin(int most) => Math.Clamp(ReadNumber(Count) ?? Math.Min(DefaultCount, most), 0, most);

    /// <summary>Reads the query keys of an address.</summary>
    /// <param name="query">The decoded keys, each with its values.</param>
    /// <param name="dialect">Notes what was read although it deviates.</param>
    /// <exception cref="ScimException">As of <see cref="QueryKeys"/>.</exception>
    public static ListQuery Read(IEnumerable<KeyValuePair<string, StringValues>> query, EntraDialect dialect)
    {
        var keys = QueryKeys.Read(query, QueryKeys.OfList, dialect);
        return new ListQuery(Text("filter"), Text("startIndex"), Text("count"), Text("attributes"), Text("excludedAttributes"))
        {
            SortBy = Text("sortBy"),
            SortOrder = Text("sortOrder"),
            Cursor = Text("cursor"),
        };

        string? Text(string name) => keys.GetValueOrDefault(name);
    }

    /// <summary>Reads the body of a query by POST, RFC 7644 §3.4.3.</summary>
    /// <param name="body">The body.</param>
    /// <param name="dialect">Notes what was read although it deviates.</param>
    /// <exception cref="ScimException"><c>invalidSyntax</c>, <c>invalidFilter</c> or <c>invalidValue</c>, naming the parameter.</exception>
    public static ListQuery Read(JsonElement body, EntraDialect dialect)
    {
        dialect.CheckSearchSchemas(ScimJson.Find(body, "schemas"));
        foreach (var name in QueryKeys.OfList)
        {
            _ = ScimJson.Find(body, name);
        }
        var sent = body.EnumerateObject().Select(p => (ScimJson.Name(p), p.Value));
        var keys = QueryKeys.Read(sent, QueryKeys.OfList, JsonElement.DeepEquals, dialect);
        return new ListQuery(
            Text(keys, "filter"), Text(keys, "startIndex", number: true), Text(keys, "count", number: true), List(keys, "attributes"),
            List(keys, "excludedAttributes"))
        {
            SortBy = Text(keys, "sortBy"),
            SortOrder = Text(keys, "sortOrder"),
            Cursor = Text(keys, "cursor"),
        };
    }

    private static string? Text(IReadOnlyDictionary<string, JsonElement> keys, string name, bool number = false) =>
        keys.GetValueOrDefault(name) switch
        {
            { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } text => ScimJson.Text(text),
            { ValueKind: JsonValueKind.Number } digits when number => digits.GetRawText(),
            _ => throw new ScimException(ScimError.InvalidValue(
                $"'{name}' has to be {(number ? "a whole number" : "text in double quotes")}.")),
        };

    private static string? List(IReadOnlyDictionary<string, JsonElement> keys, string name) => keys.GetValueOrDefault(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => ScimJson.Text(text),
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(n => n.ValueKind == JsonValueKind.String) =>
            string.Join(',', list.EnumerateArray().Select(ScimJson.Text)),
        _ => throw new ScimException(ScimError.InvalidValue($"'{name}' has to be an array of attribute names, such as [\"userName\",\"emails\"].")),
    };

    // A number beyond what an int holds is as good as the largest: the page is clamped, or past the end.
    private static int? ReadNumber(string? text) =>
        !string.IsNullOrWhiteSpace(text) && System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
            ? (int)System.Numerics.BigInteger.Max(int.MinValue, System.Numerics.BigInteger.Min(int.MaxValue, n)) : null;
}

/// <summary>What a list's query has to satisfy.</summary>
public sealed class ListQueryValidator : AbstractValidator<ListQuery>
{
    /// <summary>States the rules.</summary>
    public ListQueryValidator()
    {
        RuleFor(q => q.StartIndex).Must(IsNumber).When(q => q.Cursor is null).OverridePropertyName("startIndex")
            .WithMessage("'{PropertyPath}' is no whole number. Send 1 for the first page.");
        RuleFor(q => q.Count).Must(IsNumber).OverridePropertyName("count").WithState(q => q.Cursor is null ? null : "invalidCount")
            .WithMessage("'{PropertyPath}' is no whole number. Send how many resources a page is to hold.");
        RuleFor(q => q.ExcludedAttributes).Must((q, excluded) => string.IsNullOrEmpty(excluded) || string.IsNullOrEmpty(q.Attributes))
            .OverridePropertyName("excludedAttributes")
            .WithMessage("'attributes' and 'excludedAttributes' exclude each other (RFC 7644 §3.9). Send one of them.");
    }

    private static bool IsNumber(string? text) => string.IsNullOrWhiteSpace(text)
        || (text.Length <= 20 && text.TrimStart('-') is { Length: > 0 } digits && text.Length - digits.Length <= 1 && digits.All(char.IsAsciiDigit));
}
