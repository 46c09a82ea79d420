using System.Text.Json;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>What a PATCH operation does, RFC 7644 §3.5.2.</summary>
public enum PatchOp
{
    /// <summary>Adds a value.</summary>
    Add,

    /// <summary>Removes a value.</summary>
    Remove,

    /// <summary>Replaces a value.</summary>
    Replace,
}

/// <summary>A path of RFC 7644 figure 7: <c>attrPath</c>, or <c>valuePath [subAttr]</c>.</summary>
/// <param name="Attribute">The attribute, with a sub-attribute when no condition stands between.</param>
/// <param name="Condition">What stands in the brackets.</param>
/// <param name="Sub">The sub-attribute behind the brackets.</param>
public sealed record PatchPath(AttributePath Attribute, Filter? Condition, string? Sub)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="ScimException"><c>invalidPath</c>, telling what is wrong and what a path looks like.</exception>
    public static PatchPath Parse(string text, EntraDialect dialect)
    {
        var path = text.Trim();
        var open = path.IndexOf('[', StringComparison.Ordinal);
        var name = open < 0 ? path : path[..open];
        if (path.Length > 8192 || !AttributePath.TryParse(name, out var attribute) || name[0] == '$')
        {
            throw Malformed(text);
        }
        if (open < 0)
        {
            return new PatchPath(attribute, null, null);
        }
        Filter condition;
        int close;
        try
        {
            condition = FilterParser.ParseInner(path, open + 1, dialect, out close);
        }
        catch (ScimException e)
        {
            throw new ScimException(ScimError.InvalidPath($"The condition in path '{ScimError.Shorten(text)}' can't be read. {e.Error.Detail}"));
        }
        var rest = path[(close + 1)..];
        if (rest.Length == 0)
        {
            return new PatchPath(attribute, condition, null);
        }
        if (attribute.Sub is not null || rest[0] != '.' || !AttributePath.TryParse(rest.AsSpan(1), out var sub) || sub is not { Urn: null, Sub: null })
        {
            throw Malformed(text);
        }
        return new PatchPath(attribute, condition, sub.Name);
    }

    /// <summary>Reads a key of a value or body as a path.</summary>
    /// <returns>Null if it is no path, and so an attribute that no schema knows.</returns>
    public static PatchPath? TryParse(string key, EntraDialect dialect)
    {
        if (!key.Contains('[', StringComparison.Ordinal))
        {
            return AttributePath.TryParse(key.AsSpan().Trim(), out var plain) && plain.Name[0] != '$' ? new PatchPath(plain, null, null) : null;
        }
        try
        {
            return Parse(key, dialect);
        }
        catch (ScimException)
        {
            // A key with brackets that hold no condition is an unknown attribute, as any other key.
            return null;
        }
    }

    /// <summary>The path of a whole schema: its URN.</summary>
    internal static PatchPath To(Schema schema)
    {
        // Not by AttributePath's grammar, since a URN may end in a version.
        var colon = schema.Id.LastIndexOf(':');
        return new PatchPath(new AttributePath(schema.Id[..colon], schema.Id[(colon + 1)..], null), null, null);
    }

    /// <summary>The attribute or sub-attribute that the path names, condition or not.</summary>
    internal AttributePath Named => Sub is null ? Attribute : Attribute with { Sub = Sub };

    /// <summary>Whether the path leads to an attribute of the resource type.</summary>
    internal bool Leads(ResourceType type) => type.Resolve(Named) is { Attribute: not null };

    /// <inheritdoc/>
    public override string ToString() => Attribute + (Condition is null ? "" : $"[{Condition}]") + (Sub is null ? "" : "." + Sub);

    private static ScimException Malformed(string text) => new(ScimError.InvalidPath(
        $"'{ScimError.Shorten(text)}' is not a path. Send an attribute such as displayName or name.givenName, or a value path such as emails[type eq \"work\"].value."));
}

/// <summary>One operation of a PATCH request.</summary>
/// <param name="Op">What it does.</param>
/// <param name="Path">Where.</param>
/// <param name="Value">With what; null when the operation has none.</param>
/// <param name="PathLess">Whether the path was a key of the value; read-only attributes are then ignored as in a PUT.</param>
public sealed record PatchOperation(PatchOp Op, PatchPath Path, JsonElement? Value, bool PathLess)
{
    /// <summary>The value where one is needed.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>: there is none.</exception>
    public JsonElement RequiredValue => Value ?? throw PatchRequest.NoValue(Op, Path.ToString());
}

