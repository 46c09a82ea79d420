using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>Each deviation from the RFC that is read, and the name under which an administrator is told of it.</summary>
public sealed class EntraDialectTests
{
    private readonly EntraDialect entra = new(Dialect.Entra);
    private readonly EntraDialect rfc = new(Dialect.Rfc);

    [Fact] // RFC 7644 §3.5.2
    public void A_request_by_the_letter_needs_no_quirk()
    {
        Patching.Apply(SchemaCatalog.Core.User, Patching.Tree(SchemaCatalog.Core.User, "{}"), """
            [{"op":"add","path":"emails","value":[{"value":"w","type":"work"}]},
             {"op":"replace","path":"emails[type eq \"work\"].value","value":"v"},
             {"op":"replace","value":{"active":true,"name":{"givenName":"G"}}},
             {"op":"remove","path":"emails[type eq \"work\"]"}]
            """, entra);

        Assert.Empty(entra.Quirks);
    }

    [Theory] // SCIM vectors §5
    [InlineData("add", PatchOp.Add, null)]
    [InlineData("remove", PatchOp.Remove, null)]
    [InlineData("replace", PatchOp.Replace, null)]
    [InlineData("Add", PatchOp.Add, "op-case")]
    [InlineData("REMOVE", PatchOp.Remove, "op-case")]
    [InlineData("rePlace", PatchOp.Replace, "op-case")]
    [InlineData("delete", null, null)]
    [InlineData("", null, null)]
    public void Operations_are_read_in_any_case(string op, PatchOp? read, string? quirk)
    {
        Assert.Equal(read, rfc.ReadOperation(op));
        Noted(rfc, quirk);
    }

    [Theory] // SCIM vectors §6
    [InlineData("True", true, "boolean-as-text")]
    [InlineData("true", true, "boolean-as-text")]
    [InlineData("1", true, "boolean-as-text")]
    [InlineData("False", false, "boolean-as-text")]
    [InlineData("0", false, "boolean-as-text")]
    [InlineData("yes", null, null)]
    [InlineData("", null, null)]
    public void Active_as_text_is_a_boolean(string text, bool? read, string? quirk)
    {
        Assert.Equal(read, rfc.ReadBoolean(text));
        Noted(rfc, quirk);
    }

    [Fact] // SCIM vectors §6, §8
    public void A_bare_id_stands_for_an_object_with_that_value_where_there_is_a_value()
    {
        Assert.False(rfc.WrapsBareValue(Attribute("name")));
        Noted(rfc, null);

        Assert.True(rfc.WrapsBareValue(Attribute("emails")));
        Noted(rfc, "bare-value");
    }

    [Fact] // SCIM vectors §8
    public void A_single_value_in_an_array_is_the_value()
    {
        Assert.Equal("{}", rfc.UnwrapSingleValue(Json("{}")).GetRawText());
        Assert.Equal("[]", rfc.UnwrapSingleValue(Json("[]")).GetRawText());
        Assert.Equal("[1,2]", rfc.UnwrapSingleValue(Json("[1,2]")).GetRawText());
        Noted(rfc, null);

        Assert.Equal("{}", rfc.UnwrapSingleValue(Json("[{}]")).GetRawText());
        Noted(rfc, "single-value-as-array");
    }

    [Theory] // SCIM vectors §8
    [InlineData("manager", "\"\"", true)]
    [InlineData("manager", """{"value":""}""", true)]
    [InlineData("manager", """{"VALUE":"","displayName":"Boss"}""", true)]
    [InlineData("manager", """[{"value":""}]""", true)]
    [InlineData("manager", "\"2f1c\"", false)]
    [InlineData("manager", """{"displayName":""}""", false)]
    [InlineData("name", "\"\"", false)]
    [InlineData("emails", "\"\"", false)]
    public void An_empty_id_clears_a_single_reference(string attribute, string value, bool empty)
    {
        Assert.Equal(empty, rfc.IsEmptyReference(Attribute(attribute), Json(value)));
        Assert.Equal(empty, rfc.Quirks.Contains("empty-reference"));
    }

