using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;

namespace ScimLite.Store;

/// <summary>How a filter is answered: by a lookup that costs the same in a directory of any size, and a test of what it finds.</summary>
/// <param name="Lookup">Where to look.</param>
/// <param name="Test">What the resources found have to satisfy besides; null when the lookup says it all.</param>
/// <param name="TestsLinks">Whether the test looks at members or groups.</param>
public sealed record QueryPlan(Lookup Lookup, Func<JsonObject, bool>? Test, bool TestsLinks)
{
    /// <summary>Whether every resource of the type has to be looked at.</summary>
    public bool IsScan => Lookup is Lookup.All && Test is not null;

    /// <summary>Plans a filter. Of the terms joined by <c>and</c>, one that an index answers is looked up: an id, a member, or a
    /// value of an indexed attribute.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>.</exception>
    public static QueryPlan For(Filter? filter, ResourceType type, EntraDialect dialect)
    {
        if (filter is null)
        {
            return new QueryPlan(new Lookup.All(), null, false);
        }
        // Compiled in any case: a filter that makes no sense is refused even where an index could answer a part of it.
        var test = FilterEvaluator.Compile(filter, type, dialect);
        var terms = filter is Filter.And and ? and.Terms : [filter];
        var member = type.HasMembers ? terms.Select(AsMember).FirstOrDefault(m => m is not null) : null;
        if (terms.Select(t => AsEquality(t, type, "id")).FirstOrDefault(v => v is not null) is { } id)
        {
            var said = terms.Count == (member is null ? 1 : 2);
            return new QueryPlan(new Lookup.ById(id, member), said ? null : test, !said && NamesLinks(filter));
        }
        if (member is not null)
        {
            return new QueryPlan(new Lookup.ByMember(member), terms.Count == 1 ? null : test, terms.Count > 1);
        }
        foreach (var term in terms)
        {
            if (AsIndexed(term, type) is { } found)
            {
                var said = terms.Count == 1 && found.Exact;
                return new QueryPlan(new Lookup.ByTerm(found.Term), said ? null : test, !said && NamesLinks(filter));
            }
        }
        return new QueryPlan(new Lookup.All(), test, NamesLinks(filter));
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
    private static (IndexTerm Term, bool Exact)? AsIndexed(Filter term, ResourceType type)
    {
        switch (term)
        {
            case Filter.Compare { Operator: CompareOperator.Eq, Value.Kind: LiteralKind.Text or LiteralKind.Number } compare:
                return Find(compare.Path, compare.Value, type) is { } direct ? (direct, true) : null;
            case Filter.ValuePath { Path: { Sub: null } path } valuePath:
                foreach (var inner in valuePath.Inner is Filter.And and ? and.Terms : [valuePath.Inner])
                {
                    if (inner is Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null } sub, Value.Kind: LiteralKind.Text or LiteralKind.Number } equal
                        && Find(path with { Sub = sub.Name }, equal.Value, type) is { } nested)
                    {
                        return (nested, ReferenceEquals(inner, valuePath.Inner));
                    }
                }
                return null;
            default:
                return null;
        }
    }

    private static IndexTerm? Find(AttributePath path, Literal value, ResourceType type)
    {
        if (type.Resolve(path) is not { Attribute: { } attribute } target)
        {
            return null;
        }
        foreach (var indexed in type.Indexed)
        {
            // A bare complex attribute is compared by its value.
            var same = indexed.Target.Attribute == attribute && indexed.Target.Extension == target.Extension
                && (indexed.Target.Sub == target.Sub || (target.Sub is null && indexed.Target.Sub?.Name == "value"));
            if (same)
            {
                return new IndexTerm(indexed, value.Text);
            }
        }
        return null;
    }

    private static bool NamesLinks(Filter filter) => filter switch
    {
        Filter.And and => and.Terms.Any(NamesLinks),
        Filter.Or or => or.Terms.Any(NamesLinks),
        Filter.Not not => NamesLinks(not.Inner),
        Filter.Compare compare => IsLink(compare.Path),
        Filter.Present present => IsLink(present.Path),
        Filter.ValuePath valuePath => IsLink(valuePath.Path),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool IsLink(AttributePath path) => Is(path.Name, "members") || Is(path.Name, "groups");

    private static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
