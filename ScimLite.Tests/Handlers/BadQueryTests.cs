using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>Filters, pages, ids and headers that no client should send.</summary>
public sealed class BadQueryTests
{
    static readonly string[] Endpoints = ["Users", "Groups"];

    static IEnumerable<OddRequest> Filters(IEnumerable<string> filters, int status, string? scimType) =>
        from filter in filters
        from endpoint in Endpoints
        select new OddRequest($"{endpoint} {filter[..Math.Min(filter.Length, 60)]}", "GET", $"{endpoint}?filter={Uri.EscapeDataString(filter)}", status, scimType);

    [Theory, OnBothStores]
    public Task A_filter_that_can_not_be_read_is_an_invalid_filter(StoreKind store) => OddRequest.Refused(store, Filters(
    [
        "", " ", "displayName", "displayName eq", "displayName eq ", "eq \"x\"", "displayName \"x\"", "displayName = \"x\"", "displayName == \"x\"", "displayName is \"x\"",
        "displayName eq \"x", "displayName eq x\"", "displayName eq 'x'", "displayName eq \"x\\\"", "displayName eq \"\\x\"", "displayName eq \"\\u12\"", "displayName eq \"x\" \"y\"",
        "displayName eq \"x\" and", "displayName eq \"x\" or", "and displayName eq \"x\"", "displayName eq \"x\" xor id pr", "displayName eq \"x\", id pr", "not", "not displayName pr",
        "not (", "()", "(displayName pr", "displayName pr)", "((displayName pr)", "displayName[", "members[]", "members[value", "members[value eq \"x\"", "emails[type eq \"a\"]]", "emails[emails[type pr]]",
        "displayName pr pr", "displayName pr \"x\"", "displayName gt", "meta.created gt \"yesterday\"", "meta.created gt 5", "meta.created gt true", "meta eq \"x\"", "id eq true", "displayName eq true",
        "displayName gt null", "displayName co null", "displayName[value eq \"x\"]", "id[value pr]", "1displayName eq \"x\"", ".displayName eq \"x\"", "displayName. eq \"x\"", "display name eq \"x\"",
        "urn: eq \"x\"", "urn:ietf:params:scim:schemas:core:2.0:User: pr", "\0", "displayName\0 eq \"x\"", "displayName eq \"x\"\0", "%", "' or 1=1 --", "*", "{}", "[]", "$where: 1", "displayName eq {\"a\":1}",
        "displayName eq \"x\" && id pr", "!(id pr)", "displayName eq (\"x\")", "displayName in [\"x\"]", "displayName eq [\"x\"]", "😀 eq \"x\"", "displayName eq \u00a0",
    ], 400, "invalidFilter"));

    [Theory, OnBothStores]
    public Task An_attribute_is_compared_only_with_what_it_can_hold(StoreKind store) => OddRequest.Refused(store, ((string[])
    [
        "active eq \"maybe\"", "active eq 5", "active gt true", "active co \"t\"", "active sw true", "active ew \"e\"", "name eq \"Ada\"", "name gt \"Ada\"", "name co \"Ada\"",
        "x509Certificates.value gt \"QUJD\"", "emails[primary eq \"perhaps\"]", "emails[type eq \"work\" and primary gt true]", "active eq \"\\ud800\"", "meta.created eq \"\\udc00\"",
        "name eq \"\\ud800\\ud800\"", $"active eq \"{new string('x', 99)}😀\"", $"active eq \"{new string('x', 98)}😀\"", "userName eq true", "userName eq false", "emails eq true",
    ]).Select(filter => new OddRequest(filter, "GET", $"Users?filter={Uri.EscapeDataString(filter)}", 400, "invalidFilter")));

