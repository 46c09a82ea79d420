using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>
/// Applies PATCH operations to a resource, RFC 7644 §3.5.2. It changes the tree in place and may throw half way, so give it a
/// copy: a request is applied as a whole or not at all.
/// </summary>
public sealed class PatchApplier
{
    private readonly JsonObject resource;
    private readonly ResourceType type;
    private readonly EntraDialect dialect;
    private readonly HashSet<AttributeTarget> removed = [];
    private readonly HashSet<string> written = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(JsonObject Container, SchemaAttribute Attribute, Schema? Extension)> paths = [];

    // Kept from one add to the next: with thousands of them, none may look at every element again.
    private readonly Dictionary<SchemaAttribute, Dictionary<string, JsonNode>> elements = [];

    private PatchApplier(JsonObject resource, ResourceType type, EntraDialect dialect)
    {
        this.resource = resource;
        this.type = type;
        this.dialect = dialect;
    }

    /// <summary>Applies the operations in their order.</summary>
    /// <returns>The attributes and extensions that were written to: all others are as they were, and nobody has to compare them.</returns>
    /// <exception cref="ScimException"><c>invalidPath</c>, <c>noTarget</c>, <c>invalidValue</c>, <c>mutability</c> or <c>invalidFilter</c>.</exception>
    public static IReadOnlySet<string> Apply(JsonObject resource, IReadOnlyList<PatchOperation> operations, ResourceType type, EntraDialect dialect)
    {
        var before = type.HasImmutableAttributes ? ScimJson.Copy(resource) : null;
        var missing = SchemaRules.Missing(resource, type);
        var applier = new PatchApplier(resource, type, dialect);
        foreach (var operation in operations)
        {
            applier.Apply(operation);
        }
        foreach (var (extension, attribute, _) in applier.removed)
        {
            // RFC 7644 §3.5.2.2, judged at the end so that a remove followed by an add in one request passes.
            var gone = Container(resource, extension) is { } container ? container[attribute!.Name] is null : type.Requires(extension!);
            if (attribute!.Required && gone)
            {
                throw new ScimException(ScimError.Mutability($"'{attribute.Name}' is required and can't be removed. Replace it with another value instead."));
            }
        }
        applier.DropWithoutValue();
        SchemaRules.CheckRequired(resource, type, missing);
        if (before is not null)
        {
            SchemaRules.CheckImmutable(before, resource, type);
        }
        return applier.written;
    }

    /// <summary>Adds what a key of a body names by its path, such as <c>name.givenName</c>, to the resource that the body describes.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>, or <c>invalidSyntax</c> if the body gives the attribute another value too.</exception>
    internal static void AddKey(JsonObject resource, PatchPath path, JsonElement value, ResourceType type, EntraDialect dialect)
    {
        var applier = new PatchApplier(resource, type, dialect);
        if (applier.Resolve(path) is { Attribute: { MultiValued: false } attribute } target && path.Condition is null
            && (target.Sub ?? attribute).Type != AttributeType.Complex)
        {
            var given = Container(resource, target.Extension)?[attribute.Name];
            var present = target.Sub is null ? given : (given as JsonObject)?[target.Sub.Name];
            if (present is not null && !Values.Is(present, value))
            {
                throw ScimJson.GivenTwice(path.ToString());
            }
        }
        applier.Apply(new PatchOperation(PatchOp.Add, path, value, PathLess: true));
        applier.DropWithoutValue();
    }

    private void Apply(PatchOperation operation)
    {
        var path = operation.Path;
        if (Resolve(path) is not { } target)
        {
            dialect.UnknownAttribute(path.ToString(), operation.Value ?? default);
            return;
        }
        if (target.Attribute is not { } attribute)
        {
            ApplyToExtension(operation, target.Extension!);
            return;
        }
        if (!IsWritable(operation, target, attribute))
        {
            return;
        }
        if (operation.Op == PatchOp.Remove)
        {
            removed.Add(target);
        }
        if (operation.Op != PatchOp.Add || path.Condition is not null)
        {
            elements.Remove(attribute);
        }
        written.Add(target.Extension?.Id ?? attribute.Name);
        var container = Container(resource, target.Extension) ?? ScimJson.NewObject();
        if (path.Condition is { } condition)
        {
            new ElementPatch(container, attribute, target.Sub, path, dialect).Apply(operation, condition);
            paths.Add((container, attribute, target.Extension));
        }
        else
        {
            ApplyTo(container, attribute, target.Sub, operation);
        }
        Settle(container, attribute, target.Extension);
    }

