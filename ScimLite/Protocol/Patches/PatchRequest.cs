using System.Text.Json;
using ScimLite.Protocol.Filters;

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

/// <summary>A PATCH request, RFC 7644 §3.5.2, with path-less values taken apart into one operation for each key.</summary>
/// <param name="Operations">What to do, in order.</param>
public sealed record PatchRequest(IReadOnlyList<PatchOperation> Operations)
{
    /// <summary>Reads the body of a PATCH.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>, <c>invalidValue</c>, <c>invalidPath</c> or <c>noTarget</c>.</exception>
    public static PatchRequest Read(JsonElement body, EntraDialect dialect)
    {
        if (ScimJson.Find(body, "schemas") is not { ValueKind: JsonValueKind.Array } schemas || !schemas.EnumerateArray().Any(IsPatchOp))
        {
            throw new ScimException(ScimError.InvalidSyntax($"The body is no PATCH request. Send \"schemas\":[\"{Urns.PatchOp}\"] beside 'Operations'."));
        }
        if (ScimJson.Find(body, "Operations") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new ScimException(ScimError.InvalidSyntax("A PATCH needs 'Operations', an array of objects with op, path and value."));
        }
        if (list.GetArrayLength() == 0)
        {
            dialect.EmptyOperations();
        }
        var operations = new List<PatchOperation>();
        foreach (var element in list.EnumerateArray())
        {
            ReadOperation(element, operations, dialect);
        }
        return new PatchRequest(operations);
    }

    internal static ScimException NoValue(PatchOp op, string path) => new(ScimError.InvalidValue(
        $"The {op.ToString().ToLowerInvariant()} operation on '{ScimError.Shorten(path)}' has no 'value'. Send the value to set."));

    private static bool IsPatchOp(JsonElement urn) =>
        urn.ValueKind == JsonValueKind.String && ScimJson.Text(urn).Equals(Urns.PatchOp, StringComparison.OrdinalIgnoreCase);

    private static void ReadOperation(JsonElement element, List<PatchOperation> operations, EntraDialect dialect)
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
        var path = ReadPath(element, dialect, op);
        var value = ScimJson.Find(element, "value");
        if (path is not null)
        {
            operations.Add(new PatchOperation(op, path, value, PathLess: false));
            return;
        }
        if (op == PatchOp.Remove)
        {
            throw new ScimException(ScimError.NoTarget("A remove operation needs a 'path' that says what to remove."));
        }
        var values = value ?? throw NoValue(op, "the resource");
        if (values.ValueKind != JsonValueKind.Object)
        {
            throw new ScimException(ScimError.InvalidValue(
                "An operation without 'path' needs an object as 'value', such as {\"displayName\":\"…\"}. Send a path, or such an object."));
        }
        foreach (var property in values.EnumerateObject())
        {
            var key = ScimJson.Name(property);
            if (TryReadKey(key, dialect) is { } keyPath)
            {
                dialect.NoteKeyAsPath(key);
                operations.Add(new PatchOperation(op, keyPath, property.Value, PathLess: true));
            }
        }
    }

    private static PatchPath? ReadPath(JsonElement element, EntraDialect dialect, PatchOp op) => ScimJson.Find(element, "path") switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text when op == PatchOp.Remove && text.ValueEquals("") => null,
        { ValueKind: JsonValueKind.String } text => PatchPath.Parse(ScimJson.Text(text), dialect),
        _ => throw new ScimException(ScimError.InvalidSyntax("'path' has to be text, such as \"displayName\".")),
    };

    // A key that can't be a path is an attribute that no schema knows.
    private static PatchPath? TryReadKey(string key, EntraDialect dialect)
    {
        try
        {
            return PatchPath.Parse(key, dialect);
        }
        catch (ScimException)
        {
            dialect.UnknownAttribute(key);
            return null;
        }
    }
}
