using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Filters;

/// <summary>
/// Turns a filter into a test of whole resources: attribute names are resolved and literals read once, so that a scan pays for
/// neither again.
/// </summary>
public static class FilterEvaluator
{
    private static readonly Func<JsonObject, bool> Nothing = _ => false;

    /// <summary>Compiles a filter on resources of a type. The tree tested holds <c>id</c> and <c>meta</c> as well.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>: an attribute is unknown (dialect <c>rfc</c>), or can't be compared so.</exception>
    public static Func<JsonObject, bool> Compile(Filter filter, ResourceType type, EntraDialect dialect) =>
        Compile(filter, new Scope(path => ResolveResource(path, type), dialect));

    /// <summary>Compiles a filter on the elements of a complex or simple attribute, as it stands in the brackets of a value path.</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c>, as above.</exception>
    public static Func<JsonNode, bool> CompileElement(Filter filter, SchemaAttribute attribute, EntraDialect dialect)
    {
        RefuseHidden(attribute.Name, attribute);
        if (attribute.Type == AttributeType.Complex)
        {
            var test = Compile(filter, new Scope(path => ResolveSub(path, attribute), dialect));
            return element => element is JsonObject complex && test(complex);
        }
        // A simple multi-valued attribute has "value" as its one implicit sub-attribute (RFC 7643 §2.4).
        var wrapped = Compile(filter, new Scope(path => path is { Urn: null, Sub: null } && path.Name.Equals("value", StringComparison.OrdinalIgnoreCase)
            ? new Located("value", null, null, attribute) : null, dialect));
        return element =>
        {
            var wrapper = ScimJson.NewObject();
            wrapper["value"] = element.DeepClone();
            return wrapped(wrapper);
        };
    }

    private static Func<JsonObject, bool> Compile(Filter filter, Scope scope)
    {
        switch (filter)
        {
            case Filter.And and:
                var all = and.Terms.Select(term => Compile(term, scope)).ToArray();
                return resource => Array.TrueForAll(all, test => test(resource));
            case Filter.Or or:
                var any = or.Terms.Select(term => Compile(term, scope)).ToArray();
                return resource => Array.Exists(any, test => test(resource));
            case Filter.Not not:
                var inner = Compile(not.Inner, scope);
                return resource => !inner(resource);
            case Filter.Present present:
                return scope.Locate(present.Path) is { } located ? resource => located.Any(resource, IsPresent) : Nothing;
            case Filter.Compare compare:
                return CompileCompare(compare, scope);
            case Filter.ValuePath valuePath:
                return CompileValuePath(valuePath, scope);
            default:
                throw new UnreachableException();
        }
    }

    private static Func<JsonObject, bool> CompileValuePath(Filter.ValuePath filter, Scope scope)
    {
        if (scope.Locate(filter.Path) is not { } located)
        {
            return Nothing;
        }
        if (located.Sub is not null || (!located.Leaf.MultiValued && located.Leaf.Type != AttributeType.Complex))
        {
            throw new ScimException(ScimError.InvalidFilter(
                $"'{filter.Path}' has no elements to put a condition on. Compare it directly, as in {filter.Path} eq \"text\"."));
        }
        var test = CompileElement(filter.Inner, located.Leaf, scope.Dialect);
        return resource => located.Any(resource, test);
    }

