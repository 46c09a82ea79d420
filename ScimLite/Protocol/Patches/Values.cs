using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>The elements of a multi-valued attribute: which are the same, which is primary, which are meant.</summary>
internal static class Values
{
    /// <summary>The elements by what makes two of them the same.</summary>
    public static Dictionary<string, JsonNode> ByKey(JsonArray present, SchemaAttribute attribute)
    {
        var byKey = new Dictionary<string, JsonNode>(present.Count, StringComparer.Ordinal);
        foreach (var element in present)
        {
            byKey.TryAdd(Key(element!, attribute), element!);
        }
        return byKey;
    }

    /// <summary>Appends what is not there yet. An element with the <c>value</c> and <c>type</c> of one that is there adds to it
    /// instead: RFC 7643 §2.4 wants each pair once.</summary>
    /// <param name="present">The elements that are there.</param>
    /// <param name="byKey">The same as <see cref="ByKey"/> tells them; kept in step.</param>
    /// <param name="added">The elements to add.</param>
    /// <param name="attribute">Whose elements they are.</param>
    public static void Add(JsonArray present, Dictionary<string, JsonNode> byKey, JsonArray added, SchemaAttribute attribute)
    {
        foreach (var element in added)
        {
            var copy = element!.DeepClone();
            if (!byKey.TryGetValue(Key(copy, attribute), out var same))
            {
                present.Add(copy);
                byKey.Add(Key(copy, attribute), copy);
                same = copy;
            }
            else if (same is JsonObject target && copy is JsonObject source)
            {
                foreach (var (name, value) in source)
                {
                    target[name] = value?.DeepClone();
                }
            }
            if (IsPrimary(copy))
            {
                Demote(present, [same]);
            }
        }
    }

    /// <summary>Takes away the elements that a remove operation names in its value.</summary>
    public static void RemoveNamed(JsonArray? present, JsonElement named, SchemaAttribute attribute, EntraDialect dialect)
    {
        if (present is null)
        {
            return;
        }
        foreach (var name in named.ValueKind == JsonValueKind.Array ? named.EnumerateArray().AsEnumerable() : [named])
        {
            if (SchemaRules.ReadElement(attribute, name, attribute.Name, dialect) is { } wanted)
            {
                present.RemoveAll(element => Covers(element!, wanted, attribute));
            }
        }
    }

    /// <summary>A value may have at most one primary element among those that one operation sets.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>: two are primary.</exception>
    public static void CheckPrimaries(JsonArray? values, string path)
    {
        if (values is not null && values.Count(IsPrimary) > 1)
        {
            throw new ScimException(ScimError.InvalidValue($"More than one value of '{ScimError.Shorten(path)}' is primary. Mark one of them."));
        }
    }

    /// <summary>RFC 7644 §3.5.2: making one element primary makes the others not primary.</summary>
    public static void Demote(JsonArray values, IReadOnlyCollection<JsonNode> keep)
    {
        foreach (var element in values)
        {
            if (element is JsonObject complex && IsPrimary(complex) && !keep.Contains(element))
            {
                complex["primary"] = false;
            }
        }
    }

    /// <summary>Whether the element is marked primary.</summary>
    public static bool IsPrimary(JsonNode? element) => element is JsonObject complex && complex["primary"] is JsonValue primary && primary.GetValue<bool>();

    /// <summary>Whether a client sent the value that is there.</summary>
    public static bool Is(JsonNode? present, JsonElement sent) => (present, sent.ValueKind) switch
    {
        (JsonObject complex, JsonValueKind.Object) => sent.EnumerateObject().Count() == complex.Count
            && sent.EnumerateObject().All(p => Is(complex[ScimJson.Name(p)], p.Value)),
        (JsonArray array, JsonValueKind.Array) => sent.GetArrayLength() == array.Count
            && array.Zip(sent.EnumerateArray()).All(pair => Is(pair.First, pair.Second)),
        (JsonValue text, JsonValueKind.String) => text.GetValueKind() == JsonValueKind.String && text.GetValue<string>() == ScimJson.Text(sent),
        (JsonValue value, _) => value.ToJsonString() == sent.GetRawText(),
        _ => false,
    };

    // Every sub-attribute that is named has the named value; the server's own display and $ref say nothing.
    private static bool Covers(JsonNode element, JsonNode wanted, SchemaAttribute attribute)
    {
        if (wanted is not JsonObject named || element is not JsonObject complex)
        {
            return Same(element, wanted, attribute);
        }
        var heeded = named.Where(n => n.Key is not ("display" or "$ref")).ToArray();
        return heeded.Length > 0 && heeded.All(n => complex[n.Key] is { } value && Same(value, n.Value!, attribute.Sub(n.Key)!));
    }

    private static bool Same(JsonNode a, JsonNode b, SchemaAttribute attribute) =>
        a is JsonValue && b is JsonValue && a.GetValueKind() == JsonValueKind.String && b.GetValueKind() == JsonValueKind.String
            ? a.GetValue<string>().Equals(b.GetValue<string>(), attribute.Comparison)
            : JsonNode.DeepEquals(a, b);

    /// <summary>What makes two elements the same: <c>value</c> and <c>type</c> where they have a value, otherwise all that a client can see of them.</summary>
    public static string Key(JsonNode element, SchemaAttribute attribute)
    {
        if (element is not JsonObject complex)
        {
            return element.GetValueKind() == JsonValueKind.String ? Fold(element, attribute) : element.ToJsonString();
        }
        if (complex["value"] is { } value && attribute.Sub("value") is { } sub)
        {
            return $"{Fold(value, sub)}\0{complex["type"]?.ToString().ToUpperInvariant()}";
        }
        var key = new StringBuilder();
        // Not by which of them is primary: that says nothing of what the element is.
        foreach (var part in attribute.SubAttributes.Where(a => a.Name != "primary" && a.Returned != Returned.Never))
        {
            key.Append(part.Name).Append('\0').Append(complex[part.Name]?.ToJsonString()).Append('\0');
        }
        return key.ToString();
    }

    private static string Fold(JsonNode value, SchemaAttribute attribute) =>
        attribute.CaseExact ? value.ToString() : value.ToString().ToUpperInvariant();
}
