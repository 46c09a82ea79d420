using System.Text;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Store;

/// <summary>A place in an index.</summary>
/// <param name="Text">It lies before the first entry that is not below this text, by code points.</param>
/// <param name="Past">Whether it lies behind all entries that start with the text instead.</param>
public readonly record struct IndexBound(string Text, bool Past = false)
{
    // Sort behind every text: half of a pair, which no text starts with, and a byte that UTF-8 does not use.
    private const char LastChar = '\uDFFF';
    private const byte LastByte = 0xFF;

    /// <summary>The bound at a boundary between two entries.</summary>
    internal static IndexBound Of(Boundary boundary) => new(boundary.After ? boundary.Position + "\0" : boundary.Position);

    /// <summary>What to compare entries with by code points.</summary>
    internal string ToText() => Past ? Text + LastChar : Text;

    /// <summary>What to compare entries with by bytes.</summary>
    internal byte[] ToUtf8()
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(Text) + (Past ? 1 : 0)];
        var end = Encoding.UTF8.GetBytes(Text, bytes);
        if (Past)
        {
            bytes[end] = LastByte;
        }
        return bytes;
    }
}

/// <summary>A stretch of an index.</summary>
/// <param name="Index">The attribute whose index it is.</param>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
public sealed record IndexRange(IndexedAttribute Index, IndexBound From, IndexBound To)
{
    /// <summary>The entries of one term.</summary>
    public static IndexRange Of(IndexTerm term) => new(term.Attribute, new IndexBound(term.Text + "\0"), new IndexBound(term.Text + "\0", Past: true));

    /// <summary>All entries of an attribute, with the resources that have no value at the end.</summary>
    public static IndexRange Whole(IndexedAttribute index) => new(index, new IndexBound(index.Index + "\0"), new IndexBound(index.Index + "\x1", Past: true));

    /// <summary>The entries whose value is not empty.</summary>
    public static IndexRange Present(IndexedAttribute index) => new(index, new IndexBound(index.Index + "\0\0", Past: true), EndOf(index));

    /// <summary>The entries that compare with a value as an operator says; null where an index can't tell.</summary>
    public static IndexRange? Comparing(IndexedAttribute index, CompareOperator op, string value)
    {
        // Part of a number or a time is looked for in its text, which is not what the index holds.
        var text = index.Leaf.Type is AttributeType.String or AttributeType.Reference or AttributeType.Binary;
        if (op is CompareOperator.Ne or CompareOperator.Co or CompareOperator.Ew || (op == CompareOperator.Sw && !text))
        {
            return null;
        }
        var start = new IndexBound(index.Index + "\0");
        var encoded = start.Text + IndexTerm.Encode(index, value);
        var (before, after) = (new IndexBound(encoded + "\0"), new IndexBound(encoded + "\0", Past: true));
        return op switch
        {
            CompareOperator.Eq => new IndexRange(index, before, after),
            CompareOperator.Sw => new IndexRange(index, new IndexBound(encoded), new IndexBound(encoded, Past: true)),
            CompareOperator.Gt => new IndexRange(index, after, EndOf(index)),
            CompareOperator.Ge => new IndexRange(index, before, EndOf(index)),
            CompareOperator.Lt => new IndexRange(index, start, before),
            CompareOperator.Le => new IndexRange(index, start, after),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>What lies in another stretch too.</summary>
    public IndexRange Within(IndexRange other)
    {
        var (from, to) = (Later(From, other.From), Later(To, other.To) == To ? other.To : To);
        return this with { From = from, To = Later(from, to) };
    }

    /// <summary>Whether an entry is the first of its resource in the stretch.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="terms">All terms of the resource.</param>
    /// <param name="id">The resource.</param>
    public bool IsFirst(string entry, IEnumerable<IndexTerm> terms, string id) => terms.Select(t => $"{t.Text}\0{id}")
        .Where(e => !Precedes(e, From) && Precedes(e, To)).Order(CodePointOrder.Instance).FirstOrDefault() == entry;

    private static bool Precedes(string entry, IndexBound bound) => CodePointOrder.Instance.Compare(entry, bound.ToText()) < 0;

    private static IndexBound Later(IndexBound left, IndexBound right) => CodePointOrder.Instance.Compare(left.ToText(), right.ToText()) >= 0 ? left : right;

    private static IndexBound EndOf(IndexedAttribute index) => new(index.Index + "\0", Past: true);
}
