using System.Text;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Filters;

/// <summary>What a filter finds, RFC 7644 §3.4.2.2.</summary>
public sealed class FilterEvaluatorTests
{
    private const string Thing = """
        {
          "schemas": ["urn:x", "urn:y"], "id": "Abc",
          "meta": { "created": "2011-05-13T04:42:34Z" },
          "name": { "first": "name:first", "pin": "1234" },
          "weight": 175.6, "children": 5, "shared": true, "nullAttr": null, "emptyArray": [], "tags": ["red", "blue"],
          "born": "2011-05-13T04:42:34Z", "photo": "AQID", "caseExactString": "MixedCase",
          "addresses": [
            { "type": "work", "priority": 0, "streetAddress": "100 Universal City Plaza" },
            { "type": "home", "priority": 10, "streetAddress": "456 Hollywood Blvd" } ],
          "friends": [{ "value": "b", "$ref": "Users/Babs" }],
          "tokens": [{ "value": "t0p", "type": "api" }], "vault": { "value": "gold" }, "secret": "s3cret"
        }
        """;

    private const string User = """
        {
          "id": "2819c223", "externalId": "Bjensen-1", "userName": "bjensen", "active": true,
          "emails": [{ "value": "a@work", "type": "work", "primary": true }, { "value": "b@none" }],
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "employeeNumber": "701", "manager": { "value": "26118915" } }
        }
        """;

    [Theory] // SCIM vectors §3
    [InlineData("name.first eq \"nAme:fiRst\"", true)]
    [InlineData("name.first ne \"nAme:fiRst\"", false)]
    [InlineData("name.first co \"ME:FI\"", true)]
    [InlineData("name.first sw \"NAME\"", true)]
    [InlineData("name.first ew \"FIRST\"", true)]
    [InlineData("NAME.FIRST eq \"name:first\"", true)]
    [InlineData("weight gt 175", true)]
    [InlineData("weight lt 175.60000001", true)]
    [InlineData("weight eq 1.756e2", true)]
    [InlineData("weight le 175", false)]
    [InlineData("children lt 5.5", true)]
    [InlineData("children ge 5.0", true)]
    [InlineData("children eq \"5\"", true)]
    [InlineData("children ne 5", false)]
    [InlineData("nullAttr eq null", true)]
    [InlineData("nullAttr ne null", false)]
    [InlineData("nullAttr pr", false)]
    [InlineData("unassigned eq null", true)]
    [InlineData("unassigned ne null", false)]
    [InlineData("unassigned pr", false)]
    [InlineData("emptyArray eq null", true)]
    [InlineData("emptyArray ne null", false)]
    [InlineData("emptyArray pr", false)]
    [InlineData("name pr", true)]
    [InlineData("addresses[type eq \"home\" and streetAddress co \"Hollywood\"]", true)]
    [InlineData("addresses[type eq \"work\" and streetAddress co \"Hollywood\"]", false)]
    [InlineData("addresses[type eq \"work\"].streetAddress co \"Hollywood\"", false)]
    [InlineData("addresses[type eq \"home\"].streetAddress co \"Hollywood\"", true)]
    [InlineData("addresses.type eq \"work\" and addresses.streetAddress co \"Hollywood\"", true)]
    [InlineData("addresses.priority ge 10", true)]
    [InlineData("addresses.priority le 0", true)]
    [InlineData("addresses.priority gt 10", false)]
    [InlineData("not (addresses.type eq \"other\")", true)]
    [InlineData("meta.created eq \"2011-05-13T06:42:34+02:00\"", true)]
    [InlineData("meta.created lt \"2011-05-13T06:42:34.001+02:00\"", true)]
    [InlineData("meta.created gt \"2011-05-13T05:42:34+02:00\"", true)]
    [InlineData("born sw \"2011-05\"", true)]
    [InlineData("born co \"-06-\"", false)]
    [InlineData("schemas eq \"urn:x\"", true)]
    [InlineData("schemas[value eq \"urn:y\"]", true)]
    [InlineData("schemas eq \"urn:z\"", false)]
    [InlineData("tags eq \"RED\"", true)]
    [InlineData("tags[value sw \"bl\"]", true)]
    [InlineData("tags[value sw \"gr\"]", false)]
    [InlineData("friends[$ref eq \"Users/Babs\"]", true)]
    [InlineData("friends[$ref eq \"users/babs\"]", false)]
    [InlineData("caseExactString eq \"MixedCase\"", true)]
    [InlineData("caseExactString eq \"mixedcase\"", false)]
    [InlineData("id eq \"Abc\"", true)]
    [InlineData("id eq \"ABC\"", false)]
    [InlineData("photo eq \"AQID\"", true)]
    [InlineData("photo pr", true)]
    [InlineData("shared eq true", true)]
    [InlineData("shared ne true", false)]
    [InlineData("name.first gt \"NAME:A\"", true)]
    [InlineData("weight gt 175 and not (children gt 5 or tags eq \"green\")", true)]
    public void A_filter_is_true_or_false_of_the_sample_in_both_dialects(string filter, bool expected)
    {
        Assert.Equal(expected, Matches(filter, Thing, SampleType.Thing, Dialect.Entra));
        Assert.Equal(expected, Matches(filter, Thing, SampleType.Thing, Dialect.Rfc));
    }

