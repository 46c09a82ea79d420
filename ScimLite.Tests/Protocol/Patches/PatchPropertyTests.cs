using CsCheck;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Tests.Protocol.Filters;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>What holds of every PATCH, RFC 7644 §3.5.2.</summary>
public sealed class PatchPropertyTests
{
    private const string User = """
        {
          "title": "T", "active": true, "name": { "givenName": "G", "familyName": "F" }, "roles": [{ "value": "r", "primary": true }],
          "emails": [{ "value": "w", "type": "work", "primary": true }, { "value": "h", "type": "home" }, { "value": "o" }],
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "division": "D", "manager": { "value": "m" } }
        }
        """;

    private static readonly string[] ScimTypes = ["invalidFilter", "invalidPath", "invalidSyntax", "invalidValue", "mutability", "noTarget"];

    private static readonly Gen<string> Path = Gen.OneOf<string>(
        Gen.OneOf("emails", "name", "title", "manager", "emails.type", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "members"),
        Gen.Select(FilterText.Any, Gen.OneOf("", ".value", ".type", "]", ".", ".$ref"), (condition, sub) => $"emails[{condition}]{sub}"),
        FilterText.Any);

    private static readonly Gen<string> Value = Gen.OneOf(
        "null", "\"\"", "\"x\"", "true", "1", "1e999", "\"True\"", "{}", "[]", "[null]", "[[]]", "{\"value\":\"v\"}", "{\"value\":null}",
        "[{\"value\":\"v\",\"primary\":true}]", "{\"primary\":\"true\",\"type\":\"work\"}", "{\"value\":[1]}", "{\"\\ud800\":\"\\ud800\"}",
        "\"\\ud800\"", "{\"givenName\":null,\"middleName\":\"M\"}", "{\"employeeNumber\":\"1\",\"manager\":\"n\"}", "{\"emails\":{\"value\":\"e\"}}");

    // Each sets what its own condition does not ask for, or applying it once would change what it means.
    private static readonly Gen<string> Setting = Gen.Select(Gen.OneOf("add", "replace", "Add"), Gen.OneOf(
        """ "path":"title","value":"x" """,
        """ "path":"active","value":"False" """,
        """ "path":"displayName","value":"" """,
        """ "path":"name","value":{"givenName":"N","familyName":null} """,
        """ "path":"name.middleName","value":"M" """,
        """ "path":"emails","value":[{"value":"n","type":"work","primary":true},{"value":"W","type":"work"}] """,
        """ "path":"emails","value":{"value":"h","type":"home","display":"H"} """,
        """ "path":"emails","value":"bare" """,
        """ "path":"emails[type eq \"work\"].value","value":"n" """,
        """ "path":"emails[type eq \"work\" and primary eq true].value","value":"n" """,
        """ "path":"emails[type eq \"other\"].value","value":"n" """,
        """ "path":"emails[type eq \"other\"]","value":{"value":"n","primary":true} """,
        """ "path":"emails[type eq \"home\"].primary","value":true """,
        """ "path":"emails[type eq \"none\"].value","value":"" """,
        """ "path":"emails[value eq \"gone\"].value","value":"n" """,
        """ "path":"addresses[type eq \"work\"].locality","value":"Oslo" """,
        """ "path":"addresses","value":[{"type":"work","locality":"Oslo"},{"type":"work","locality":"Oslo"}] """,
        """ "path":"roles","value":[{"value":"{\"value\":\"admin\"}"}] """,
        """ "path":"manager","value":"n" """,
        """ "path":"manager","value":"" """,
        """ "path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"division":null,"department":"P"} """,
        """ "value":{"title":"y","name.familyName":"Z","emails[type eq \"work\"].display":"E","unknown":1} """),
        (op, rest) => $$"""{"op":"{{op}}",{{rest}}}""");

    [Fact] // SCIM vectors §4: never 500
    public void Any_text_is_a_path_or_invalidPath() => Gen.Select(Path, Gen.Enum<Dialect>()).Sample((text, dialect) =>
    {
        try
        {
            var printed = PatchPath.Parse(text, new EntraDialect(dialect)).ToString();
            Assert.Equal(printed, PatchPath.Parse(printed, new EntraDialect(Dialect.Rfc)).ToString());
        }
        catch (ScimException e)
        {
            Assert.Equal((400, "invalidPath"), (e.Error.Status, e.Error.ScimType));
        }
    }, iter: 3000);

    [Fact] // SCIM vectors §5: never 500
    public void Any_operation_is_applied_or_refused_with_a_scimType() =>
        Gen.Select(Gen.OneOf("add", "remove", "Replace"), Path, Value, Gen.Enum<Dialect>(), Gen.Bool).Sample((op, path, value, dialect, group) =>
        {
            var type = group ? SchemaCatalog.Core.Group : SchemaCatalog.Core.User;
            var resource = Patching.Tree(type, group ? """{"members":[{"value":"a"}]}""" : User);
            var operations = $$"""[{"op":"{{op}}","path":{{Quote(path)}},"value":{{value}}}]""";
            try
            {
                Patching.Apply(type, resource, operations, new EntraDialect(dialect));
                Patching.Same(Patching.Parse(resource.ToJsonString()), resource);
            }
            catch (ScimException e)
            {
                Assert.Equal(400, e.Error.Status);
                Assert.Contains(e.Error.ScimType, ScimTypes);
            }
        }, iter: 3000);

    [Fact] // RFC 7644 §3.5.2: what is set already is no change
    public void Adding_and_replacing_twice_is_adding_and_replacing_once() =>
        Gen.Select(Setting, Gen.Enum<Dialect>()).Sample((operation, dialect) =>
        {
            var operations = $"[{operation}]";
            var once = Patching.Tree(SchemaCatalog.Core.User, User);
            try
            {
                Patching.Apply(SchemaCatalog.Core.User, once, operations, new EntraDialect(dialect));
            }
            catch (ScimException e)
            {
                Assert.Equal((Dialect.Rfc, true), (dialect, e.Error.ScimType is "noTarget" or "invalidPath"));
                return;
            }
            var twice = ScimJson.Copy(once);
            Patching.Apply(SchemaCatalog.Core.User, twice, operations, new EntraDialect(dialect));
            Patching.Same(once, twice);
        }, iter: 1000);

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
