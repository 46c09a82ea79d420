using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>Which of the attributes that are returned on request a client wrote: the answer to its write holds them (RFC 7643 §7).</summary>
public static class WrittenAttributes
{
    /// <summary>Those that the body of a POST or PUT gave a value.</summary>
    public static IReadOnlyList<AttributeTarget> Of(JsonObject resource, ResourceType type)
    {
        var written = new List<AttributeTarget>();
        foreach (var target in OnRequest(type))
        {
            var container = target.Extension is null ? resource : resource[target.Extension.Id] as JsonObject;
            var value = container?[target.Attribute!.Name];
            if (target.Sub is null ? value is not null : ScimJson.Values(value).Any(v => (v as JsonObject)?[target.Sub.Name] is not null))
            {
                written.Add(target);
            }
        }
        return written;
    }

    /// <summary>Those that the operations of a PATCH name.</summary>
    public static IReadOnlyList<AttributeTarget> Of(IReadOnlyList<PatchOperation> operations, ResourceType type) =>
        [.. OnRequest(type).Where(target => operations.Any(operation => Names(operation, target, type)))];

    private static IEnumerable<AttributeTarget> OnRequest(ResourceType type) =>
        !type.ReturnsOnRequest ? [] :
        from schema in type.Extensions.Prepend(type.Schema)
        let extension = schema == type.Schema ? null : schema
        from attribute in schema.Attributes
        from sub in attribute.SubAttributes.Append(null)
        where (sub ?? attribute).Returned == Returned.Request
        select new AttributeTarget(extension, attribute, sub);

    private static bool Names(PatchOperation operation, AttributeTarget target, ResourceType type)
    {
        if (type.Resolve(operation.Path.Named) is not { } named || named.Extension != target.Extension)
        {
            return false;
        }
        if (named.Attribute is null)
        {
            return Values(operation.Value, target.Attribute!.Name).Any(value => target.Sub is null || Values(value, target.Sub.Name).Any());
        }
        return named.Attribute == target.Attribute
            && (target.Sub is null || named.Sub == target.Sub || (named.Sub is null && Values(operation.Value, target.Sub.Name).Any()));
    }

    // What an object, or the objects of an array, hold under a name.
    private static IEnumerable<JsonElement> Values(JsonElement? value, string name) => value switch
    {
        { ValueKind: JsonValueKind.Object } one => ScimJson.Find(one, name) is { } found ? [found] : [],
        { ValueKind: JsonValueKind.Array } many => many.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Object).SelectMany(v => Values(v, name)),
        _ => [],
    };
}
