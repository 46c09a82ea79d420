using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>The operation <c>add</c>, RFC 7644 §3.5.2.1.</summary>
public sealed class PatchAddTests
{
    private const string Enterprise = Patching.Enterprise;

    [Theory] // SCIM vectors §6: simple and complex attributes
    [InlineData("{}", """[{"op":"add","path":"displayName","value":"B"}]""", """{"displayName":"B"}""")]
    [InlineData("""{"displayName":"A"}""", """[{"op":"add","path":"displayName","value":"B"}]""", """{"displayName":"B"}""")]
    [InlineData("{}", """[{"op":"add","path":"name.formatted","value":"B J"}]""", """{"name":{"formatted":"B J"}}""")]
    [InlineData(
        """{"name":{"honorificPrefix":"Ms."}}""", """[{"op":"add","path":"name.formatted","value":"B J"}]""",
        """{"name":{"honorificPrefix":"Ms.","formatted":"B J"}}""")]
    [InlineData(
        """{"name":{"honorificPrefix":"Ms."}}""", """[{"op":"add","path":"name","value":{"formatted":"B J"}}]""",
        """{"name":{"honorificPrefix":"Ms.","formatted":"B J"}}""")]
    [InlineData("""{"title":"x"}""", """[{"op":"add","path":"title","value":null}]""", """{"title":"x"}""")]
    public void A_simple_attribute_is_set_and_a_complex_one_merged(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §6: multi-valued attributes
    [InlineData(
        """{"emails":[{"value":"a@x"}]}""", """[{"op":"add","path":"emails","value":{"value":"b@x"}}]""",
        """{"emails":[{"value":"a@x"},{"value":"b@x"}]}""")]
    [InlineData(
        """{"emails":[{"value":"a@x"}]}""", """[{"op":"add","path":"emails","value":[{"value":"b@x"},{"value":"c@x"}]}]""",
        """{"emails":[{"value":"a@x"},{"value":"b@x"},{"value":"c@x"}]}""")]
    [InlineData(
        """{"emails":[{"value":"a@x","type":"work"}]}""", """[{"op":"add","path":"emails","value":[{"type":"work","value":"a@x"}]}]""",
        """{"emails":[{"value":"a@x","type":"work"}]}""")]
    [InlineData(
        """{"emails":[{"value":"a@x","type":"work"}]}""", """[{"op":"add","path":"emails","value":[{"value":"a@x","type":"home"}]}]""",
        """{"emails":[{"value":"a@x","type":"work"},{"value":"a@x","type":"home"}]}""")]
    [InlineData(
        """{"addresses":[{"type":"work","locality":"Oslo"}]}""",
        """[{"op":"add","path":"addresses","value":[{"type":"work","locality":"Oslo"},{"type":"work","locality":"Bergen"}]}]""",
        """{"addresses":[{"type":"work","locality":"Oslo"},{"type":"work","locality":"Bergen"}]}""")]
    [InlineData(
        """{"emails":[{"value":"a@x","primary":true}]}""", """[{"op":"add","path":"emails","value":{"value":"b@x","primary":true}}]""",
        """{"emails":[{"value":"a@x","primary":false},{"value":"b@x","primary":true}]}""")]
    [InlineData(
        """{"emails":[{"value":"a@x","primary":true}]}""", """[{"op":"add","path":"emails","value":"w@x"}]""",
        """{"emails":[{"value":"a@x","primary":true},{"value":"w@x"}]}""")]
    [InlineData("{}", """[{"op":"add","path":"emails","value":["v@x","w@x"]}]""", """{"emails":[{"value":"v@x"},{"value":"w@x"}]}""")]
    [InlineData("""{"emails":[{"value":"a@x"}]}""", """[{"op":"add","path":"emails","value":[]}]""", """{"emails":[{"value":"a@x"}]}""")]
    public void New_values_are_appended_and_equal_ones_are_there_once(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §6: value paths
    [InlineData(
        """{"emails":[{"value":"w"},{"value":"v"}]}""", """[{"op":"add","path":"emails[value eq \"w\"]","value":{"type":"work"}}]""",
        """{"emails":[{"value":"w","type":"work"},{"value":"v"}]}""")]
    [InlineData(
        """{"emails":[{"value":"1w"},{"value":"2w"},{"value":"v"}]}""",
        """[{"op":"add","path":"emails[value ew \"w\"]","value":{"type":"work"}}]""",
        """{"emails":[{"value":"1w","type":"work"},{"value":"2w","type":"work"},{"value":"v"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w"},{"value":"v"}]}""", """[{"op":"add","path":"emails[value eq \"w\"].type","value":"work"}]""",
        """{"emails":[{"value":"w","type":"work"},{"value":"v"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w"},{"value":"v"}]}""", """[{"op":"add","path":"emails[value pr].type","value":"work"}]""",
        """{"emails":[{"value":"w","type":"work"},{"value":"v","type":"work"}]}""")]
    [InlineData(
        """{"emails":[{"value":"h","type":"home","primary":true}]}""",
        """[{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"w"}]""",
        """{"emails":[{"value":"h","type":"home","primary":false},{"type":"work","primary":true,"value":"w"}]}""")]
    [InlineData(
        "{}", """[{"op":"add","path":"emails[type eq \"work\"]","value":{"value":"w"}}]""", """{"emails":[{"type":"work","value":"w"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w","type":"home"}]}""", """[{"op":"add","path":"emails[value eq \"v\"].value","value":"w"}]""",
        """{"emails":[{"value":"w","type":"home"},{"value":"w"}]}""")]
    [InlineData(
        """{"emails":[{"value":"w"}]}""", """[{"op":"add","path":"emails[value eq \"v\"].value","value":"w"}]""",
        """{"emails":[{"value":"w"}]}""")]
    public void A_value_path_sets_on_each_match_and_creates_the_element_when_there_is_none(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §6
    [InlineData("""[{"op":"add","path":"emails[type sw \"wo\"].value","value":"w"}]""", "noTarget")]
    [InlineData("""[{"op":"add","path":"emails[type eq \"work\" or type eq \"home\"].value","value":"w"}]""", "noTarget")]
    [InlineData("""[{"op":"add","path":"emails[type eq \"work\" and type eq \"home\"].value","value":"w"}]""", "noTarget")]
    public void An_element_is_made_from_eq_terms_that_agree_and_from_no_others(string operations, string scimType) =>
        Patching.RefusedUser("{}", operations, scimType);

    [Theory] // SCIM vectors §6: no path
    [InlineData(
        """{"name":{"givenName":"G"},"emails":[{"value":"a"}]}""",
        """[{"op":"add","value":{"userName":"new","name":{"familyName":"F"},"emails":[{"value":"b"}]}}]""",
        """{"userName":"new","name":{"givenName":"G","familyName":"F"},"emails":[{"value":"a"},{"value":"b"}]}""")]
    [InlineData(
        "{}", """[{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User:userName":"new"}}]""", """{"userName":"new"}""")]
    [InlineData(
        """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}}}""",
        """
        [{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1"}}},
         {"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"2"}}}]
        """,
        """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"},"employeeNumber":"2"}}""")]
    [InlineData("{}", """[{"op":"add","value":{"name.givenName":"G"}}]""", """{"name":{"givenName":"G"}}""")]
    [InlineData(
        "{}", """[{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"D"}}]""",
        """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}""")]
    public void Each_key_without_a_path_is_an_operation_of_its_own(string from, string operations, string to) =>
        Patching.LeadsUser(from, operations, to);

    [Theory] // SCIM vectors §6: extensions
    [InlineData($$$"""[{"op":"add","path":"{{{Enterprise}}}:employeeNumber","value":"1"}]""", """{"employeeNumber":"1"}""")]
    [InlineData($$$"""[{"op":"add","path":"{{{Enterprise}}}:manager.value","value":"m"}]""", """{"manager":{"value":"m"}}""")]
    [InlineData($$$"""[{"op":"add","path":"{{{Enterprise}}}","value":{"employeeNumber":"1"}}]""", """{"employeeNumber":"1"}""")]
    public void The_first_attribute_of_an_extension_creates_it_and_lists_its_URN(string operations, string extension)
    {
        foreach (var dialect in Patching.Both)
        {
            var user = Patching.Tree(SchemaCatalog.Core.User, "{}");
            Patching.Apply(SchemaCatalog.Core.User, user, operations, new EntraDialect(dialect));
            SchemaRules.SetSchemas(user, SchemaCatalog.Core.User);

            Patching.Same(Patching.Tree(SchemaCatalog.Core.User,
                $$$"""{"{{{Enterprise}}}":{{{extension}}},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{{{Enterprise}}}"]}"""), user);
        }
    }

    [Fact] // RFC 7644 §3.5.2.1: nothing is added
    public void Adding_null_to_an_extension_changes_nothing() => Patching.LeadsUser(
        $$$"""{"{{{Enterprise}}}":{"employeeNumber":"1"}}""", $$$"""[{"op":"add","path":"{{{Enterprise}}}","value":null}]""",
        $$$"""{"{{{Enterprise}}}":{"employeeNumber":"1"}}""");

    [Theory] // SCIM vectors §6
    [InlineData("""[{"op":"add","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"name","value":"Mr. Foo"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"userName","value":{}}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"userName","value":true}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails","value":{"foo":123}}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails","value":[null]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails","value":[[]]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails","value":5}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"emails[value pr].primary","value":true}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"active","value":"maybe"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"id","value":"other"}]""", "mutability")]
    [InlineData("""[{"op":"add","path":"groups","value":[{"value":"g"}]}]""", "mutability")]
    [InlineData("""[{"op":"add","path":"groups.value","value":"g"}]""", "mutability")]
    [InlineData("""[{"op":"add","path":"meta","value":{"version":"1"}}]""", "mutability")]
    [InlineData("""[{"op":"add","path":"meta.version","value":"1"}]""", "mutability")]
    [InlineData($$$"""[{"op":"add","path":"{{{Enterprise}}}","value":"x"}]""", "invalidValue")]
    [InlineData($$$"""[{"op":"add","path":"{{{Enterprise}}}:manager.displayName","value":"Boss"}]""", "mutability")]
    public void A_value_that_the_schema_forbids_is_refused_in_both_dialects(string operations, string scimType) =>
        Patching.RefusedUser("""{"emails":[{"value":"v"},{"value":"w"}]}""", operations, scimType);

    [Theory] // SCIM vectors §6: booleans and numbers as text
    [InlineData("""[{"op":"add","path":"shared","value":"True"}]""", """{"shared":true}""")]
    [InlineData("""[{"op":"add","path":"shared","value":"False"}]""", """{"shared":false}""")]
    [InlineData("""[{"op":"add","path":"shared","value":1}]""", """{"shared":true}""")]
    [InlineData("""[{"op":"add","path":"shared","value":0}]""", """{"shared":false}""")]
    [InlineData("""[{"op":"add","path":"children","value":"1234"}]""", """{"children":1234}""")]
    [InlineData("""[{"op":"add","path":"children","value":12}]""", """{"children":12}""")]
    [InlineData("""[{"op":"add","path":"weight","value":"12.5"}]""", """{"weight":12.5}""")]
    [InlineData("""[{"op":"add","path":"tags","value":["a","b","A"]}]""", """{"tags":["a","b"]}""")]
    [InlineData("""[{"op":"add","path":"tags","value":"a"}]""", """{"tags":["a"]}""")]
    public void A_value_is_read_as_the_type_of_its_attribute(string operations, string to)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Leads(SampleType.Thing, "{}", operations, to, dialect);
        }
    }

    [Theory] // SCIM vectors §6: read-only and immutable attributes
    [InlineData("{}", """[{"op":"add","path":"badge","value":"1"}]""", """{"badge":"1"}""")]
    [InlineData("""{"badge":"1"}""", """[{"op":"add","path":"badge","value":"1"}]""", """{"badge":"1"}""")]
    [InlineData("""{"serial":7}""", """[{"op":"add","path":"serial","value":7}]""", """{"serial":7}""")]
    [InlineData("""{"serial":7}""", """[{"op":"add","value":{"serial":8,"badge":"1"}}]""", """{"serial":7,"badge":"1"}""")]
    [InlineData(
        """{"meta":{"version":"1","resourceType":"Thing"}}""", """[{"op":"add","path":"meta","value":{"resourceType":"Thing","version":"1"}}]""",
        """{"meta":{"version":"1","resourceType":"Thing"}}""")]
    [InlineData("""{"meta":{"version":"1"}}""", """[{"op":"add","path":"meta.version","value":"1"}]""", """{"meta":{"version":"1"}}""")]
    [InlineData("{}", """[{"op":"add","path":"id","value":"u1"}]""", "{}")]
    [InlineData("{}", """[{"op":"add","value":{"id":"u1","meta":{"version":"9"},"schemas":[]}}]""", "{}")]
    public void The_value_that_is_there_already_is_no_change(string from, string operations, string to)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Leads(SampleType.Thing, from, operations, to, dialect);
        }
    }

    [Theory] // SCIM vectors §6
    [InlineData("""[{"op":"add","path":"badge","value":"2"}]""")]
    [InlineData("""[{"op":"add","path":"serial","value":8}]""")]
    [InlineData("""[{"op":"add","path":"serial","value":"seven"}]""")]
    [InlineData("""[{"op":"add","path":"friends[value eq \"a\"].value","value":"b"}]""")]
    public void Another_value_of_a_read_only_or_immutable_attribute_is_mutability(string operations)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Refused(SampleType.Thing, """{"badge":"1","serial":7,"friends":[{"value":"a"}]}""", operations, "mutability", dialect);
        }
    }

    [Fact] // SCIM vectors §6; whether a user may have a blank userName is not the applier's question
    public void An_empty_text_is_kept_as_text() =>
        Patching.LeadsUser("{}", """[{"op":"add","path":"userName","value":""}]""", """{"userName":""}""");
}
