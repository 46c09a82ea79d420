using System.Text;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Schemas;

/// <summary>What an operator's files may say, and what is told where they can't be used.</summary>
public sealed class SchemaFilesTests
{
    private const string Badge = "urn:example:params:scim:schemas:extension:acme:2.0:Badge";
    private const string Device = "urn:example:params:scim:schemas:acme:2.0:Device";

    private static readonly Dictionary<string, string> Good = new()
    {
        ["badge.json"] = $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Badge}}","name":"Badge","description":"Of the gate","attributes":[
              {"name":"number","type":"string","required":true,"uniqueness":"server"},
              {"name":"colour","canonicalValues":["red","blue"]},
              {"name":"holder","type":"complex","multiValued":true,"subAttributes":[{"name":"$ref","type":"reference","referenceTypes":["User","Device","external","uri"]}]}],
             "meta":{"resourceType":"Schema"} }
            """,
        ["device.json"] = $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Device}}","name":"Device","attributes":[{"name":"serial","type":"string"}] }
            """,
        ["type-device.json"] = $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Device","endpoint":"/Devices","schema":"{{Device}}","indexed":["serial"]}
            """,
        ["type-user.json"] = $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"id":"User","name":"User","schemaExtensions":[{"schema":"{{Badge}}","required":true}],
             "indexed":["{{Badge}}:colour"]}
            """,
    };

    [Fact] // RFC 7643 §6, §7
    public void Schemas_and_resource_types_are_added_to_those_built_in()
    {
        var catalog = Read(Good);

        Assert.Equal(["User", "Group", "Device"], catalog.ResourceTypes.Select(t => t.Name));
        Assert.Equal(["User", "EnterpriseUser", "Group", "Badge", "Device"], catalog.Schemas.Select(s => s.Name));
        Assert.Equal(["EnterpriseUser", "Badge"], catalog.User.Extensions.Select(e => e.Name));
        Assert.Equal([false, true], catalog.User.Extensions.Select(catalog.User.Requires));
        Assert.Equal(("/Devices", "Device", Device), (catalog.FindType("device")!.Endpoint, catalog.FindType("device")!.Description, catalog.FindType("device")!.Schema.Id));
        Assert.Same(catalog.User, catalog.FindType("User"));
    }

    [Fact]
    public void What_is_unique_is_indexed_and_so_is_what_was_asked_for()
    {
        var catalog = Read(Good);

        Assert.Equal(["userName", "externalId", "displayName", "emails.value", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
            $"{Badge}:colour", $"{Badge}:number"], catalog.User.Indexed.Select(i => i.Path));
        Assert.Equal(["externalId", "serial"], catalog.FindType("Device")!.Indexed.Select(i => i.Path));
    }

    [Fact] // RFC 7643 §7: all characteristics are told, by the defaults of §2.2 where the file is silent; what only we read is not
    public void The_document_that_is_served_is_complete()
    {
        var served = Read(Good).FindSchema(Badge)!.Document;

        Assert.Equal("""
            {"name":"colour","canonicalValues":["red","blue"],"type":"string","multiValued":false,"description":"colour","required":false,"caseExact":false,"mutability":"readWrite","returned":"default","uniqueness":"none"}
            """.Trim(), served.GetProperty("attributes")[1].GetRawText());
        Assert.True(served.GetProperty("attributes")[2].GetProperty("subAttributes")[0].GetProperty("caseExact").GetBoolean());
        Assert.False(served.TryGetProperty("meta", out _));
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Equal(3, Read(Good.ToDictionary(f => f.Key, f => "\ufeff" + f.Value)).ResourceTypes.Count);

    [Theory]
    [InlineData("badge.json", "\"id\":", "\"id\"", "badge.json: line 1, byte 65 is not valid JSON")]
    [InlineData("badge.json", "\"name\":\"number\"", "\"name\":\"number\",\"name\":\"x\"", "badge.json: /attributes/0/name is given twice; give it once.")]
    [InlineData("badge.json", "core:2.0:Schema", "core:2.0:Shoe", "badge.json: /schemas/0 is \"urn:ietf:params:scim:schemas:core:2.0:Shoe\"; allowed is urn:ietf:params:scim:schemas:core:2.0:Schema or urn:ietf:params:scim:schemas:core:2.0:ResourceType.")]
    [InlineData("badge.json", "\"schemas\":[", "\"schema\":[", "badge.json: /schemas is missing; allowed is an array of 1 to 1 text, 'urn:")]
    [InlineData("badge.json", "\"type\":\"string\",\"required\"", "\"type\":\"text\",\"required\"", "badge.json: /attributes/0/type is \"text\"; allowed is string, boolean, decimal, integer, dateTime, binary, reference or complex.")]
    [InlineData("badge.json", "\"required\":true", "\"required\":\"true\"", "badge.json: /attributes/0/required is \"true\"; allowed is true or false.")]
    [InlineData("badge.json", "\"required\":true", "\"requird\":true", "badge.json: /attributes/0/requird is not known here; allowed are name, type,")]
    [InlineData("badge.json", "\"required\":true", "\"mutability\":\"readonly\"", "badge.json: /attributes/0/mutability is \"readonly\"; allowed is readWrite, readOnly, immutable or writeOnly.")]
    [InlineData("badge.json", "\"required\":true", "\"returned\":\"sometimes\"", "badge.json: /attributes/0/returned is \"sometimes\"; allowed is default, always, never or request.")]
    [InlineData("badge.json", "\"uniqueness\":\"server\"", "\"uniqueness\":1", "badge.json: /attributes/0/uniqueness is 1; allowed is none, server or global.")]
    [InlineData("badge.json", "\"type\":\"string\",\"required\"", "\"type\":\"dateTime\",\"required\"", "badge.json: /attributes/0/uniqueness is \"server\"; allowed is none with the type dateTime (RFC 7643 §2.3).")]
    [InlineData("badge.json", "\"required\":true", "\"mutability\":\"writeOnly\"", "badge.json: /attributes/0/mutability is \"writeOnly\" with returned \"default\"; such a value is never returned")]
    [InlineData("badge.json", "\"required\":true", "\"required\":true,\"mutability\":\"readOnly\"", "badge.json: /attributes/0/required is true; allowed is false with mutability readOnly")]
    [InlineData("badge.json", "\"type\":\"reference\"", "\"type\":\"reference\",\"caseExact\":false", "badge.json: /attributes/2/subAttributes/0/caseExact is false; allowed is true, since a reference is case exact")]
    [InlineData("badge.json", "\"type\":\"reference\"", "\"type\":\"complex\"", "badge.json: /attributes/2/subAttributes/0/type is \"complex\"; allowed is string, boolean, decimal, integer, dateTime, binary or reference.")]
    [InlineData("badge.json", "\"type\":\"reference\"", "\"type\":\"string\"", "badge.json: /attributes/2/subAttributes/0/referenceTypes stands with the type string; allowed with reference alone.")]
    [InlineData("badge.json", "\"Device\",\"external\"", "\"Shoe\",\"external\"", "badge.json: /attributes/2/subAttributes/0/referenceTypes/1 is \"Shoe\"; allowed is external, uri, or a resource type: Device, Group, User.")]
    [InlineData("badge.json", "\"type\":\"complex\",", "", "badge.json: /attributes/2/subAttributes stands with the type string; allowed with complex alone.")]
    [InlineData("badge.json", ",\"subAttributes\":[{\"name\":\"$ref\",\"type\":\"reference\",\"referenceTypes\":[\"User\",\"Device\",\"external\",\"uri\"]}]", "", "badge.json: /attributes/2/subAttributes is missing; allowed is an array of 1 to 250 attributes.")]
    [InlineData("badge.json", "\"name\":\"colour\"", "\"name\":\"NUMBER\"", "badge.json: /attributes/1/name is \"NUMBER\", which stands here twice")]
    [InlineData("badge.json", "\"name\":\"colour\"", "\"name\":\"externalid\"", "badge.json: /attributes/1/name is \"externalid\", which every resource has (RFC 7643 §3.1); leave it out.")]
    [InlineData("badge.json", "\"name\":\"colour\"", "\"name\":\"a b\"", "badge.json: /attributes/1/name is \"a b\"; allowed is 1 to 63 letters, digits, '$', '-' and '_', a letter first (RFC 7643 §2.1).")]
    [InlineData("badge.json", "\"name\":\"colour\",", "", "badge.json: /attributes/1/name is missing; allowed is 1 to 63 letters")]
    [InlineData("badge.json", "[\"red\",\"blue\"]", "[\"red\",3]", "badge.json: /attributes/1/canonicalValues/1 is 3; allowed is text.")]
    [InlineData("badge.json", Badge, "acme", "badge.json: /id is \"acme\"; allowed is a URN that ends in a name")]
    [InlineData("badge.json", "acme:2.0:Badge", "acme:2.0", "badge.json: /id is \"urn:example:params:scim:schemas:extension:acme:2.0\"; allowed is a URN that ends in a name")]
    [InlineData("badge.json", "\"name\":\"Badge\"", "\"name\":\"Device\"", "device.json: /name is the name of 'urn:example:params:scim:schemas:extension:acme:2.0:Badge' too; each schema needs its own.")]
    [InlineData("device.json", Device, Badge, "device.json: /id is 'urn:example:params:scim:schemas:extension:acme:2.0:Badge', which is there already")]
    [InlineData("device.json", "[{\"name\":\"serial\",\"type\":\"string\"}]", "[]", "device.json: /attributes is an array of 0; allowed is an array of 1 to 250 attributes.")]
    [InlineData("type-device.json", "\"name\":\"Device\"", "\"name\":\"user\"", "type-device.json: /name is \"user\"; allowed is 1 to 63 letters")]
    [InlineData("type-device.json", "\"name\":\"Device\"", "\"name\":\"Schema\"", "type-device.json: /name is \"Schema\"; allowed is 1 to 63 letters")]
    [InlineData("type-device.json", "\"endpoint\":\"/Devices\",", "", "type-device.json: /endpoint is missing; allowed is a path of one segment such as \"/Devices\"")]
    [InlineData("type-device.json", "/Devices", "/a/b", "type-device.json: /endpoint is \"/a/b\"; allowed is a path of one segment")]
    [InlineData("type-device.json", "/Devices", "users", "type-device.json: /endpoint is \"users\"; allowed is any but Users, Groups, Me, Bulk, Schemas, ResourceTypes, ServiceProviderConfig, v2, which are taken.")]
    [InlineData("type-device.json", "/Devices", "V2", "type-device.json: /endpoint is \"V2\"; allowed is any but Users")]
    [InlineData("type-device.json", "/Devices", "/.search", "type-device.json: /endpoint is \"/.search\"; allowed is a path of one segment")]
    [InlineData("type-device.json", "acme:2.0:Device", "acme:2.0:Shoe", "type-device.json: /schema is \"urn:example:params:scim:schemas:acme:2.0:Shoe\"; allowed is the URN of a schema in these files")]
    [InlineData("type-device.json", Device, "urn:ietf:params:scim:schemas:core:2.0:Group", "type-device.json: /schema is \"urn:ietf:params:scim:schemas:core:2.0:Group\"; allowed is the URN of a schema in these files; User and Group can't be served a second time.")]
    [InlineData("type-device.json", "[\"serial\"]", "[\"shoe\"]", "type-device.json: /indexed/0 is \"shoe\"; allowed is paths of attributes")]
    [InlineData("type-user.json", "\"schemaExtensions\"", "\"endpoint\":\"/People\",\"schemaExtensions\"", "type-user.json: /endpoint is \"/People\"; allowed is \"/Users\" for User.")]
    [InlineData("type-user.json", "\"id\":\"User\"", "\"id\":\"7\"", "type-user.json: /id is \"7\"; allowed is the name, \"User\".")]
    [InlineData("type-user.json", "\"required\":true", "\"required\":1", "type-user.json: /schemaExtensions/0/required is 1; allowed is true or false.")]
    [InlineData("type-user.json", ",\"schemaExtensions\":[{\"schema\":\"" + Badge + "\",\"required\":true}]", "", "type-user.json: /indexed/0 is \"urn:example:params:scim:schemas:extension:acme:2.0:Badge:colour\"; allowed is paths of attributes")]
    public void A_fault_is_told_with_file_place_value_and_what_is_allowed(string file, string text, string instead, string told)
    {
        Assert.Contains(text, Good[file], StringComparison.Ordinal);
        var files = Good.ToDictionary(f => f.Key, f => f.Key == file ? f.Value.Replace(text, instead, StringComparison.Ordinal) : f.Value);

        var refused = Assert.Throws<SchemaFileException>(() => Read(files));

        Assert.Contains(refused.Message.Split(Environment.NewLine), line => line.StartsWith(told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]", "x.json: the document is an array of 0; allowed is one JSON object, a schema or a resource type.")]
    [InlineData("3", "x.json: the document is 3; allowed is one JSON object, a schema or a resource type.")]
    [InlineData("{\"schemas\":[\"\\ud800\"]}", "x.json: the document holds bytes that are not UTF-8, or half of a surrogate pair (\\ud800 to \\udfff); allowed is Unicode text.")]
    [InlineData("", "x.json: line 1, byte 1 is not valid JSON")]
    [InlineData("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],\"name\":\"Device\",\"endpoint\":\"/Others\",\"schema\":\"" + Device + "\"}", "x.json: /name is 'Device', which another file describes already; put all about it into one.")]
    [InlineData("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],\"name\":\"Other\",\"endpoint\":\"/devices\",\"schema\":\"" + Device + "\"}", "x.json: /endpoint is \"/devices\", the endpoint of Device too; each resource type needs its own.")]
    [InlineData("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],\"id\":\"urn:example:Lost\",\"name\":\"Lost\",\"attributes\":[{\"name\":\"a\"}]}", "x.json: the document is the schema 'urn:example:Lost', which no resource type uses; add it to the schemaExtensions of a resource type, such as User.")]
    [InlineData("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],\"id\":\"" + Badge + ":number\",\"name\":\"Clash\",\"attributes\":[{\"name\":\"a\"}]}", "x.json: /id is 'urn:example:params:scim:schemas:extension:acme:2.0:Badge:number', which is also the path of an attribute of Badge; choose another.")]
    public void A_file_that_does_not_go_with_the_others_is_told(string json, string told)
    {
        var refused = Assert.Throws<SchemaFileException>(() => Read(new Dictionary<string, string>(Good) { ["x.json"] = json }));

        Assert.StartsWith(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once_up_to_twenty()
    {
        var attributes = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""{"name":"a{{i}}","type":"x"}"""));
        var refused = Assert.Throws<SchemaFileException>(() => Read(new()
        {
            ["a.json"] = $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:A","name":"A","attributes":[{{attributes}}] }""",
        }));

        Assert.Equal(20, refused.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void A_schema_has_at_most_250_attributes_with_their_parts()
    {
        SchemaFileException? Refused(int parts) => Record.Exception(() => Read(new()
        {
            ["a.json"] = $$"""
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:A","name":"A","attributes":[
                  {"name":"all","type":"complex","subAttributes":[{{string.Join(',', Enumerable.Range(0, parts).Select(i => $$"""{"name":"a{{i}}"}"""))}}]}]}
                """,
            ["t.json"] = """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"T","endpoint":"T","schema":"urn:example:A"}""",
        })) as SchemaFileException;

        Assert.Null(Refused(249));
        Assert.Contains("a.json: /attributes holds more than 250 attributes and sub-attributes; split the schema.", Refused(250)!.Message, StringComparison.Ordinal);
    }

    private static SchemaCatalog Read(Dictionary<string, string> files) =>
        SchemaCatalog.With([.. files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new SchemaFile(f.Key, Encoding.UTF8.GetBytes(f.Value)))], passwords: false);
}
