using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;

namespace ScimLite.Store;

/// <summary>How a list is answered: by a lookup that costs the same in a directory of any size, a test of what it finds, and an order.</summary>
/// <param name="Lookup">Where to look.</param>
/// <param name="Test">What the resources found have to satisfy besides; null when the lookup says it all.</param>
/// <param name="TestsLinks">Whether the test looks at members or groups.</param>
public sealed record QueryPlan(Lookup Lookup, Func<JsonObject, bool>? Test, bool TestsLinks)
{
    /// <summary>By whose values what was found has to be sorted; null when the lookup has the order that is wanted.</summary>
    public AttributeTarget? Sort { get; private init; }

    /// <summary>Whether the largest value comes first.</summary>
    public bool Descending { get; private init; }

    /// <summary>Whether every resource of the type has to be looked at.</summary>
    public bool IsScan { get; private init; }

    /// <summary>The stretch of an index in which a resource may stand several times; null when it can't.</summary>
    public IndexRange? Repeats => Lookup is Lookup.ByRange { Range: { Index.MultiValued: true } range } ? range : null;

    /// <summary>The plan in a few words without any value, for the span.</summary>
    public string Words => (IsScan ? "scan" : Lookup is Lookup.All ? "all" : "") + Lookup switch
    {
        Lookup.All => "",
        Lookup.ById => "id",
        Lookup.ByMember => "members",
        Lookup.ByTerm term => $"index {term.Term.Attribute.Index}",
        Lookup.ByRange range => $"{(IsScan ? " " : "")}index {range.Range.Index.Index}",
        _ => throw new System.Diagnostics.UnreachableException(),
    } + (Sort is null ? "" : ", sorted");

    /// <summary>Plans a filter and an order. Of the terms joined by <c>and</c>, one that an index answers is looked up: an id, a member, a
    /// value of an indexed attribute, or else a stretch of values.</summary>
    /// <param name="filter">What to find; null for everything.</param>
    /// <param name="type">Among resources of which type.</param>
    /// <param name="dialect">How the filter is read.</param>
    /// <param name="sort">By whose values to sort; null for the lookup's own order.</param>
    /// <param name="descending">Whether the largest value comes first.</param>
    /// <param name="without">The names of indexes to do without.</param>
    /// <exception cref="ScimException"><c>invalidFilter</c>.</exception>
    public static QueryPlan For(
        Filter? filter, ResourceType type, EntraDialect dialect, AttributeTarget? sort = null, bool descending = false, IReadOnlyCollection<string>? without = null)
    {
        var indexes = new Indexes(type, without ?? []);
        var plan = filter is null ? new QueryPlan(new Lookup.All(), null, false) : For(filter, indexes, dialect);
        plan = plan with { IsScan = plan.Lookup is Lookup.All && plan.Test is not null };
        if (sort is null || plan.Lookup is Lookup.ById)
        {
            return plan;
        }
        var index = indexes.Find(sort) is { MultiValued: false } found ? found : null;
        return (index, plan.Lookup) switch
        {
            // A walk through the index of the order meets every resource, as one by creation does.
            ({ } whole, Lookup.All) => plan with { Lookup = new Lookup.ByRange(IndexRange.Whole(whole)), Descending = descending },
            ({ } same, Lookup.ByTerm term) when term.Term.Attribute == same => plan with { Descending = descending },
            ({ } same, Lookup.ByRange range) when range.Range.Index == same => plan with { Descending = descending },
            _ => plan with { Sort = sort, Descending = descending },
        };
    }

    private static QueryPlan For(Filter filter, Indexes indexes, EntraDialect dialect)
    {
        var type = indexes.Type;
        // Compiled in any case: a filter that makes no sense is refused even where an index could answer a part of it.
        var test = FilterEvaluator.Compile(filter, type, dialect);
        var links = filter.Paths().Any(IsLink);
        var terms = filter is Filter.And and ? and.Terms : [filter];
        var member = type.HasMembers ? terms.Select(AsMember).FirstOrDefault(m => m is not null) : null;
        if (terms.Select(t => AsEquality(t, type, "id")).FirstOrDefault(v => v is not null) is { } id)
        {
            var said = terms.Count == (member is null ? 1 : 2);
            return new QueryPlan(new Lookup.ById(id, member), said ? null : test, !said && links);
        }
        if (member is not null)
        {
            return new QueryPlan(new Lookup.ByMember(member), terms.Count == 1 ? null : test, terms.Count > 1);
        }
        foreach (var term in terms)
        {
            if (AsTerm(term, indexes) is { } found)
            {
                var said = terms.Count == 1 && found.Exact;
                return new QueryPlan(new Lookup.ByTerm(found.Term), said ? null : test, !said && links);
            }
        }
        return AsRange(terms, indexes) is { } stretch
            ? new QueryPlan(new Lookup.ByRange(stretch.Range), stretch.Exact ? null : test, !stretch.Exact && links)
            : new QueryPlan(new Lookup.All(), test, links);
    }

