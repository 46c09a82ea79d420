using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Tests.Protocol.Patches;

namespace ScimLite.Tests.Protocol;

/// <summary>Which attributes an answer holds, RFC 7644 §3.9.</summary>
public sealed class ProjectionTests
{
    private const string Enterprise = Patching.Enterprise;

    private const string User = """
        {
          "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u1", "userName": "bjensen", "title": "T",
          "name": { "givenName": "B", "familyName": "J" },
          "emails": [{ "value": "w", "type": "work" }, { "value": "h" }],
          "meta": { "resourceType": "User", "version": "W/\"1\"" },
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "division": "D", "manager": { "value": "m", "displayName": "Boss" } }
        }
        """;

    private const string Thing = """
        {
          "schemas": ["urn:example:scim:schemas:2.0:Thing"], "id": "t1", "label": "L", "rank": "R", "secret": "S", "weight": 5,
          "name": { "first": "F", "pin": "P", "key": "K", "note": "N" },
          "tokens": [{ "value": "t", "type": "api" }, { "value": "u" }], "vault": { "value": "gold" }
        }
        """;

    [Theory] // RFC 7644 §3.9: attributes
    [InlineData("userName", """{"userName":"bjensen"}""")]
    [InlineData("USERNAME,Title", """{"userName":"bjensen","title":"T"}""")]
    [InlineData(" userName , title ", """{"userName":"bjensen","title":"T"}""")]
    [InlineData("id", "{}")]
    [InlineData("name", """{"name":{"givenName":"B","familyName":"J"}}""")]
    [InlineData("name.familyName", """{"name":{"familyName":"J"}}""")]
    [InlineData("NAME.FAMILYNAME,name.givenName", """{"name":{"givenName":"B","familyName":"J"}}""")]
    [InlineData("name,name.familyName", """{"name":{"givenName":"B","familyName":"J"}}""")]
    [InlineData("emails.value", """{"emails":[{"value":"w"},{"value":"h"}]}""")]
    [InlineData("emails.type", """{"emails":[{"type":"work"}]}""")]
    [InlineData("emails.display", "{}")]
    [InlineData("name.middleName", "{}")]
    [InlineData("emails[type eq \"work\"]", """{"emails":[{"value":"w","type":"work"},{"value":"h"}]}""")]
    [InlineData("meta.version", """{"meta":{"version":"W/\"1\""}}""")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName", """{"userName":"bjensen"}""")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:user:NAME.familyname", """{"name":{"familyName":"J"}}""")]
    [InlineData(Enterprise + ":division", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D"}}""")]
    [InlineData(Enterprise + ":manager.value", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}}}""")]
    [InlineData(Enterprise, """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D","manager":{"value":"m","displayName":"Boss"}}}""")]
    [InlineData("division", """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D"}}""")]
    [InlineData("nickName", "{}")]
    [InlineData("noSuchAttribute", "{}")]
    [InlineData("noSuchAttribute,userName,%%", """{"userName":"bjensen"}""")]
    [InlineData(",", "{}")]
    public void Attributes_are_what_the_answer_holds_beside_id_and_schemas(string attributes, string expected) => Projects(
        SchemaCatalog.Core.User, User, attributes, null, With(expected, "urn:ietf:params:scim:schemas:core:2.0:User", "u1"));

    [Theory] // RFC 7644 §3.9: excludedAttributes
    [InlineData(
        "userName,title,name,emails,meta",
        """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D","manager":{"value":"m","displayName":"Boss"}}}""")]
    [InlineData("USERNAME,title,name.givenName,emails,meta," + Enterprise, """{"name":{"familyName":"J"}}""")]
    [InlineData("userName,title,name.givenName,name.familyName,emails,meta," + Enterprise, "{}")]
    [InlineData("userName,title,name,emails.type,meta," + Enterprise, """{"emails":[{"value":"w"},{"value":"h"}]}""")]
    [InlineData("userName,title,name,emails.value,meta," + Enterprise, """{"emails":[{"type":"work"}]}""")]
    [InlineData("id,schemas,userName,title,name,emails,meta," + Enterprise, "{}")]
    [InlineData(
        "userName,title,name,emails,meta," + Enterprise + ":manager.displayName",
        """{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"D","manager":{"value":"m"}}}""")]
    [InlineData("userName,title,name,emails,meta," + Enterprise + ":manager," + Enterprise + ":division", "{}")]
    [InlineData("title,emails,name,meta,noSuchAttribute," + Enterprise, """{"userName":"bjensen"}""")]
    public void Excluded_attributes_are_left_out_but_for_id_and_schemas(string excluded, string expected) => Projects(
        SchemaCatalog.Core.User, User, null, excluded, With(expected, "urn:ietf:params:scim:schemas:core:2.0:User", "u1"));

    [Theory] // RFC 7644 §3.9
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData(" ", null)]
    [InlineData(null, "noSuchAttribute")]
    public void Without_a_known_name_a_user_is_returned_whole(string? attributes, string? excluded) =>
        Projects(SchemaCatalog.Core.User, User, attributes, excluded, Patching.Parse(User));

    [Theory] // RFC 7643 §7: returned
    [InlineData(null, null, """{"label":"L","weight":5,"name":{"first":"F","key":"K"},"tokens":[{"type":"api"}]}""")]
    [InlineData("weight", null, """{"label":"L","weight":5}""")]
    [InlineData("rank", null, """{"label":"L","rank":"R"}""")]
    [InlineData("RANK,secret,vault,vault.value", null, """{"label":"L","rank":"R"}""")]
    [InlineData("name", null, """{"label":"L","name":{"first":"F","key":"K"}}""")]
    [InlineData("name.first", null, """{"label":"L","name":{"first":"F","key":"K"}}""")]
    [InlineData("name.note,name.pin", null, """{"label":"L","name":{"key":"K","note":"N"}}""")]
    [InlineData("tokens,tokens.value", null, """{"label":"L","tokens":[{"type":"api"}]}""")]
    [InlineData("tokens.value", null, """{"label":"L"}""")]
    [InlineData(null, "label,weight,tokens", """{"label":"L","name":{"first":"F","key":"K"}}""")]
    [InlineData(null, "name.key,name.first,weight,tokens", """{"label":"L","name":{"key":"K"}}""")]
    [InlineData(null, "weight,name,tokens", """{"label":"L"}""")]
    [InlineData("weight,name", "name", """{"label":"L","weight":5}""")]
    public void Returned_says_what_is_always_never_or_on_request_in_an_answer(string? attributes, string? excluded, string expected) => Projects(
        SampleType.Thing, Thing, attributes, excluded, With(expected, "urn:example:scim:schemas:2.0:Thing", "t1"));

    [Theory] // RFC 7644 §3.9: Entra reads groups without their members
    [InlineData(null, null, true)]
    [InlineData(null, "members", false)]
    [InlineData(null, "MEMBERS", false)]
    [InlineData(null, "urn:ietf:params:scim:schemas:core:2.0:Group:members", false)]
    [InlineData(null, "members.display", true)]
    [InlineData(null, "displayName", true)]
    [InlineData("displayName", null, false)]
    [InlineData("members", null, true)]
    [InlineData("members.value", null, true)]
    [InlineData("noSuchAttribute", null, false)]
    [InlineData("members", "members", false)]
    public void The_store_looks_up_members_only_when_they_are_wanted(string? attributes, string? excluded, bool wanted) =>
        Assert.Equal(wanted, Projection.Read(SchemaCatalog.Core.Group, attributes, excluded, Dialect.Entra)?.Wants("members") ?? true);

    // What is in every answer, and in no row.
    private static JsonObject With(string expected, string schema, string id)
    {
        var tree = Patching.Parse(expected);
        tree["schemas"] = new JsonArray(schema);
        tree["id"] = id;
        return tree;
    }

    private static void Projects(ResourceType type, string resource, string? attributes, string? excluded, JsonObject expected)
    {
        var tree = Patching.Parse(resource);
        (Projection.Read(type, attributes, excluded, Dialect.Entra) ?? Projection.Usual(type)).Apply(tree);
        Patching.Same(expected, tree);
    }
}
