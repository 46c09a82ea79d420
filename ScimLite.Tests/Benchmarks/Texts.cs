namespace ScimLite.Tests.Benchmarks;

/// <summary>The requests of the benchmark, as Entra writes them.</summary>
public static class Texts
{
    /// <summary>A user of about 1.2 KB with the attributes of Entra's default mapping.</summary>
    public static string User(string name, string title = "Engineer") => $$$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"{{{name}}}-54d382a4",
        "userName":"{{{name}}}@contoso.com","active":true,"displayName":"{{{name}}} Lovelace","title":"{{{title}}}","preferredLanguage":"en-GB","name":{"formatted":"{{{name}}} Lovelace",
        "givenName":"{{{name}}}","familyName":"Lovelace"},"emails":[{"primary":true,"type":"work","value":"{{{name}}}@contoso.com"}],
        "phoneNumbers":[{"type":"work","value":"+44 20 7946 0018"},{"type":"mobile","value":"07700 900018"}],"addresses":[{"type":"work","formatted":"Room 12",
        "streetAddress":"1 High St","locality":"London","region":"LDN","postalCode":"W1","country":"GB"}],"meta":{"resourceType":"User"},"roles":[],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"{{{name}}}","department":"R&D","costCenter":"4130","organization":"Contoso","division":"Engines"}}
        """;

    /// <summary>A group without members.</summary>
    public static string Group(string name) =>
        $$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"externalId":"{{{name}}}","displayName":"{{{name}}}","meta":{"resourceType":"Group"}}""";

    /// <summary>One member more or less.</summary>
    public static string Member(string op, params IEnumerable<string> ids) => $$$"""
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"{{{op}}}","path":"members","value":[{{{string.Join(',', ids.Select(id => $"{{\"value\":\"{id}\"}}"))}}}]}]}
        """;

    /// <summary>An attribute replaced.</summary>
    public static string Title(string title) => $$$"""
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"title","value":"{{{title}}}"}]}
        """;

    /// <summary>The query by which Entra matches.</summary>
    public static string Match(string name) => $"?filter=userName+eq+%22{name}%40contoso.com%22";

    /// <summary>Users created in one request.</summary>
    public static string Bulk(IEnumerable<string> users) => $$"""
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{string.Join(',', users.Select((user, i) => $$$"""{"method":"POST","path":"/Users","bulkId":"{{{i}}}","data":{{{user}}}}"""))}}]}
        """;
}
