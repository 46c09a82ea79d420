using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>Well-formed JSON with values that no schema or rule allows: refused, naming what to send, with nothing changed.</summary>
public sealed class BadValueTests
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Theory, OnBothStores]
    public async Task A_value_of_the_wrong_type_is_refused_for_every_attribute_that_the_schemas_list(StoreKind store)
    {
        List<OddRequest> requests = [];
        await using (var host = await ScimHost.StartAsync(StoreKind.Memory))
        {
            foreach (var schema in (await host.Client.Send("GET", "Schemas")).Is(200).Json["Resources"]!.AsArray())
            {
                requests.AddRange(WrongTypes(schema!));
            }
        }

        Assert.InRange(requests.Count, 300, 5000);
        await OddRequest.Refused(store, requests, "rfc");
    }

    [Theory, OnBothStores]
    public Task A_member_without_an_id_is_refused_rather_than_left_out(StoreKind store) => OddRequest.Refused(store,
        [.. ((string[])["{}", """{"value":null}""", """{"display":"Babs"}""", """{"value":" "}"""]).SelectMany(member => (OddRequest[])
        [
            OddRequest.Post($"POST {member}", "Groups", $$"""{"displayName":"Crew","members":[{{member}}]}"""),
            new($"PUT {member}", "PUT", "Groups/{group}", 400, "invalidValue") { Body = Encoding.UTF8.GetBytes($$"""{"displayName":"Crew","members":[{{member}}]}""") },
        ])]);

    [Theory, OnBothStores]
    public Task A_required_name_that_is_missing_or_blank_is_refused(StoreKind store)
    {
        string[] blanks = ["\"\"", "\" \"", "\"\\t\\r\\n\"", "\"\\u00a0\\u2003\"", "null"];
        return OddRequest.Refused(store,
        [
            OddRequest.Post("no userName", "Users", "{}"),
            OddRequest.Post("no displayName", "Groups", """{"members":[]}"""),
            OddRequest.Post("a userName in the extension alone", "Users", $$"""{"{{Enterprise}}":{"userName":"eve"} }"""),
            .. blanks.SelectMany(blank => (OddRequest[])
            [
                OddRequest.Post($"userName {blank}", "Users", $$"""{"userName":{{blank}}}"""),
                OddRequest.Post($"displayName {blank}", "Groups", $$"""{"displayName":{{blank}}}"""),
                new($"PUT userName {blank}", "PUT", "Users/{user}", 400, "invalidValue") { Body = Encoding.UTF8.GetBytes($$"""{"userName":{{blank}}}""") },
                new($"PUT displayName {blank}", "PUT", "Groups/{group}", 400, "invalidValue") { Body = Encoding.UTF8.GetBytes($$"""{"displayName":{{blank}}}""") },
                OddRequest.Patch($"PATCH userName {blank}", "Users/{user}", $$"""{"op":"replace","path":"userName","value":{{blank}}}""", "invalidValue"),
                OddRequest.Patch($"PATCH displayName {blank}", "Groups/{group}", $$"""{"op":"replace","value":{"displayName":{{blank}} } }""", "invalidValue"),
            ]),
            OddRequest.Patch("remove userName", "Users/{user}", """{"op":"remove","path":"userName"}""", "mutability"),
            OddRequest.Patch("remove displayName", "Groups/{group}", """{"op":"remove","path":"displayName"}""", "mutability"),
        ]);
    }

    [Theory, OnBothStores]
    public Task Two_primary_values_are_refused_in_every_attribute_that_has_one(StoreKind store)
    {
        string[] attributes = ["emails", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates"];
        return OddRequest.Refused(store, attributes.SelectMany(attribute =>
        {
            var value = attribute == "addresses" ? "locality" : "value";
            var two = $$"""[{"{{value}}":"QUJD","type":"a","primary":true},{"{{value}}":"REVG","type":"b","primary":"True"}]""";
            return (OddRequest[])
            [
                OddRequest.Post($"POST {attribute}", "Users", $$"""{"userName":"eve","{{attribute}}":{{two}}}"""),
                new($"PUT {attribute}", "PUT", "Users/{user}", 400, "invalidValue") { Body = Encoding.UTF8.GetBytes($$"""{"userName":"ada","{{attribute}}":{{two}}}""") },
                OddRequest.Patch($"add {attribute}", "Users/{user}", $$"""{"op":"add","path":"{{attribute}}","value":{{two}}}""", "invalidValue"),
                OddRequest.Patch($"replace {attribute}", "Users/{user}", $$"""{"op":"replace","value":{"{{attribute}}":{{two}} } }""", "invalidValue"),
            ];
        }));
    }

    [Theory, OnBothStores]
    public async Task Values_that_are_looked_up_may_have_1024_characters_and_no_more(StoreKind store)
    {
        var most = new string('x', 1024);
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser(most, $$""","externalId":"{{most}}","emails":[{"value":"{{most}}"}]""")).Id;
        await host.Client.CreateGroup(most);
        Assert.Equal(user, (await host.Client.Send("GET", $"Users?filter=userName%20eq%20%22{most.ToUpperInvariant()}%22")).Is(200).Json["Resources"]![0]!["id"]!.GetValue<string>());

        await OddRequest.Refused(store,
        [
            OddRequest.Post("userName", "Users", $$"""{"userName":"{{most}}x"}"""),
            OddRequest.Post("userName of 900,000 characters", "Users", $$"""{"userName":"{{new string('x', 900_000)}}"}"""),
            OddRequest.Post("userName of astral characters", "Users", $$"""{"userName":"{{string.Concat(Enumerable.Repeat("😀", 513))}}"}"""),
            OddRequest.Post("externalId", "Users", $$"""{"userName":"eve","externalId":"{{most}}x"}"""),
            OddRequest.Post("e-mail", "Users", $$"""{"userName":"eve","emails":[{"value":"a@x.org"},{"value":"{{most}}x"}]}"""),
            OddRequest.Post("displayName of a group", "Groups", $$"""{"displayName":"{{most}}x"}"""),
            OddRequest.Post("externalId of a group", "Groups", $$"""{"displayName":"g","externalId":"{{most}}x"}"""),
            OddRequest.Patch("PATCH userName", "Users/{user}", $$"""{"op":"replace","path":"userName","value":"{{most}}x"}""", "invalidValue"),
            OddRequest.Patch("PATCH e-mail", "Users/{user}", $$"""{"op":"replace","path":"emails[type eq \"work\"].value","value":"{{most}}x"}""", "invalidValue"),
            OddRequest.Patch("PATCH displayName", "Groups/{group}", $$"""{"op":"replace","path":"displayName","value":"{{most}}x"}""", "invalidValue"),
        ]);
    }

    [Theory, OnBothStores]
    public async Task Text_that_nobody_looks_up_may_be_as_long_as_the_body(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);

        var user = await host.Client.CreateUser("ada", $$""","nickName":"{{new string('é', 400_000)}}" """);

        Assert.Equal(user.Text, (await host.Client.Send("GET", $"Users/{user.Id}")).Is(200).Text);
    }

    [Theory, OnBothStores]
    public Task More_than_a_thousand_values_of_one_attribute_are_refused(StoreKind store)
    {
        string Emails(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"value":"a{{i}}@example.com"}"""));
        return OddRequest.Refused(store,
        [
            OddRequest.Post("POST 1,001", "Users", $$"""{"userName":"eve","emails":[{{Emails(1001)}}]}"""),
            OddRequest.Post("POST 20,000", "Users", $$"""{"userName":"eve","emails":[{{Emails(20_000)}}]}"""),
            new("PUT 1,001", "PUT", "Users/{user}", 400, "invalidValue") { Body = Encoding.UTF8.GetBytes($$"""{"userName":"ada","emails":[{{Emails(1001)}}]}""") },
            OddRequest.Patch("PATCH 1,000 beside the one that is there", "Users/{user}", $$"""{"op":"add","path":"emails","value":[{{Emails(1000)}}]}""", "invalidValue"),
            OddRequest.Patch("PATCH 20,000", "Users/{user}", $$"""{"op":"replace","path":"emails","value":[{{Emails(20_000)}}]}""", "invalidValue"),
            new("PATCH in 2,000 operations of ten", "PATCH", "Users/{user}", 400, "invalidValue")
            {
                Body = Encoding.UTF8.GetBytes(HttpCalls.Patch(string.Join(',', Enumerable.Range(0, 2000).Select(i =>
                    $$"""{"op":"add","path":"emails","value":[{{string.Join(',', Enumerable.Range(0, 10).Select(j => $$"""{"value":"{{i}}.{{j}}@x.org"}"""))}}]}""")))),
            },
        ]);
    }

    [Theory, OnBothStores]
    public async Task A_patch_of_2000_operations_is_applied_and_one_of_more_is_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (user, group) = ((await host.Client.CreateUser("ada")).Id, (await host.Client.CreateGroup("Engines")).Id);
        string Operations(int count, string operation) => HttpCalls.Patch(string.Join(',', Enumerable.Range(0, count).Select(i => operation.Replace("#", $"{i}", StringComparison.Ordinal))));
        const string title = """{"op":"replace","path":"title","value":"#"}""";
        const string member = """{"op":"add","path":"members","value":[{"value":"USER"}]}""";

        Assert.Equal("1999", (await host.Client.Send("PATCH", $"Users/{user}", Operations(2000, title))).Is(200).Json["title"]!.GetValue<string>());
        (await host.Client.Send("PATCH", $"Groups/{group}", Operations(2000, member.Replace("USER", user, StringComparison.Ordinal)))).Is(204);
        var before = await host.Client.Directory();

        foreach (var count in (int[])[2001, 10_000])
        {
            Assert.Contains("2000", (await host.Client.Send("PATCH", $"Users/{user}", Operations(count, title))).Refuses(400).Detail, StringComparison.Ordinal);
            (await host.Client.Send("PATCH", $"Groups/{group}", Operations(count, member))).Refuses(400);
        }

        var keys = string.Join(',', Enumerable.Range(0, 2001).Select(i => $"\"x{i}\":1"));
        (await host.Client.Send("PATCH", $"Users/{user}", HttpCalls.Patch($$"""{"op":"add","value":{ {{keys}} } }"""))).Refuses(400);
        Assert.Equal(before, await host.Client.Directory());
    }

    [Theory, OnBothStores]
    public Task A_member_without_a_usable_id_is_refused(StoreKind store)
    {
        string[] members =
        [
            "{}", "null", "5", "true", "\"\"", "\" \"", "[]", "[null]", "[{}]", "[5]", "[\"\"]", "[[]]", """[{"value":null}]""", """[{"value":5}]""",
            """[{"value":""}]""", """[{"value":" "}]""", """[{"value":["a"]}]""", """[{"value":{}}]""", """[{"display":"ada"}]""", """[{"$ref":"../Users/1"}]""",
            """[{"value":"a\u0000b"}]""", """[{"value":"a\nb"}]""", $$"""[{"value":"{{new string('x', 257)}}"}]""", """[{"value":"no-such-id"}]""", "\"no-such-id\"",
        ];
        // An empty list and null ask for no member at all, which is no mistake where members are set; "{}" and "[{}]" name nobody.
        return OddRequest.Refused(store, members.Where(m => m is not ("null" or "[]" or "{}" or "[{}]" or "[[]]" or """[{"value":null}]""" or """[{"display":"ada"}]""")).SelectMany(m => (OddRequest[])
        [
            OddRequest.Post($"POST {m[..Math.Min(40, m.Length)]}", "Groups", $$"""{"displayName":"g","members":{{m}}}"""),
            OddRequest.Patch($"add {m[..Math.Min(40, m.Length)]}", "Groups/{group}", $$"""{"op":"add","path":"members","value":{{m}}}""", "invalidValue"),
            OddRequest.Patch($"replace {m[..Math.Min(40, m.Length)]}", "Groups/{group}", $$"""{"op":"replace","path":"members","value":{{m}}}""", "invalidValue"),
            OddRequest.Patch($"replace all {m[..Math.Min(40, m.Length)]}", "Groups/{group}", $$"""{"op":"replace","value":{"displayName":"Engines","members":{{m}} } }""", "invalidValue"),
        ]));
    }

    [Fact]
    public async Task A_rule_names_the_attribute_in_the_spelling_that_was_to_be_sent()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        var tooLong = new string('x', 1025);
        foreach (var (name, method, target, body) in ((string, string, string, string?)[])
        [
            ("'userName'", "POST", "Users", """{"userName":" "}"""), ("'displayName'", "POST", "Groups", """{"displayName":" "}"""), ("'externalId'", "POST", "Users", $$"""{"userName":"ada","externalId":"{{tooLong}}"}"""),
            ("'phoneNumbers'", "POST", "Users", """{"userName":"ada","phoneNumbers":[{"value":"1","primary":true},{"value":"2","primary":true}]}"""), ("'startIndex'", "GET", "Users?startIndex=x", null),
            ("'Operations'", "PATCH", "Users/x", HttpCalls.Patch(string.Join(',', Enumerable.Repeat("""{"op":"add","path":"title","value":"t"}""", 2001)))),
        ])
        {
            Assert.Contains(name, (await host.Client.Send(method, target, body)).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        }
    }

    static IEnumerable<OddRequest> WrongTypes(JsonNode schema)
    {
        var urn = schema["id"]!.GetValue<string>();
        var group = urn == HttpCalls.GroupSchema;
        foreach (var attribute in schema["attributes"]!.AsArray().Where(IsWritable))
        {
            foreach (var (value, wrong) in Wrong(attribute!).Select(w => (w, w)).Concat(WrongWithin(attribute!)))
            {
                var name = attribute!["name"]!.GetValue<string>();
                var body = urn == Enterprise ? $$"""{"userName":"eve","{{urn}}":{"{{name}}":{{value}} } }"""
                    : group ? $$"""{{{(name == "displayName" ? "" : "\"displayName\":\"g\",")}}"{{name}}":{{value}}}"""
                    : $$"""{{{(name == "userName" ? "" : "\"userName\":\"eve\",")}}"{{name}}":{{value}}}""";
                yield return OddRequest.Post($"POST {name} {value}", group ? "Groups" : "Users", body);
                var path = urn == Enterprise ? $"{urn}:{name}" : name;
                yield return OddRequest.Patch($"PATCH {name} {value}", group ? "Groups/{group}" : "Users/{user}",
                    $$"""{"op":"replace","path":"{{path}}","value":{{value}}}""", "invalidValue");
            }
        }
    }

    static bool IsWritable(JsonNode? attribute) => attribute!["mutability"]!.GetValue<string>() != "readOnly";

    // The values of one sub-attribute that are of the wrong type, in an element of their attribute.
    static IEnumerable<(string Value, string Wrong)> WrongWithin(JsonNode attribute) =>
        from sub in attribute["subAttributes"]?.AsArray() ?? []
        where IsWritable(sub) && attribute["name"]!.GetValue<string>() is not "members"
        from wrong in Wrong(sub!)
        let element = $$"""{"{{sub!["name"]}}":{{wrong}}}"""
        select (attribute["multiValued"]!.GetValue<bool>() ? $"[{element}]" : element, wrong);

    static string[] Wrong(JsonNode attribute) => (attribute["type"]!.GetValue<string>(), attribute["multiValued"]!.GetValue<bool>()) switch
    {
        ("string" or "reference", false) => ["5", "true", "{}", "[]", "[\"x\"]", "1e999", "{\"value\":\"x\"}"],
        ("boolean", false) => ["\"maybe\"", "\"yes\"", "2", "-1", "0.0", "1e0", "{}", "[]", "[true]"],
        ("binary", false) => ["\"not base 64!\"", "\"a\"", "5", "true", "{}", "[]"],
        ("complex", false) when attribute["name"]!.GetValue<string>() == "manager" => ["5", "true", "[]", "\" \"", "{\"shoe\":1}", "[\"a\",\"b\"]"],
        ("complex", false) => ["5", "true", "[]", "\"text\"", "{\"shoe\":1}", "[{},{}]"],
        ("complex", true) => ["5", "true", "[5]", "[true]", "[null]", "[{\"shoe\":1}]", "[[1,2]]"],
        var other => throw new InvalidOperationException($"No wrong value is known for {other}."),
    };
}
