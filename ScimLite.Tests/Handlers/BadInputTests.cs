using System.Text;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>Bodies that are no JSON object, or not quite: refused in SCIM's shape with nothing changed.</summary>
public sealed class BadInputTests
{
    const string Users = HttpCalls.UserSchema;

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [Theory, OnBothStores]
    public Task A_body_that_is_no_json_is_a_syntax_error_on_every_write(StoreKind store)
    {
        string[] bodies =
        [
            "", " ", "\r\n\t", "{", "}", "{]", "{}}", "{} {}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":'b'}",
            "{\"a\":01}", "{\"a\":.5}", "{\"a\":5.}", "{\"a\":+5}", "{\"a\":0x10}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}",
            "{\"a\":undefined}", "{\"a\":True}", "{\"a\":nul}", "{\"a\":\"b}", "{\"a\":\"\\x41\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\uZZZZ\"}",
            "{\"a\":\"line\nbreak\"}", "{\"a\":\"tab\tin text\"}", "{\"a\":\"\0\"}", "{\"a\":1}\0", "\0", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}",
            "{/* comment */\"a\":1}", "// comment\n{}", "{\"a\":1}#", "userName=ada", "<User/>", "---\nuserName: ada", "﻿",
        ];
        return OddRequest.Refused(store, bodies.SelectMany((body, i) => OddRequest.OnEveryWrite($"body {i}", Bytes(body), 400, "invalidSyntax")));
    }

    [Theory, OnBothStores]
    public Task A_body_that_is_json_but_no_object_is_a_syntax_error_on_every_write(StoreKind store) => OddRequest.Refused(store,
        ((string[])["[]", "[{}]", "[{\"userName\":\"eve\"}]", "null", "true", "false", "0", "1e999", "\"text\"", "\"\"", "[[[[]]]]"])
            .SelectMany(body => OddRequest.OnEveryWrite(body, Bytes(body), 400, "invalidSyntax")));

    [Theory, OnBothStores]
    public Task A_body_that_is_not_utf_8_is_a_syntax_error(StoreKind store)
    {
        var user = $$"""{"schemas":["{{Users}}"],"userName":"eve"}""";
        (string Why, byte[] Body)[] bodies =
        [
            ("a lone continuation byte", [.. Bytes("{\"userName\":\""), 0x80, .. Bytes("\"}")]),
            ("an overlong slash", [.. Bytes("{\"userName\":\""), 0xC0, 0xAF, .. Bytes("\"}")]),
            ("a surrogate in UTF-8", [.. Bytes("{\"userName\":\""), 0xED, 0xA0, 0x80, .. Bytes("\"}")]),
            ("a cut character", [.. Bytes("{\"userName\":\""), 0xF0, 0x9F, 0x98, .. Bytes("\"}")]),
            ("a code point beyond Unicode", [.. Bytes("{\"userName\":\""), 0xF5, 0x80, 0x80, 0x80, .. Bytes("\"}")]),
            ("Latin-1", Encoding.Latin1.GetBytes("{\"userName\":\"Zoë\"}")),
            ("UTF-16", Encoding.Unicode.GetBytes(user)),
            ("UTF-16 with its mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(user)]),
            ("UTF-32", Encoding.UTF32.GetBytes(user)),
            ("gzip", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0]),
        ];
        return OddRequest.Refused(store, bodies.SelectMany(b => OddRequest.OnEveryWrite(b.Why, b.Body, 400, "invalidSyntax")));
    }

    [Theory, OnBothStores]
    public Task Half_of_a_surrogate_pair_is_a_syntax_error_wherever_it_stands(StoreKind store)
    {
        string[] halves = ["\\ud800", "\\udfff", "\\udc00\\ud800", "x\\ud83dx", "\\uD83D\\u0041"];
        return OddRequest.Refused(store, halves.SelectMany(half => ((OddRequest[])
        [
            OddRequest.Post("in a value", "Users", """{"userName":"HALF"}""", "invalidSyntax"),
            OddRequest.Post("in a sub-attribute", "Users", """{"userName":"eve","name":{"givenName":"HALF"}}""", "invalidSyntax"),
            OddRequest.Post("in a reference", "Users", """{"userName":"eve","profileUrl":"HALF"}""", "invalidSyntax"),
            OddRequest.Post("in a boolean", "Users", """{"userName":"eve","active":"HALF"}""", "invalidSyntax"),
            OddRequest.Post("in a binary", "Users", """{"userName":"eve","x509Certificates":[{"value":"HALF"}]}""", "invalidSyntax"),
            OddRequest.Post("in a name", "Users", """{"userName":"eve","HALF":1}""", "invalidSyntax"),
            OddRequest.Post("in a long name", "Users", """{"userName":"eve","HALFuserNameuserNameuserName":1}""", "invalidSyntax"),
            OddRequest.Post("in two names", "Users", """{"userName":"eve","aHALF":1,"bHALF":2}""", "invalidSyntax"),
            OddRequest.Post("in a nested name", "Users", """{"userName":"eve","name":{"HALF":1}}""", "invalidSyntax"),
            OddRequest.Post("in an extension's name", "Users",
                """{"userName":"eve","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"HALF":1}}""", "invalidSyntax"),
            OddRequest.Post("in a manager", "Users",
                """{"userName":"eve","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"HALF"}}}""", "invalidSyntax"),
            OddRequest.Post("in a role", "Users", """{"userName":"eve","roles":[{"displayName":"HALF","value":"{\"id\":\"HALF\"}"}]}""", "invalidSyntax"),
            OddRequest.Post("in a member", "Groups", """{"displayName":"g","members":[{"value":"HALF"}]}""", "invalidSyntax"),
            OddRequest.Patch("in an op", "Users/{user}", """{"op":"HALF","path":"title","value":"x"}""", "invalidSyntax"),
            OddRequest.Patch("in a path", "Users/{user}", """{"op":"add","path":"HALF","value":"x"}""", "invalidSyntax"),
            OddRequest.Patch("in a value to set", "Users/{user}", """{"op":"add","path":"title","value":"HALF"}""", "invalidSyntax"),
            OddRequest.Patch("in a key to set", "Users/{user}", """{"op":"add","value":{"HALF":"x"}}""", "invalidSyntax"),
            OddRequest.Patch("in an operation's key", "Users/{user}", """{"HALF":1,"op":"add","path":"title","value":"x"}""", "invalidSyntax"),
            OddRequest.Patch("in an element to set", "Users/{user}", """{"op":"add","path":"emails","value":[{"value":"HALF"}]}""", "invalidSyntax"),
            OddRequest.Patch("in an element's key", "Users/{user}", """{"op":"replace","path":"name","value":{"HALF":null}}""", "invalidSyntax"),
            OddRequest.Patch("in a member to add", "Groups/{group}", """{"op":"add","path":"members","value":[{"value":"HALF"}]}""", "invalidSyntax"),
            OddRequest.Patch("in a member's key", "Groups/{group}", """{"op":"add","path":"members","value":[{"HALFmembers":"x"}]}""", "invalidSyntax"),
            OddRequest.Patch("in a member to remove", "Groups/{group}", """{"op":"remove","path":"members","value":"HALF"}""", "invalidSyntax"),
            new("in schemas", "PATCH", "Users/{user}", 400, "invalidSyntax")
            {
                Body = Bytes("""{"schemas":["HALF"],"Operations":[{"op":"add","path":"title","value":"x"}]}"""),
            },
            new("in a PATCH's key", "PATCH", "Users/{user}", 400, "invalidSyntax")
            {
                Body = Bytes("""{"HALFOperations":[],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"operations":[{"op":"add","path":"title","value":"x"}]}"""),
            },
        ]).Select(r => r with { Body = Bytes(Encoding.UTF8.GetString(r.Body!).Replace("HALF", half, StringComparison.Ordinal)) })));
    }

    [Theory, OnBothStores]
    public Task A_name_given_twice_is_a_syntax_error_in_equal_and_in_different_case(StoreKind store) => OddRequest.Refused(store,
    [
        OddRequest.Post("the same name", "Users", """{"userName":"eve","userName":"mallory"}""", "invalidSyntax"),
        OddRequest.Post("the same name and value", "Users", """{"userName":"eve","userName":"eve"}""", "invalidSyntax"),
        OddRequest.Post("an escaped name", "Users", """{"userName":"eve","user\u004eame":"mallory"}""", "invalidSyntax"),
        OddRequest.Post("an unknown name", "Users", """{"userName":"eve","shoe":1,"shoe":2}""", "invalidSyntax"),
        OddRequest.Post("another case", "Users", """{"userName":"eve","USERNAME":"mallory"}""", "invalidSyntax"),
        OddRequest.Post("another case within", "Users", """{"userName":"eve","name":{"givenName":"a","givenname":"b"}}""", "invalidSyntax"),
        OddRequest.Post("the same name within an element", "Users", """{"userName":"eve","emails":[{"value":"a@x.org","value":"b@x.org"}]}""", "invalidSyntax"),
        OddRequest.Post("another case within an element", "Users", """{"userName":"eve","emails":[{"value":"a@x.org","Value":"b@x.org"}]}""", "invalidSyntax"),
        OddRequest.Post("an extension in another case", "Users", """
            {"userName":"eve","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"a"},
             "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"b"}}
            """, "invalidSyntax"),
        OddRequest.Post("an extension's attribute in another case", "Users",
            """{"userName":"eve","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"a","Department":"b"}}""", "invalidSyntax"),
        OddRequest.Post("a group's name", "Groups", """{"displayName":"a","DisplayName":"b"}""", "invalidSyntax"),
        OddRequest.Post("a group's members", "Groups", """{"displayName":"a","members":[],"members":[]}""", "invalidSyntax"),
        OddRequest.Patch("an operation's name", "Users/{user}", """{"op":"add","path":"title","value":"a","value":"b"}""", "invalidSyntax"),
        OddRequest.Patch("an operation's name in another case", "Users/{user}", """{"op":"add","path":"title","value":"a","Value":"b"}""", "invalidSyntax"),
        new("a PATCH's Operations in another case", "PATCH", "Users/{user}", 400, "invalidSyntax")
        {
            Body = Bytes($$"""
                {"schemas":["{{HttpCalls.PatchSchema}}"],"Operations":[{"op":"add","path":"title","value":"a"}],"operations":[{"op":"add","path":"title","value":"b"}]}
                """),
        },
    ]);

    [Theory, OnBothStores]
    public async Task Nesting_of_64_levels_is_read_and_65_are_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        string Nested(char open, int levels) => open == '['
            ? $$"""{"userName":"n{{levels}}","shoe":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}"""
            : $$"""{"userName":"o{{levels}}","shoe":{{string.Concat(Enumerable.Repeat("{\"a\":", levels - 1))}}1{{new string('}', levels - 1)}}}""";

        (await host.Client.Send("POST", "Users", Nested('[', 64))).Is(201);
        (await host.Client.Send("POST", "Users", Nested('{', 64))).Is(201);
        var before = await host.Client.Directory();

        foreach (var levels in (int[])[65, 66, 1000, 100_000])
        {
            Assert.Contains("64", (await host.Client.Send("POST", "Users", Nested('[', levels))).Refuses(400, "invalidSyntax").Detail, StringComparison.Ordinal);
            (await host.Client.Send("POST", "Users", Nested('{', levels))).Refuses(400, "invalidSyntax");
        }

        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores]
    public async Task A_byte_order_mark_is_refused_with_a_reason(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);

        var answer = await host.Client.SendBytes("POST", "Users", [0xEF, 0xBB, 0xBF, .. Bytes("{\"userName\":\"eve\"}")], HttpAnswer.MediaType, []);

        answer.Refuses(400, "invalidSyntax");
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory, OnBothStores]
    public async Task Null_characters_in_text_are_data_like_any_other(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);

        var user = (await host.Client.Send("POST", "Users", """{"userName":"a\u0000b","title":"\u0000","externalId":"\u0001\u0000\n"}""")).Is(201);

        Assert.Equal("a\0b", user.Json["userName"]!.GetValue<string>());
        Assert.Equal(user.Text, (await host.Client.Send("GET", $"Users/{user.Id}")).Is(200).Text);
        Assert.Equal(1, (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22A%5Cu0000B%22")).Is(200).Total);
        Assert.Equal(1, (await host.Client.Send("GET", "Users?filter=externalId%20eq%20%22%5Cu0001%5Cu0000%5Cn%22")).Is(200).Total);
        Assert.Equal(0, (await host.Client.Send("GET", "Users?filter=userName%20eq%20%22a%22")).Is(200).Total);
        (await host.Client.Send("POST", "Users", """{"userName":"A\u0000B"}""")).Refuses(409, "uniqueness");
        var group = await host.Client.CreateGroup("g", user.Id);
        Assert.Equal("a\0b", (await host.Client.Send("GET", $"Groups/{group.Id}")).Is(200).Json["members"]![0]!["display"]!.GetValue<string>());
    }

    [Theory, OnBothStores]
    public Task An_unknown_media_type_is_415_on_every_write(StoreKind store)
    {
        string[] types =
        [
            "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
            "application/scim", "application/scim+xml", "application/", "json", "*/*", "application/*", "text/plain, text/html", ";", " ",
            "application/json; charset=utf-16", "application/scim+json;charset=iso-8859-1", "text/json; a=b; CHARSET=\"Windows-1252\"",
        ];
        return OddRequest.Refused(store, types.SelectMany(type => OddRequest
            .OnEveryWrite(type, Bytes("""{"userName":"eve","displayName":"eve"}"""), 415, null).Select(r => r with { ContentType = type })));
    }

    [Theory, OnBothStores]
    public async Task Json_in_any_spelling_of_its_media_type_is_read(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        string?[] types =
        [
            null, "", "application/json", "APPLICATION/SCIM+JSON", "application/scim+json;charset=UTF-8",
            "application/json; charset=\"utf-8\"", "application/json;odata=verbose",
            "text/json", "Text/JSON; charset=utf8", "application/json, application/scim+json", "text/plain, application/json",
            "application/json;", "application/json; charset=",
            "application/scim+json;;v=2; profile=\"x\"", "application/json; charset=US-ASCII",
                "application/json; charset=utf-16, application/scim+json",
        ];

        for (var i = 0; i < types.Length; i++)
        {
            (await host.Client.SendBytes("POST", "Users", Bytes($$"""{"userName":"user{{i}}"}"""), types[i], [])).Is(201);
        }

        Assert.Equal(types.Length, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory, OnBothStores]
    public async Task A_body_of_exactly_the_limit_is_read_and_one_byte_more_is_413(StoreKind store)
    {
        const int most = 4096;
        var settings = new Dictionary<string, string>
            { ["ScimLite:Limits:MaxBodyBytes"] = "4096", ["ScimLite:Limits:MaxGroupBodyBytes"] = "4096" };
        await using var host = await ScimHost.StartAsync(store, settings: settings);
        byte[] Sized(int bytes)
        {
            var body = $$"""{"userName":"u{{Guid.NewGuid():N}}","nickName":"" }""";
            return Bytes(body.Replace("\"\"", $"\"{new string('x', bytes - body.Length)}\"", StringComparison.Ordinal));
        }

        (await host.Client.SendBytes("POST", "Users", Sized(most), HttpAnswer.MediaType, [])).Is(201);
        (await host.Client.SendBytes("POST", "Users", Sized(most), HttpAnswer.MediaType, [], knownLength: false)).Is(201);
        await OddRequest.Refused(store, ((int[])[most + 1, 10 * most, 2_000_000]).SelectMany(bytes => (bool[])[true, false],
            (bytes, known) => (bytes, known)).SelectMany(c => OddRequest
                .OnEveryWrite($"{c.bytes} bytes, length told: {c.known}", Sized(c.bytes), 413, null).Select(r => r with { KnownLength = c.known })), settings: settings);
    }
}