    private static JsonObject? Container(JsonObject resource, Schema? extension) =>
        extension is null ? resource : resource[extension.Id] as JsonObject;

    private AttributeTarget? Resolve(PatchPath path)
    {
        var name = path.Named;
        if (type.Resolve(name) is { } target)
        {
            if (path.Condition is not null && (target.Attribute is not { } attribute
                || (!attribute.MultiValued && !dialect.AcceptsConditionOnSingleValue(attribute))))
            {
                throw new ScimException(ScimError.InvalidPath(
                    $"'{path.Attribute}' has a single value, so '{ScimError.Shorten(path.ToString())}' has nothing to choose from. Send the path without the condition."));
            }
            return target;
        }
        if (name.Sub is not null && type.Resolve(name with { Sub = null }) is { Attribute: { Type: not AttributeType.Complex } simple })
        {
            throw new ScimException(ScimError.InvalidPath($"'{simple.Name}' has no sub-attributes, so '{ScimError.Shorten(path.ToString())}' leads nowhere. Send '{simple.Name}'."));
        }
        return null;
    }

    // False: the operation is to be passed over, as a PUT would (RFC 7644 §3.5.1).
    private bool IsWritable(PatchOperation operation, AttributeTarget target, SchemaAttribute attribute)
    {
        if (attribute.Mutability != Mutability.ReadOnly && target.Sub?.Mutability != Mutability.ReadOnly)
        {
            return true;
        }
        var current = Container(resource, target.Extension)?[attribute.Name];
        var unchanged = operation is { Value: { } value, Op: not PatchOp.Remove, Path.Condition: null }
            && Values.Is(target.Sub is null ? current : (current as JsonObject)?[target.Sub.Name], value);
        if (unchanged || attribute.Name == "schemas" || (operation.PathLess && (attribute.Name != "id" || dialect.PassesOverId())))
        {
            return false;
        }
        throw new ScimException(ScimError.Mutability($"'{ScimError.Shorten(operation.Path.ToString())}' is set by the server and can't be changed. Leave it out of the request and of the mapping."));
    }

