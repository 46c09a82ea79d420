using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>The operation <c>remove</c>, RFC 7644 §3.5.2.2.</summary>
public sealed class PatchRemoveTests
{
    private const string Enterprise = Patching.Enterprise;

    private const string TwoEmails = """{"emails":[{"value":"w","type":"work"},{"value":"h","type":"home"}]}""";

    [Theory] // SCIM vectors §7
    [InlineData("""{"displayName":"B","title":"x"}""", """[{"op":"remove","path":"displayName"}]""", """{"title":"x"}""")]
    [InlineData("""{"name":{"formatted":"B"},"title":"x"}""", """[{"op":"remove","path":"name"}]""", """{"title":"x"}""")]
    [InlineData(
        """{"name":{"formatted":"B","givenName":"G"}}""", """[{"op":"remove","path":"name.formatted"}]""", """{"name":{"givenName":"G"}}""")]
    [InlineData("""{"name":{"formatted":"B"}}""", """[{"op":"remove","path":"name.formatted"}]""", "{}")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails"}]""", "{}")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails[type eq \"home\"]"}]""", """{"emails":[{"value":"w","type":"work"}]}""")]
    [InlineData(
        """{"emails":[{"value":"h","type":"home"}]}""", """[{"op":"remove","path":"emails[type eq \"home\"]"}]""", "{}")]
    [InlineData(
        TwoEmails, """[{"op":"remove","path":"emails[type eq \"home\"].type"}]""",
        """{"emails":[{"value":"w","type":"work"},{"value":"h"}]}""")]
    [InlineData("""{"emails":[{"type":"home"}]}""", """[{"op":"remove","path":"emails[type eq \"home\"].type"}]""", "{}")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails.type"}]""", """{"emails":[{"value":"w"},{"value":"h"}]}""")]
    [InlineData("""{"title":"x"}""", """[{"op":"remove","path":"nickName"}]""", """{"title":"x"}""")]
    [InlineData("""{"title":"x"}""", """[{"op":"remove","path":"name.givenName"}]""", """{"title":"x"}""")]
    [InlineData("""{"title":"x"}""", """[{"op":"remove","path":"emails"}]""", """{"title":"x"}""")]
    [InlineData("""{"title":"x"}""", $$$"""[{"op":"remove","path":"{{{Enterprise}}}"}]""", """{"title":"x"}""")]
    [InlineData("""{"title":"x"}""", """[{"op":"remove","path":"title","value":"other"}]""", "{}")]
    [InlineData(
        TwoEmails, """[{"op":"remove","path":"emails[type eq \"home\"]","value":null}]""", """{"emails":[{"value":"w","type":"work"}]}""")]
    public void What_the_path_names_is_unassigned_and_the_rest_stays(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §7
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":{"type":"home"}}]""", """{"emails":[{"value":"w","type":"work"}]}""")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":[{"value":"W"}]}]""", """{"emails":[{"value":"h","type":"home"}]}""")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":"w"}]""", """{"emails":[{"value":"h","type":"home"}]}""")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":[{"value":"w"},{"value":"h"}]}]""", "{}")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":[{"value":"none"}]}]""", TwoEmails)]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":{"value":"w","type":"home"}}]""", """{"emails":[{"value":"h","type":"home"}]}""")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":[{"value":"w","type":null,"primary":false,"display":"W"}]}]""", """{"emails":[{"value":"h","type":"home"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w","type":"work"},{"value":"w","type":"home"}]}""",
        """[{"op":"remove","path":"emails","value":[{"value":"w","type":"home"}]}]""", """{"emails":[{"value":"w","type":"work"}]}""")]
    [InlineData(
        """{"roles":[{"value":"Admin","primary":true},{"value":"User"}]}""",
        """[{"op":"Remove","path":"roles","value":[{"value":"Admin","type":"WindowsAzureActiveDirectoryRole","primary":false,"display":"Admin"}]}]""",
        """{"roles":[{"value":"User"}]}""")]
    [InlineData(
        """{"entitlements":[{"value":"e1","display":"E One"},{"value":"e2","display":"E Two"}]}""",
        """[{"op":"remove","path":"entitlements","value":[{"display":"E One"}]}]""", """{"entitlements":[{"value":"e2","display":"E Two"}]}""")]
    [InlineData(
        """{"addresses":[{"type":"work","locality":"London"},{"type":"home","locality":"London"}]}""",
        """[{"op":"remove","path":"addresses","value":[{"type":"home","locality":"London"}]}]""", """{"addresses":[{"type":"work","locality":"London"}]}""")]
    [InlineData(
        """{"schemas":[],"roles":[{"value":"Admin"}]}""", """[{"op":"remove","path":"roles","value":["Admin"]}]""", """{"schemas":[]}""")]
    [InlineData(TwoEmails, """[{"op":"remove","path":"emails","value":[]}]""", TwoEmails)]
    [InlineData("{}", """[{"op":"remove","path":"emails","value":{"type":"home"}}]""", "{}")]
    public void A_value_beside_the_path_names_the_elements_that_go(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §7
    [InlineData($$$"""{"{{{Enterprise}}}":{"employeeNumber":"1"}}""", $$$"""[{"op":"remove","path":"{{{Enterprise}}}:employeeNumber"}]""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"manager":{"value":"m"} } }""", $$$"""[{"op":"remove","path":"{{{Enterprise}}}:manager.value"}]""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"manager":{"value":"m"} } }""", $$$"""[{"op":"remove","path":"{{{Enterprise}}}:manager[value eq \"m\"]"}]""")]
    [InlineData($$$"""{"{{{Enterprise}}}":{"employeeNumber":"1","manager":{"value":"m"} } }""", $$$"""[{"op":"remove","path":"{{{Enterprise}}}"}]""")]
    public void The_last_attribute_takes_its_extension_and_the_URN_with_it(string from, string operations)
    {
        foreach (var dialect in Patching.Both)
        {
            var user = Patching.Tree(SchemaCatalog.Core.User, from);
            Patching.Apply(SchemaCatalog.Core.User, user, operations, new EntraDialect(dialect));
            SchemaRules.SetSchemas(user, SchemaCatalog.Core.User);

            Patching.Same(Patching.Tree(SchemaCatalog.Core.User, """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"""), user);
        }
    }

    [Theory] // SCIM vectors §7; RFC 7644 §3.5.2.2 on required attributes
    [InlineData("""[{"op":"remove","path":"userName"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"id"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"groups"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"groups[value eq \"g\"]"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"meta.version"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"emails","value":[null]}]""", "invalidValue")]
    [InlineData("""[{"op":"remove","path":"emails","value":5}]""", "invalidValue")]
    public void What_has_to_stay_or_is_not_there_is_refused_in_both_dialects(string operations, string scimType) =>
        Patching.RefusedUser(TwoEmails, operations, scimType);

    [Theory] // RFC 7644 table 9
    [InlineData("emails[type eq \\\"none\\\"]")]
    [InlineData("emails[type eq \\\"none\\\"].value")]
    [InlineData("phoneNumbers[type eq \\\"work\\\"]")]
    public void What_is_not_there_is_removed_already_in_entra_and_noTarget_in_rfc(string path)
    {
        var operations = $$"""[{"op":"Remove","path":"{{path}}"},{"op":"Replace","path":"active","value":"False"}]""";
        var (before, after) = ("""{"emails":[{"value":"w"}],"active":true}""", """{"emails":[{"value":"w"}],"active":false}""");

        Assert.Contains("nothing-to-remove", Patching.Leads(SchemaCatalog.Core.User, before, operations, after, Dialect.Entra));
        Patching.Refused(SchemaCatalog.Core.User, before, operations, "noTarget", Dialect.Rfc);
    }

    [Fact]
    public void A_name_that_meets_nothing_is_noted() => Assert.Contains("nothing-to-remove", Patching.Leads(
        SchemaCatalog.Core.User, """{"roles":[{"value":"User"}]}""", """[{"op":"remove","path":"roles","value":[{"value":"Admin"}]}]""",
        """{"roles":[{"value":"User"}]}""", Dialect.Entra));

    [Fact] // RFC 7644 §3.5.2.2: the request is judged as a whole
    public void A_required_attribute_may_be_removed_and_added_in_one_request() => Patching.LeadsUser(
        "{}", """[{"op":"remove","path":"userName"},{"op":"add","path":"userName","value":"new"}]""", """{"userName":"new"}""");

    [Fact] // RFC 7644 §3.5.2.2
    public void A_required_attribute_of_an_extension_may_be_removed_and_added_in_one_request()
    {
        const string Room = SampleType.Extension + ":room";

        Patching.Leads(SampleType.Thing, $$$"""{"{{{SampleType.Extension}}}":{"room":"1","shelf":"a"}}""",
            $$$"""[{"op":"remove","path":"{{{Room}}}"},{"op":"add","path":"{{{Room}}}","value":"2"}]""",
            $$$"""{"{{{SampleType.Extension}}}":{"room":"2","shelf":"a"}}""", Dialect.Rfc);
    }

    [Fact] // RFC 7644 §3.5.2.2
    public void A_required_attribute_of_an_extension_that_stays_cannot_be_removed() => Patching.Refused(
        SampleType.Thing, $$$"""{"{{{SampleType.Extension}}}":{"room":"1","shelf":"a"}}""",
        $$$"""[{"op":"remove","path":"{{{SampleType.Extension}}}:room"}]""", "mutability", Dialect.Rfc);

    [Fact] // RFC 7643 §7
    public void An_extension_may_go_as_a_whole_with_its_required_attribute() => Patching.Leads(
        SampleType.Thing, $$$"""{"{{{SampleType.Extension}}}":{"room":"1"},"label":"x"}""",
        $$$"""[{"op":"remove","path":"{{{SampleType.Extension}}}"}]""", """{"label":"x"}""", Dialect.Rfc);

    [Theory] // RFC 7643 §7
    [InlineData("""[{"op":"remove","path":"badge"}]""")]
    [InlineData("""[{"op":"remove","path":"friends.value"}]""")]
    [InlineData("""[{"op":"remove","path":"friends[value eq \"a\"].value"}]""")]
    [InlineData("""[{"op":"remove","path":"friends.display"}]""")]
    [InlineData("""[{"op":"remove","path":"serial"}]""")]
    public void What_is_immutable_or_read_only_cannot_be_removed(string operations)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Refused(SampleType.Thing,
                """{"badge":"1","serial":7,"friends":[{"value":"a","display":"A"}]}""", operations, "mutability", dialect);
        }
    }

    [Theory] // RFC 7643 §2.4: simple values have "value" as their implicit sub-attribute
    [InlineData("""[{"op":"remove","path":"tags[value eq \"RED\"]"}]""", """{"tags":["blue"]}""")]
    [InlineData("""[{"op":"remove","path":"tags","value":"red"}]""", """{"tags":["blue"]}""")]
    [InlineData("""[{"op":"remove","path":"tags","value":["red","blue","green"]}]""", "{}")]
    public void Simple_values_are_removed_like_complex_ones(string operations, string to)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Leads(SampleType.Thing, """{"tags":["red","blue"]}""", operations, to, dialect);
        }
    }

    [Fact] // RFC 7643 §7
    public void An_element_whose_parts_are_immutable_can_be_removed_as_a_whole() => Patching.Leads(
        SampleType.Thing, """{"friends":[{"value":"a"},{"value":"b"}]}""",
        """[{"op":"remove","path":"friends[value eq \"a\"]"}]""", """{"friends":[{"value":"b"}]}""", Dialect.Rfc);
}