    [Theory] // Entra's null update
    [InlineData("shared", "\"\"", true)]
    [InlineData("children", "\"\"", true)]
    [InlineData("weight", "\"\"", true)]
    [InlineData("born", "\"\"", true)]
    [InlineData("born", "\" \"", false)]
    [InlineData("children", "0", false)]
    [InlineData("shared", "false", false)]
    [InlineData("unassigned", "\"\"", false)]
    [InlineData("photo", "\"\"", false)]
    public void Empty_text_is_no_value_of_a_number_boolean_or_time(string attribute, string value, bool empty)
    {
        Assert.Equal(empty, rfc.IsEmptyText(SampleType.Thing.Schema.Find(attribute)!, Json(value)));
        Noted(rfc, empty ? "empty-as-unassigned" : null);
    }

    [Theory] // Entra's AppRoleAssignmentsComplex
    [InlineData("roles", """{"value":"{\"id\":\"1\",\"value\":\"admin\",\"displayName\":\"Admin\"}"}""", """{"value":"admin","display":"Admin"}""", "role-as-json-text")]
    [InlineData("roles", """{"value":"admin","displayName":"Admin"}""", """{"value":"admin","display":"Admin"}""", "role-display-name")]
    [InlineData("roles", """{"value":"admin","display":"A","displayName":"Admin"}""", """{"value":"admin","display":"A"}""", null)]
    [InlineData("roles", """{"value":"{not JSON"}""", """{"value":"{not JSON"}""", null)]
    [InlineData("roles", """{"value":"admin"}""", """{"value":"admin"}""", null)]
    [InlineData("entitlements", """{"value":"{\"value\":\"admin\"}"}""", """{"value":"{\"value\":\"admin\"}"}""", null)]
    [InlineData("entitlements", """{"value":"admin","displayName":"Admin"}""", """{"value":"admin","display":"Admin"}""", "role-display-name")]
    public void A_role_is_read_out_of_JSON_text_and_its_name_out_of_displayName(string attribute, string sent, string read, string? quirk)
    {
        Patching.Same(JsonNode.Parse(read)!, SchemaRules.ReadElement(Attribute(attribute), Json(sent), attribute, rfc)!);
        Noted(rfc, quirk);
    }

    [Fact] // SCIM vectors §6: the method alone, on an element that was read already
    public void ReadRole_leaves_text_that_was_sent_bare_as_it_is()
    {
        var element = new JsonObject { ["value"] = "admin" };

        Assert.Same(element, rfc.ReadRole(Attribute("roles"), element, Json("\"admin\"")));
        Noted(rfc, null);
    }

    [Theory] // SCIM vectors §8, split
    [InlineData("type eq \"work\"", """{"type":"work"}""")]
    [InlineData("type eq \"work\" and primary eq true", """{"type":"work","primary":true}""")]
    [InlineData("type eq \"work\" and primary eq \"True\"", """{"type":"work","primary":true}""")]
    [InlineData("type eq \"work\" and display eq null", """{"type":"work"}""")]
    [InlineData("type eq \"work\" and type eq \"work\"", """{"type":"work"}""")]
    [InlineData("type eq \"work\" and type eq \"home\"", null)]
    [InlineData("type ne \"work\"", null)]
    [InlineData("type eq \"work\" or type eq \"home\"", null)]
    [InlineData("unknown eq \"work\"", null)]
    public void An_element_is_made_from_eq_terms(string condition, string? element)
    {
        var filter = FilterParser.Parse(condition, rfc);

        Assert.Null(rfc.MakeElement(PatchOp.Replace, Attribute("emails"), filter));
        Assert.Equal(element, rfc.MakeElement(PatchOp.Add, Attribute("emails"), filter)?.ToJsonString());
        Assert.DoesNotContain("value-path-created", rfc.Quirks);

        Assert.Equal(element, entra.MakeElement(PatchOp.Replace, Attribute("emails"), filter)?.ToJsonString());
        Assert.Equal(element is not null, entra.Quirks.Contains("value-path-created"));
    }

