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
                Fill(target, source);
            }
            if (IsPrimary(copy))
            {
                Demote(present, [same]);
            }
        }
    }

    /// <summary>Merges elements that are the same into the first of them (RFC 7643 §2.4: each pair of type and value occurs once).
    /// The last one's sub-attributes win, and primary stays primary.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="attribute">The attribute that they belong to.</param>
    /// <param name="primaryWins">Whether the sub-attributes of the primary element win instead.</param>
    public static void MergeRepeated(JsonArray elements, SchemaAttribute attribute, bool primaryWins = false)
    {
        if (elements.Count < 2)
        {
            return;
        }
        var first = new Dictionary<string, JsonNode>(elements.Count, StringComparer.Ordinal);
        elements.RemoveAll(element =>
        {
            var key = Key(element!, attribute);
            if (first.TryAdd(key, element!))
            {
                return false;
            }
            if (first[key] is JsonObject kept && element is JsonObject repeated)
            {
                var primary = IsPrimary(kept);
                Fill(kept, primary && primaryWins ? repeated.Where(part => kept[part.Key] is null) : repeated);
                if (primary)
                {
                    kept["primary"] = true;
                }
            }
            return true;
        });
    }

    /// <summary>Whether an element says nothing: it has no <c>value</c>, or an empty one and besides it nothing but its label. Where the
    /// schema requires <c>value</c>, a missing one is an error instead.</summary>
    public static bool LacksValue(JsonNode? element, SchemaAttribute attribute)
    {
        if (element is not JsonObject complex || attribute.Sub("value") is not { Required: false })
        {
            return false;
        }
        return complex["value"] is not { } value
            || (IsBlank(value) && complex.All(part => part.Key is "type" or "primary" || IsBlank(part.Value)));

        static bool IsBlank(JsonNode? node) => node is JsonValue text && text.TryGetValue<string>(out var blank) && blank.Length == 0;
    }

    /// <summary>
    /// Takes away the elements that a remove operation names in its value. An element is named by its <c>value</c>, or else its
    /// <c>$ref</c>, whatever is sent beside it; of several with that value, the one of the <c>type</c> sent, if there is one. Without
    /// both, it is named by all that was sent.
    /// </summary>
    /// <returns>Whether each name met an element.</returns>
    public static bool RemoveNamed(JsonArray present, JsonElement named, SchemaAttribute attribute, EntraDialect dialect)
    {
        var byIdentity = present.GroupBy(element => Identity(element!, attribute), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(element => element!).ToList(), StringComparer.Ordinal);
        var removed = new HashSet<JsonNode>();
        var all = true;
        foreach (var name in named.ValueKind == JsonValueKind.Array ? named.EnumerateArray().AsEnumerable() : [named])
        {
            if (SchemaRules.ReadElement(attribute, name, attribute.Name, dialect) is not { } wanted)
            {
                all = false;
                continue;
            }
            var met = HasIdentity(wanted, attribute) ? Narrow(byIdentity.GetValueOrDefault(Identity(wanted, attribute)) ?? [], wanted)
                : [.. present.Where(element => Covers(element!, (JsonObject)wanted, attribute)).Select(element => element!)];
            removed.UnionWith(met);
            all &= met.Count > 0;
        }
        present.RemoveAll(element => removed.Contains(element!));
        return all;
    }

    private static bool HasIdentity(JsonNode element, SchemaAttribute attribute) =>
        element is not JsonObject complex || complex["value"] is not null || (attribute.Sub("$ref") is not null && complex["$ref"] is not null);

    // By "value", or by "$ref" where there is none; empty for an element that has neither.
    private static string Identity(JsonNode element, SchemaAttribute attribute) => element switch
    {
        not JsonObject => Key(element, attribute),
        JsonObject complex when complex["value"] is { } value && attribute.Sub("value") is { } sub => "v" + Fold(value, sub),
        JsonObject complex when complex["$ref"] is { } reference => "r" + reference,
        _ => "",
    };

    private static List<JsonNode> Narrow(List<JsonNode> met, JsonNode wanted)
    {
        var type = (wanted as JsonObject)?["type"]?.ToString();
        var narrowed = type is null ? [] : met.FindAll(element => type.Equals((element as JsonObject)?["type"]?.ToString(), StringComparison.OrdinalIgnoreCase));
        return narrowed.Count > 0 ? narrowed : met;
    }

    private static void Fill(JsonObject target, IEnumerable<KeyValuePair<string, JsonNode?>> source)
    {
        foreach (var (name, value) in source.ToArray())
        {
            target[name] = value?.DeepClone();
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

    private static bool Covers(JsonNode element, JsonObject named, SchemaAttribute attribute) =>
        element is JsonObject complex && named.All(part => attribute.Sub(part.Key) is { } sub
            && ((complex[part.Key] ?? (sub.WhenAbsent is { } absent ? absent : null)) is { } value && Same(value, part.Value!, sub)));

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
