using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>The operation <c>replace</c>, RFC 7644 §3.5.2.3.</summary>
public sealed class PatchReplaceTests
{
    private const string Enterprise = Patching.Enterprise;

    private const string TwoEmails = """{"emails":[{"value":"1w","type":"work","primary":true},{"value":"2h","type":"home"}]}""";

    [Theory] // SCIM vectors §8: simple and complex attributes
    [InlineData("""{"title":"x"}""", """[{"op":"replace","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData("{}", """[{"op":"replace","path":"title","value":"y"}]""", """{"title":"y"}""")]
    [InlineData(
        """{"name":{"honorificPrefix":"Ms."}}""", """[{"op":"replace","path":"name","value":{"formatted":"T"}}]""",
        """{"name":{"honorificPrefix":"Ms.","formatted":"T"}}""")]
    [InlineData(
        """{"name":{"givenName":"G","familyName":"F"}}""", """[{"op":"replace","path":"name.familyName","value":"N"}]""",
        """{"name":{"givenName":"G","familyName":"N"}}""")]
    [InlineData("""{"active":true}""", """[{"op":"replace","path":"active","value":"False"}]""", """{"active":false}""")]
    public void An_attribute_is_replaced_and_its_siblings_stay(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §8: multi-valued attributes
    [InlineData(TwoEmails, """[{"op":"replace","path":"emails","value":[{"value":"n"},{"value":"m"}]}]""", """{"emails":[{"value":"n"},{"value":"m"}]}""")]
    [InlineData(TwoEmails, """[{"op":"replace","path":"emails","value":{"value":"n"}}]""", """{"emails":[{"value":"n"}]}""")]
    [InlineData(TwoEmails, """[{"op":"replace","path":"emails","value":"n"}]""", """{"emails":[{"value":"n"}]}""")]
    [InlineData(TwoEmails, """[{"op":"replace","path":"emails","value":[]}]""", "{}")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[type eq \"work\"].value","value":"n"}]""",
        """{"emails":[{"value":"n","type":"work","primary":true},{"value":"2h","type":"home"}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"EMAILS[TYPE eq \"WORK\"].VALUE","value":"n"}]""",
        """{"emails":[{"value":"n","type":"work","primary":true},{"value":"2h","type":"home"}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n","display":"N"}}]""",
        """{"emails":[{"value":"n","type":"work","primary":true,"display":"N"},{"value":"2h","type":"home"}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[primary eq true]","value":{"value":"n","primary":true}}]""",
        """{"emails":[{"value":"n","type":"work","primary":true},{"value":"2h","type":"home"}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[value sw \"2\"].primary","value":true}]""",
        """{"emails":[{"value":"1w","type":"work","primary":false},{"value":"2h","type":"home","primary":true}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[value sw \"2\"]","value":{"primary":"True"}}]""",
        """{"emails":[{"value":"1w","type":"work","primary":false},{"value":"2h","type":"home","primary":true}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[value sw \"2\"]","value":[{"primary":true}]}]""",
        """{"emails":[{"value":"1w","type":"work","primary":false},{"value":"2h","type":"home","primary":true}]}""")]
    public void Values_are_replaced_as_a_whole_or_where_the_condition_holds(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §8: no path
    [InlineData(
        """{"name":{"givenName":"G"}}""", """[{"op":"replace","value":{"userName":"new","name":{"familyName":"F"}}}]""",
        """{"userName":"new","name":{"givenName":"G","familyName":"F"}}""")]
    [InlineData("""{"active":true}""", """[{"op":"replace","value":{"active":false}}]""", """{"active":false}""")]
    [InlineData("""{"displayName":"A"}""", """[{"op":"replace","value":{"id":"u1","displayName":"B"}}]""", """{"displayName":"B"}""")]
    [InlineData(
        """{"nickName":"N","name":{"familyName":"F","middleName":"M"}}""",
        """[{"op":"replace","value":{"nickName":null,"name":{"familyName":null,"givenName":"G"}}}]""",
        """{"name":{"middleName":"M","givenName":"G"}}""")]
    [InlineData("{}", """[{"op":"replace","path":"id","value":"u1"}]""", "{}")]
    public void A_value_without_a_path_is_applied_key_by_key(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §8, split: RFC 7644 §3.5.2.3 says noTarget
    [InlineData(
        "{}", """[{"op":"replace","path":"emails[type eq \"work\"].value","value":"n"}]""", """{"emails":[{"type":"work","value":"n"}]}""")]
    [InlineData(
        TwoEmails, """[{"op":"replace","path":"emails[type eq \"other\"].value","value":"n"}]""",
        """{"emails":[{"value":"1w","type":"work","primary":true},{"value":"2h","type":"home"},{"type":"other","value":"n"}]}""")]
    [InlineData(
        """{"emails":[{"value":"h","type":"home","primary":true}]}""",
        """[{"op":"replace","path":"emails[type eq \"work\" and primary eq true].value","value":"n"}]""",
        """{"emails":[{"value":"h","type":"home","primary":false},{"type":"work","primary":true,"value":"n"}]}""")]
    [InlineData(
        "{}", """[{"op":"replace","path":"addresses[type eq \"work\"]","value":{"locality":"Oslo"}}]""",
        """{"addresses":[{"type":"work","locality":"Oslo"}]}""")]
    [InlineData("{}", """[{"op":"replace","path":"emails[type eq null].value","value":"n"}]""", """{"emails":[{"value":"n"}]}""")]
    [InlineData("{}", """[{"op":"replace","path":"emails[type eq \"work\"].value","value":""}]""", "{}")]
    [InlineData("{}", """[{"op":"replace","path":"emails[type eq \"work\"].value","value":null}]""", "{}")]
    public void A_value_path_without_a_match_creates_the_element_in_entra_and_is_noTarget_in_rfc(string from, string operations, string to)
    {
        Patching.Leads(SchemaCatalog.Core.User, from, operations, to, Dialect.Entra);
        Patching.Refused(SchemaCatalog.Core.User, from, operations, "noTarget", Dialect.Rfc);
    }

    [Theory] // SCIM vectors §8
    [InlineData("""[{"op":"replace","path":"emails[type sw \"x\"].value","value":"n"}]""", "noTarget")]
    [InlineData("""[{"op":"replace","path":"emails[type eq \"x\" or type eq \"y\"].value","value":"n"}]""", "noTarget")]
    [InlineData("""[{"op":"replace","path":"emails[not (type pr)].value","value":"n"}]""", "noTarget")]
    [InlineData("""[{"op":"replace","path":"id","value":"other"}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"id","value":null}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"groups","value":[]}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"userName","value":null}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"userName","value":["a","b"]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"active","value":["True","False"]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"emails","value":[{"value":"v"},null]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"emails[value pr].primary","value":true}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"emails[type eq \"work\"]","value":5}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"active","value":"maybe"}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"x509Certificates","value":[{"value":"not base64!"}]}]""", "invalidValue")]
    public void What_the_schema_forbids_or_the_path_does_not_find_is_refused_in_both_dialects(string operations, string scimType) =>
        Patching.RefusedUser(TwoEmails, operations, scimType);

    [Theory] // SCIM vectors §10: lenient in entra, strict in rfc
    [InlineData("""[{"op":"replace","value":{"id":"other","title":"x"}}]""", """{"title":"x"}""", "id-in-value", "mutability")]
    [InlineData("""[{"op":"replace","path":"title","value":5}]""", """{"title":"5"}""", "number-as-text", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"title","value":["a"]}]""", """{"title":"a"}""", "single-value-wrapped", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"title","value":{"value":"a"}}]""", """{"title":"a"}""", "single-value-wrapped", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"active","value":["False"]}]""", """{"active":false}""", "single-value-wrapped", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"active","value":{"value":false}}]""", """{"active":false}""", "single-value-wrapped", "invalidValue")]
    [InlineData("""[{"op":"replace","value":{"active":[{"value":"False"}]}}]""", """{"active":false}""", "single-value-wrapped", "invalidValue")]
    public void What_only_entra_means_is_read_there_and_refused_in_rfc(string operations, string added, string quirk, string scimType)
    {
        Assert.Contains(quirk, Patching.Leads(SchemaCatalog.Core.User, "{}", operations, added, Dialect.Entra));
        Patching.Refused(SchemaCatalog.Core.User, "{}", operations, scimType, Dialect.Rfc);
    }

    [Theory] // A path without a condition: clear where there is one e-mail, or one that is primary
    [InlineData("""{"emails":[{"value":"o","type":"work"}]}""", """{"emails":[{"value":"n","type":"work"}]}""")]
    [InlineData(
        """{"emails":[{"value":"o"},{"value":"p","primary":true}]}""", """{"emails":[{"value":"o"},{"value":"n","primary":true}]}""")]
    public void A_sub_attribute_of_the_only_or_primary_value_is_replaced_in_entra(string from, string to)
    {
        const string Operations = """[{"op":"replace","path":"emails.value","value":"n"}]""";

        Assert.Contains("sub-attribute-of-only-value", Patching.Leads(SchemaCatalog.Core.User, from, Operations, to, Dialect.Entra));
        Patching.Refused(SchemaCatalog.Core.User, from, Operations, "invalidPath", Dialect.Rfc);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"emails":[{"value":"o"},{"value":"p"}]}""")]
    public void A_sub_attribute_of_no_or_of_several_values_is_refused_in_both_dialects(string from) =>
        Patching.RefusedUser(from, """[{"op":"replace","path":"emails.value","value":"n"}]""", "invalidPath");

    [Theory] // RFC 7644 §3.5.2.3 replaces all matches; RFC 7643 §2.4 keeps each (type, value) once
    [InlineData(
        """{"emails":[{"value":"a","type":"work"},{"value":"b","type":"work","primary":true,"display":"B"},{"value":"h","type":"home"}]}""",
        """{"emails":[{"value":"n","type":"work","primary":true,"display":"B"},{"value":"h","type":"home"}]}""")]
    [InlineData(
        """{"emails":[{"value":"a","type":"work","primary":true,"display":"A"},{"value":"b","type":"work","display":"B"}]}""",
        """{"emails":[{"value":"n","type":"work","primary":true,"display":"A"}]}""")]
    public void Values_that_became_the_same_are_kept_once_and_primary(string from, string to) =>
        Patching.LeadsUser(from, """[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n"}]""", to);

    [Fact] // RFC 7643 §2.4: the last one's sub-attributes
    public void A_value_given_twice_is_stored_once() => Patching.LeadsUser(
        "{}",
        """
        [{"op":"replace","path":"emails","value":[
            {"value":"a","type":"work","display":"1"},{"value":"A","type":"Work","display":"2"},{"value":"a","type":"home"}]},
         {"op":"replace","path":"emails[type eq \"work\"].primary","value":true}]
        """,
        """{"emails":[{"value":"A","type":"Work","display":"2","primary":true},{"value":"a","type":"home"}]}""");

    [Theory]
    [InlineData("""[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n"}]""")]
    [InlineData("""[{"op":"Add","path":"emails[type eq \"work\"].value","value":"n"}]""")]
    public void A_typed_value_takes_over_from_untyped_ones_in_entra(string operations) => Assert.Contains("primary-taken-over", Patching.Leads(
        SchemaCatalog.Core.User, """{"emails":[{"value":"o","primary":true}]}""", operations,
        """{"emails":[{"value":"o","primary":false},{"value":"n","type":"work","primary":true}]}""", Dialect.Entra));

    [Fact]
    public void A_typed_value_beside_another_typed_one_takes_nothing_over() => Patching.Leads(
        SchemaCatalog.Core.User, """{"emails":[{"value":"o","type":"home","primary":true}]}""",
        """[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n"}]""",
        """{"emails":[{"value":"o","type":"home","primary":true},{"value":"n","type":"work"}]}""", Dialect.Entra);

    [Theory] // An element that holds nothing is none
    [InlineData("""{"value":""}""")]
    [InlineData("""[{"value":"","type":"work"}]""")]
    [InlineData("""[{"type":"work","primary":true}]""")]
    public void An_element_without_content_is_none(string value) => Patching.LeadsUser(
        """{"roles":[{"value":"Admin"}]}""", $$$"""[{"op":"replace","path":"roles","value":{{{value}}}}]""", "{}");

    [Theory] // The same spelt null, "" and []
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("""{"value":null}""")]
    public void An_empty_value_never_activates_a_user_in_entra(string value)
    {
        foreach (var operations in (string[])[$$$"""[{"op":"Replace","path":"active","value":{{{value}}}}]""", $$$"""[{"op":"replace","value":{"active":{{{value}}} }}]"""])
        {
            foreach (var user in (string[])["""{"active":false}""", """{"active":true}"""])
            {
                Assert.Contains("empty-active", Patching.Leads(SchemaCatalog.Core.User, user, operations, user, Dialect.Entra));
            }
        }
    }

    [Fact]
    public void An_empty_value_of_a_disabled_user_is_refused_in_rfc_and_clears_an_active_one()
    {
        const string Operations = """[{"op":"replace","path":"active","value":null}]""";

        Patching.Refused(SchemaCatalog.Core.User, """{"active":false}""", Operations, "invalidValue", Dialect.Rfc);
        Patching.Leads(SchemaCatalog.Core.User, """{"active":true}""", Operations, "{}", Dialect.Rfc);
    }

    [Theory] // SCIM vectors §8: the manager
    [InlineData("manager", "\"2f1c\"", """{"manager":{"value":"2f1c"},"division":"D"}""")]
    [InlineData("manager", """{"value":"2f1c"}""", """{"manager":{"value":"2f1c"},"division":"D"}""")]
    [InlineData("manager", """[{"value":"2f1c"}]""", """{"manager":{"value":"2f1c"},"division":"D"}""")]
    [InlineData("manager.value", "\"2f1c\"", """{"manager":{"value":"2f1c"},"division":"D"}""")]
    [InlineData("manager[value eq \\\"m\\\"].value", "\"2f1c\"", """{"manager":{"value":"2f1c"},"division":"D"}""")]
    [InlineData("manager", "\"\"", """{"division":"D"}""")]
    [InlineData("manager", """{"value":""}""", """{"division":"D"}""")]
    [InlineData("manager", """[{"value":""}]""", """{"division":"D"}""")]
    [InlineData("manager.value", "\"\"", """{"division":"D"}""")]
    [InlineData("manager", "null", """{"division":"D"}""")]
    [InlineData("manager", """{"value":null}""", """{"division":"D"}""")]
    public void A_manager_is_an_id_in_any_wrapping_and_an_empty_one_is_none(string path, string value, string extension) =>
        Patching.LeadsUser(
            $$$"""{"{{{Enterprise}}}":{"manager":{"value":"m","$ref":"../Users/m"},"division":"D"}}""",
            $$$"""[{"op":"replace","path":"{{{Enterprise}}}:{{{path}}}","value":{{{value}}}}]""", $$$"""{"{{{Enterprise}}}":{{{extension}}}}""");

    [Fact] // RFC 7643 §4.3: the server alone sets displayName
    public void A_read_only_part_of_a_value_is_ignored_and_not_even_null_clears_it() => Patching.LeadsUser(
        $$$"""{"{{{Enterprise}}}":{"manager":{"value":"m","displayName":"Boss"} } }""",
        $$$"""[{"op":"replace","path":"{{{Enterprise}}}:manager","value":{"displayName":null,"value":"m"}}]""",
        $$$"""{"{{{Enterprise}}}":{"manager":{"value":"m","displayName":"Boss"} } }""");

    [Theory] // SCIM vectors §8: null and empty text
    [InlineData("""{"displayName":"A"}""", """[{"op":"replace","path":"displayName","value":null}]""", "{}")]
    [InlineData("""{"displayName":"A"}""", """[{"op":"replace","path":"displayName","value":""}]""", """{"displayName":""}""")]
    [InlineData(TwoEmails, """[{"op":"replace","path":"emails","value":null}]""", "{}")]
    [InlineData("""{"name":{"givenName":"G"}}""", """[{"op":"replace","path":"name","value":null}]""", "{}")]
    [InlineData(
        """{"name":{"givenName":"G","familyName":"F"}}""", """[{"op":"replace","path":"name.familyName","value":null}]""",
        """{"name":{"givenName":"G"}}""")]
    [InlineData(
        """{"emails":[{"value":"w","type":"work"}]}""", """[{"op":"replace","path":"emails[type eq \"work\"].value","value":null}]""", "{}")]
    [InlineData(
        """{"emails":[{"value":"w","type":"work","display":"W"}]}""", """[{"op":"replace","path":"emails[type eq \"work\"].value","value":""}]""",
        """{"emails":[{"value":"","type":"work","display":"W"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w","type":"work"}]}""", """[{"op":"replace","path":"emails[type eq \"work\"]","value":null}]""", "{}")]
    [InlineData("""{"userName":"a"}""", """[{"op":"replace","path":"userName","value":""}]""", """{"userName":""}""")]
    public void Null_unassigns_and_empty_text_is_kept(string from, string operations, string to) => Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §8: the extension's own URN as path
    [InlineData("""{"employeeNumber":"2"}""", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"2","division":"D"}}""")]
    [InlineData("""{"employeeNumber":null,"division":null}""", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("null", "{}")]
    public void An_extension_is_replaced_attribute_by_attribute_and_by_nothing_removed(string value, string to) => Patching.LeadsUser(
        $$$"""{"{{{Enterprise}}}":{"employeeNumber":"1","division":"D"}}""",
        $$$"""[{"op":"replace","path":"{{{Enterprise}}}","value":{{{value}}}}]""", to);

    [Fact] // SCIM vectors §8
    public void Operations_apply_in_order_and_the_last_one_wins() => Patching.LeadsUser(
        """{"title":"a"}""",
        """[{"op":"remove","path":"title"},{"op":"add","path":"title","value":"b"},{"op":"replace","path":"title","value":"c"}]""",
        """{"title":"c"}""");
}