    [Fact] // RFC 7644 §3.5.2.3
    public void Replacing_nothing_by_nothing_succeeds_in_entra()
    {
        Assert.False(rfc.ClearsNothing(PatchOp.Replace));
        Noted(rfc, null);

        Assert.True(entra.ClearsNothing(PatchOp.Replace));
        Noted(entra, "empty-without-match");
    }

    [Fact] // SCIM vectors §7, split
    public void Remove_with_a_value_names_what_to_remove()
    {
        Assert.False(rfc.NamesWhatToRemove(null));
        Assert.False(rfc.NamesWhatToRemove(Json("null")));
        Noted(rfc, null);

        Assert.True(rfc.NamesWhatToRemove(Json("[]")));
        Noted(rfc, "remove-with-value");
    }

    [Theory] // SCIM vectors §6
    [InlineData("displayName", null)]
    [InlineData("name.givenName", "key-as-path")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "key-as-path")]
    [InlineData("emails[type eq \"work\"]", "key-as-path")]
    public void A_key_may_be_a_path(string key, string? quirk)
    {
        rfc.NoteKeyAsPath(key);

        Noted(rfc, quirk);
    }

    [Fact] // SCIM vectors §4, split
    public void An_unknown_attribute_in_a_PATCH_is_ignored_in_entra_and_invalidPath_in_rfc()
    {
        var error = Assert.Throws<ScimException>(() => rfc.UnknownAttribute("extensionAttribute1")).Error;
        Assert.Equal((400, "invalidPath"), (error.Status, error.ScimType));
        Assert.Contains("extensionAttribute1", error.Detail, StringComparison.Ordinal);

        entra.UnknownAttribute("extensionAttribute1");
        Noted(entra, "unknown-attribute");
    }

    [Fact] // RFC 7644 §3.3
    public void An_unknown_attribute_in_a_POST_is_ignored_in_both_dialects()
    {
        rfc.IgnoredAttribute("favouriteColour");
        rfc.IgnoredAttribute(new string('x', 500));

        Noted(rfc, "unknown-attribute");
        Assert.Equal(["favouriteColour", new string('x', 100) + "…"], rfc.Ignored);
    }

    [Fact] // SCIM vectors §5
    public void No_operations_are_a_quirk_in_entra_and_invalidSyntax_in_rfc()
    {
        Assert.Equal("invalidSyntax", Assert.Throws<ScimException>(rfc.EmptyOperations).Error.ScimType);

        entra.EmptyOperations();
        Noted(entra, "empty-operations");
    }

    [Fact] // SCIM vectors §2, split
    public void An_unquoted_string_is_accepted_in_entra_alone()
    {
        Assert.False(rfc.AcceptsUnquotedString());
        Noted(rfc, null);

        Assert.True(entra.AcceptsUnquotedString());
        Noted(entra, "unquoted-string");
    }

    [Fact] // SCIM vectors §2, split
    public void An_unknown_attribute_in_a_filter_is_a_quirk_in_entra_and_invalidFilter_in_rfc()
    {
        var path = AttributePath.Parse("extensionAttribute1");
        Assert.Equal("invalidFilter", Assert.Throws<ScimException>(() => rfc.UnknownFilterAttribute(path)).Error.ScimType);

        entra.UnknownFilterAttribute(path);
        Noted(entra, "unknown-filter-attribute");
    }

    [Fact] // SCIM vectors §4
    public void A_condition_on_a_single_value_is_accepted_for_references_alone()
    {
        Assert.False(rfc.AcceptsConditionOnSingleValue(Attribute("name")));
        Assert.False(rfc.AcceptsConditionOnSingleValue(Attribute("userName")));
        Noted(rfc, null);

        Assert.True(rfc.AcceptsConditionOnSingleValue(Attribute("manager")));
        Noted(rfc, "condition-on-single-value");
    }

    private static SchemaAttribute Attribute(string name) => SchemaCatalog.Core.User.Resolve(AttributePath.Parse(name))!.Attribute!;

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static void Noted(EntraDialect dialect, string? quirk) => Assert.Equal(quirk is null ? [] : [quirk], dialect.Quirks);
}
