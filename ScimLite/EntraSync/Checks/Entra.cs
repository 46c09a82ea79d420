using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>The texts that Entra and Microsoft's validators send, letter by letter; names and ids are put in.</summary>
public static class Entra
{
    /// <summary>RFC 7643 §4.1.</summary>
    public const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>RFC 7643 §4.2.</summary>
    public const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";

    /// <summary>RFC 7643 §4.3.</summary>
    public const string EnterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    /// <summary>RFC 7644 §3.4.2.</summary>
    public const string ListSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

    /// <summary>RFC 7644 §3.12.</summary>
    public const string ErrorSchema = "urn:ietf:params:scim:api:messages:2.0:Error";

    /// <summary>The attributes that Entra's default mappings for users write, at the paths of its PATCH requests.</summary>
    public static readonly IReadOnlyList<string> DefaultUserMappings =
    [
        "userName", "active", "displayName", "title", "emails[type eq \"work\"].value", "preferredLanguage", "name.givenName", "name.familyName",
        "name.formatted", "addresses[type eq \"work\"].formatted", "addresses[type eq \"work\"].streetAddress", "addresses[type eq \"work\"].locality",
        "addresses[type eq \"work\"].region", "addresses[type eq \"work\"].postalCode", "addresses[type eq \"work\"].country",
        "phoneNumbers[type eq \"work\"].value", "phoneNumbers[type eq \"mobile\"].value", "phoneNumbers[type eq \"fax\"].value", "externalId",
        $"{EnterpriseSchema}:employeeNumber", $"{EnterpriseSchema}:department", "manager",
    ];

    /// <summary>The attributes that Entra's default mappings for groups write.</summary>
    public static readonly IReadOnlyList<string> DefaultGroupMappings = ["displayName", "externalId", "members"];

    /// <summary>
    /// The paths that the Logic App empties and fills with random text: what the default mappings write, but for names and references, and
    /// what must not be emptied.
    /// </summary>
    public static readonly IReadOnlyList<string> Mapped =
        [.. DefaultUserMappings.Except(["userName", "active", "externalId", "manager"]), "name.middleName", "nickName", "userType", "locale", "timezone",
            $"{EnterpriseSchema}:costCenter", $"{EnterpriseSchema}:organization", $"{EnterpriseSchema}:division"];

    /// <summary>The thirty-six paths of the web validator's tests M6 and M7, each with the value that is written there.</summary>
    public static readonly IReadOnlyList<(string Path, string Json)> ThirtySix =
    [
        ("active", "true"), ("displayName", "\"KPLMQA\""), ("title", "\"TZOQWE\""),
        ("emails[type eq \"work\"].value", "\"gus@example.test\""), ("emails[type eq \"work\"].primary", "true"), ("preferredLanguage", "\"ko-KR\""),
        ("name.givenName", "\"Ona\""), ("name.familyName", "\"Hills\""), ("name.formatted", "\"Rey\""), ("name.middleName", "\"Q\""),
        ("name.honorificPrefix", "\"Dr\""), ("name.honorificSuffix", "\"Jr\""),
        ("addresses[type eq \"work\"].formatted", "\"PQRS\""), ("addresses[type eq \"work\"].streetAddress", "\"12 B\""),
        ("addresses[type eq \"work\"].locality", "\"OSGO\""), ("addresses[type eq \"work\"].region", "\"LMNO\""),
        ("addresses[type eq \"work\"].postalCode", "\"ab1 2cd\""), ("addresses[type eq \"work\"].primary", "true"),
        ("addresses[type eq \"work\"].country", "\"Chad\""), ("phoneNumbers[type eq \"work\"].value", "\"11-222-3333\""),
        ("phoneNumbers[type eq \"work\"].primary", "true"), ("phoneNumbers[type eq \"mobile\"].value", "\"44-555-6666\""),
        ("phoneNumbers[type eq \"fax\"].value", "\"77-888-9999\""),
        ($"{EnterpriseSchema}:employeeNumber", "\"X2\""), ($"{EnterpriseSchema}:department", "\"D2\""),
        ($"{EnterpriseSchema}:costCenter", "\"C2\""), ($"{EnterpriseSchema}:organization", "\"O2\""), ($"{EnterpriseSchema}:division", "\"V2\""),
        ("roles[primary eq \"True\"].display", "\"TQBJ\""), ("roles[primary eq \"True\"].value", "\"UOYT\""), ("roles[primary eq \"True\"].type", "\"LKJH\""),
        ("userType", "\"U2\""), ("nickName", "\"N2\""), ("locale", "\"L2\""), ("timezone", "\"Asia/Y\""), ("profileUrl", "\"RANDOM2\""),
    ];

