using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>
/// What a request does to a group's membership, told without looking at the members that are there: the set is emptied or kept,
/// then ids are removed and added. That is what makes adding one member to a group of a million cost what it costs in an
/// empty one, and lets parallel requests not lose each other's members.
/// </summary>
/// <param name="Reset">Whether everything not in <paramref name="Added"/> goes.</param>
/// <param name="Added">The ids to be members afterwards.</param>
/// <param name="Removed">The ids to be none afterwards.</param>
public sealed record MembershipDelta(bool Reset, IReadOnlyCollection<string> Added, IReadOnlyCollection<string> Removed)
{
    /// <summary>The longest id that a member may have.</summary>
    public const int MaxIdLength = 256;

    /// <summary>No change.</summary>
    public static MembershipDelta None { get; } = new(false, [], []);

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsEmpty => !Reset && Added.Count == 0 && Removed.Count == 0;

    /// <summary>The membership that a POST or PUT sets: exactly these members.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>: a member has no usable id.</exception>
    public static MembershipDelta Exactly(JsonNode? members) =>
        new(true, [.. ScimJson.Values(members).Select(m => CheckId((string?)(m as JsonObject)?["value"])).Distinct(StringComparer.Ordinal)], []);

    /// <summary>The change that leads from one list of member elements to another.</summary>
    public static MembershipDelta Between(JsonNode? before, JsonNode? after)
    {
        var old = Exactly(before).Added.ToHashSet(StringComparer.Ordinal);
        var wanted = Exactly(after).Added.ToHashSet(StringComparer.Ordinal);
        return new MembershipDelta(false, [.. wanted.Where(id => !old.Contains(id))], [.. old.Where(id => !wanted.Contains(id))]);
    }

    /// <summary>Takes the operations on <c>members</c> out of a PATCH.</summary>
    /// <param name="patch">The request.</param>
    /// <param name="type">The type of the resource it is for.</param>
    /// <param name="dialect">How it is read.</param>
    /// <param name="rest">The operations on other attributes.</param>
    /// <returns>What they do; null when an operation can't be understood without the members that are there, such as
    /// <c>members[display eq "Babs"]</c>.</returns>
    /// <exception cref="ScimException"><c>invalidValue</c>: a member has no usable id.</exception>
    public static MembershipDelta? TryFrom(PatchRequest patch, ResourceType type, EntraDialect dialect, out IReadOnlyList<PatchOperation> rest)
    {
        rest = patch.Operations;
        if (!type.HasMembers)
        {
            return None;
        }
        var others = new List<PatchOperation>();
        var reset = false;
        // true: to be a member; false: to be none. The last word on an id wins, as the operations apply in order.
        var wanted = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var operation in patch.Operations)
        {
            if (type.Resolve(operation.Path.Attribute with { Sub = null })?.Attribute is not { Name: "members" } attribute)
            {
                others.Add(operation);
                continue;
            }
            if (ReadIds(operation, attribute, dialect) is not { } ids)
            {
                return null;
            }
            if (ids.Reset)
            {
                reset = true;
                wanted.Clear();
            }
            foreach (var id in ids.Values)
            {
                wanted[id] = operation.Op != PatchOp.Remove;
            }
        }
        rest = others;
        return new MembershipDelta(reset, [.. wanted.Where(w => w.Value).Select(w => w.Key)], [.. wanted.Where(w => !w.Value).Select(w => w.Key)]);
    }

    private static (bool Reset, IEnumerable<string> Values)? ReadIds(PatchOperation operation, SchemaAttribute attribute, EntraDialect dialect)
    {
        if (operation.Path is { Condition: { } condition, Sub: null, Attribute.Sub: null } && operation.Op == PatchOp.Remove)
        {
            return TryReadIds(condition) is { } selected ? (false, selected) : null;
        }
        if (operation.Path is not { Condition: null, Attribute.Sub: null })
        {
            return null;
        }
        switch (operation.Op)
        {
            case PatchOp.Add:
                return (false, ReadIds(operation.RequiredValue, attribute, dialect));
            case PatchOp.Replace:
                return (true, ReadIds(operation.RequiredValue, attribute, dialect));
            case PatchOp.Remove:
                return dialect.NamesWhatToRemove(operation.Value) ? (false, ReadIds(operation.Value!.Value, attribute, dialect)) : (true, []);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static List<string> ReadIds(JsonElement value, SchemaAttribute attribute, EntraDialect dialect)
    {
        var ids = new List<string>();
        if (value.ValueKind == JsonValueKind.Null)
        {
            return ids;
        }
        foreach (var member in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().AsEnumerable() : [value])
        {
            if (member.ValueKind == JsonValueKind.String)
            {
                dialect.WrapsBareValue(attribute);
            }
            ids.Add(CheckId(member.ValueKind switch
            {
                JsonValueKind.String => ScimJson.Text(member),
                JsonValueKind.Object => dialect.ReadMemberId(member),
                _ => null,
            }));
        }
        return ids;
    }

    // members[value eq "a"] and members[value eq "a" or value eq "b"] name their members; other conditions have to look at them.
    private static List<string>? TryReadIds(Filter condition)
    {
        var ids = new List<string>();
        foreach (var term in condition is Filter.Or or ? or.Terms : [condition])
        {
            if (term is not Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null } path, Value.Kind: LiteralKind.Text } compare
                || !path.Name.Equals("value", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            ids.Add(compare.Value.Text);
        }
        return ids;
    }

    private static string CheckId(string? id)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new ScimException(ScimError.InvalidMember("A member has no id. Send each member as {\"value\":\"<id of a user or group>\"}."));
        }
        return id.Length <= MaxIdLength && !id.AsSpan().ContainsAnyInRange('\0', '\x1f') ? id : throw new ScimException(ScimError.InvalidMember(
            $"'{ScimError.Shorten(id)}' can't be the id of a member: ids have at most {MaxIdLength} characters and no control characters."));
    }
}