/// <summary>
/// A PATCH request, RFC 7644 §3.5.2. A value without a path, or with the core schema's URN as its path, is taken apart into one operation
/// for each key. Names are canonical (<see cref="AttributeNames"/>).
/// </summary>
/// <param name="Operations">What to do, in order.</param>
public sealed record PatchRequest(IReadOnlyList<PatchOperation> Operations)
{
    /// <summary>Reads the body of a PATCH of a resource of that type.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>, <c>invalidValue</c>, <c>invalidPath</c> or <c>noTarget</c>.</exception>
    public static PatchRequest Read(JsonElement body, ResourceType type, EntraDialect dialect)
    {
        if (ScimJson.Find(body, "schemas") is not { ValueKind: JsonValueKind.Array } schemas || !schemas.EnumerateArray().Any(IsPatchOp))
        {
            dialect.PatchWithoutSchema();
        }
        if (ScimJson.Find(body, "Operations") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new ScimException(ScimError.InvalidSyntax("A PATCH needs 'Operations', an array of objects with op, path and value."));
        }
        if (list.GetArrayLength() == 0)
        {
            dialect.EmptyOperations();
        }
        var reader = new Reader(type, dialect);
        foreach (var element in list.EnumerateArray())
        {
            reader.Read(element);
        }
        return new PatchRequest(reader.Operations);
    }

    internal static ScimException NoValue(PatchOp op, string path) => new(ScimError.InvalidValue(
        $"The {op.ToString().ToLowerInvariant()} operation on '{ScimError.Shorten(path)}' has no 'value'. Send the value to set."));

    private static bool IsPatchOp(JsonElement urn) =>
        urn.ValueKind == JsonValueKind.String && ScimJson.Text(urn).Equals(Urns.PatchOp, StringComparison.OrdinalIgnoreCase);

    private sealed class Reader(ResourceType type, EntraDialect dialect)
    {
        public List<PatchOperation> Operations { get; } = [];

        public void Read(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                throw new ScimException(ScimError.InvalidSyntax("Each of the 'Operations' has to be an object with op, path and value."));
            }
            if (ScimJson.Find(element, "op") is not { ValueKind: JsonValueKind.String } name)
            {
                throw new ScimException(ScimError.InvalidSyntax("An operation has no 'op'. Send \"op\":\"add\", \"remove\" or \"replace\"."));
            }
            var op = dialect.ReadOperation(ScimJson.Text(name)) ?? throw new ScimException(ScimError.InvalidSyntax(
                $"'{ScimError.Shorten(ScimJson.Text(name))}' is no PATCH operation. Send \"add\", \"remove\" or \"replace\"."));
            var value = ScimJson.Find(element, "value");
            switch (ScimJson.Find(element, "path"))
            {
                case null or { ValueKind: JsonValueKind.Null }:
                    ReadKeys(op, value, "the resource");
                    break;
                case { ValueKind: JsonValueKind.String } text when op == PatchOp.Remove && text.ValueEquals(""):
                    ReadKeys(op, null, "the resource");
                    break;
                case { ValueKind: JsonValueKind.String } text:
                    ReadPath(op, ScimJson.Text(text), value);
                    break;
                default:
                    throw new ScimException(ScimError.InvalidSyntax("'path' has to be text, such as \"displayName\"."));
            }
        }

        private void ReadPath(PatchOp op, string text, JsonElement? value)
        {
            var trimmed = text.Trim();
            if (AttributeNames.SchemaOf(trimmed, type, dialect) is not { } schema)
            {
                Operations.Add(new PatchOperation(op, PatchPath.Parse(AttributeNames.Canonical(trimmed, type, dialect), dialect), value, PathLess: false));
            }
            else if (schema == type.Schema)
            {
                ReadKeys(op, value, schema.Id);
            }
            else
            {
                Operations.Add(new PatchOperation(op, PatchPath.To(schema), value, PathLess: false));
            }
        }

        private void ReadKeys(PatchOp op, JsonElement? value, string whole)
        {
            if (op == PatchOp.Remove)
            {
                throw new ScimException(ScimError.NoTarget(
                    "A remove operation needs a 'path' that says which attribute to remove. To remove the whole resource, send DELETE."));
            }
            var values = value ?? throw NoValue(op, whole);
            if (values.ValueKind != JsonValueKind.Object)
            {
                throw new ScimException(ScimError.InvalidValue(
                    "An operation without 'path' needs an object as 'value', such as {\"displayName\":\"…\"}. Send a path, or such an object."));
            }
            foreach (var property in values.EnumerateObject())
            {
                ReadKey(op, ScimJson.Name(property), property.Value);
            }
        }

        private void ReadKey(PatchOp op, string key, JsonElement value)
        {
            if (AttributeNames.SchemaOf(key, type, dialect) is not { } schema)
            {
                if (PatchPath.TryParse(AttributeNames.Canonical(key, type, dialect), dialect) is { } path)
                {
                    dialect.NoteKeyAsPath(key);
                    Operations.Add(new PatchOperation(op, path, value, PathLess: true));
                }
                else
                {
                    dialect.UnknownAttribute(key, value);
                }
            }
            else if (schema != type.Schema)
            {
                dialect.NoteKeyAsPath(key);
                Operations.Add(new PatchOperation(op, PatchPath.To(schema), value, PathLess: true));
            }
            else if (value.ValueKind != JsonValueKind.Null)
            {
                ReadKeys(op, value, schema.Id);
            }
        }
    }
}
