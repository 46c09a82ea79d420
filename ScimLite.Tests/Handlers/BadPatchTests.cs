using System.Text;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>PATCH requests that can't be meant: refused as a whole, with the keyword of RFC 7644 table 9.</summary>
public sealed class BadPatchTests
{
    const string PatchOp = HttpCalls.PatchSchema;

    static OddRequest Body(string why, string body, string scimType) =>
        new(why, "PATCH", "Users/{user}", 400, scimType) { Body = Encoding.UTF8.GetBytes(body) };

    [Theory, OnBothStores]
    public Task A_patch_that_has_not_the_shape_of_one_is_a_syntax_error(StoreKind store)
    {
        const string good = """{"op":"add","path":"title","value":"x"}""";
        string[] schemas = ["null", "\"\"", $"\"{PatchOp}\"", "[]", "[null]", "[5]", "{}", $"[\"{HttpCalls.UserSchema}\"]", $"[[\"{PatchOp}\"]]"];
        string[] operations = ["null", "5", "\"add\"", "{}", good, "[null]", "[5]", "[\"add\"]", "[[]]", $"[{good},null]", $"[[{good}]]"];
        string[] elements =
        [
            """{"path":"title","value":"x"}""", """{"op":null,"path":"title","value":"x"}""", """{"op":5,"path":"title","value":"x"}""",
            """{"op":["add"],"path":"title","value":"x"}""", """{"op":"","path":"title","value":"x"}""", """{"op":"set","path":"title","value":"x"}""",
            """{"op":"ADD ","path":"title","value":"x"}""", """{"op":"addition","path":"title","value":"x"}""", """{"op":"test","path":"title","value":"x"}""",
            """{"op":"move","path":"title","value":"x"}""", """{"op":"add","path":5,"value":"x"}""", """{"op":"add","path":["title"],"value":"x"}""",
            """{"op":"add","path":{},"value":"x"}""", """{"op":"add","path":true,"value":"x"}""",
        ];
        return OddRequest.Refused(store,
        [
            Body("nothing at all", "{}", "invalidSyntax"),
            Body("no schemas", $$"""{"Operations":[{{good}}]}""", "invalidSyntax"),
            Body("no Operations", $$"""{"schemas":["{{PatchOp}}"]}""", "invalidSyntax"),
            Body("a user", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"eve"}""", "invalidSyntax"),
            Body("a JSON patch", """[{"op":"replace","path":"/title","value":"x"}]""", "invalidSyntax"),
            .. schemas.Select(s => Body($"schemas {s}", $$"""{"schemas":{{s}},"Operations":[{{good}}]}""", "invalidSyntax")),
            .. operations.Select(o => Body($"Operations {o}", $$"""{"schemas":["{{PatchOp}}"],"Operations":{{o}}}""", "invalidSyntax")),
            .. elements.SelectMany(e => (OddRequest[])
            [
                OddRequest.Patch(e, "Users/{user}", e, "invalidSyntax"),
                OddRequest.Patch($"behind a good one: {e}", "Users/{user}", $"{good},{e}", "invalidSyntax"),
            ]),
        ], "rfc");
    }

    [Theory, OnBothStores]
    public Task A_path_that_can_not_be_read_is_an_invalid_path(StoreKind store)
    {
        string[] paths =
        [
            " ", ".", "..", ".title", "title.", "title..", "name.givenName.first", "5", "-title", "ti tle", "title,active", "tit\\u0000le", "/title", "$.title", "$ref", "$",
            "emails[", "emails]", "emails[]", "emails[ ]", "emails[type]", "emails[type eq]", "emails[type eq \\\"work\\\"", "emails[type eq \\\"work\\\"]]", "emails[type eq work]extra",
            "emails[type eq \\\"work\\\"].", "emails[type eq \\\"work\\\"]value", "emails[type eq \\\"work\\\"].value.x", "emails[type eq \\\"work\\\"][primary eq true]",
            "emails[type is \\\"work\\\"]", "emails[(type eq \\\"work\\\"]", "emails[emails[type eq \\\"work\\\"]]", "emails[type eq \\\"work]", "emails.type[type eq \\\"work\\\"].value",
            "[type eq \\\"work\\\"]", "urn:", "urn::", "urn:ietf:params:scim:schemas:core:2.0:User:", "urn:a b:title", "userName[value eq \\\"ada\\\"]", "active[value eq true]",
            "name[givenName eq \\\"Ada\\\"]", "title.value", "userName.formatted", "active.value",
        ];
        return OddRequest.Refused(store,
        [
            .. paths.Select(p => OddRequest.Patch($"add {p}", "Users/{user}", $$"""{"op":"add","path":"{{p}}","value":"x"}""", "invalidPath")),
            .. paths.Select(p => OddRequest.Patch($"remove {p}", "Users/{user}", $$"""{"op":"remove","path":"{{p}}"}""", "invalidPath")),
            OddRequest.Patch("9,000 characters", "Users/{user}", $$"""{"op":"add","path":"{{new string('a', 9000)}}","value":"x"}""", "invalidPath"),
            OddRequest.Patch("9,000 characters in a condition", "Users/{user}", $$"""{"op":"add","path":"emails[type eq \"{{new string('a', 9000)}}\"]","value":"x"}""", "invalidPath"),
            OddRequest.Patch("a condition of 33 brackets", "Users/{user}", $$"""{"op":"add","path":"emails[{{new string('(', 33)}}type pr{{new string(')', 33)}}].value","value":"x"}""", "invalidPath"),
            OddRequest.Patch("a sub-attribute of all values", "Users/{user}", """{"op":"replace","path":"emails.value","value":"x"}""", "invalidPath"),
            OddRequest.Patch("a condition on a group's name", "Groups/{group}", """{"op":"replace","path":"displayName[value eq \"Engines\"]","value":"x"}""", "invalidPath"),
        ], "rfc");
    }

    [Theory, OnBothStores]
    public Task An_attribute_that_no_schema_knows_is_an_invalid_path_to_the_letter(StoreKind store)
    {
        string[] paths = ["shoe", "emails[type eq \\\"work\\\"].shoe", "name.shoe", "urn:x:y:shoe", "urn:ietf:params:scim:schemas:core:2.0:User:shoe", "user-name", "title_"];
        return OddRequest.Refused(store, paths.SelectMany(p => (OddRequest[])
        [
            OddRequest.Patch($"add {p}", "Users/{user}", $$"""{"op":"add","path":"{{p}}","value":"x"}""", "invalidPath"),
            OddRequest.Patch($"key {p}", "Users/{user}", $$"""{"op":"replace","value":{"{{p}}":"x"} }""", "invalidPath"),
            OddRequest.Patch($"remove {p}", "Users/{user}", $$"""{"op":"remove","path":"{{p}}"}""", "invalidPath"),
        ]), dialect: "rfc");
    }

    [Theory, OnBothStores]
    public Task An_operation_without_what_it_needs_is_refused(StoreKind store) => OddRequest.Refused(store,
    [
        OddRequest.Patch("add without value", "Users/{user}", """{"op":"add","path":"title"}""", "invalidValue"),
        OddRequest.Patch("replace without value", "Users/{user}", """{"op":"replace","path":"title"}""", "invalidValue"),
        OddRequest.Patch("add of nothing to nothing", "Users/{user}", """{"op":"add"}""", "invalidValue"),
        OddRequest.Patch("a value path without value", "Users/{user}", """{"op":"replace","path":"emails[type eq \"work\"].value"}""", "invalidValue"),
        OddRequest.Patch("members without value", "Groups/{group}", """{"op":"add","path":"members"}""", "invalidValue"),
        OddRequest.Patch("text for the resource", "Users/{user}", """{"op":"replace","value":"x"}""", "invalidValue"),
        OddRequest.Patch("an array for the resource", "Users/{user}", """{"op":"replace","value":[{"title":"x"}]}""", "invalidValue"),
        OddRequest.Patch("null for the resource", "Users/{user}", """{"op":"replace","value":null}""", "invalidValue"),
        OddRequest.Patch("true for the resource", "Groups/{group}", """{"op":"add","value":true}""", "invalidValue"),
        OddRequest.Patch("remove of everything", "Users/{user}", """{"op":"remove"}""", "noTarget"),
        OddRequest.Patch("remove of everything in a group", "Groups/{group}", """{"op":"remove","value":{"displayName":"Engines"}}""", "noTarget"),
        OddRequest.Patch("remove at null", "Users/{user}", """{"op":"remove","path":null}""", "noTarget"),
        OddRequest.Patch("remove at an empty path", "Users/{user}", """{"op":"remove","path":""}""", "noTarget"),
        OddRequest.Patch("remove of a value that is not there", "Users/{user}", """{"op":"remove","path":"emails[type eq \"home\"]"}""", "noTarget"),
        OddRequest.Patch("a condition that nothing can be made of", "Users/{user}", """{"op":"replace","path":"emails[type ne \"work\"].value","value":"x"}""", "noTarget"),
        OddRequest.Patch("text for an extension", "Users/{user}",
            """{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":"x"}""", "invalidValue"),
        OddRequest.Patch("a fault behind a change", "Users/{user}",
            """{"op":"replace","path":"title","value":"x"},{"op":"remove","path":"emails[type eq \"home\"]"}""", "noTarget"),
        OddRequest.Patch("a fault behind a member", "Groups/{group}",
            """{"op":"remove","path":"members"},{"op":"replace","path":"displayName","value":5}""", "invalidValue"),
    ], "rfc");

    [Theory, OnBothStores] // The dialect entra reads more, and refuses the rest as a whole
    public Task A_fault_behind_a_change_undoes_it_in_entra_too(StoreKind store) => OddRequest.Refused(store,
    [
        OddRequest.Patch("a fault behind a change", "Users/{user}",
            """{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"emails[type ne \"work\"].value","value":"x"}""", "noTarget"),
        OddRequest.Patch("a fault behind a member", "Groups/{group}",
            """{"op":"remove","path":"members"},{"op":"replace","path":"displayName","value":{}}""", "invalidValue"),
        OddRequest.Patch("two values for one", "Users/{user}", """{"op":"replace","path":"active","value":["True","False"]}""", "invalidValue"),
        OddRequest.Patch("another id by its path", "Users/{user}", """{"op":"replace","path":"id","value":"x"}""", "mutability"),
        OddRequest.Patch("a core schema removed", "Users/{user}", """{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"}""", "noTarget"),
    ]);

    [Theory, OnBothStores]
    public Task What_the_server_sets_can_not_be_patched(StoreKind store)
    {
        string[] paths = ["id", "meta", "meta.created", "meta.version", "meta.lastModified", "groups", "groups[value eq \\\"x\\\"].display"];
        return OddRequest.Refused(store,
        [
            .. paths.SelectMany(p => (OddRequest[])
            [
                OddRequest.Patch($"replace {p}", "Users/{user}", $$"""{"op":"replace","path":"{{p}}","value":"x"}""", "mutability"),
                OddRequest.Patch($"remove {p}", "Users/{user}", $$"""{"op":"remove","path":"{{p}}"}""", "mutability"),
            ]),
            OddRequest.Patch("another id", "Users/{user}", """{"op":"replace","value":{"id":"x"}}""", "mutability"),
            OddRequest.Patch("another id of a group", "Groups/{group}", """{"op":"add","value":{"id":"x","displayName":"y"}}""", "mutability"),
            OddRequest.Patch("an id that is an object", "Users/{user}", """{"op":"replace","path":"id","value":{}}""", "mutability"),
            OddRequest.Patch("the type of a member", "Groups/{group}", """{"op":"replace","path":"members[value eq \"{user}\"].value","value":"x"}""", null),
        ], "rfc");
    }

    [Theory, OnBothStores]
    public Task A_unique_value_of_another_is_a_conflict(StoreKind store) => OddRequest.Refused(store,
    [
        OddRequest.Post("a userName in other case", "Users", """{"userName":"ADA"}""", "uniqueness", 409),
        OddRequest.Post("a displayName in other case", "Groups", """{"displayName":"eNGINES"}""", "uniqueness", 409),
    ]);
}
