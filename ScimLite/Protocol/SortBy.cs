using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol;

/// <summary>How a list is sorted, RFC 7644 §3.4.2.3.</summary>
/// <param name="Path">By which attribute.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record SortBy(AttributePath Path, bool Descending)
{
    /// <summary>Reads the two parameters; null when nothing is to be sorted.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>: there is no such order, or no such attribute could be.</exception>
    public static SortBy? Read(string? sortBy, string? sortOrder)
    {
        if (string.IsNullOrWhiteSpace(sortBy))
        {
            return null;
        }
        if (!AttributePath.TryParse(sortBy.Trim(), out var path))
        {
            throw new ScimException(ScimError.InvalidValue(
                $"'{ScimError.Shorten(sortBy)}' is no attribute to sort by. Send a name such as userName or name.familyName."));
        }
        return sortOrder?.Trim().ToLowerInvariant() switch
        {
            null or "" or "ascending" => new SortBy(path, false),
            "descending" => new SortBy(path, true),
            _ => throw new ScimException(ScimError.InvalidValue(
                $"'{ScimError.Shorten(sortOrder!)}' is no order. Send sortOrder=ascending or sortOrder=descending.")),
        };
    }

    /// <summary>Whose values are compared, in resources of this type; null when none of them has the attribute.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>: it has no values that could be compared.</exception>
    public AttributeTarget? In(ResourceType type, EntraDialect dialect)
    {
        if (type.Resolve(AttributeNames.Canonical(Path, type, dialect)) is not { Attribute: { } attribute } target)
        {
            return null;
        }
        if (attribute.Returned == Returned.Never || target.Sub?.Returned == Returned.Never)
        {
            // The order would tell its values.
            throw new ScimException(ScimError.InvalidValue($"'{Path}' is never returned, so no list can be sorted by it either. Sort by another attribute."));
        }
        if ((type.HasMembers && attribute.Name == "members") || (type.HasGroups && attribute.Name == "groups"))
        {
            throw new ScimException(ScimError.InvalidValue($"Resources can't be sorted by their {attribute.Name}. Sort by an attribute such as displayName."));
        }
        if (target.Sub is null && attribute.Type == AttributeType.Complex)
        {
            return attribute.Sub("value") is { Returned: not Returned.Never } value ? target with { Sub = value }
                : throw new ScimException(ScimError.InvalidValue(
                    $"'{Path}' is complex. Sort by one of its sub-attributes: {string.Join(", ", attribute.SubAttributes.Select(s => s.Name))}."));
        }
        return target;
    }

    /// <summary>The value that decides: of several, that of the primary element or else the first one; null when there is none.</summary>
    public static JsonNode? Value(JsonObject resource, AttributeTarget target)
    {
        var container = target.Extension is null ? resource : resource[target.Extension.Id] as JsonObject;
        var elements = ScimJson.Values(container?[target.Attribute!.Name]).ToList();
        var element = elements.Find(e => e is JsonObject complex && complex["primary"] is JsonValue primary && primary.TryGetValue<bool>(out var yes) && yes)
            ?? elements.FirstOrDefault();
        var value = target.Sub is null ? element : ScimJson.Values((element as JsonObject)?[target.Sub.Name]).FirstOrDefault();
        var counts = (target.Sub ?? target.Attribute!).WhenAbsent;
        return value is null && counts is not null && (target.Sub is null || element is not null) ? counts : value;
    }
}
