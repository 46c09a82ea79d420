using System.Globalization;
using System.Text.Json;
using FluentValidation;
using ScimLite.Protocol;

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

    /// <summary>Reads the body of a query by POST, RFC 7644 §3.4.3.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> or <c>invalidValue</c>, naming the parameter.</exception>
    public static ListQuery Read(JsonElement body)
    {
        if (ScimJson.Find(body, "schemas") is not { ValueKind: JsonValueKind.Array } schemas || !schemas.EnumerateArray().Any(IsSearchRequest))
        {
            throw new ScimException(ScimError.InvalidSyntax($"The body is no search request. Send \"schemas\":[\"{Urns.SearchRequest}\"] in it."));
        }
        return new ListQuery(
            Text(body, "filter"), Text(body, "startIndex", number: true), Text(body, "count", number: true), List(body, "attributes"), List(body, "excludedAttributes"))
        {
            SortBy = Text(body, "sortBy"),
            SortOrder = Text(body, "sortOrder"),
            Cursor = Text(body, "cursor"),
        };
    }

    private static bool IsSearchRequest(JsonElement urn) =>
        urn.ValueKind == JsonValueKind.String && ScimJson.Text(urn).Equals(Urns.SearchRequest, StringComparison.OrdinalIgnoreCase);

    private static string? Text(JsonElement body, string name, bool number = false) => ScimJson.Find(body, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => ScimJson.Text(text),
        { ValueKind: JsonValueKind.Number } digits when number => digits.GetRawText(),
        _ => throw new ScimException(ScimError.InvalidValue($"'{name}' has to be {(number ? "a whole number" : "text in double quotes")}.")),
    };

    private static string? List(JsonElement body, string name) => ScimJson.Find(body, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
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
