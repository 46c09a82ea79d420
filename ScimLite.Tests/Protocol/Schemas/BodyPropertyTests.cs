using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Schemas;

/// <summary>What holds of every request body, RFC 7644 §3.3 and §7.4.</summary>
public sealed class BodyPropertyTests
{
    private static readonly Gen<string> Name = Gen.OneOf(
        "userName", "USERNAME", "name", "givenName", "emails", "value", "type", "primary", "active", "roles", "displayName", "x509Certificates",
        "id", "meta", "schemas", "$ref", "members", "manager", "", "unknown", "\\ud800", "\\ud800userNameuserName", "user\\u004eame", "\\u0000",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager");

    private static readonly Gen<string> Leaf = Gen.OneOf(
        "null", "true", "0", "-1.50", "1e999", "123456789012345678901234567890123456789012345678901234567890123456789", "\"\"", "\"x\"", "\" \"",
        "\"True\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"{\\\"value\\\":\\\"admin\\\"}\"", "\"{\\\"\\\\ud800value\\\":1}\"",
        "\"2026-01-31T09:30:00Z\"", "\"AQID\"", "[]", "{}");

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 4 ? Leaf : Gen.OneOf<string>(
        Leaf,
        inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
        Gen.Select(Name, inner).Array[0, 4].Select(Object)));

    private static readonly Gen<string> Body = Gen.Select(Name, Json).Array[0, 6].Select(Object);

    private static readonly Gen<byte[]> Bytes = Gen.OneOf<byte[]>(
        Body.Select(Encoding.UTF8.GetBytes),
        Gen.Byte.Array[0, 40],
        Gen.Select(Body, Gen.Int[0, 200], Gen.Byte, (body, place, value) =>
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            bytes[place % bytes.Length] = value;
            return bytes;
        }));

    [Fact] // RFC 7644 §3.12: never 500
    public void Any_body_is_read_as_a_resource_or_refused() => Gen.Select(Bytes, Gen.Enum<Dialect>(), Gen.Bool).Sample((bytes, dialect, group) =>
    {
        var type = group ? SchemaCatalog.Core.Group : SchemaCatalog.Core.User;
        try
        {
            using var document = ScimJson.ParseBody(bytes);
            var resource = SchemaRules.Read(document.RootElement, type, new EntraDialect(dialect));
            Assert.DoesNotContain(null, resource.Select(p => p.Value));
            // A role's JSON text is read where it stands in an object, so a bare one would be read the second time.
            resource.Remove("roles");
            using var again = ScimJson.ParseBody(ScimJson.Write(resource));
            Assert.True(JsonNode.DeepEquals(resource, SchemaRules.Read(again.RootElement, type, new EntraDialect(Dialect.Rfc))));
        }
        catch (ScimException e)
        {
            Refused(e.Error);
        }
    }, iter: 4000);

    [Fact] // SCIM vectors §5: never 500
    public void Any_body_is_read_as_a_PATCH_or_refused() => Gen.Select(Body, Gen.Enum<Dialect>(), Gen.Bool).Sample((body, dialect, inside) =>
    {
        try
        {
            using var document = ScimJson.ParseBody(Encoding.UTF8.GetBytes(inside
                ? $$"""{"\ud800":1,"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{{body}}}]}""" : body));
            var patch = PatchRequest.Read(document.RootElement, SchemaCatalog.Core.User, new EntraDialect(dialect));
            PatchApplier.Apply(new JsonObject { ["userName"] = "b" }, patch.Operations, SchemaCatalog.Core.User, new EntraDialect(dialect));
            Assert.True(inside);
        }
        catch (ScimException e)
        {
            Refused(e.Error);
        }
    }, iter: 2000);

    private static string Object((string Name, string Value)[] properties) =>
        "{" + string.Join(',', properties.Select(p => $"\"{p.Name}\":{p.Value}")) + "}";

    private static void Refused(ScimError error)
    {
        Assert.Equal(400, error.Status);
        Assert.NotEqual("", error.Detail);
        Assert.NotEmpty(ScimJson.Write(new JsonObject { ["detail"] = error.Detail }));
    }
}
