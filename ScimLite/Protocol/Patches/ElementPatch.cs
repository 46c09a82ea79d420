using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>One operation on a value path, such as <c>emails[type eq "work"].value</c>.</summary>
internal sealed class ElementPatch(JsonObject container, SchemaAttribute attribute, SchemaAttribute? sub, PatchPath path, EntraDialect dialect)
{
    /// <summary>Applies the operation to every element that the condition selects.</summary>
    public void Apply(PatchOperation operation, Filter condition)
    {
        var test = FilterEvaluator.CompileElement(condition, attribute, dialect);
        var selected = ScimJson.Values(container[attribute.Name]).Where(test).ToList();
        if (operation.Op == PatchOp.Remove)
        {
            Remove(selected);
            return;
        }
        var value = operation.RequiredValue;
        if (selected.Count == 0)
        {
            if (!dialect.IsEmpty(value) || !dialect.ClearsNothing(operation.Op))
            {
                Create(operation, condition);
            }
        }
        else if (value.ValueKind != JsonValueKind.Null)
        {
            Write(selected, sub is null && attribute.Type == AttributeType.Complex ? dialect.UnwrapSingleValue(value) : value);
        }
        else if (operation.Op == PatchOp.Replace)
        {
            TakeAway(selected);
        }
    }

    /// <summary>Sets one sub-attribute, or takes it away when there is no value.</summary>
    /// <exception cref="ScimException"><c>mutability</c>: it is immutable and has another value.</exception>
    public static void Set(JsonObject element, SchemaAttribute attribute, SchemaAttribute sub, JsonNode? value)
    {
        if (sub.Mutability == Mutability.Immutable && element[sub.Name] is { } old && !JsonNode.DeepEquals(old, value))
        {
            throw new ScimException(ScimError.Mutability(
                $"'{attribute.Name}.{sub.Name}' can't be changed once it is set. Remove the value from '{attribute.Name}' and add the other one."));
        }
        // A reference that points elsewhere takes its old address with it.
        if (sub.Name == "value" && element["$ref"] is not null && !JsonNode.DeepEquals(element[sub.Name], value))
        {
            element.Remove("$ref");
        }
        if (value is null)
        {
            element.Remove(sub.Name);
        }
        else
        {
            element[sub.Name] = value;
        }
    }

    /// <summary>Sets the sub-attributes that are given, clears those given as null, and leaves the others (RFC 7644 §3.5.2.3).</summary>
    public static void Merge(JsonObject element, SchemaAttribute attribute, JsonElement value, string path, EntraDialect dialect)
    {
        var given = dialect.UnwrapSingleValue(value);
        var read = SchemaRules.ReadElement(attribute, given, path, dialect) as JsonObject;
        if (given.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in given.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Null
                    && attribute.Sub(ScimJson.Name(property)) is { Mutability: not Mutability.ReadOnly } cleared)
                {
                    Set(element, attribute, cleared, null);
                }
            }
        }
        // "value" goes first, so that a "$ref" given beside it stays.
        foreach (var (name, node) in (read ?? []).OrderBy(p => p.Key != "value").ToArray())
        {
            Set(element, attribute, attribute.Sub(name)!, node?.DeepClone());
        }
    }

    private void Remove(List<JsonNode> selected)
    {
        // RFC 7644 §3.5.2.2: removing an absent member succeeds; table 9: any other condition without a match is noTarget.
        if (selected.Count == 0 && attribute.MultiValued && attribute.Name != "members" && !dialect.NothingToRemove())
        {
            throw NoTarget("There is nothing to remove.");
        }
        TakeAway(selected);
    }

    private void TakeAway(List<JsonNode> selected)
    {
        foreach (var element in selected)
        {
            if (sub is not null)
            {
                Set((JsonObject)element, attribute, sub, null);
            }
            else if (container[attribute.Name] is JsonArray array)
            {
                array.Remove(element);
            }
            else
            {
                container.Remove(attribute.Name);
            }
        }
    }

    private void Write(List<JsonNode> selected, JsonElement value)
    {
        foreach (var element in selected)
        {
            if (element is not JsonObject complex)
            {
                element.ReplaceWith(SchemaRules.ReadElement(attribute, value, path.ToString(), dialect));
            }
            else if (sub is not null)
            {
                Set(complex, attribute, sub, SchemaRules.ReadValue(sub, value, path.ToString(), dialect));
            }
            else
            {
                Merge(complex, attribute, value, path.ToString(), dialect);
            }
        }
        if (container[attribute.Name] is JsonArray all && (sub is null || sub.Name is "value" or "type"))
        {
            // RFC 7644 §3.5.2.3 replaces every match, so that matches become the same.
            Values.MergeRepeated(all, attribute, primaryWins: true);
            selected.RemoveAll(element => element.Parent is null);
        }
        var primary = selected.Where(Values.IsPrimary).ToList();
        var set = sub is null ? value.ValueKind == JsonValueKind.Object && ScimJson.Find(value, "primary") is not null : sub.Name == "primary";
        if (!set || primary.Count == 0 || container[attribute.Name] is not JsonArray array)
        {
            return;
        }
        if (primary.Count > 1)
        {
            throw new ScimException(ScimError.InvalidValue($"'{ScimError.Shorten(path.ToString())}' selects {primary.Count} values, and only one can be primary. Narrow the condition."));
        }
        Values.Demote(array, primary);
    }

    private void Create(PatchOperation operation, Filter condition)
    {
        if (!attribute.MultiValued || dialect.MakeElement(operation.Op, attribute, condition) is not { } element)
        {
            throw NoTarget("Add the value first, or send a path that selects one that is there.");
        }
        if (sub is not null)
        {
            element[sub.Name] = SchemaRules.ReadValue(sub, operation.RequiredValue, path.ToString(), dialect);
        }
        else
        {
            Merge(element, attribute, operation.RequiredValue, path.ToString(), dialect);
        }
        if (container[attribute.Name] is not JsonArray present)
        {
            container[attribute.Name] = present = [];
        }
        if (sub?.Name == "value" && dialect.TakesOverPrimary(attribute, element, present))
        {
            element["primary"] = true;
        }
        Values.Add(present, Values.ByKey(present, attribute), [element], attribute);
    }

    private ScimException NoTarget(string advice) => new(ScimError.NoTarget(
        $"No value of '{attribute.Name}' matches '{ScimError.Shorten(path.ToString())}'. {advice}"));
}
