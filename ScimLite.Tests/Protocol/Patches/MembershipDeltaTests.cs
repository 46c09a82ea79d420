using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>Operations on a group's <c>members</c>, told without looking at those who are there where that can be.</summary>
public sealed class MembershipDeltaTests
{
    private const string Group = """{"members":[{"value":"a"},{"value":"b","display":"Babs"}]}""";

    [Theory] // SCIM vectors §6, §7, §8
    [InlineData("""[{"op":"add","path":"members","value":[{"value":"c"}]}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":{"value":"c"}}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":"c"}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":["c","d","c"]}]""", "", "+c +d")]
    [InlineData("""[{"op":"Add","path":"members","value":[{"$ref":null,"value":"c"}]}]""", "", "+c")]
    [InlineData("""[{"op":"add","value":{"members":[{"value":"c"}]}}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:Group:members","value":[{"Value":"c"}]}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":[]}]""", "", "")]
    [InlineData("""[{"op":"add","path":"members","value":null}]""", "", "")]
    [InlineData("""[{"op":"remove","path":"members"}]""", "reset", "")]
    [InlineData("""[{"op":"remove","path":"members","value":null}]""", "reset", "")]
    [InlineData("""[{"op":"remove","path":"members","value":[]}]""", "", "")]
    [InlineData("""[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"a"}]}]""", "", "-a")]
    [InlineData("""[{"op":"remove","path":"members","value":"a"}]""", "", "-a")]
    [InlineData("""[{"op":"remove","path":"members[value eq \"a\"]"}]""", "", "-a")]
    [InlineData("""[{"op":"remove","path":"members[value eq \"a\"]","value":null}]""", "", "-a")]
    [InlineData("""[{"op":"remove","path":"members[value eq \"a\" or VALUE eq \"b\"]"}]""", "", "-a -b")]
    [InlineData("""[{"op":"replace","path":"members","value":[{"value":"c"},{"value":"d"}]}]""", "reset", "+c +d")]
    [InlineData("""[{"op":"replace","path":"members","value":[]}]""", "reset", "")]
    [InlineData("""[{"op":"replace","path":"members","value":null}]""", "reset", "")]
    [InlineData("""[{"op":"replace","value":{"members":[{"value":"c"}]}}]""", "reset", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":"c"},{"op":"remove","path":"members","value":"c"}]""", "", "-c")]
    [InlineData("""[{"op":"remove","path":"members","value":"c"},{"op":"add","path":"members","value":"c"}]""", "", "+c")]
    [InlineData("""[{"op":"add","path":"members","value":"c"},{"op":"remove","path":"members"},{"op":"add","path":"members","value":"d"}]""", "reset", "+d")]
    public void Operations_on_members_are_understood_without_the_members(string operations, string reset, string changes)
    {
        foreach (var dialect in Patching.Both)
        {
            var delta = TryFrom(operations, dialect, out var rest);

            Assert.NotNull(delta);
            Assert.Empty(rest);
            Assert.Equal(reset == "reset", delta.Reset);
            Assert.Equal(changes, string.Join(' ', delta.Added.Select(id => $"+{id}").Concat(delta.Removed.Select(id => $"-{id}"))));
            Assert.Equal(reset + changes == "", delta.IsEmpty);
        }
    }

    [Theory] // SCIM vectors §7, §8: only the members that are there can tell
    [InlineData("""[{"op":"remove","path":"members[display eq \"Babs\"]"}]""", """{"members":[{"value":"a"}]}""")]
    [InlineData("""[{"op":"remove","path":"members[value sw \"a\"]"}]""", """{"members":[{"value":"b","display":"Babs"}]}""")]
    [InlineData("""[{"op":"remove","path":"members[not (value eq \"a\")]"}]""", """{"members":[{"value":"a"}]}""")]
    [InlineData("""[{"op":"remove","path":"members[value eq \"a\" and display pr]"}]""", Group)]
    [InlineData("""[{"op":"remove","path":"members[display eq \"nobody\"]"}]""", Group)]
    [InlineData(
        """[{"op":"add","path":"members[value eq \"c\"]","value":{"type":"User"}}]""",
        """{"members":[{"value":"a"},{"value":"b","display":"Babs"},{"value":"c","type":"User"}]}""")]
    public void Other_conditions_are_applied_to_the_members_that_are_there(string operations, string to)
    {
        foreach (var dialect in Patching.Both)
        {
            Assert.Null(TryFrom(operations, dialect, out _));
            Patching.Leads(SchemaCatalog.Core.Group, Group, operations, to, dialect);
        }
    }

