using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>How a tenant wants the points read on which the RFC and Entra contradict each other.</summary>
public enum Dialect
{
    /// <summary>As Entra means it; also right for Okta and the others.</summary>
    Entra,

    /// <summary>As RFC 7644 says to the letter.</summary>
    Rfc,
}

/// <summary>
/// Everything in which what arrives departs from RFC 7643/7644: one method for each deviation, with the place where it is
/// described. A rule that was used is noted by its name, so that a span and the activity log can tell the administrator why a
/// request was read as it was. One instance serves one request.
/// </summary>
public sealed partial class EntraDialect(Dialect dialect)
{
    /// <summary>How many names of ignored attributes are kept.</summary>
    private const int MostIgnored = 20;

    private HashSet<string>? quirks;
    private Dictionary<string, string?>? ignored;

    /// <summary>The names of the rules that this request needed.</summary>
    public IReadOnlyCollection<string> Quirks => (IReadOnlyCollection<string>?)quirks ?? [];

    /// <summary>The names of what this request sent and no attribute could take, each cut to a length that a log can carry; at most 20.</summary>
    public IReadOnlyCollection<string> Ignored => ignored is null ? [] : ignored.Keys;

    /// <summary>The same with the values sent, as JSON cut to 100 characters; null where none was sent or it may be a secret.</summary>
    public IReadOnlyDictionary<string, string?> IgnoredValues => ignored is null ? ReadOnlyDictionary<string, string?>.Empty : ignored;

    /// <summary><c>"op":"Add"</c>: the operation's name in any case, or null when it is none.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility</summary>
    public PatchOp? ReadOperation(string op)
    {
        PatchOp? read = op.ToLowerInvariant() switch { "add" => PatchOp.Add, "remove" => PatchOp.Remove, "replace" => PatchOp.Replace, _ => null };
        if (read is not null && op.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            Note("op-case");
        }
        return read;
    }