    [Theory] // SCIM vectors §1, §3
    [InlineData("userName eq \"BJENSEN\"", true)]
    [InlineData("externalId eq \"bjensen-1\"", false)]
    [InlineData("externalId eq \"Bjensen-1\"", true)]
    [InlineData("id eq \"not-a-uuid\"", false)]
    [InlineData("id eq \"bjensen@example.com\"", false)]
    [InlineData("userName gt \"a\"", true)]
    [InlineData("userName ge \"bjensen\"", true)]
    [InlineData("userName lt \"bjensen\"", false)]
    [InlineData("userName le \"z\"", true)]
    [InlineData("emails[type pr]", true)]
    [InlineData("emails[not (type pr)]", true)]
    [InlineData("emails[primary eq true]", true)]
    [InlineData("emails[primary eq true and not (type pr)]", false)]
    [InlineData("emails co \"@NONE\"", true)]
    [InlineData("emails.value co \"@work\"", true)]
    [InlineData("title ne \"Boss\"", true)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:user:USERNAME sw \"BJ\"", true)]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"701\"", true)]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"26118915\"", true)]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"26118915\"", true)]
    [InlineData("manager[value eq \"26118915\"] and userName eq \"bjensen\"", true)]
    public void A_filter_on_users_heeds_case_and_elements_as_the_schema_says(string filter, bool expected)
    {
        Assert.Equal(expected, Matches(filter, User, SchemaCatalog.Core.User, Dialect.Entra));
        Assert.Equal(expected, Matches(filter, User, SchemaCatalog.Core.User, Dialect.Rfc));
    }

    [Theory] // RFC 7644 table 3, SCIM vectors §2
    [InlineData("shared gt true")]
    [InlineData("shared ge true")]
    [InlineData("shared lt true")]
    [InlineData("shared le true")]
    [InlineData("shared co \"t\"")]
    [InlineData("shared sw \"t\"")]
    [InlineData("shared ew \"e\"")]
    [InlineData("shared eq \"maybe\"")]
    [InlineData("photo gt \"AQID\"")]
    [InlineData("photo le \"AQID\"")]
    [InlineData("weight co 5")]
    [InlineData("children eq \"five\"")]
    [InlineData("children eq 1e400")]
    [InlineData("name.first eq true")]
    [InlineData("name.first gt null")]
    [InlineData("addresses eq \"x\"")]
    [InlineData("tokens sw \"t\"")]
    [InlineData("meta.created gt \"2019-10-17T\"")]
    [InlineData("meta.created gt \"yesterday\"")]
    [InlineData("meta.created eq 2019")]
    [InlineData("meta.created sw true")]
    [InlineData("weight[value eq 5]")]
    [InlineData("name.first[value eq \"x\"]")]
    public void What_cannot_be_compared_is_invalidFilter_in_both_dialects(string filter)
    {
        Refused(filter, Dialect.Entra);
        Refused(filter, Dialect.Rfc);
    }

    [Theory] // SCIM vectors §2, split
    [InlineData("unknownAttribute eq 5.5")]
    [InlineData("name.unknown pr")]
    [InlineData("unknown[value eq \"x\"]")]
    [InlineData("addresses[unknown eq \"x\"]")]
    [InlineData("$ref eq null")]
    [InlineData("urn:example:no:such:schema:name pr")]
    public void An_attribute_that_no_schema_knows_matches_nothing_in_entra_and_is_invalidFilter_in_rfc(string filter)
    {
        Assert.False(Matches(filter, Thing, SampleType.Thing, Dialect.Entra));
        Refused(filter, Dialect.Rfc);
    }

    [Theory] // RFC 7643 §7: what is never returned can't be guessed letter by letter either
    [InlineData("secret sw \"s\"")]
    [InlineData("name.pin sw \"1\"")]
    [InlineData("name[pin sw \"1\"]")]
    [InlineData("vault.value sw \"g\"")]
    [InlineData("vault sw \"g\"")]
    [InlineData("vault[value sw \"g\"]")]
    [InlineData("tokens.value sw \"t\"")]
    [InlineData("tokens[value sw \"t\"]")]
    [InlineData("tokens[type eq \"api\"].value sw \"t\"")]
    public void What_is_never_returned_cannot_be_asked_for_by_a_filter(string filter)
    {
        Refused(filter, Dialect.Entra);
        Refused(filter, Dialect.Rfc);
    }

    [Fact] // SCIM vectors §2: a name in both core and extension means the core attribute
    public void The_core_schema_wins_a_name_that_an_extension_has_too()
    {
        var thing = $$"""{ "weight": 5, "{{SampleType.Extension}}": { "weight": "heavy" } }""";

        Assert.True(Matches("weight eq 5", thing, SampleType.Thing, Dialect.Rfc));
        Assert.True(Matches($"{SampleType.Extension}:weight eq \"heavy\"", thing, SampleType.Thing, Dialect.Rfc));
    }

    private static bool Matches(string filter, string resource, ResourceType type, Dialect dialect)
    {
        var read = new EntraDialect(dialect);
        var test = FilterEvaluator.Compile(FilterParser.Parse(filter, read), type, read);
        return test(ScimJson.ParseStored(Encoding.UTF8.GetBytes(resource)));
    }

    private static void Refused(string filter, Dialect dialect)
    {
        var error = Assert.Throws<ScimException>(() => Matches(filter, Thing, SampleType.Thing, dialect)).Error;
        Assert.Equal((400, "invalidFilter"), (error.Status, error.ScimType));
    }
}