    private static string? AsEquality(Filter term, ResourceType type, string attribute) =>
        term is Filter.Compare { Operator: CompareOperator.Eq, Value.Kind: LiteralKind.Text or LiteralKind.Number } compare
        && type.Resolve(compare.Path) is { Extension: null, Sub: null, Attribute: { } found } && found.Name == attribute ? compare.Value.Text : null;

    // members eq "x", members.value eq "x", members[value eq "x"]
    private static string? AsMember(Filter term) => term switch
    {
        Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null } path, Value.Kind: LiteralKind.Text } compare
            when Is(path.Name, "members") && (path.Sub is null || Is(path.Sub, "value")) => compare.Value.Text,
        Filter.ValuePath
        {
            Path: { Urn: null, Sub: null } path,
            Inner: Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null } inner, Value.Kind: LiteralKind.Text } compare,
        }
            when Is(path.Name, "members") && Is(inner.Name, "value") => compare.Value.Text,
        _ => null,
    };

    // Exact: the index finds what the term means. In a value path other conditions on the same element remain to be tested.
    private static (IndexTerm Term, bool Exact)? AsTerm(Filter term, Indexes indexes)
    {
        switch (term)
        {
            case Filter.Compare { Operator: CompareOperator.Eq, Value.Kind: not LiteralKind.Null } compare:
                return indexes.Find(compare.Path) is { } index && Spells(index, compare.Value) ? (new IndexTerm(index, compare.Value.Text), true) : null;
            case Filter.ValuePath { Path: { Sub: null } path } valuePath:
                foreach (var inner in valuePath.Inner is Filter.And and ? and.Terms : [valuePath.Inner])
                {
                    if (inner is Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null } sub, Value.Kind: not LiteralKind.Null } equal
                        && indexes.Find(path with { Sub = sub.Name }) is { } nested && Spells(nested, equal.Value))
                    {
                        return (new IndexTerm(nested, equal.Value.Text), ReferenceEquals(inner, valuePath.Inner));
                    }
                }
                return null;
            default:
                return null;
        }
    }

    // The terms on one index that has one value for each resource are one stretch; of several values each term may mean another.
    private static (IndexRange Range, bool Exact)? AsRange(IReadOnlyList<Filter> terms, Indexes indexes)
    {
        var found = terms.Select(term => (Term: term, Range: AsRange(term, indexes))).Where(f => f.Range is not null).ToList();
        if (found.Count == 0)
        {
            return null;
        }
        // A bounded stretch is likely to be shorter than the values that are there at all.
        var first = found.MinBy(f => f.Term is Filter.Present).Range!;
        if (first.Index.MultiValued)
        {
            return (first, false);
        }
        var same = found.Select(f => f.Range!).Where(r => r.Index == first.Index).ToList();
        return (same.Aggregate((a, b) => a.Within(b)), same.Count == terms.Count);
    }

    private static IndexRange? AsRange(Filter term, Indexes indexes) => term switch
    {
        Filter.Compare { Value.Kind: not LiteralKind.Null } compare when indexes.Find(compare.Path) is { } index && Spells(index, compare.Value) =>
            IndexRange.Comparing(index, compare.Operator, compare.Value.Text),
        // Of a bare complex attribute any part may be there.
        Filter.Present present when indexes.Type.Resolve(present.Path) is { Attribute: { } attribute } target && (target.Sub is not null || attribute.Type != Protocol.Schemas.AttributeType.Complex) =>
            indexes.Find(present.Path) is { } index ? IndexRange.Present(index) : null,
        _ => null,
    };

    // Text and numbers are looked up as they are written; a boolean's literal has been checked by the test.
    private static bool Spells(IndexedAttribute index, Literal literal) =>
        literal.Kind != LiteralKind.Truth || index.Leaf.Type == Protocol.Schemas.AttributeType.Boolean;

    private static bool IsLink(AttributePath path) => Is(path.Name, "members") || Is(path.Name, "groups");

    private static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private readonly record struct Indexes(ResourceType Type, IReadOnlyCollection<string> Without)
    {
        public IndexedAttribute? Find(AttributeTarget target) => Type.FindIndex(target) is { } found && !Without.Contains(found.Index) ? found : null;

        public IndexedAttribute? Find(AttributePath path) =>
            Type.Resolve(path) is { Attribute: not null } target && Find(target) is { Leaf.Returned: not Protocol.Schemas.Returned.Never } index ? index : null;
    }
}
