using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScimLite.Protocol.Filters;

/// <summary>The comparison operators of RFC 7644 table 3, but for <c>pr</c>.</summary>
public enum CompareOperator
{
    /// <summary>equal</summary>
    Eq,

    /// <summary>not equal</summary>
    Ne,

    /// <summary>contains</summary>
    Co,

    /// <summary>starts with</summary>
    Sw,

    /// <summary>ends with</summary>
    Ew,

    /// <summary>greater than</summary>
    Gt,

    /// <summary>greater than or equal to</summary>
    Ge,

    /// <summary>less than</summary>
    Lt,

    /// <summary>less than or equal to</summary>
    Le,
}

/// <summary>The kind of a literal in a filter.</summary>
public enum LiteralKind
{
    /// <summary>Text, decoded.</summary>
    Text,

    /// <summary>A JSON number, in the digits sent.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Truth,

    /// <summary><c>null</c>.</summary>
    Null,
}

/// <summary>A literal of a filter.</summary>
/// <param name="Kind">What it was written as.</param>
/// <param name="Text">The decoded text, the digits, or the keyword.</param>
public readonly record struct Literal(LiteralKind Kind, string Text)
{
    /// <summary>The literal as it would be sent.</summary>
    public override string ToString() => Kind == LiteralKind.Text
        ? $"\"{JsonEncodedText.Encode(Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
        : Text;
}

/// <summary>
/// A filter expression, RFC 7644 §3.4.2.2, as a closed tree. <see cref="object.ToString"/> prints text that reads back as the
/// same filter.
/// </summary>
public abstract record Filter
{
    private Filter()
    {
    }

    /// <summary>The attributes that it asks about, outside of brackets.</summary>
    public IEnumerable<AttributePath> Paths() => this switch
    {
        And and => and.Terms.SelectMany(t => t.Paths()),
        Or or => or.Terms.SelectMany(t => t.Paths()),
        Not not => not.Inner.Paths(),
        Compare compare => [compare.Path],
        Present present => [present.Path],
        ValuePath valuePath => [valuePath.Path],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>All of the terms hold.</summary>
    public sealed record And(IReadOnlyList<Filter> Terms) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(" and ", Terms.Select(t => t is And or Or ? $"({t})" : t.ToString()));
    }

    /// <summary>One of the terms holds.</summary>
    public sealed record Or(IReadOnlyList<Filter> Terms) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(" or ", Terms.Select(t => t is Or ? $"({t})" : t.ToString()));
    }

    /// <summary>The inner filter does not hold.</summary>
    public sealed record Not(Filter Inner) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => $"not ({Inner})";
    }

    /// <summary>The attribute compares with the literal as the operator says.</summary>
    public sealed record Compare(AttributePath Path, CompareOperator Operator, Literal Value) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Path} {Operator.ToString().ToLowerInvariant()} {Value}";
    }

    /// <summary>The attribute has a value.</summary>
    public sealed record Present(AttributePath Path) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Path} pr";
    }

    /// <summary>One single element of the attribute satisfies the inner filter.</summary>
    public sealed record ValuePath(AttributePath Path, Filter Inner) : Filter
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Path}[{Inner}]";
    }
}