    private static Func<JsonObject, bool> CompileCompare(Filter.Compare filter, Scope scope)
    {
        if (scope.Locate(filter.Path) is not { } found)
        {
            return Nothing;
        }
        var located = found;
        if (filter.Value.Kind == LiteralKind.Null)
        {
            return filter.Operator switch
            {
                CompareOperator.Eq => resource => !located.Any(resource, IsPresent),
                CompareOperator.Ne => resource => located.Any(resource, IsPresent),
                _ => throw new ScimException(ScimError.InvalidFilter($"null can be compared with eq and ne only, not with {Name(filter.Operator)}.")),
            };
        }
        if (located.Leaf.Type == AttributeType.Complex)
        {
            // A bare complex attribute is compared by its value (RFC 7644 figure 2: emails co "example.com").
            located = located.Sub is null && located.Leaf.Sub("value") is { Returned: not Returned.Never } value
                ? located with { Sub = value.Name, Leaf = value }
                : throw new ScimException(ScimError.InvalidFilter(
                    $"'{filter.Path}' is complex. Compare one of its sub-attributes: {string.Join(", ", located.Leaf.SubAttributes.Select(s => s.Name))}."));
        }
        CheckOperator(filter, located.Leaf);
        // Part of a time need not be a time: meta.created sw "2026-01" compares as text.
        var wanted = (located.Leaf.Type, filter.Value.Kind) == (AttributeType.DateTime, LiteralKind.Text) && IsPartial(filter.Operator)
            ? filter.Value.Text : SchemaRules.ReadLiteral(located.Leaf, filter.Value, scope.Dialect)!;
        var compare = CompileTest(filter.Operator, located.Leaf, wanted);
        Func<JsonNode, bool> test = node => located.Leaf.Holds(node) && compare(node);
        return filter.Operator == CompareOperator.Ne
            ? resource => !located.Any(resource, IsPresent, counted: true) || located.Any(resource, test, counted: true)
            : resource => located.Any(resource, test, counted: true);
    }

    // RFC 7644 table 3: order is undefined for booleans and binaries, and a boolean has no parts.
    private static void CheckOperator(Filter.Compare filter, SchemaAttribute leaf)
    {
        var ordered = filter.Operator is CompareOperator.Gt or CompareOperator.Ge or CompareOperator.Lt or CompareOperator.Le;
        var partial = IsPartial(filter.Operator);
        var refused = leaf.Type switch
        {
            AttributeType.Boolean => ordered || partial,
            AttributeType.Binary => ordered,
            AttributeType.Integer or AttributeType.Decimal => partial,
            _ => false,
        };
        if (refused)
        {
            throw new ScimException(ScimError.InvalidFilter(
                $"{Name(filter.Operator)} can't be used on '{filter.Path}', which is {leaf.Type.ToString().ToLowerInvariant()}. Use eq, ne or pr."));
        }
    }

    private static bool IsPartial(CompareOperator op) => op is CompareOperator.Co or CompareOperator.Sw or CompareOperator.Ew;

    private static Func<JsonNode, bool> CompileTest(CompareOperator op, SchemaAttribute leaf, JsonNode wanted)
    {
        switch (leaf.Type)
        {
            case AttributeType.Boolean:
                var truth = wanted.GetValue<bool>();
                return op == CompareOperator.Eq ? node => node.GetValue<bool>() == truth : node => node.GetValue<bool>() != truth;
            case AttributeType.Integer or AttributeType.Decimal:
                var number = NumberOrder.Encode(wanted.ToJsonString());
                return Ordered(op, node => string.CompareOrdinal(NumberOrder.Encode(node.ToJsonString()), number));
            case AttributeType.DateTime when !IsPartial(op):
                SchemaRules.TryReadTime(wanted.GetValue<string>(), out var time);
                return Ordered(op, node => SchemaRules.TryReadTime(node.GetValue<string>(), out var t) ? t.CompareTo(time) : -1);
            default:
                return CompileText(op, wanted.GetValue<string>(), leaf);
        }
    }

    private static Func<JsonNode, bool> CompileText(CompareOperator op, string text, SchemaAttribute leaf)
    {
        var comparison = leaf.Comparison;
        switch (op)
        {
            case CompareOperator.Eq:
                return node => node.GetValue<string>().Equals(text, comparison);
            case CompareOperator.Ne:
                return node => !node.GetValue<string>().Equals(text, comparison);
            case CompareOperator.Co:
                return node => node.GetValue<string>().Contains(text, comparison);
            case CompareOperator.Sw:
                return node => node.GetValue<string>().StartsWith(text, comparison);
            case CompareOperator.Ew:
                return node => node.GetValue<string>().EndsWith(text, comparison);
            default:
                var folded = CodePointOrder.Fold(text, leaf.CaseExact);
                return Ordered(op, node => CodePointOrder.Instance.Compare(CodePointOrder.Fold(node.GetValue<string>(), leaf.CaseExact), folded));
        }
    }

