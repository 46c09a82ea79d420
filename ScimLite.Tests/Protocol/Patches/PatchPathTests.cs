using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>Paths of RFC 7644 figure 7, read and followed into the schemas.</summary>
public sealed class PatchPathTests
{
    private const string Emails = """{"emails":[{"value":"w@x","type":"work"}],"name":{"givenName":"Foo"}}""";

    [Theory] // SCIM vectors §4
    [InlineData("members")]
    [InlineData("name.familyName")]
    [InlineData("a")]
    [InlineData("a_b")]
    [InlineData("a-b")]
    [InlineData("attr.$ref")]
    [InlineData("addresses[type eq \"work\"]")]
    [InlineData("members[value eq \"2819c223-7f76-453a-919d-413861904646\"]")]
    [InlineData("members[value eq \"2819c223-7f76-453a-919d-413861904646\"].displayName")]
    [InlineData("attr[$ref eq \"/Users/x\"]")]
    [InlineData("emails[type eq \"work\"].value")]
    [InlineData("urn:extension:attr[subAttr eq \"78750\"].subAttr")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    [InlineData("topic[id eq \"urn:X\" and strength eq 10 and ts eq \"2015-10-12T14:57:36.494Z\"]")]
    [InlineData("emails[value eq \"a]b\"].type")]
    public void A_path_is_read_in_both_dialects_and_prints_as_sent(string path)
    {
        Assert.Equal(path, PatchPath.Parse(path, new EntraDialect(Dialect.Entra)).ToString());
        Assert.Equal(path, PatchPath.Parse(path, new EntraDialect(Dialect.Rfc)).ToString());
    }

    [Theory] // SCIM vectors §4
    [InlineData(
        "topic[(id eq \"urn:X\" and strength eq 10 and ts eq \"2015-10-12T14:57:36.494Z\")]",
        "topic[id eq \"urn:X\" and strength eq 10 and ts eq \"2015-10-12T14:57:36.494Z\"]")]
    [InlineData(" displayName ", "displayName")]
    [InlineData("emails[ Type  EQ \"work\" ].value", "emails[Type eq \"work\"].value")]
    public void Blanks_and_needless_brackets_mean_nothing(string path, string printed) =>
        Assert.Equal(printed, PatchPath.Parse(path, new EntraDialect(Dialect.Rfc)).ToString());

    [Theory] // SCIM vectors §4
    [InlineData(".")]
    [InlineData("attr.")]
    [InlineData(".attr")]
    [InlineData("attr[].sub")]
    [InlineData("urn:extension:.attr")]
    [InlineData("urn:extension:.")]
    [InlineData("attr[sub eq 123].")]
    [InlineData("invalid..path")]
    [InlineData(".a..b[x]")]
    [InlineData("%invalid$$path")]
    [InlineData("\\x")]
    [InlineData("invalid@path")]
    [InlineData("123invalid")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("emails[name eq]")]
    [InlineData("emails[name eq \"toto\"")]
    [InlineData("emails[' eq true].value")]
    [InlineData("invalid pr")]
    [InlineData("emails[type eq \"work\"].too.deep")]
    [InlineData("emails[type eq \"work\"].sub[something eq 2]")]
    [InlineData("emails[type eq \"work\"],")]
    [InlineData("emails[type eq \"work\"]value")]
    [InlineData("emails[type eq \"work\"].urn:a:b")]
    [InlineData("emails[type eq \"work\"][value pr]")]
    [InlineData("emails.value[type eq \"work\"].display")]
    [InlineData("emails[ims[type pr]]")]
    [InlineData("$ref")]
    [InlineData("emails[value eq \"\\ud800\"]")]
    public void A_malformed_path_is_invalidPath_in_both_dialects(string path)
    {
        foreach (var dialect in Patching.Both)
        {
            var error = Assert.Throws<ScimException>(() => PatchPath.Parse(path, new EntraDialect(dialect))).Error;
            Assert.Equal((400, "invalidPath"), (error.Status, error.ScimType));
        }
    }

    [Theory] // SCIM vectors §4: well-formed, but leading nowhere
    [InlineData("displayName.invalid")]
    [InlineData("name[givenName eq \\\"Foo\\\"].formatted")]
    [InlineData("name[givenName eq \\\"Foo\\\"]")]
    [InlineData("userName[name eq \\\"x\\\"]")]
    [InlineData("userName[name eq \\\"x\\\"].sub")]
    [InlineData("active[value eq true]")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[employeeNumber pr]")]
    [InlineData("emails.value")]
    public void A_path_into_what_has_no_such_parts_is_invalidPath_in_both_dialects(string path) =>
        Patching.RefusedUser(Emails, $$"""[{"op":"add","path":"{{path}}","value":"x"}]""", "invalidPath");

    [Theory] // SCIM vectors §4, split
    [InlineData("unknown")]
    [InlineData("name.unknown")]
    [InlineData("unknown.sub")]
    [InlineData("unknown[type eq \\\"work\\\"].value")]
    [InlineData("emails[type eq \\\"work\\\"].unknown")]
    [InlineData("urn:example:no:such:schema:userName")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:Group:displayName")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:unknown")]
    public void A_path_that_no_schema_knows_is_ignored_in_entra_and_invalidPath_in_rfc(string path)
    {
        foreach (var op in new[] { "add", "replace", "remove" })
        {
            var operations = $$"""[{"op":"{{op}}","path":"{{path}}","value":"x"}]""";
            Assert.Contains("unknown-attribute", Patching.Leads(SchemaCatalog.Core.User, Emails, operations, Emails, Dialect.Entra));
            Patching.Refused(SchemaCatalog.Core.User, Emails, operations, "invalidPath", Dialect.Rfc);
        }
    }

    [Theory] // SCIM vectors §4: the paths that the schemas know, in any case
    [InlineData("DISPLAYNAME", """{"displayName":"x"}""")]
    [InlineData("Name.GivenName", """{"name":{"givenName":"x"}}""")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:user:displayName", """{"displayName":"x"}""")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", """{"name":{"givenName":"x"}}""")]
    [InlineData("employeeNumber", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"x"}}""")]
    [InlineData("manager.value", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"x"}}}""")]
    public void A_path_leads_to_the_attribute_in_the_spelling_of_the_schema(string path, string result) =>
        Patching.LeadsUser("{}", $$"""[{"op":"add","path":"{{path}}","value":"x"}]""", result);
}
