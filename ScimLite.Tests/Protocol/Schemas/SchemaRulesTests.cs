using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Tests.Protocol.Patches;

namespace ScimLite.Tests.Protocol.Schemas;

/// <summary>What a POST or PUT may hold and what of it becomes the resource, RFC 7644 §3.3 and §3.5.1.</summary>
public sealed class SchemaRulesTests
{
    private const string Enterprise = Patching.Enterprise;

    [Theory] // RFC 7643 §2.1, §2.5; RFC 7644 §3.3
    [InlineData("""{"USERNAME":"b"}""", """{"userName":"b"}""")]
    [InlineData("""{"title":null,"emails":[],"name":{},"nickName":"N"}""", """{"nickName":"N"}""")]
    [InlineData("""{"id":"x","meta":{"version":"1"},"schemas":["urn:x"],"groups":[{"value":"g"}],"title":"T"}""", """{"title":"T"}""")]
    [InlineData("""{"unknown":{"a":[1]},"title":"T"}""", """{"title":"T"}""")]
    [InlineData("""{"name":{"GivenName":"G","unknown":1,"familyName":null}}""", """{"name":{"givenName":"G"}}""")]
    [InlineData("""{"emails":{"Value":"w","primary":"True"}}""", """{"emails":[{"value":"w","primary":true}]}""")]
    [InlineData("""{"emails":["v","w"]}""", """{"emails":[{"value":"v"},{"value":"w"}]}""")]
    [InlineData("""{"active":"False"}""", """{"active":false}""")]
    [InlineData("""{"active":""}""", "{}")]
    [InlineData("""{"title":""}""", """{"title":""}""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"manager":"m","Division":"D","unknown":1} }""", $$$"""{"{{{Enterprise}}}":{"manager":{"value":"m"},"division":"D"} }""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"manager":{"value":"","displayName":"Boss"} } }""", "{}")]
    [InlineData($$$"""{"{{{Enterprise}}}":null,"title":"T"}""", """{"title":"T"}""")]
    public void A_body_is_read_in_the_spelling_of_the_schema_and_without_what_has_no_value(string body, string resource)
    {
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Entra));
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Rfc));
    }

    [Theory] // Any other name of a known attribute. The bare name, the whole core schema and an alias have no form of their own in the RFC.
    [InlineData("""{"urn:ietf:params:scim:schemas:core:2.0:User":{"title":"Eng","active":false}}""", """{"title":"Eng","active":false}""", false)]
    [InlineData("""{"URN:ietf:params:scim:schemas:CORE:2.0:User":null,"title":"T"}""", """{"title":"T"}""", false)]
    [InlineData("""{"department":"Sales"}""", $$$"""{"{{{Enterprise}}}":{"department":"Sales"} }""", false)]
    [InlineData("""{"name.givenName":"Ada","name":{"familyName":"L"}}""", """{"name":{"familyName":"L","givenName":"Ada"}}""", true)]
    [InlineData($$$"""{"{{{Enterprise}}}:costCenter":"42"}""", $$$"""{"{{{Enterprise}}}":{"costCenter":"42"} }""", true)]
    [InlineData($$$"""{"{{{Enterprise}}}:manager.value":"m","{{{Enterprise}}}":{"division":"D"} }""", $$$"""{"{{{Enterprise}}}":{"division":"D","manager":{"value":"m"}} }""", true)]
    [InlineData($$$"""{"{{{Enterprise}}}":{"manager.value":"m","schemas":["x"]} }""", $$$"""{"{{{Enterprise}}}":{"manager":{"value":"m"}} }""", true)]
    [InlineData("""{"urn:ietf:params:scim:schemas:core:2.0:User:title":"T"}""", """{"title":"T"}""", true)]
    [InlineData("""{"emails[type eq \"work\"].value":"w"}""", """{"emails":[{"type":"work","value":"w"}]}""", true)]
    public void A_key_that_names_an_attribute_in_another_form_is_read(string body, string resource, bool isPath)
    {
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Entra));
        if (!isPath)
        {
            Patching.Same(Patching.Parse(resource), Read(body, Dialect.Rfc));
            return;
        }
        var error = Assert.Throws<ScimException>(() => Read(body, Dialect.Rfc)).Error;
        Assert.Equal((400, "invalidSyntax"), (error.Status, error.ScimType));
    }

    [Theory] // OneLogin, WSO2, Microsoft's documentation: the enterprise extension by other names
    [InlineData("urn:scim:schemas:extension:enterprise:2.0")]
    [InlineData("urn:scim:schemas:extension:enterprise:1.0")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0User")]
    [InlineData("EnterpriseUser")]
    public void A_known_alias_of_the_enterprise_extension_is_read_in_entra_and_ignored_in_rfc(string alias)
    {
        var wanted = $$$"""{"{{{Enterprise}}}":{"department":"Sales"} }""";
        var (entra, rfc) = (new EntraDialect(Dialect.Entra), new EntraDialect(Dialect.Rfc));

        foreach (var body in (string[])[$$$"""{"{{{alias}}}":{"department":"Sales"} }""", $$$"""{"{{{alias}}}:department":"Sales"}""", $$$"""{"{{{alias}}}.department":"Sales"}"""])
        {
            using var document = ScimJson.ParseBody(System.Text.Encoding.UTF8.GetBytes(body));
            Patching.Same(Patching.Parse(wanted), SchemaRules.Read(document.RootElement, SchemaCatalog.Core.User, entra));
            Assert.Contains("schema-alias", entra.Quirks);
            Assert.Empty(SchemaRules.Read(document.RootElement, SchemaCatalog.Core.User, rfc));
            Assert.Contains("unknown-attribute", rfc.Quirks);
        }
    }

    [Theory]
    [InlineData("""{"title":"x","urn:ietf:params:scim:schemas:core:2.0:User":{"title":"y"}}""")]
    [InlineData("""{"name":{"givenName":"x"},"name.givenName":"y"}""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"department":"x"},"department":"y"}""")]
    public void An_attribute_given_two_values_by_two_names_is_refused(string body)
    {
        var error = Assert.Throws<ScimException>(() => Read(body, Dialect.Entra)).Error;
        Assert.Equal((400, "invalidSyntax"), (error.Status, error.ScimType));
    }

    [Theory] // RFC 7643 §2.4, §2.5
    [InlineData("""{"emails":[{"type":"work","primary":true}]}""", "{}")]
    [InlineData("""{"emails":[{"value":"","type":"work"},{"value":"w"}]}""", """{"emails":[{"value":"w"}]}""")]
    [InlineData("""{"roles":[{"value":""}]}""", "{}")]
    [InlineData("""{"emails":[{"value":"w","type":"work"},{"value":"W","type":"work","display":"2"}]}""", """{"emails":[{"value":"W","type":"work","display":"2"}]}""")]
    [InlineData("""{"emails":[{"value":"w","primary":true},{"value":"w","primary":true}]}""", """{"emails":[{"value":"w","primary":true}]}""")]
    [InlineData("""{"emails":[{"value":"w","type":"work"},{"value":"w","type":"home"}]}""", """{"emails":[{"value":"w","type":"work"},{"value":"w","type":"home"}]}""")]
    public void An_element_is_stored_once_and_only_with_a_value(string body, string resource)
    {
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Entra));
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Rfc));
    }

    [Theory] // A number where text is wanted; one simple value in a wrapping
    [InlineData("""{"userName":5}""", """{"userName":"5"}""")]
    [InlineData("""{"emails":[{"value":5}]}""", """{"emails":[{"value":"5"}]}""")]
    [InlineData("""{"userName":["b"]}""", """{"userName":"b"}""")]
    [InlineData("""{"active":{"value":"False"}}""", """{"active":false}""")]
    [InlineData("""{"title":[]}""", "{}")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"employeeNumber":42.0}}""", $$$"""{"{{{Enterprise}}}":{"employeeNumber":"42.0"} }""")]
    public void A_clear_value_in_another_form_is_read_in_entra_and_invalidValue_in_rfc(string body, string resource)
    {
        Patching.Same(Patching.Parse(resource), Read(body, Dialect.Entra));
        var error = Assert.Throws<ScimException>(() => Read(body, Dialect.Rfc)).Error;
        Assert.Equal((400, "invalidValue"), (error.Status, error.ScimType));
    }

    [Fact] // What no attribute takes is reported with its value, unless that may be a secret
    public void An_ignored_attribute_is_reported_with_its_value()
    {
        var dialect = new EntraDialect(Dialect.Entra);
        using var document = ScimJson.ParseBody("""{"shoeSize":42,"password":"s3cret","name":{"nick":"B","givenName":"G"},"emails":[{"value":"w","label":"x"}]}"""u8.ToArray());
        SchemaRules.Read(document.RootElement, SchemaCatalog.Core.User, dialect);

        Assert.Equal(
            new Dictionary<string, string?> { ["name.nick"] = "\"B\"", ["emails.label"] = "\"x\"", ["shoeSize"] = "42", ["password"] = null },
            dialect.IgnoredValues);
    }

    [Theory] // RFC 7644 §3.12
    [InlineData("""{"userName":{}}""", "invalidValue")]
    [InlineData("""{"active":"maybe"}""", "invalidValue")]
    [InlineData("""{"name":"Babs"}""", "invalidValue")]
    [InlineData("""{"emails":[{"value":"w"},null]}""", "invalidValue")]
    [InlineData("""{"emails":[5]}""", "invalidValue")]
    [InlineData("""{"emails":[""]}""", "invalidValue")]
    [InlineData("""{"x509Certificates":[{"value":"%"}]}""", "invalidValue")]
    [InlineData($$$"""{"{{{Enterprise}}}":"x"}""", "invalidValue")]
    [InlineData("""{"title":"\ud800"}""", "invalidSyntax")]
    [InlineData("""{"\ud800":"x"}""", "invalidSyntax")]
    [InlineData("""{"title":"x","TITLE":"y"}""", "invalidSyntax")]
    [InlineData("""{"title":"x","title":"y"}""", "invalidSyntax")]
    [InlineData("""{"title":"x","t\u0069tle":"y"}""", "invalidSyntax")]
    [InlineData("""{"title":"x",}""", "invalidSyntax")]
    [InlineData("""["title"]""", "invalidSyntax")]
    [InlineData("", "invalidSyntax")]
    public void A_body_that_is_wrong_is_refused_in_both_dialects(string body, string scimType)
    {
        foreach (var dialect in Patching.Both)
        {
            var error = Assert.Throws<ScimException>(() => Read(body, dialect)).Error;
            Assert.Equal((400, scimType), (error.Status, error.ScimType));
        }
    }

    [Theory] // RFC 7643 §2.3.5
    [InlineData("2011-05-13T04:42:34Z", true)]
    [InlineData("2011-05-13T04:42:34.123+02:00", true)]
    [InlineData("2011-05-13T04:42:34", true)]
    [InlineData("2011-05-13T", false)]
    [InlineData("2011-05-13", false)]
    [InlineData("13 May 2011 04:42:34", false)]
    [InlineData("2011-13-13T04:42:34Z", false)]
    [InlineData("", false)]
    public void A_time_has_a_date_a_T_and_a_time_of_day(string text, bool read) => Assert.Equal(read, SchemaRules.TryReadTime(text, out _));

    [Fact] // RFC 7643 §2.3.5
    public void Times_are_instants()
    {
        Assert.True(SchemaRules.TryReadTime("2011-05-13T04:42:34Z", out var utc));
        Assert.True(SchemaRules.TryReadTime("2011-05-13T06:42:34+02:00", out var elsewhere));
        Assert.True(SchemaRules.TryReadTime("2011-05-13T04:42:34", out var without));

        Assert.Equal(utc, elsewhere);
        Assert.Equal(utc, without);
    }

    [Fact] // RFC 7643 §7
    public void A_required_attribute_is_missed_in_core_and_in_an_extension_that_is_there()
    {
        var user = Patching.Parse("""{"title":"T"}""");
        Assert.Equal("invalidValue", Assert.Throws<ScimException>(() => SchemaRules.CheckRequired(user, SchemaCatalog.Core.User)).Error.ScimType);
        user["userName"] = "b";
        SchemaRules.CheckRequired(user, SchemaCatalog.Core.User);

        var thing = Patching.Parse($$$"""{"{{{SampleType.Extension}}}":{"shelf":"a"}}""");
        var error = Assert.Throws<ScimException>(() => SchemaRules.CheckRequired(thing, SampleType.Thing)).Error;
        Assert.Contains(SampleType.Extension + ":room", error.Detail, StringComparison.Ordinal);
        thing.Remove(SampleType.Extension);
        SchemaRules.CheckRequired(thing, SampleType.Thing);
    }

    [Theory] // RFC 7644 §3.5.1
    [InlineData("{}", """{"badge":"1"}""", true)]
    [InlineData("""{"badge":"1"}""", """{"badge":"1","label":"x"}""", true)]
    [InlineData("""{"badge":"1"}""", """{"badge":"2"}""", false)]
    [InlineData("""{"badge":"1"}""", "{}", false)]
    public void An_immutable_attribute_is_set_once(string before, string after, bool allowed)
    {
        var refused = Record.Exception(() => SchemaRules.CheckImmutable(Patching.Parse(before), Patching.Parse(after), SampleType.Thing));

        Assert.Equal(allowed ? null : "mutability", (refused as ScimException)?.Error.ScimType);
    }

    [Fact] // RFC 7643 §3
    public void Schemas_are_those_that_have_values()
    {
        var user = Patching.Parse("""{"schemas":["urn:x"],"userName":"b"}""");
        SchemaRules.SetSchemas(user, SchemaCatalog.Core.User);
        Assert.Equal("""["urn:ietf:params:scim:schemas:core:2.0:User"]""", user["schemas"]!.ToJsonString());

        user[Enterprise] = new JsonObject { ["division"] = "D" };
        SchemaRules.SetSchemas(user, SchemaCatalog.Core.User);
        Assert.Equal($$"""["urn:ietf:params:scim:schemas:core:2.0:User","{{Enterprise}}"]""", user["schemas"]!.ToJsonString());
    }

    private static JsonObject Read(string body, Dialect dialect)
    {
        using var document = ScimJson.ParseBody(Encoding.UTF8.GetBytes(body));
        return SchemaRules.Read(document.RootElement, SchemaCatalog.Core.User, new EntraDialect(dialect));
    }
}