    /// <summary>The body with which the web validator creates its users. <c>roles[0].primary</c> is text on purpose, and the manager does not exist.</summary>
    public static string ValidatorUser(string userName) => $$$"""
        {"userName":"{{{userName}}}","active":true,"displayName":"BDFAIM","title":"HZEYUQ","preferredLanguage":"cy-GB",
         "emails":[{"type":"work","value":"cam@example.test","primary":true}],
         "name":{"givenName":"Sadye","familyName":"Keaton","formatted":"Matt","middleName":"M","honorificPrefix":"C","honorificSuffix":"C"},
         "addresses":[{"type":"work","formatted":"GWRT","streetAddress":"845 A","locality":"GIZR","region":"JSKI","postalCode":"zl48 3xh","primary":true,"country":"Belize"}],
         "phoneNumbers":[{"type":"work","value":"56-357-7743","primary":true},{"type":"mobile","value":"56-357-7743"},{"type":"fax","value":"56-357-7743"}],
         "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"X1","department":"D","costCenter":"C","organization":"O","division":"V","manager":{"value":"GZFDHG"}},
         "roles":[{"primary":"True","display":"RAJB","value":"OGCI","type":"IJAQ"}],
         "userType":"U","nickName":"N","locale":"L","timezone":"Africa/X","profileUrl":"RANDOM",
         "schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}
        """;

    /// <summary>The body with which Entra itself creates a user; an empty <c>roles</c> and a <c>meta</c> of the client's own belong to it.</summary>
    public static string ProvisionedUser(string userName, string externalId) => $$$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
         "externalId":"{{{externalId}}}","userName":"{{{userName}}}","active":true,"displayName":"Ada L","title":"Engineer","preferredLanguage":"en-GB",
         "name":{"formatted":"Ada L","givenName":"Ada","familyName":"L"},"emails":[{"primary":true,"type":"work","value":"{{{userName}}}"}],
         "phoneNumbers":[{"type":"work","value":"+44 20 7946 0018"},{"type":"mobile","value":"07700 900018"}],
         "addresses":[{"type":"work","formatted":"Room 12","streetAddress":"1 High St","locality":"London","region":"LDN","postalCode":"W1","country":"GB"}],
         "meta":{"resourceType":"User"},"roles":[],
         "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","department":"R&D"}}
        """;

    /// <summary>A user with no more than a name, and what else is given.</summary>
    public static string User(string userName, string? attributes = null) =>
        $$"""{"schemas":["{{UserSchema}}","{{EnterpriseSchema}}"],"userName":{{Text(userName)}},"active":true{{(attributes is null ? "" : "," + attributes)}}}""";

    /// <summary>A group as Entra creates it: empty, with Microsoft's own schema beside the RFC's.</summary>
    public static string Group(string displayName, string? attributes = null) => $$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
         "displayName":{{Text(displayName)}},"meta":{"resourceType":"Group"}{{(attributes is null ? "" : "," + attributes)}}}
        """;

    /// <summary>The operation that adds one member, without the flag.</summary>
    public static string AddMember(string id) => $$"""{"op":"Add","path":"members","value":[{"value":"{{id}}"}]}""";

    /// <summary>The operation that removes one member, without the flag: a path that names them all, and a value that names the one.</summary>
    public static string RemoveMemberByValue(string id) => $$"""{"op":"Remove","path":"members","value":[{"$ref":null,"value":"{{id}}"}]}""";

    /// <summary>The operation that removes one member, with the flag <c>aadOptscim062020</c>.</summary>
    public static string RemoveMemberByFilter(string id) => $$"""{"op":"remove","path":"members[value eq \"{{id}}\"]"}""";

    /// <summary>One operation.</summary>
    public static string Operation(string op, string path, string json) => $$"""{"op":"{{op}}","path":{{Text(path)}},"value":{{json}}}""";

    /// <summary>A PATCH with these operations, given as JSON without the brackets round them.</summary>
    public static EntraRequest Patch(string resource, string operations) =>
        new("PATCH", resource, $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operations}}]}""");

    /// <summary>Text as JSON.</summary>
    public static string Text(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>A filter that compares an attribute with a text.</summary>
    public static string Eq(string attribute, string value) => $"{attribute} eq {Text(value)}";

    /// <summary>A filter as Entra writes it into an address: blanks as <c>+</c>, everything else in percent.</summary>
    public static string Escape(string filter) => Uri.EscapeDataString(filter).Replace("%20", "+", StringComparison.Ordinal);
}