    private void ApplyToExtension(PatchOperation operation, Schema extension)
    {
        written.Add(extension.Id);
        if (operation.Op == PatchOp.Remove || operation.RequiredValue is { ValueKind: JsonValueKind.Null })
        {
            if (operation.Op != PatchOp.Add)
            {
                resource.Remove(extension.Id);
            }
            return;
        }
        var value = operation.RequiredValue;
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw SchemaRules.NoSchemaObject(extension);
        }
        if (operation.Op == PatchOp.Replace && !value.EnumerateObject().Any())
        {
            resource.Remove(extension.Id);
            return;
        }
        foreach (var property in value.EnumerateObject())
        {
            var name = ScimJson.Name(property);
            if (SchemaRules.IsSchemas(name))
            {
                continue;
            }
            var key = AttributeNames.Canonical(SchemaRules.PathIn(extension, name), type, dialect);
            if (PatchPath.TryParse(key, dialect) is { } path && path.Leads(type))
            {
                Apply(new PatchOperation(operation.Op, path, property.Value, PathLess: true));
            }
            else
            {
                dialect.UnknownInExtension(extension, name, property.Value);
            }
        }
    }

    private void ApplyTo(JsonObject container, SchemaAttribute attribute, SchemaAttribute? sub, PatchOperation operation)
    {
        if (operation.Op == PatchOp.Remove)
        {
            Remove(container, attribute, sub, operation);
            return;
        }
        var value = operation.RequiredValue;
        var path = operation.Path.ToString();
        if (attribute.MultiValued && sub is not null)
        {
            ApplyToOnlyValue(container, attribute, sub, operation);
            return;
        }
        if (operation.Op == PatchOp.Replace && attribute.WhenAbsent is not null && dialect.IsEmpty(value)
            && dialect.KeepsWhenEmpty(attribute, container[attribute.Name]))
        {
            return;
        }
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (operation.Op == PatchOp.Replace)
            {
                Clear(container, attribute, sub);
            }
            return;
        }
        if (sub is not null)
        {
            var parent = container[attribute.Name] as JsonObject ?? ScimJson.NewObject();
            if (sub.Name == "value" && dialect.IsEmptyReference(attribute, value))
            {
                parent.Clear();
            }
            else
            {
                ElementPatch.Set(parent, attribute, sub, SchemaRules.ReadValue(sub, value, path, dialect));
            }
            Attach(container, attribute, parent);
        }
        else if (attribute.MultiValued)
        {
            var values = SchemaRules.ReadValue(attribute, value, path, dialect) as JsonArray;
            Values.CheckPrimaries(values, path);
            if (operation.Op == PatchOp.Replace)
            {
                container[attribute.Name] = values;
            }
            else if (values is not null)
            {
                Add(container, attribute, values);
            }
        }
        else if (attribute.Type == AttributeType.Complex)
        {
            var parent = container[attribute.Name] as JsonObject ?? ScimJson.NewObject();
            if (dialect.IsEmptyReference(attribute, value))
            {
                parent.Clear();
            }
            else
            {
                ElementPatch.Merge(parent, attribute, value, path, dialect);
            }
            Attach(container, attribute, parent);
        }
        else
        {
            container[attribute.Name] = SchemaRules.ReadValue(attribute, value, path, dialect);
        }
    }

    // emails.value, without a condition: clear where there is one e-mail, or one that is primary.
    private void ApplyToOnlyValue(JsonObject container, SchemaAttribute attribute, SchemaAttribute sub, PatchOperation operation)
    {
        var elements = ScimJson.Values(container[attribute.Name]).ToList();
        var meant = elements.Count > 1 ? elements.Find(Values.IsPrimary) : elements.FirstOrDefault();
        if (operation.Op != PatchOp.Replace || meant is not JsonObject element || !dialect.ReadsSubOfOnlyValue())
        {
            throw new ScimException(ScimError.InvalidPath(
                $"'{ScimError.Shorten(operation.Path.ToString())}' does not say which of the values is meant. "
                + $"Send a value path such as {attribute.Name}[type eq \"work\"].{sub.Name}."));
        }
        ElementPatch.Set(element, attribute, sub, SchemaRules.ReadValue(sub, operation.RequiredValue, operation.Path.ToString(), dialect));
        Values.MergeRepeated((JsonArray)container[attribute.Name]!, attribute, primaryWins: true);
    }

    // At the end, since one operation may make an element and the next one give it its value.
    private void DropWithoutValue()
    {
        foreach (var (container, attribute, extension) in paths)
        {
            if (container[attribute.Name] is JsonArray array && array.RemoveAll(element => Values.LacksValue(element, attribute)) > 0)
            {
                dialect.ElementWithoutValue(attribute.Name);
                Settle(container, attribute, extension);
            }
        }
    }

    private void Remove(JsonObject container, SchemaAttribute attribute, SchemaAttribute? sub, PatchOperation operation)
    {
        if (sub is null && attribute.MultiValued && dialect.NamesWhatToRemove(operation.Value))
        {
            if (!Values.RemoveNamed(container[attribute.Name] as JsonArray ?? [], operation.Value!.Value, attribute, dialect))
            {
                dialect.NothingToRemove();
            }
            return;
        }
        Clear(container, attribute, sub);
    }

    private void Add(JsonObject container, SchemaAttribute attribute, JsonArray added)
    {
        if (container[attribute.Name] is not JsonArray present)
        {
            container[attribute.Name] = present = [];
        }
        if (!elements.TryGetValue(attribute, out var byKey))
        {
            elements.Add(attribute, byKey = Values.ByKey(present, attribute));
        }
        Values.Add(present, byKey, added, attribute);
    }

    private static void Clear(JsonObject container, SchemaAttribute attribute, SchemaAttribute? sub)
    {
        if (sub is null)
        {
            container.Remove(attribute.Name);
            return;
        }
        foreach (var element in ScimJson.Values(container[attribute.Name]).OfType<JsonObject>())
        {
            ElementPatch.Set(element, attribute, sub, null);
        }
    }

    private static void Attach(JsonObject container, SchemaAttribute attribute, JsonObject value)
    {
        if (value.Parent is null)
        {
            container[attribute.Name] = value;
        }
    }

    // What became empty is unassigned (RFC 7644 §3.5.2.2), up to the extension and its URN in schemas.
    private void Settle(JsonObject container, SchemaAttribute attribute, Schema? extension)
    {
        switch (container[attribute.Name])
        {
            case JsonArray array:
                array.RemoveAll(element => element is JsonObject { Count: 0 });
                if (array.Count == 0)
                {
                    container.Remove(attribute.Name);
                }
                break;
            case null or JsonObject { Count: 0 }:
                container.Remove(attribute.Name);
                break;
        }
        if (extension is not null)
        {
            if (container.Count == 0)
            {
                resource.Remove(extension.Id);
            }
            else if (container.Parent is null)
            {
                resource[extension.Id] = container;
            }
        }
    }
}
