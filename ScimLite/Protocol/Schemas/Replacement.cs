using System.Text.Json.Nodes;
using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Schemas;

/// <summary>
/// What a PUT leaves alone although its body does not hold it, RFC 7644 §3.5.1: what the client may not change (readOnly, immutable)
/// and what it can't have read before (writeOnly, returned never). A user's <c>active</c> is kept as well: a body without it says
/// nothing about access, so it neither enables a disabled user nor disables an enabled one. Everything else that is left out is cleared.
/// </summary>
public static class Replacement
{
    /// <summary>Whether something of the old resource may stay, so that it has to be taken over.</summary>
    /// <param name="after">What the body of the PUT holds.</param>
    /// <param name="type">Its resource type.</param>
    public static bool IsNeeded(JsonObject after, ResourceType type) => type.KeepsOnReplace || KeepsActive(after, type);

    /// <summary>Takes over into <paramref name="after"/> what stays of <paramref name="before"/>.</summary>
    public static void Keep(JsonObject before, JsonObject after, ResourceType type)
    {
        Keep(before, after, type.Schema.Attributes);
        if (KeepsActive(after, type) && before["active"] is { } active)
        {
            after["active"] = active.DeepClone();
        }
        foreach (var extension in type.Extensions)
        {
            if (before[extension.Id] is JsonObject old)
            {
                KeepIn(after, extension.Id, values => Keep(old, values, extension.Attributes));
            }
        }
    }

    private static void Keep(JsonObject before, JsonObject after, IReadOnlyList<SchemaAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            var (old, given) = (before[attribute.Name], after[attribute.Name]);
            if (old is null)
            {
                continue;
            }
            if (given is null && Stays(attribute))
            {
                after[attribute.Name] = old.DeepClone();
            }
            else if (old is JsonObject complex)
            {
                KeepIn(after, attribute.Name, values => Keep(complex, values, attribute.SubAttributes));
            }
            else if (old is JsonArray elements && given is JsonArray present && attribute.SubAttributes.Any(Stays))
            {
                var byKey = Values.ByKey(elements, attribute);
                foreach (var element in present.OfType<JsonObject>())
                {
                    if (byKey.GetValueOrDefault(Values.Key(element, attribute)) is JsonObject same)
                    {
                        Keep(same, element, attribute.SubAttributes);
                    }
                }
            }
        }
    }

    // An object is made only where something stays in it.
    private static void KeepIn(JsonObject container, string name, Action<JsonObject> keep)
    {
        var values = container[name] as JsonObject ?? ScimJson.NewObject();
        keep(values);
        if (values.Count > 0 && values.Parent is null)
        {
            container[name] = values;
        }
    }

    private static bool KeepsActive(JsonObject after, ResourceType type) => type.HasGroups && after["active"] is null;

    private static bool Stays(SchemaAttribute attribute) => attribute.Mutability != Mutability.ReadWrite || attribute.Returned == Returned.Never;
}
