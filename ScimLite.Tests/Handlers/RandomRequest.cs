using CsCheck;

namespace ScimLite.Tests.Handlers;

/// <summary>A request with marks where ids and cursors belong, which each host has its own of: <c>‹User 3›</c>, <c>‹cursor›</c>.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Where to, below the Tenant URL.</param>
/// <param name="Body">The body, or null.</param>
/// <param name="Headers">Headers besides.</param>
internal sealed record RandomRequest(string Method, string Target, string? Body, params (string Name, string Value)[] Headers)
{
    public override string ToString() => $"{Method} {Target} {string.Join(' ', Headers)} {Body}";
}

/// <summary>Makes requests of every kind that SCIM has, mostly sensible ones, on a directory small enough that they meet.</summary>
internal sealed class RandomRequests(PCG dice)
{
    public const string ThingSchema = "urn:example:scim:schemas:2.0:Thing";

    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    public static readonly (string, string)[] Files =
    [
        ("thing.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{ThingSchema}}","name":"Thing","attributes":[
            {"name":"serial","type":"string","required":true,"caseExact":true,"mutability":"immutable","uniqueness":"server"},{"name":"code","type":"string","uniqueness":"global"},
            {"name":"label","type":"string"},{"name":"size","type":"integer"},{"name":"weight","type":"decimal"},{"name":"on","type":"boolean"},{"name":"born","type":"dateTime"},
            {"name":"tags","type":"string","multiValued":true},{"name":"pin","type":"string","mutability":"writeOnly","returned":"never"},{"name":"note","type":"string","returned":"request"},
            {"name":"must","type":"string","returned":"always"},{"name":"free","type":"decimal"},
            {"name":"parts","type":"complex","multiValued":true,"subAttributes":[{"name":"value","type":"string"},{"name":"type","type":"string"},{"name":"primary","type":"boolean"},{"name":"n","type":"integer"}]},
            {"name":"owner","type":"complex","subAttributes":[{"name":"value","type":"string"},{"name":"$ref","type":"reference","referenceTypes":["User"]}]}]}
            """),
        ("thing-type.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Thing","endpoint":"/Things","schema":"{{ThingSchema}}","indexed":["label","size","weight","born","tags","parts.value","owner.value","on"]}
            """),
        ("user-type.json", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","indexed":["active","emails.primary"]}"""),
    ];

    static readonly string[] Types = ["User", "User", "User", "Group", "Group", "Thing"];
    static readonly string[] Texts = ["ada", "Ada", "ADA B", "ad", "eve", "Zoë", "ZOË", "ö", "x y", "a\\\"b", "\\\\", "😀", "\\uE000", "%_*", "5", "", "\\n", "straße", "STRASSE", "ı"];
    static readonly string[] Numbers = ["5", "5.0", "-1", "0", "-0", "9007199254740992", "9007199254740993", "1e3", "1000", "123456789012345678901234567"];
    static readonly string[] Decimals = [.. Numbers, "0.1", "0.10000000000000001", "-0.1", "1e-7", "1E+30", "-1e300"];
    static readonly string[] Times = ["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05.5Z", "1999-12-31T23:59:59Z", "2026-01-02T03:04:15.05Z", "2026-01-02T03:04:30.05Z"];
    static readonly string[] Kinds = ["work", "home", "WORK"];

    // Each attribute with what its values are: t text, n number, d decimal, b boolean, z time, i id of a user or group, x none of these.
    static readonly Dictionary<string, (string Path, char Kind)[]> Attributes = new()
    {
        ["User"] =
        [
            ("userName", 't'), ("title", 't'), ("displayName", 't'), ("externalId", 't'), ("emails", 't'), ("emails.value", 't'), ("emails.type", 't'), ("emails.primary", 'b'), ("active", 'b'), ("name.familyName", 't'), ("id", 'i'),
            ("meta.created", 'z'), ("meta.lastModified", 'z'), ("meta.resourceType", 't'), ("groups", 'i'), ("groups.value", 'i'), ("groups.type", 't'), ($"{Enterprise}:department", 't'), ($"{Enterprise}:employeeNumber", 't'), ("manager", 'i'),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", 't'), ("nosuch", 't'), ("schemas", 't'), ("name", 'x'), ("roles.value", 't'), ($"{Enterprise}.department", 't'), ("EnterpriseUser.division", 't'),
        ],
        ["Group"] = [("displayName", 't'), ("externalId", 't'), ("members", 'i'), ("members.value", 'i'), ("members.type", 't'), ("members.display", 't'), ("id", 'i'), ("meta.lastModified", 'z'), ("meta.version", 't')],
        ["Thing"] =
        [
            ("serial", 't'), ("code", 't'), ("label", 't'), ("size", 'n'), ("weight", 'd'), ("free", 'd'), ("on", 'b'), ("born", 'z'), ("tags", 't'), ("pin", 't'), ("note", 't'), ("must", 't'), ("parts", 't'), ("parts.value", 't'), ("parts.n", 'n'),
            ("parts.primary", 'b'), ("owner", 'i'), ("owner.value", 'i'), ("id", 'i'), ("meta.lastModified", 'z'),
        ],
    };

    readonly Dictionary<string, int> known = new() { ["User"] = 0, ["Group"] = 0, ["Thing"] = 0 };

    /// <summary>The list that is being walked through by cursor, without the cursor; null when there is none.</summary>
    public string? Walk { get; set; }

    /// <summary>Tells of a resource that was created, and what it is called from now on.</summary>
    public string Name(string type) => $"‹{type} {known[type]++}›";

    /// <summary>One more request.</summary>
    public RandomRequest Next() => Below(20) switch
    {
        < 4 => Create(Pick(Types)),
        < 6 => Change("PUT", Pick(Types)),
        < 10 => Change("PATCH", Pick(Types)),
        10 => Read(Pick(Types)),
        11 => Below(3) > 0 ? Read(Pick(Types)) : Delete(Pick(Types)),
        12 or 13 when Walk is not null => new RandomRequest("GET", $"{Walk}&cursor={(Below(30) == 0 ? "x" : "")}‹cursor›", null),
        14 => Bulk(),
        15 => Search(),
        16 => Members(),
        _ => List(),
    };

    static string Endpoint(string type) => type + "s";

    int Below(int most) => (int)dice.Next((uint)most);

    T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    bool Chance(int percent) => Below(100) < percent;

    // One that is there, was there, or never was.
    string Id(string type) => Below(25) == 0 || known[type] == 0 ? "none" : $"‹{type} {Below(known[type])}›";

    string Text() => $"\"{Pick(Texts)}\"";

    string Join(int most, Func<string> one) => string.Join(',', Enumerable.Range(0, Below(most + 1)).Select(_ => one()));

    string Value(char kind) => kind switch
    {
        'n' => Pick(Numbers),
        'd' => Pick(Decimals),
        'b' => Pick((string[])["true", "false", "\"True\""]),
        'z' => $"\"{Pick(Times)}\"",
        'i' => $"\"{Id(Pick(Types))}\"",
        _ => Text(),
    };

    string Some(params (string Name, Func<string> Value)[] parts) => string.Concat(parts.Where(_ => Chance(40)).Select(p => $",\"{p.Name}\":{p.Value()}"));

    string Element() => $$"""{"value":{{Text()}}{{Some(("type", () => $"\"{Pick(Kinds)}\""), ("primary", () => Chance(30) ? "true" : "false"))}}}""";

    string Document(string type) => type switch
    {
        "User" => $$"""
            {"userName":{{(Chance(70) ? $"\"u{Below(40)}\"" : Text())}}{{Some(("title", Text), ("displayName", Text), ("externalId", Text), ("active", Truth), ("name", () => $$"""{"familyName":{{Text()}}}"""),
            ("emails", () => $"[{Join(3, Element)}]"), ("roles", () => $"[{Join(2, Element)}]"), (Enterprise, () => $$"""{"department":{{Text()}},"employeeNumber":{{Text()}},"manager":{"value":"{{Id("User")}}"} }"""), ("nosuch", Text))}}{{Form()}}}
            """,
        "Group" => $$"""{"displayName":{{(Chance(70) ? $"\"g{Below(20)}\"" : Text())}}{{Some(("externalId", Text), ("members", () => $"[{Join(4, Member)}]"))}}}""",
        _ => $$"""
            {"serial":{{(Chance(70) ? $"\"s{Below(30)}\"" : Text())}}{{Some(("code", Text), ("label", Text), ("size", () => Value('n')), ("weight", () => Value('d')), ("free", () => Value('d')), ("on", () => Value('b')), ("born", () => Value('z')),
            ("tags", () => $"[{Join(3, Text)}]"), ("pin", Text), ("note", Text), ("must", Text), ("owner", () => $$"""{"value":"{{Id("User")}}"}"""),
            ("parts", () => $"[{Join(3, () => Element()[..^1] + Some(("n", () => Value('n'))) + "}")}]"))}}}
            """,
    };

    string Truth() => Pick((string[])["true", "false", "\"False\"", "[\"True\"]", "{\"value\":false}", "null", "[]", "\"\""]);

    // A known attribute by another name, a value in another form, or an element that is none.
    string Form() => Below(30) switch
    {
        0 => $",\"department\":{Text()}",
        1 => $",\"name.givenName\":{Text()}",
        2 => $",\"{Enterprise}:costCenter\":{Text()}",
        3 => $$""","urn:ietf:params:scim:schemas:core:2.0:User":{"nickName":{{Text()}},"active":{{Truth()}}}""",
        4 => $$""","EnterpriseUser":{"division":{{Text()}}}""",
        5 => $",\"userType\":{Pick(Numbers)}",
        6 => $$""","phoneNumbers":[{{Element()}},{{Element()}},{"type":"work","primary":true},{"value":""}]""",
        7 => $$""","entitlements[type eq \"{{Pick(Kinds)}}\"].value":{{Text()}}""",
        _ => "",
    };

    string Member() => $$"""{"value":"{{Id(Chance(80) ? "User" : "Group")}}"}""";

    string Operation(string type)
    {
        var (path, kind) = Pick(Attributes[type]);
        return Below(8) switch
        {
            0 when type == "Group" => $$"""{"op":"add","path":"members","value":[{{Join(3, Member)}}]}""",
            1 when type == "Group" => $$"""{"op":"remove","path":"members[value eq \"{{Id("User")}}\"]"}""",
            2 when type == "Group" => $$"""{"op":"Remove","path":"members","value":[{{Member()}}]}""",
            0 when type == "User" => $$"""{"op":"Replace","path":"emails[type eq \"{{Pick(Kinds)}}\"].value","value":{{Text()}}}""",
            1 when type == "User" => $$"""{"op":"add","path":"emails","value":[{{Join(2, Element)}}]}""",
            2 when type == "User" => $$"""{"op":"Remove","path":"emails","value":[{{Join(2, Element)}}]}""",
            3 when type == "User" => $$"""{"op":"replace","path":"active","value":{{Truth()}}}""",
            0 when type == "Thing" => $$"""{"op":"remove","path":"tags[value eq {{Text().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}}]"}""",
            1 when type == "Thing" => $$"""{"op":"replace","path":"parts[n gt {{Pick(Numbers)}}].type","value":{{Text()}}}""",
            2 or 3 => $$"""{"op":"replace","value":{{Document(type)}}}""",
            4 => $$"""{"op":"remove","path":"{{path}}"}""",
            5 => $$"""{"op":"add","path":"{{path}}","value":{{Value(kind)}}}""",
            _ => $$"""{"op":"replace","path":"{{path}}","value":{{Value(kind)}}}""",
        };
    }

    string Patch(string type) => HttpCalls.Patch(string.Join(',', Enumerable.Range(0, 1 + Below(3)).Select(_ => Operation(type))));

    (string, string)[] Conditions() => [.. Chance(15) ? [(Pick((string[])["If-Match", "If-None-Match"]), Pick((string[])["*", "W/\"1\"", "W/\"2\", W/\"3\"", "\"1\"", "junk"]))] : (IEnumerable<(string, string)>)[],
        .. Chance(10) ? [("Prefer", Pick((string[])["return=minimal", "return=representation"]))] : (IEnumerable<(string, string)>)[]];

    RandomRequest Create(string type) => new("POST", Endpoint(type), Document(type), Conditions());

    RandomRequest Change(string method, string type) => new(method, $"{Endpoint(type)}/{Id(type)}", method == "PUT" ? Document(type) : Patch(type), Conditions());

    RandomRequest Read(string type) => new(Chance(10) ? "HEAD" : "GET", $"{Endpoint(type)}/{Id(type)}{(Chance(30) ? "?" + Projection(type) : "")}", null, Conditions());

    RandomRequest Delete(string type) => new("DELETE", $"{Endpoint(type)}/{Id(type)}", null, Conditions());

    string Projection(string type) => $"{Pick((string[])["attributes", "excludedAttributes"])}={Pick(Attributes[type]).Path},{Pick(Attributes[type]).Path}";

    string Filter(string type, int depth)
    {
        if (depth > 0 && Chance(45))
        {
            return Below(5) switch
            {
                0 => $"not ({Filter(type, depth - 1)})",
                1 => $"{Filter(type, depth - 1)} or {Filter(type, depth - 1)}",
                _ => $"{Filter(type, depth - 1)} and {Filter(type, depth - 1)}",
            };
        }
        var (path, kind) = Pick(Attributes[type]);
        return Below(8) switch
        {
            0 => $"{path} pr",
            1 when type == "User" => $"emails[type eq \"work\" and value {Pick((string[])["eq", "sw", "co"])} {Text()}]",
            1 when type == "Thing" => $"parts[n {Pick((string[])["gt", "le", "eq"])} {Pick(Numbers)} and value sw {Text()}]",
            1 => $"members[value eq \"{Id("User")}\"]",
            2 or 3 or 4 => $"{path} eq {Value(kind)}",
            _ => $"{path} {Pick((string[])["ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])} {Value(kind)}",
        };
    }

    List<(string Name, string Value)> Query(string type)
    {
        var query = new List<(string Name, string Value)>();
        if (Chance(65))
        {
            query.Add(("filter", Filter(type, 2)));
        }
        if (Chance(45))
        {
            query.Add(("sortBy", Pick(Attributes[type]).Path));
            query.Add(("sortOrder", Pick((string[])["ascending", "descending"])));
        }
        if (query.Exists(p => p.Value.Contains("lastModified", StringComparison.Ordinal)))
        {
            // The operations of a Bulk are done at the same time, so their times have no order that could be told beforehand.
            query.RemoveAll(p => p.Name is "sortBy" or "sortOrder");
            query.Add(("sortBy", "id"));
        }
        if (Chance(20))
        {
            query.Add(("attributes", $"{Pick(Attributes[type]).Path},{Pick(Attributes[type]).Path}"));
        }
        query.Add(("count", Pick((string[])["1", "2", "3", "7", "50", "200", "0"])));
        return query;
    }

    RandomRequest List()
    {
        var type = Pick(Types);
        var target = Chance(15) ? "/scim/v2" : Endpoint(type);
        var text = $"{target}?{string.Join('&', Query(type).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value).Replace("%E2%80%B9", "‹", StringComparison.Ordinal).Replace("%E2%80%BA", "›", StringComparison.Ordinal)}"))}";
        if (Chance(40))
        {
            Walk = text;
            return new RandomRequest("GET", text + "&cursor=", null);
        }
        return new RandomRequest("GET", $"{text}&startIndex={1 + Below(6)}", null);
    }

    RandomRequest Search()
    {
        var type = Pick(Types);
        var parts = Query(type).Select(p => p.Name == "attributes" ? $"\"attributes\":[\"{p.Value.Replace(",", "\",\"", StringComparison.Ordinal)}\"]"
            : $"\"{p.Name}\":\"{p.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"").ToList();
        parts.Add(Chance(30) ? "\"cursor\":\"\"" : $"\"startIndex\":{1 + Below(4)}");
        return new RandomRequest("POST", Chance(40) ? ".search" : $"{Endpoint(type)}/.search", $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],{{string.Join(',', parts)}}}""");
    }

    RandomRequest Members()
    {
        var filter = Below(4) switch { 0 => $"value eq \"{Id("User")}\"", 1 => $"display sw {Text()}", 2 => "type eq \"User\" and value pr", _ => null };
        var text = $"Groups/{Id("Group")}/members?count={1 + Below(3)}{(filter is null ? "" : "&filter=" + Uri.EscapeDataString(filter).Replace("%E2%80%B9", "‹", StringComparison.Ordinal).Replace("%E2%80%BA", "›", StringComparison.Ordinal))}";
        if (Chance(50))
        {
            Walk = text;
            return new RandomRequest("GET", text + "&cursor=", null);
        }
        return new RandomRequest("GET", $"{text}&startIndex={1 + Below(3)}", null);
    }

    RandomRequest Bulk()
    {
        var types = Enumerable.Range(0, 1 + Below(6)).Select(_ => Pick(Types)).ToArray();
        string Reference() => Chance(60) ? $"bulkId:b{Below(types.Length + 1)}" : Id("User");
        var operations = types.Select((type, i) => Below(6) switch
        {
            0 => $$"""{"method":"PUT","path":"/{{Endpoint(type)}}/{{(Chance(30) ? Reference() : Id(type))}}","data":{{Document(type)}} }""",
            1 => $$"""{"method":"PATCH","path":"/{{Endpoint(type)}}/{{(Chance(30) ? Reference() : Id(type))}}","data":{{Patch(type)}}}""",
            2 => $$"""{"method":"DELETE","path":"/{{Endpoint(type)}}/{{(Chance(30) ? Reference() : Id(type))}}"{{(Chance(30) ? ",\"version\":\"W/\\\"1\\\"\"" : "")}}}""",
            3 => $$"""{"method":"POST","path":"/Groups","bulkId":"b{{i}}","data":{"displayName":"g{{Below(20)}}","members":[{"value":"{{Reference()}}"},{"value":"{{Reference()}}"}]} }""",
            4 => $$$"""{"method":"POST","path":"/Users","bulkId":"b{{{i}}}","data":{"userName":"u{{{Below(40)}}}","{{{Enterprise}}}":{"manager":{"value":"{{{Reference()}}}"} } }""",
            _ => $$"""{"method":"POST","path":"/{{Endpoint(type)}}","bulkId":"b{{i}}","data":{{Document(type)}}}""",
        });
        return new RandomRequest("POST", "Bulk", $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],{{(Chance(25) ? $"\"failOnErrors\":{1 + Below(2)}," : "")}}"Operations":[{{string.Join(',', operations)}}]}""");
    }
}