    [Theory] // SCIM vectors §6, §7: from the resource to the resource
    [InlineData("""[{"op":"add","path":"members","value":[{"value":"a"}]}]""", Group)]
    [InlineData("""[{"op":"remove","path":"members","value":[{"value":"nobody"}]}]""", Group)]
    [InlineData("""[{"op":"remove","path":"members[value eq \"nobody\"]"}]""", Group)]
    [InlineData("""[{"op":"remove","path":"members"}]""", "{}")]
    [InlineData("""[{"op":"replace","path":"members","value":null}]""", "{}")]
    [InlineData("""[{"op":"Remove","path":"members","value":[{"$ref":null,"value":"b"}]}]""", """{"members":[{"value":"a"}]}""")]
    public void A_membership_is_left_removed_or_emptied_as_asked(string operations, string to)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Leads(SchemaCatalog.Core.Group, Group, operations, to, dialect);
        }
    }

    [Fact] // SCIM vectors §9: Entra's and Okta's recorded sequences
    public void Recorded_group_requests_do_what_was_meant()
    {
        Patching.Leads(SchemaCatalog.Core.Group, Group, """
            [{"op":"Replace","path":"displayName","value":"New"},
             {"op":"Add","path":"members","value":[{"$ref":null,"value":"c"}]},
             {"op":"Remove","path":"members","value":[{"$ref":null,"value":"b"}]}]
            """, """{"displayName":"New","members":[{"value":"a"},{"value":"c"}]}""", Dialect.Entra);
        Patching.Leads(SchemaCatalog.Core.Group, Group, """
            [{"op":"remove","path":"members[value eq \"a\"]"},
             {"op":"add","path":"members","value":[{"value":"b","display":"Babs"}]},
             {"op":"replace","path":"members","value":[{"value":"d"}]}]
            """, """{"members":[{"value":"d"}]}""", Dialect.Entra);
        Patching.Leads(SchemaCatalog.Core.Group, Group, """[{"op":"replace","value":{"id":"u1","displayName":"New"}}]""",
            """{"displayName":"New","members":[{"value":"a"},{"value":"b","display":"Babs"}]}""", Dialect.Entra);
    }

    [Theory] // SCIM vectors §6, §8
    [InlineData("""[{"op":"add","path":"members"}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[null]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"members","value":[{"value":"a"},null]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[{"display":"Babs"}]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[{"value":""}]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[{"value":5}]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[{"value":"a\u0000b"}]}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":5}]""", "invalidValue")]
    [InlineData("""[{"op":"add","path":"members","value":[["a"]]}]""", "invalidValue")]
    [InlineData("""[{"op":"replace","path":"members[value eq \"a\"].value","value":null}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"members[value eq \"a\"].value","value":"c"}]""", "mutability")]
    [InlineData("""[{"op":"remove","path":"members.value"}]""", "mutability")]
    [InlineData("""[{"op":"add","path":"members.value","value":"c"}]""", "invalidPath")]
    [InlineData("""[{"op":"remove","path":"displayName"}]""", "mutability")]
    [InlineData("""[{"op":"replace","path":"displayName","value":null}]""", "invalidValue")]
    public void A_member_without_a_usable_id_and_a_changed_id_are_refused_in_both_dialects(string operations, string scimType)
    {
        foreach (var dialect in Patching.Both)
        {
            Patching.Refused(SchemaCatalog.Core.Group, Group, operations, scimType, dialect);
        }
    }

    [Fact] // RFC 7644 §7.4
    public void An_id_is_at_most_256_characters_long()
    {
        var longest = new string('i', MembershipDelta.MaxIdLength);

        Assert.Equal([longest], TryFrom($$"""[{"op":"add","path":"members","value":"{{longest}}"}]""", Dialect.Rfc, out _)!.Added);
        Patching.Refused(SchemaCatalog.Core.Group, Group, $$"""[{"op":"add","path":"members","value":"{{longest}}i"}]""", "invalidValue", Dialect.Rfc);
    }

    [Fact] // RFC 7644 §3.5.2
    public void Operations_on_other_attributes_are_left_in_their_order()
    {
        var delta = TryFrom("""
            [{"op":"replace","path":"displayName","value":"x"},{"op":"add","path":"members","value":"c"},
             {"op":"add","path":"externalId","value":"e"}]
            """, Dialect.Entra, out var rest);

        Assert.Equal(["c"], delta!.Added);
        Assert.Equal(["displayName", "externalId"], rest.Select(o => o.Path.ToString()));
    }

    [Fact] // RFC 7643 §4.1
    public void A_user_has_no_members()
    {
        var dialect = new EntraDialect(Dialect.Entra);
        var request = Patching.Read(Patching.Body("""[{"op":"add","path":"members","value":"c"}]"""), dialect, SchemaCatalog.Core.Group);

        Assert.Same(MembershipDelta.None, MembershipDelta.TryFrom(request, SchemaCatalog.Core.User, dialect, out var rest));
        Assert.Same(request.Operations, rest);
    }

    [Fact] // RFC 7644 §3.5.1
    public void A_PUT_sets_exactly_its_members_each_once()
    {
        var delta = MembershipDelta.Exactly(Members("""[{"value":"a"},{"value":"b"},{"value":"a"}]"""));

        Assert.True(delta.Reset);
        Assert.Equal(["a", "b"], delta.Added);
        Assert.Empty(MembershipDelta.Exactly(null).Added);
        Assert.Equal("invalidValue", Assert.Throws<ScimException>(() => MembershipDelta.Exactly(Members("""[{"display":"x"}]"""))).Error.ScimType);
    }

    [Fact] // RFC 7644 §3.5.2
    public void The_change_between_two_lists_is_what_came_and_what_went()
    {
        var delta = MembershipDelta.Between(Members("""[{"value":"a"},{"value":"b"}]"""), Members("""[{"value":"b"},{"value":"c"}]"""));

        Assert.False(delta.Reset);
        Assert.Equal(["c"], delta.Added);
        Assert.Equal(["a"], delta.Removed);
        Assert.True(MembershipDelta.Between(null, null).IsEmpty);
    }

    private static JsonNode Members(string json) => JsonNode.Parse(Encoding.UTF8.GetBytes(json))!;

    private static MembershipDelta? TryFrom(string operations, Dialect dialect, out IReadOnlyList<PatchOperation> rest)
    {
        var read = new EntraDialect(dialect);
        return MembershipDelta.TryFrom(Patching.Read(Patching.Body(operations), read, SchemaCatalog.Core.Group), SchemaCatalog.Core.Group, read, out rest);
    }
}
