using System.Text.Json.Nodes;
using FluentValidation;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Validation;

/// <summary>What a schema can't say about a user or a group: text that is not blank, one primary at most, lengths and counts.</summary>
public sealed class ResourceValidator : AbstractValidator<JsonObject>
{
    /// <summary>The longest value of an attribute that is looked up by value.</summary>
    public const int MaxIndexedLength = 1024;

    /// <summary>The most values that an attribute other than a group's members may have.</summary>
    public const int MaxValues = 1000;

    /// <summary>States the rules for one resource type.</summary>
    public ResourceValidator(ResourceType type)
    {
        foreach (var attribute in type.Schema.Attributes)
        {
            var name = attribute.Name;
            if (attribute is { Required: true, Type: AttributeType.String, MultiValued: false })
            {
                RuleFor(r => (string?)r[name]).NotEmpty().OverridePropertyName(name)
                    .WithMessage("'{PropertyPath}' is missing or blank. Send a value for it; in Entra, map it to a source attribute that everyone has.");
            }
            if (attribute.MultiValued)
            {
                AddValueRules(name, r => r[name] as JsonArray, attribute.Sub("primary") is not null);
            }
        }
        foreach (var extension in type.Extensions)
        {
            foreach (var attribute in extension.Attributes.Where(a => a.MultiValued))
            {
                AddValueRules($"{extension.Id}:{attribute.Name}", r => (r[extension.Id] as JsonObject)?[attribute.Name] as JsonArray, attribute.Sub("primary") is not null);
            }
        }
        foreach (var indexed in type.Indexed)
        {
            RuleFor(r => r).Must(r => Texts(r, indexed).All(t => t.Length <= MaxIndexedLength)).OverridePropertyName(indexed.Path)
                .WithMessage($"'{{PropertyPath}}' has more than {MaxIndexedLength} characters. Send a shorter value.");
        }
    }

    private void AddValueRules(string path, Func<JsonObject, JsonArray?> values, bool primary)
    {
        RuleFor(r => r).Must(r => values(r) is not { Count: > MaxValues }).OverridePropertyName(path)
            .WithMessage($"'{{PropertyPath}}' has more than {MaxValues} values. Send fewer.");
        if (primary)
        {
            RuleFor(r => r).Must(r => values(r) is not { } array || array.Count(IsPrimary) <= 1).OverridePropertyName(path)
                .WithMessage("More than one value of '{PropertyPath}' is primary. Mark one of them.");
        }
    }

    private static bool IsPrimary(JsonNode? value) => value is JsonObject complex && complex["primary"] is JsonValue primary && primary.GetValue<bool>();

    private static IEnumerable<string> Texts(JsonObject resource, IndexedAttribute indexed)
    {
        var target = indexed.Target;
        var container = target.Extension is null ? resource : resource[target.Extension.Id] as JsonObject;
        return ScimJson.Values(container?[target.Attribute!.Name])
            .Select(v => target.Sub is null ? v : (v as JsonObject)?[target.Sub.Name]).OfType<JsonNode>().Select(v => v.ToString());
    }
}