    [Theory, OnBothStores]
    public Task A_filter_to_the_letter_has_quotes_and_attributes_that_a_schema_knows(StoreKind store) => OddRequest.Refused(
        store, Filters(["displayName eq x", "shoe eq \"x\"", "shoe pr", "displayName.shoe pr", "urn:x:y:z eq \"x\"", "members.shoe eq \"x\"", "shoe[value pr]"], 400, "invalidFilter"), dialect: "rfc");

    [Theory, OnBothStores]
    public async Task A_filter_may_be_as_long_and_as_deep_as_the_limits_say(StoreKind store)
    {
        string Long(int characters) => $"displayName eq \"{new string('x', characters - 17)}\"";
        string Deep(int brackets) => $"{new string('(', brackets)}displayName pr{new string(')', brackets)}";
        string Inverted(int brackets) => $"{string.Concat(Enumerable.Repeat("not (", brackets))}displayName pr{new string(')', brackets)}";
        await OddRequest.Refused(store, Filters([Long(8193), Long(9000), Long(60_000), Deep(33), Deep(1000), Deep(4000), Inverted(33), Inverted(1000)], 400, "invalidFilter"));
        await using var host = await ScimHost.StartAsync(store);
        foreach (var filter in (string[])[Long(8192), Deep(32), Inverted(32), string.Join(" or ", Enumerable.Repeat("id pr", 600)), string.Join(" and ", Enumerable.Repeat("title sw \"\"", 400))])
        {
            (await host.Client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}")).Is(200);
        }

        var small = new Dictionary<string, string> { ["ScimLite:Limits:MaxFilterLength"] = "64", ["ScimLite:Limits:MaxFilterDepth"] = "1" };
        await OddRequest.Refused(store, Filters([Long(65), Deep(2), Inverted(2)], 400, "invalidFilter"), settings: small);
        await using var limited = await ScimHost.StartAsync(store, settings: small);
        foreach (var filter in (string[])[Long(64), Deep(1), Inverted(1)])
        {
            (await limited.Client.Send("GET", $"Groups?filter={Uri.EscapeDataString(filter)}")).Is(200);
        }
    }

    [Theory, OnBothStores]
    public Task A_page_that_is_no_whole_number_is_refused(StoreKind store) => OddRequest.Refused(store,
        from value in (string[])["abc", "1.5", "1e3", "0x10", "--1", "-", "1-", "1,5", "١", "½", "NaN", "null", "\"1\"", "1 2", "999999999999999999999999", "\0", "1\0", "+1", "1;2"]
        from key in (string[])["startIndex", "count"]
        from endpoint in Endpoints
        select new OddRequest($"{endpoint} {key}={value}", "GET", $"{endpoint}?{key}={Uri.EscapeDataString(value)}", 400, "invalidValue"));

    [Theory, OnBothStores]
    public async Task A_page_beyond_every_end_is_empty_and_never_an_error(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await host.Client.CreateUser("ada");
        foreach (var huge in (string[])["2147483647", "2147483648", "4294967296", "9223372036854775807", "99999999999999999999"])
        {
            var past = (await host.Client.Send("GET", $"Users?startIndex={huge}&count={huge}")).Is(200);
            Assert.Equal((1, 0), (past.Total, past.Json["Resources"]!.AsArray().Count));
            Assert.Single((await host.Client.Send("GET", $"Users?count={huge}")).Is(200).Json["Resources"]!.AsArray());
            Assert.Empty((await host.Client.Send("GET", $"Users?filter=userName%20co%20%22a%22&startIndex={huge}")).Is(200).Json["Resources"]!.AsArray());
        }

        foreach (var small in (string[])["0", "-1", "-2147483649", "-9999999999999999999"])
        {
            Assert.Single((await host.Client.Send("GET", $"Users?startIndex={small}")).Is(200).Json["Resources"]!.AsArray());
            Assert.Empty((await host.Client.Send("GET", $"Users?count={small}")).Is(200).Json["Resources"]!.AsArray());
        }
    }

    [Theory, OnBothStores]
    public Task An_id_that_can_not_exist_is_404_on_every_verb(StoreKind store)
    {
        string[] ids =
        [
            "x", "0", "-1", "null", "undefined", "*", "%2A", "%20", "%0A", "%0D%0A", "%7F", "%22", "%27%20or%201=1", "%3Cscript%3E", "a%2Fb", "%2F", "%2F..%2F", "%5C",
            "a%5C..%5Cb", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%98%80", "%ED%A0%80", "%FF", "%C0%AF", "%", "%zz", "a:b", "a;b", "a,b", "{tenant}", "%7B%7D", "scimlite:x", "a@b", "a+b", "a b",
            "Users", "urn:ietf:params:scim:schemas:core:2.0:User", new string('x', 300), new string('x', 5000), string.Concat(Enumerable.Repeat("%F0%9F%98%80", 60)), $"x{string.Concat(Enumerable.Repeat("%F0%9F%98%80", 60))}",
        ];
        return OddRequest.Refused(store,
            from id in ids
            from endpoint in Endpoints
            from method in (string[])["GET", "PUT", "PATCH", "DELETE"]
            select new OddRequest($"{method} {endpoint}/{id[..Math.Min(id.Length, 40)]}", method, $"{endpoint}/{id}", 404)
            {
                Body = method switch
                {
                    "PUT" => """{"userName":"eve","displayName":"eve"}"""u8.ToArray(),
                    "PATCH" => System.Text.Encoding.UTF8.GetBytes(HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"x"}""")),
                    _ => null,
                },
            });
    }

    [Theory, OnBothStores]
    public Task An_if_match_that_is_no_current_version_is_412_and_nothing_is_written(StoreKind store)
    {
        string[] tags =
        [
            "W/\"2\"", "\"2\"", "2", "W/\"0\"", "W/\"-1\"", "W/\"1.0\"", "W/\" 1\"", "W/\"x\"", "x", "\"\"", "W/\"\"", "W/", "\"", ",", ",,,", "W/\"9999999999999999999999\"", "\"*\"", "W/\"a330bc54f0671c9\"",
            "\"x,*,y\"", "\"x,1,y\"", "W/\"2\", W/\"3\"", "null", new string('x', 5000), "W/\"١\"", "w\"1\"",
        ];
        return OddRequest.Refused(store,
            from tag in tags
            from endpoint in (string[])["Users/{user}", "Groups/{group}"]
            from method in (string[])["PUT", "PATCH", "DELETE"]
            select new OddRequest($"{method} {endpoint} {tag[..Math.Min(tag.Length, 40)]}", method, endpoint, 412)
            {
                Headers = [("If-Match", tag)],
                Body = method switch
                {
                    "PUT" => """{"userName":"eve","displayName":"eve"}"""u8.ToArray(),
                    "PATCH" => System.Text.Encoding.UTF8.GetBytes(HttpCalls.Patch("""{"op":"replace","path":"externalId","value":"x"}""")),
                    _ => null,
                },
            });
    }

    [Theory, OnBothStores]
    public async Task A_client_request_id_that_would_harm_a_log_is_replaced(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var id in (string[])["", " ", "a b", "a\tb", "a\u0001b", "a\u007fb", "ü", "😀", new string('x', 129), new string('x', 8000)])
        {
            var answer = (await host.Client.Send("GET", "Users", null, ("client-request-id", id))).Is(200);
            Assert.Matches("^[0-9a-f]{32}$", answer.Header("X-Correlation-Id"));
        }

        var longest = new string('x', 128);
        Assert.Equal(longest, (await host.Client.Send("GET", "Users", null, ("client-request-id", longest))).Is(200).Header("X-Correlation-Id"));
        Assert.Matches("^[0-9a-f]{32}$", (await host.Client.Send("GET", "Users", null, ("client-request-id", "a"), ("client-request-id", "b"))).Is(200).Header("X-Correlation-Id"));
    }
}