    private static Func<JsonNode, bool> Ordered(CompareOperator op, Func<JsonNode, int> compare) => op switch
    {
        CompareOperator.Eq => node => compare(node) == 0,
        CompareOperator.Ne => node => compare(node) != 0,
        CompareOperator.Gt => node => compare(node) > 0,
        CompareOperator.Ge => node => compare(node) >= 0,
        CompareOperator.Lt => node => compare(node) < 0,
        CompareOperator.Le => node => compare(node) <= 0,
        _ => throw new UnreachableException(),
    };

    private static bool IsPresent(JsonNode value) => value switch
    {
        JsonArray array => array.Count > 0,
        JsonObject complex => complex.Count > 0,
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>().Length > 0,
        _ => true,
    };

    private static string Name(CompareOperator op) => op.ToString().ToLowerInvariant();

    private static Located? ResolveResource(AttributePath path, ResourceType type)
    {
        if (type.Resolve(path) is not { Attribute: { } attribute } target)
        {
            return null;
        }
        RefuseHidden(path.ToString(), attribute);
        RefuseHidden(path.ToString(), target.Sub);
        return new Located(attribute.Name, target.Sub?.Name, target.Extension?.Id, target.Sub ?? attribute);
    }

    private static Located? ResolveSub(AttributePath path, SchemaAttribute attribute)
    {
        if (path is not { Urn: null, Sub: null } || attribute.Sub(path.Name) is not { } sub)
        {
            return null;
        }
        RefuseHidden(path.ToString(), sub);
        return new Located(sub.Name, null, null, sub);
    }

    // A filter would tell it letter by letter (RFC 7643 §7 lets the server choose).
    private static void RefuseHidden(string path, SchemaAttribute? attribute)
    {
        if (attribute?.Returned == Returned.Never)
        {
            throw new ScimException(ScimError.InvalidFilter($"'{ScimError.Shorten(path)}' is never returned, so a filter can't ask for it either. Match by another attribute."));
        }
    }

    private sealed record Scope(Func<AttributePath, Located?> Resolve, EntraDialect Dialect)
    {
        public Located? Locate(AttributePath path)
        {
            var located = Resolve(path);
            if (located is null)
            {
                Dialect.UnknownFilterAttribute(path);
            }
            return located;
        }
    }

    private sealed record Located(string Name, string? Sub, string? Extension, SchemaAttribute Leaf)
    {
        private readonly JsonValue? whenAbsent = Leaf.WhenAbsent is { } value ? JsonValue.Create(value) : null;

        /// <summary>Whether one of the values passes the test.</summary>
        /// <param name="resource">The resource, or the element in whose brackets the condition is.</param>
        /// <param name="test">The test.</param>
        /// <param name="counted">Whether a missing value is tested as what it counts as (<see cref="SchemaAttribute.WhenAbsent"/>).
        /// It is not for <c>pr</c> and <c>null</c>, which ask whether the value is there.</param>
        public bool Any(JsonObject resource, Func<JsonNode, bool> test, bool counted = false)
        {
            var absent = counted ? whenAbsent : null;
            var container = Extension is null ? resource : resource[Extension] as JsonObject;
            var value = container?[Name];
            if (value is not JsonArray array)
            {
                return (value is not null || Sub is null) && AnyOf(value, test, absent);
            }
            foreach (var element in array)
            {
                if (AnyOf(element, test, absent))
                {
                    return true;
                }
            }
            return false;
        }

        private bool AnyOf(JsonNode? element, Func<JsonNode, bool> test, JsonValue? absent)
        {
            var value = (Sub is null ? element : (element as JsonObject)?[Sub]) ?? absent;
            if (value is JsonArray values)
            {
                return values.Any(v => v is not null && test(v));
            }
            return value is not null && test(value);
        }
    }
}
