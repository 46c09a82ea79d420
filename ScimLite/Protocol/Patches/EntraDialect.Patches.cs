using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Protocol.Patches;

/// <summary>The deviations in PATCH requests.</summary>
public sealed partial class EntraDialect
{
    /// <summary>A PATCH without <c>schemas</c>, or with other URNs in it, is read by its <c>Operations</c>.
    /// https://github.com/pranems/SCIMServer</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> in dialect <c>rfc</c>: RFC 7644 §3.5.2 requires the URN.</exception>
    public void PatchWithoutSchema()
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidSyntax($"The body is no PATCH request. Send \"schemas\":[\"{Urns.PatchOp}\"] beside 'Operations'."));
        }
        Note("patch-schemas");
    }

    /// <summary>Add or replace on <c>emails[type eq "work"].value</c> when no work e-mail is there: the element is made from the
    /// <c>eq</c> terms. Null where RFC 7644 §3.5.2.3 has it refused, or where a term is no <c>eq</c> or contradicts another.
    /// https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/416</summary>
    public JsonObject? MakeElement(PatchOp op, SchemaAttribute attribute, Filter condition)
    {
        if (op == PatchOp.Replace && dialect == Dialect.Rfc)
        {
            return null;
        }
        var element = ScimJson.NewObject();
        foreach (var term in condition is Filter.And and ? and.Terms : [condition])
        {
            if (term is not Filter.Compare { Operator: CompareOperator.Eq, Path: { Urn: null, Sub: null } path } compare
                || attribute.Sub(path.Name) is not { } sub)
            {
                return null;
            }
            if (compare.Value.Kind == LiteralKind.Null)
            {
                continue;
            }
            var value = SchemaRules.ReadLiteral(sub, compare.Value, this);
            if (!element.TryAdd(sub.Name, value) && !JsonNode.DeepEquals(element[sub.Name], value))
            {
                return null;
            }
        }
        if (op == PatchOp.Replace)
        {
            Note("value-path-created");
        }
        return element;
    }

    /// <summary>Replacing <c>emails[type eq "work"].value</c> by <c>""</c> or null when no work e-mail is there clears nothing and
    /// succeeds; false where RFC 7644 §3.5.2.3 has it refused.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/clear-attribute-values</summary>
    public bool ClearsNothing(PatchOp op)
    {
        if (op == PatchOp.Replace && dialect == Dialect.Rfc)
        {
            return false;
        }
        Note("empty-without-match");
        return true;
    }

    /// <summary><c>{"op":"Remove","path":"members","value":[{"value":"2f1c"}]}</c> removes what is named and nothing else.
    /// https://github.com/MicrosoftDocs/azure-docs/issues/30826</summary>
    public bool NamesWhatToRemove(JsonElement? value)
    {
        if (value is not { ValueKind: not JsonValueKind.Null })
        {
            return false;
        }
        Note("remove-with-value");
        return true;
    }

    /// <summary>A path-less key such as <c>name.givenName</c> or <c>urn:…:User:department</c> is a path.
    /// https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility</summary>
    public void NoteKeyAsPath(string key)
    {
        if (key.AsSpan().ContainsAny('.', ':', '['))
        {
            Note("key-as-path");
        }
    }

    /// <summary><c>manager[value eq "2f1c"]</c>: a condition on a single value, allowed for references alone.
    /// https://github.com/thomaspoignant/scim-patch/issues/453</summary>
    public bool AcceptsConditionOnSingleValue(SchemaAttribute attribute)
    {
        if (attribute.Type != AttributeType.Complex || attribute.Sub("value") is null)
        {
            return false;
        }
        Note("condition-on-single-value");
        return true;
    }

    /// <summary>Removing a value that is not there is done already: the other operations of the request still count.
    /// https://github.com/simpleidserver/SimpleIdServer/issues/269</summary>
    /// <returns>False where RFC 7644 §3.5.2.2 has a condition without a match refused.</returns>
    public bool NothingToRemove()
    {
        Note("nothing-to-remove");
        return dialect == Dialect.Entra;
    }

    /// <summary><c>{"op":"replace","path":"emails.value","value":"n@x"}</c> means the one e-mail, or the primary one.</summary>
    /// <returns>False in dialect <c>rfc</c>.</returns>
    public bool ReadsSubOfOnlyValue() => Reads("sub-attribute-of-only-value");

    /// <summary>A path-less operation may repeat the resource's id, which the client took for its own: it is passed over, as in a PUT.
    /// https://developer.okta.com/docs/reference/scim/scim-20/</summary>
    /// <returns>False in dialect <c>rfc</c>.</returns>
    public bool PassesOverId() => Reads("id-in-value");

    /// <summary>
    /// A user whose only e-mails have no type gets one of type <c>work</c> from Entra. It takes the place of the untyped ones, so it
    /// becomes the primary one.
    /// </summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="element">The element that is to be added.</param>
    /// <param name="present">The elements that are there.</param>
    public bool TakesOverPrimary(SchemaAttribute attribute, JsonObject element, JsonArray present) =>
        present.Count > 0 && attribute.Sub("primary") is not null && element["type"] is not null && element["primary"] is null
        && present.All(other => other is JsonObject complex && complex["type"] is null) && Reads("primary-taken-over");

    /// <summary>An empty value for <c>active</c> changes nothing: a user never becomes active, or inactive, by a value that is none.</summary>
    /// <param name="attribute">A boolean that counts as something when it is absent.</param>
    /// <param name="present">The value that is there.</param>
    /// <returns>False if it is to be cleared, as RFC 7644 §3.5.2.3 says.</returns>
    /// <exception cref="ScimException"><c>invalidValue</c> in dialect <c>rfc</c>, if the cleared value would count as another.</exception>
    public bool KeepsWhenEmpty(SchemaAttribute attribute, JsonNode? present)
    {
        if (Reads("empty-active"))
        {
            return true;
        }
        return present is not JsonValue value || value.GetValue<bool>() == attribute.WhenAbsent ? false : throw new ScimException(ScimError.InvalidValue(
            $"'{attribute.Name}' is {present.ToJsonString()} and can't be cleared, since a missing value counts as the opposite. Send true or false."));
    }

    /// <summary>Whether a value is null, <c>""</c>, <c>[]</c>, or one of these in an array or under <c>value</c>.</summary>
    public bool IsEmpty(JsonElement value) => UnwrapSimple(value) switch
    {
        { ValueKind: JsonValueKind.Null } => true,
        { ValueKind: JsonValueKind.String } text => text.ValueEquals(""),
        var other => IsNone(other),
    };

    /// <summary>PATCH of an attribute that no schema knows is left out rather than refused, or Entra could never update the user.
    /// https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/539</summary>
    /// <exception cref="ScimException"><c>invalidPath</c> in dialect <c>rfc</c>.</exception>
    public void UnknownAttribute(string path, JsonElement value = default)
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidPath(
                $"No schema of this resource type knows '{ScimError.Shorten(path)}'. GET /Schemas lists the attributes; remove it from the mapping."));
        }
        IgnoredAttribute(path, value);
    }

    /// <summary>POST and PUT leave out what no schema knows, in both dialects (RFC 7644 §3.3 lets the server ignore it).</summary>
    public void IgnoredAttribute(string path, JsonElement value = default)
    {
        Note("unknown-attribute");
        if ((ignored ??= new Dictionary<string, string?>(StringComparer.Ordinal)).Count < MostIgnored)
        {
            ignored.TryAdd(ScimError.Shorten(path), Shown(path, value));
        }
    }

    /// <summary><c>"Operations":[]</c> changes nothing. https://github.com/scimmyjs/scimmy/issues/59</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> in dialect <c>rfc</c>.</exception>
    public void EmptyOperations()
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidSyntax("'Operations' is empty. Send at least one operation."));
        }
        Note("empty-operations");
    }

    /// <summary>An attribute in an extension's object that the extension does not have.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c> in dialect <c>rfc</c>: the value does not fit the schema.</exception>
    public void UnknownInExtension(Schema extension, string name, JsonElement value)
    {
        if (dialect == Dialect.Rfc)
        {
            throw new ScimException(ScimError.InvalidValue(
                $"'{extension.Id}' has no attribute '{ScimError.Shorten(name)}'. GET /Schemas lists its attributes; remove this one from the value."));
        }
        IgnoredAttribute($"{extension.Id}:{name}", value);
    }
}
