using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Filters;

/// <summary>What a filter asks of the resources of one type, once it is known which type that is (RFC 7644 §3.4.2.1:
/// <c>meta.resourceType eq "User"</c> leaves out the others).</summary>
/// <param name="Rest">What remains to be tested; null when it is decided.</param>
/// <param name="Holds">Whether the filter holds, where it is decided.</param>
public readonly record struct TypeCondition(Filter? Rest, bool Holds)
{
    private static readonly AttributePath ResourceTypePath = AttributePath.Parse("meta.resourceType");

    /// <summary>Decides what depends on the resource type alone.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>: the type is compared with what can't be one.</exception>
    public static TypeCondition Of(Filter filter, ResourceType type, EntraDialect dialect)
    {
        switch (filter)
        {
            case Filter.And and:
                return Join(and.Terms.Select(t => Of(t, type, dialect)), decides: false, rest => new Filter.And(rest));
            case Filter.Or or:
                return Join(or.Terms.Select(t => Of(t, type, dialect)), decides: true, rest => new Filter.Or(rest));
            case Filter.Not not:
                var inner = Of(not.Inner, type, dialect);
                return inner.Rest is null ? new TypeCondition(null, !inner.Holds) : new TypeCondition(new Filter.Not(inner.Rest), false);
            case Filter.Compare or Filter.Present when filter.Paths().Single() is { } path && AsksForType(path, type):
                var resource = ScimJson.NewObject();
                resource["meta"] = ScimJson.NewObject();
                resource["meta"]!["resourceType"] = type.Name;
                return new TypeCondition(null, FilterEvaluator.Compile(filter, type, dialect)(resource));
            default:
                return new TypeCondition(filter, false);
        }
    }

    // One term that decides is enough; a term that is decided the other way says nothing more.
    private static TypeCondition Join(IEnumerable<TypeCondition> terms, bool decides, Func<IReadOnlyList<Filter>, Filter> join)
    {
        var all = terms.ToList();
        var rest = all.Where(t => t.Rest is not null).Select(t => t.Rest!).ToList();
        return all.Exists(t => t.Rest is null && t.Holds == decides) ? new TypeCondition(null, decides)
            : rest.Count switch { 0 => new TypeCondition(null, !decides), 1 => new TypeCondition(rest[0], false), _ => new TypeCondition(join(rest), false) };
    }

    private static bool AsksForType(AttributePath path, ResourceType type) => type.Resolve(path) == type.Resolve(ResourceTypePath);
}
