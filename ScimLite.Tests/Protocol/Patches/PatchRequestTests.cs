using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>The shape of a PATCH request, RFC 7644 §3.5.2.</summary>
public sealed class PatchRequestTests
{
    [Theory] // SCIM vectors §5
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":null}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{"op":"add","path":"title","value":"x"}}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["add"]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[null]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"path":"title","value":"x"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"delete","path":"title"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"","path":"title"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":1,"path":"title"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":5,"value":"x"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":{},"value":"x"}]}""")]
    public void A_body_of_another_shape_is_invalidSyntax_in_both_dialects(string body) => Refused(body, "invalidSyntax");

    [Theory] // RFC 7644 §3.5.2: "The body of each request MUST contain the "schemas" attribute with the URI value of …PatchOp"
    [InlineData("""{"Operations":[{"op":"add","path":"title","value":"x"}]}""")]
    [InlineData("""{"schemas":[],"Operations":[{"op":"add","path":"title","value":"x"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"Operations":[{"op":"add","path":"title","value":"x"}]}""")]
    [InlineData("""{"schemas":"urn:ietf:params:scim:api:messages:2.0:PatchOp","Operations":[{"op":"add","path":"title","value":"x"}]}""")]
    [InlineData("""{"schemas":[1,null],"Operations":[{"op":"add","path":"title","value":"x"}]}""")]
    public void A_PATCH_without_its_schema_is_read_in_entra_and_invalidSyntax_in_rfc(string body)
    {
        var entra = new EntraDialect(Dialect.Entra);

        Assert.Equal("title", Assert.Single(Patching.Read(body, entra).Operations).Path.ToString());
        Assert.Contains("patch-schemas", entra.Quirks);
        var error = Assert.Throws<ScimException>(() => Patching.Read(body, new EntraDialect(Dialect.Rfc))).Error;
        Assert.Equal((400, "invalidSyntax"), (error.Status, error.ScimType));
    }

    [Fact] // SCIM vectors §5, split; https://github.com/scimmyjs/scimmy/issues/59
    public void No_operations_change_nothing_in_entra_and_are_invalidSyntax_in_rfc()
    {
        Patching.Leads(SchemaCatalog.Core.User, """{"title":"x"}""", "[]", """{"title":"x"}""", Dialect.Entra);
        Patching.Refused(SchemaCatalog.Core.User, """{"title":"x"}""", "[]", "invalidSyntax", Dialect.Rfc);
    }

    [Theory] // SCIM vectors §5
    [InlineData("""[{"op":"Replace","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData("""[{"op":"Add","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData("""[{"op":"ADD","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData("""[{"op":"Remove","path":"title"}]""", "{}")]
    [InlineData("""[{"OP":"replace","Path":"title","VALUE":"y"}]""", """{"title":"y"}""")]
    [InlineData("""[{"name":"addMember","op":"add","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData("""[{"op":"add","path":null,"value":{"title":"y"}}]""", """{"title":"y"}""")]
    public void Names_are_read_in_any_case_and_other_members_of_an_operation_are_ignored(string operations, string result) =>
        Patching.LeadsUser("""{"title":"x"}""", operations, result);

    [Fact] // SCIM vectors §5
    public void Other_members_of_the_body_are_ignored_and_its_names_read_in_any_case()
    {
        var request = Patching.Read(
            """{"id":"u1","SCHEMAS":["URN:ietf:params:scim:api:messages:2.0:PatchOp"],"operations":[{"op":"remove","path":"title"}]}""",
            new EntraDialect(Dialect.Rfc));

        var operation = Assert.Single(request.Operations);
        Assert.Equal((PatchOp.Remove, "title", null, false), (operation.Op, operation.Path.ToString(), operation.Value, operation.PathLess));
    }

    [Theory] // SCIM vectors §5
    [InlineData("""[{"op":"add","path":"title"}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"title"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails[type eq \"work\"].value"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}]""", "invalidValue")]
    [InlineData("""[{"op":"add"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","value":"abc"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","value":1}]""", "invalidValue")]
    [InlineData("""[{"op":"add","value":[1,2]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","value":"abc"}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","value":1}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","value":[1,2]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","value":null}]""", "invalidValue")]
    [InlineData("""[{"op":"remove"}]""", "noTarget")]
    [InlineData("""[{"op":"remove","value":{"title":"x"}}]""", "noTarget")]
    [InlineData("""[{"op":"remove","path":""}]""", "noTarget")]
    public void An_operation_without_what_it_needs_is_refused_in_both_dialects(string operations, string scimType) =>
        Patching.RefusedUser("""{"title":"x"}""", operations, scimType);

    [Theory] // SCIM vectors §5: a later operation fails, and nothing is applied
    [InlineData("""[{"op":"replace","path":"title","value":"y"},{"op":"add","path":"active","value":"maybe"}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"title","value":"y"},{"op":"remove","path":""}]""", "noTarget")]
    [InlineData("""[{"op":"replace","path":"title","value":"y"},{"op":"replace","path":"id","value":"other"}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"title","value":"y"},{"op":"remove","path":"userName"}]""", "mutability")]
    public void A_request_with_one_wrong_operation_leaves_the_original_as_it_was(string operations, string scimType) =>
        Patching.RefusedUser("""{"title":"x","emails":[{"value":"w@x","type":"work"}]}""", operations, scimType);

    [Theory] // SCIM vectors §5: no effective change
    [InlineData("""[{"op":"replace","path":"title","value":"x"}]""")]
    [InlineData("""[{"op":"add","path":"title","value":"x"}]""")]
    [InlineData("""[{"op":"remove","path":"nickName"}]""")]
    [InlineData("""[{"op":"add","path":"emails","value":[{"value":"w@x","type":"work"}]}]""")]
    [InlineData("""[{"op":"replace","path":"emails","value":[{"type":"work","value":"w@x"}]}]""")]
    [InlineData("""[{"op":"replace","path":"emails[type eq \"work\"].value","value":"w@x"}]""")]
    [InlineData("""[{"op":"replace","value":{"id":"u1","title":"x"}}]""")]
    [InlineData("""[{"op":"remove","path":"title"},{"op":"add","path":"title","value":"x"}]""")]
    public void Operations_without_effect_leave_an_equal_tree(string operations) => Patching.LeadsUser(
        """{"title":"x","emails":[{"value":"w@x","type":"work"}]}""", operations, """{"title":"x","emails":[{"value":"w@x","type":"work"}]}""");

    [Fact] // RFC 7644 §3.5.2
    public void A_value_without_a_path_is_taken_apart_into_one_operation_for_each_key()
    {
        var request = Patching.Read(
            Patching.Body("""[{"op":"add","value":{"title":"x","name.givenName":"y","emails[type eq \"work\"].value":"z"}}]"""),
            new EntraDialect(Dialect.Rfc));

        Assert.Equal(["title", "name.givenName", "emails[type eq \"work\"].value"], request.Operations.Select(o => o.Path.ToString()));
        Assert.All(request.Operations, o => Assert.True(o.PathLess));
    }

    [Fact] // SCIM vectors §4, split
    public void A_key_that_cannot_be_a_path_is_ignored_in_entra_and_invalidPath_in_rfc()
    {
        const string Operations = """[{"op":"add","value":{"no path at all":1,"title":"y"}}]""";

        Patching.Leads(SchemaCatalog.Core.User, "{}", Operations, """{"title":"y"}""", Dialect.Entra);
        Patching.Refused(SchemaCatalog.Core.User, "{}", Operations, "invalidPath", Dialect.Rfc);
    }

    private static void Refused(string body, string scimType)
    {
        foreach (var dialect in Patching.Both)
        {
            var error = Assert.Throws<ScimException>(() => Patching.Read(body, new EntraDialect(dialect))).Error;
            Assert.Equal((400, scimType), (error.Status, error.ScimType));
        }
    }
}