    /// <summary><c>"active":"False"</c>: a boolean sent as text or as 1 and 0; null when it is neither.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility</summary>
    public bool? ReadBoolean(string text)
    {
        bool? read = text.ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => null };
        if (read is not null)
        {
            Note("boolean-as-text");
        }
        return read;
    }

    /// <summary>A bare id or address, <c>"members":"2f1c"</c> or <c>"manager":"2f1c"</c>, stands for <c>{"value":"2f1c"}</c>; false
    /// where the attribute has no value to put it in. https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/541</summary>
    public bool WrapsBareValue(SchemaAttribute complex)
    {
        if (complex.Sub("value") is null)
        {
            return false;
        }
        Note("bare-value");
        return true;
    }

    /// <summary><c>"manager":[{"value":"2f1c"}]</c>: a single value sent as an array of one.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups</summary>
    public JsonElement UnwrapSingleValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 1)
        {
            return value;
        }
        Note("single-value-as-array");
        return value[0];
    }

    /// <summary><c>{"value":""}</c> or <c>""</c> clears a reference such as the manager.
    /// https://github.com/pranems/SCIMServer (Entra's validator, "Remove Manager")</summary>
    public bool IsEmptyReference(SchemaAttribute attribute, JsonElement value)
    {
        if (attribute.MultiValued || attribute.Sub("value") is null)
        {
            return false;
        }
        var single = UnwrapSingleValue(value);
        var id = single.ValueKind == JsonValueKind.Object ? ScimJson.Find(single, "value") : single;
        var empty = id is { ValueKind: JsonValueKind.String } text && ScimJson.Text(text).Length == 0;
        if (empty)
        {
            Note("empty-reference");
        }
        return empty;
    }

    /// <summary><c>""</c> for a number, boolean or time means that there is no value, and so does <c>[]</c> for any attribute.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/clear-attribute-values</summary>
    public bool IsEmptyText(SchemaAttribute attribute, JsonElement value)
    {
        var empty = IsNone(value) || (value.ValueKind == JsonValueKind.String && value.ValueEquals("")
            && attribute.Type is AttributeType.Boolean or AttributeType.Integer or AttributeType.Decimal or AttributeType.DateTime);
        if (empty)
        {
            Note("empty-as-unassigned");
        }
        return empty;
    }

    /// <summary>A role whose <c>value</c> is JSON text, or a role or entitlement whose name is called <c>displayName</c>: AppRoleAssignmentsComplex.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes</summary>
    public JsonObject ReadRole(SchemaAttribute attribute, JsonObject element, JsonElement source)
    {
        if (!IsRole(attribute) || source.ValueKind != JsonValueKind.Object)
        {
            return element;
        }
        if (attribute.Name.Equals("roles", StringComparison.OrdinalIgnoreCase) && element["value"] is JsonValue value
            && value.TryGetValue<string>(out var text) && text.StartsWith('{') && TryParseObject(text) is { } role)
        {
            using (role)
            {
                Note("role-as-json-text");
                CopyText(role.RootElement, "value", element, "value");
                CopyText(role.RootElement, "displayName", element, "display");
            }
        }
        else if (element["display"] is null && ScimJson.Find(source, "displayName") is { ValueKind: JsonValueKind.String })
        {
            Note("role-display-name");
            CopyText(source, "displayName", element, "display");
        }
        return element;
    }

    /// <summary><c>userName eq bjensen</c>: a string without its quotes.
    /// https://github.com/AzureAD/SCIMReferenceCode (PostmanCollection.json)</summary>
    public bool AcceptsUnquotedString()
    {
        if (dialect == Dialect.Rfc)
        {
            return false;
        }
        Note("unquoted-string");
        return true;
    }

    /// <summary>A filter on an attribute that no schema knows matches nothing.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c> in dialect <c>rfc</c>.</exception>
    public void UnknownFilterAttribute(AttributePath path)
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidFilter(
                $"No schema of this resource type knows '{ScimError.Shorten(path.ToString())}'. GET /Schemas lists the attributes."));
        }
        Note("unknown-filter-attribute");
    }

    /// <summary>Resources sorted by an attribute that no schema knows have no value to be sorted by (RFC 7644 §3.4.2.3).
    /// https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups</summary>
    /// <exception cref="ScimException"><c>invalidValue</c> in dialect <c>rfc</c>.</exception>
    public void UnknownSortAttribute(AttributePath path)
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidValue($"No schema knows '{ScimError.Shorten(path.ToString())}' to sort by. GET /Schemas lists the attributes."));
        }
        Note("unknown-sort-attribute");
    }

    /// <summary>A query key that is nearly one of a list's is read as it: a Tenant URL that ends in a question mark leads to
    /// <c>??filter=…</c>.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility</summary>
    /// <exception cref="ScimException"><c>invalidFilter</c> or <c>invalidValue</c> in dialect <c>rfc</c>, naming the key.</exception>
    public void NearQueryKey(string key, string name)
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(new ScimError(400, name == "filter" ? "invalidFilter" : "invalidValue",
                $"The query key '{ScimError.Shorten(key)}' is not known here. If it means '{name}', send that after one '?'."));
        }
        if (name == "filter")
        {
            Note("filter-key");
            return;
        }
        Note("query-key");
    }

    /// <summary>The <c>schemas</c> of a search may be missing or empty, or hold a near URN such as <c>…:schemas:core:2.0:SearchRequest</c>,
    /// because the address says what the message is. https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/539</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: another message is named, or any deviation in dialect <c>rfc</c>.</exception>
    public void CheckSearchSchemas(JsonElement? schemas)
    {
        if (IsUnnamed(schemas, Urns.SearchRequest))
        {
            Note("search-schemas");
        }
    }

    /// <summary>As of <see cref="CheckSearchSchemas"/>, for a Bulk.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c>: another message is named, or any deviation in dialect <c>rfc</c>.</exception>
    public void CheckBulkSchemas(JsonElement? schemas)
    {
        if (IsUnnamed(schemas, Urns.BulkRequest))
        {
            Note("bulk-schemas");
        }
    }

    /// <summary><c>"2026-11-27T05:00:00 02:00"</c>: an unescaped plus arrives as a blank, in both dialects. RFC 3986 knows no such
    /// decoding; forms do (https://url.spec.whatwg.org/#urlencoded-parsing).</summary>
    public void BlankAsPlus() => Note("blank-as-plus");

    private bool IsUnnamed(JsonElement? schemas, string urn)
    {
        var single = schemas?.ValueKind == JsonValueKind.String;
        var sent = schemas is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : single ? [schemas!.Value] : [];
        var named = sent.Where(u => u.ValueKind == JsonValueKind.String).Select(ScimJson.Text).ToList();
        if (!single && named.Contains(urn, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }
        var message = urn[urn.LastIndexOf(':')..];
        if (dialect == Dialect.Rfc || (sent.Count > 0 && !named.Exists(u => u.EndsWith(message, StringComparison.OrdinalIgnoreCase))))
        {
            throw new ScimException(ScimError.InvalidSyntax(
                $"The 'schemas' of the body does not name this message. Send \"schemas\":[\"{urn}\"] in it."));
        }
        return true;
    }

    private void Note(string quirk) => (quirks ??= []).Add(quirk);

    private static void CopyText(JsonElement from, string name, JsonObject to, string target)
    {
        if (ScimJson.Find(from, name) is { ValueKind: JsonValueKind.String } text)
        {
            to[target] = ScimJson.Text(text);
        }
    }

    private static JsonDocument? TryParseObject(string text)
    {
        try
        {
            return ScimJson.ParseBody(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (ScimException)
        {
            // Text that only looks like JSON is an ordinary role name.
            return null;
        }
    }
}
