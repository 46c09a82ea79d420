using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>The deviations in names and in the form of values, in bodies of every kind.</summary>
public sealed partial class EntraDialect
{
    // Longest value of an ignored attribute that the log keeps, in characters.
    private const int LongestIgnored = 100;

    // Parts of names whose values may be secrets: an unknown attribute has no schema that says so.
    private static readonly string[] SecretNames = ["password", "secret", "token", "credential", "pin", "key", "otp"];

    /// <summary>A schema is named by an URN of SCIM 1.1 or by a product's own key, such as <c>EnterpriseUser</c>.</summary>
    /// <returns>False in dialect <c>rfc</c>.</returns>
    public bool ReadsSchemaAlias() => Reads("schema-alias");

    /// <summary><c>urn:…:enterprise:2.0:User.department</c>: a dot between URN and attribute.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility</summary>
    /// <returns>False in dialect <c>rfc</c>.</returns>
    public bool ReadsDotAfterUrn() => Reads("dot-after-urn");

    /// <summary>The body of a POST or PUT names an attribute by a path, such as <c>name.givenName</c> or <c>urn:…:User:department</c>, or an
    /// extension's attribute by its bare name.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> for a path in dialect <c>rfc</c>.</exception>
    public void ReadKeyInBody(string key)
    {
        if (dialect == Dialect.Rfc && key.AsSpan().ContainsAny('.', ':', '['))
        {
            throw new ScimException(ScimError.InvalidSyntax(
                $"'{ScimError.Shorten(key)}' is a path, and the keys of a resource are names. Send a sub-attribute inside its attribute's object, "
                + "and an extension's attribute inside the object under the extension's URN."));
        }
        Note("key-as-path");
    }

    /// <summary><c>"active":["False"]</c> and <c>"active":{"value":false}</c>: one simple value in an array or under <c>value</c>.
    /// https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/541</summary>
    /// <returns>That value; in dialect <c>rfc</c>, and if there are several, the value as it was sent.</returns>
    public JsonElement UnwrapSimple(JsonElement value)
    {
        var inner = value.ValueKind switch
        {
            JsonValueKind.Array when value.GetArrayLength() == 1 => value[0],
            JsonValueKind.Object => ScimJson.Find(value, "value"),
            _ => null,
        };
        return inner is { } single && Reads("single-value-wrapped") ? UnwrapSimple(single) : value;
    }

    /// <summary><c>"employeeNumber":42</c>: a number where text is wanted.</summary>
    /// <returns>False in dialect <c>rfc</c>.</returns>
    public bool ReadsNumberAsText() => Reads("number-as-text");

    /// <summary><c>{"$ref":"https://…/Users/2f1c"}</c> without <c>value</c>: the id is the last part of the address.</summary>
    public JsonObject ReadReference(SchemaAttribute attribute, JsonObject element)
    {
        if (attribute.Sub("value") is not null && element["value"] is null && element["$ref"] is JsonValue reference
            && IdIn(reference.GetValue<string>()) is { Length: > 0 } id && Reads("value-from-ref"))
        {
            element["value"] = id;
        }
        return element;
    }

    /// <summary>The id of a member that is sent as an object: its <c>value</c>, or the last part of its <c>$ref</c>.</summary>
    /// <returns>Null if it has neither.</returns>
    public string? ReadMemberId(JsonElement member)
    {
        if (ScimJson.Find(member, "value") is { ValueKind: not JsonValueKind.Null } value)
        {
            return value.ValueKind == JsonValueKind.String ? ScimJson.Text(value) : null;
        }
        return ScimJson.Find(member, "$ref") is { ValueKind: JsonValueKind.String } reference && Reads("value-from-ref") ? IdIn(ScimJson.Text(reference)) : null;
    }

    /// <summary>An element of a multi-valued attribute without its <c>value</c> is none, and is left out.</summary>
    public void ElementWithoutValue(string path) => Note("element-without-value");

    /// <summary>A sub-attribute that no schema knows is left out; <see cref="ReadRole"/> has read a role's <c>displayName</c>.</summary>
    public void IgnoredPart(SchemaAttribute attribute, string path, JsonElement value)
    {
        if (!IsRole(attribute) || !path.EndsWith(".displayName", StringComparison.OrdinalIgnoreCase))
        {
            IgnoredAttribute(path, value);
        }
    }

    private static bool IsRole(SchemaAttribute attribute) => attribute.Sub("display") is not null
        && (attribute.Name.Equals("roles", StringComparison.OrdinalIgnoreCase) || attribute.Name.Equals("entitlements", StringComparison.OrdinalIgnoreCase));

    private bool Reads(string quirk)
    {
        if (dialect == Dialect.Rfc)
        {
            return false;
        }
        Note(quirk);
        return true;
    }

    private bool IsNone(JsonElement value) => dialect == Dialect.Entra && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static string IdIn(string reference) => Uri.UnescapeDataString(reference.TrimEnd('/')[(reference.TrimEnd('/').LastIndexOf('/') + 1)..]);

    private static string? Shown(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined || SecretNames.Any(name => path.Contains(name, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }
        var text = value.GetRawText();
        return text.Length <= LongestIgnored ? text : string.Concat(text.AsSpan(0, LongestIgnored), "…");
    }
}
