using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 9865: cursor-based pagination, sentence by sentence.</summary>
public sealed partial class Rfc9865
{
    internal const string Js = "Users?filter=userName%20sw%20%22J%22";

    // Twelve users whose names start with J, created in an order that is not that of their names, and two others.
    static async Task<string[]> Fill(HttpClient client)
    {
        foreach (var name in (string[])["other", .. Enumerable.Range(0, 12).Select(i => $"j{i * 5 % 12:D2}"), "another"])
        {
            await client.CreateUser(name, $$""","title":"{{(int.TryParse(name.AsSpan(1), out var n) && n % 2 == 0 ? "even" : "odd")}}" """);
        }
        return [.. Enumerable.Range(0, 12).Select(i => $"j{i:D2}")];
    }

    internal static string[] Names(JsonObject page) => [.. page["Resources"]!.AsArray().Select(r => (r!["userName"] ?? r["displayName"])!.GetValue<string>())];

    internal static string? Text(JsonObject page, string name) => page[name]?.GetValue<string>();

    /// <summary>Follows a walk to its end and back to its beginning, and returns what each page held.</summary>
    static async Task<(List<string[]> Forth, List<string[]> Back)> Walk(HttpClient client, string query, int count)
    {
        var (forth, back) = (new List<string[]>(), new List<string[]>());
        var page = (await client.Send("GET", $"{query}&count={count}&cursor=")).Is(200).Json;
        Assert.Null(Text(page, "previousCursor"));
        forth.Add(Names(page));
        while (Text(page, "nextCursor") is { } next)
        {
            Assert.Matches(Unreserved(), next);
            page = (await client.Send("GET", $"{query}&count={count}&cursor={next}")).Is(200).Json;
            Assert.NotNull(Text(page, "previousCursor"));
            Assert.InRange(page["itemsPerPage"]!.GetValue<int>(), 0, count);
            forth.Add(Names(page));
        }
        back.Insert(0, Names(page));
        while (Text(page, "previousCursor") is { } previous)
        {
            page = (await client.Send("GET", $"{query}&count={count}&cursor={previous}")).Is(200).Json;
            back.Insert(0, Names(page));
        }
        return (forth, back);
    }

    [Theory, OnBothStores] // §2, the examples: filter=userName sw J, cursor, count
    public async Task The_first_users_starting_with_J_and_the_next_ones_are_read_as_printed(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var names = await Fill(host.Client);

        var first = (await host.Client.Send("GET", "Users?filter=userName%20sw%20J&cursor&count=5")).Is(200).Json;
        Assert.Equal("itemsPerPage nextCursor Resources schemas totalResults", string.Join(' ', first.Select(p => p.Key).Order(StringComparer.OrdinalIgnoreCase)));
        Assert.Equal((12, 5), (first["totalResults"]!.GetValue<int>(), first["itemsPerPage"]!.GetValue<int>()));
        Assert.Equal(names[..5], Names(first));

        // The example spells the attribute in another case the second time.
        var second = (await host.Client.Send("GET", $"Users?filter=username%20sw%20J&cursor={Text(first, "nextCursor")}&count=5")).Is(200).Json;
        Assert.Equal("itemsPerPage nextCursor previousCursor Resources schemas totalResults", string.Join(' ', second.Select(p => p.Key).Order(StringComparer.OrdinalIgnoreCase)));
        Assert.Equal((12, 5), (second["totalResults"]!.GetValue<int>(), second["itemsPerPage"]!.GetValue<int>()));
        Assert.Equal(names[5..10], Names(second));
        Assert.Equal(Names(first), Names((await host.Client.Send("GET", $"Users?filter=username%20sw%20J&cursor={Text(second, "previousCursor")}&count=5")).Is(200).Json));
    }

    [Theory, OnBothStores] // §2: nextCursor "MUST be omitted from a response only to indicate that there are no more result pages"; previousCursor "MUST NOT be returned with the first page"
    public async Task A_walk_meets_everything_once_forth_and_back_whatever_the_query(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await Fill(host.Client);
        await host.Client.CreateGroup("Engines");
        foreach (var query in (string[])
        [
            "Users?x=y", Js, $"{Js}&sortBy=userName&sortOrder=descending", "Users?sortBy=userName", "Users?sortBy=title&sortOrder=descending", "Users?sortBy=meta.lastModified", "Users?sortBy=displayName",
            "Users?filter=title%20eq%20%22even%22", "Users?filter=title%20eq%20%22even%22&sortBy=userName&sortOrder=descending", "Users?filter=userName%20gt%20%22j03%22%20and%20title%20eq%20%22odd%22", "/scim/v2?x=y", "/scim/v2?sortBy=userName",
            "/scim/v2?filter=meta.resourceType%20eq%20%22Group%22%20or%20userName%20ge%20%22j05%22", "Users?filter=userName%20eq%20%22j01%22",
        ])
        {
            var whole = Names((await host.Client.Send("GET", $"{query}&count=1000")).Is(200).Json);
            foreach (var count in new[] { 1, 3, 4, 14, 15 })
            {
                var (forth, back) = await Walk(host.Client, query, count);
                Assert.Equal((query, count, string.Join(' ', whole)), (query, count, string.Join(' ', forth.SelectMany(p => p))));
                Assert.Equal((query, count, string.Join(' ', whole)), (query, count, string.Join(' ', back.SelectMany(p => p))));
                Assert.All(forth.SkipLast(1), page => Assert.Equal(count, page.Length));
            }
        }
    }

    [Theory, OnBothStores] // §2, totalResults
    public async Task The_total_is_accurate_where_it_is_told_and_left_out_where_it_would_take_a_walk_through_everything(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await Fill(host.Client);
        foreach (var (query, total) in ((string, int?)[])
        [
            ("Users?x=y", 14), (Js, 12), ("Users?sortBy=title", 14), ("/scim/v2?x=y", 14), ("Users?filter=title%20eq%20%22even%22", null),
        ])
        {
            var page = (await host.Client.Send("GET", $"{query}&cursor=&count=2")).Is(200).Json;
            var last = (await host.Client.Send("GET", $"{query}&cursor=&count=100")).Is(200).Json;
            Assert.Equal((query, total), (query, page["totalResults"]?.GetValue<int>()));
            Assert.Equal((query, Names(last).Length), (query, last["totalResults"]!.GetValue<int>()));
            Assert.Equal((query, Names(last).Length, 0, false), (query, (await host.Client.Send("GET", $"{query}&cursor=&count=0")).Is(200) is var none ? none.Total : 0, Names(none.Json).Length, none.Json.ContainsKey("nextCursor")));
        }
    }

    [Theory, OnBothStores] // §2.1, table 3
    public async Task A_cursor_is_good_for_its_tenant_its_query_and_its_count_alone(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await using var other = await ScimHost.StartAsync(store);
        await Fill(host.Client);
        await Fill(other.Client);
        var cursor = Text((await host.Client.Send("GET", $"{Js}&cursor=&count=5")).Is(200).Json, "nextCursor")!;
        var root = Text((await host.Client.Send("GET", "/scim/v2?cursor=&count=5")).Is(200).Json, "nextCursor")!;

        foreach (var (client, query) in ((HttpClient, string)[])
        [
            (other.Client, $"{Js}&count=5&cursor={cursor}"), (host.Client, $"Users?count=5&cursor={cursor}"), (host.Client, $"Users?filter=userName%20sw%20%22K%22&count=5&cursor={cursor}"),
            (host.Client, $"{Js}&sortBy=userName&count=5&cursor={cursor}"), (host.Client, $"/scim/v2?filter=userName%20sw%20%22J%22&count=5&cursor={cursor}"), (host.Client, $"Users?count=5&cursor={root}"),
            (host.Client, $"{Js}&count=5&cursor={cursor[..^1]}"), (host.Client, $"{Js}&count=5&cursor={cursor}A"), (host.Client, $"{Js}&count=5&cursor={(cursor[0] == 'A' ? 'B' : 'A')}{cursor[1..]}"),
            (host.Client, $"{Js}&count=5&cursor=x"), (host.Client, $"{Js}&count=5&cursor=%20"), (host.Client, $"{Js}&count=5&cursor=VZUTiyhEQJ94IR"), (host.Client, $"{Js}&count=5&cursor=%00%22%3Cscript"), (host.Client, $"{Js}&count=5&cursor={new string('A', 9000)}"),
        ])
        {
            (await client.Send("GET", query)).Refuses(400, "invalidCursor");
        }
        (await host.Client.Send("GET", $"{Js}&count=4&cursor={cursor}")).Refuses(400, "invalidCount");
        (await host.Client.Send("GET", $"{Js}&cursor={cursor}")).Refuses(400, "invalidCount");
        (await host.Client.Send("GET", $"{Js}&count=x&cursor=")).Refuses(400, "invalidCount");
        Assert.Equal(["j05", "j06", "j07", "j08", "j09"], Names((await host.Client.Send("GET", $"{Js}&count=5&cursor={cursor}&attributes=userName&startIndex=9")).Is(200).Json));
    }

    [Theory, OnBothStores] // §2.1: "Do not wait longer than service provider's cursorTimeout"
    public async Task A_cursor_expires_after_the_time_that_is_stated(StoreKind store)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:CursorTimeoutSeconds"] = "600" }, services: s => s.AddSingleton<TimeProvider>(clock));
        await Fill(host.Client);
        var cursor = Text((await host.Client.Send("GET", "Users?cursor=&count=5")).Is(200).Json, "nextCursor");
        Assert.Equal(600, (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json["pagination"]!["cursorTimeout"]!.GetValue<int>());

        clock.Advance(TimeSpan.FromSeconds(600));
        (await host.Client.Send("GET", $"Users?cursor={cursor}&count=5")).Is(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("600 seconds", (await host.Client.Send("GET", $"Users?cursor={cursor}&count=5")).Refuses(400, "expiredCursor").Detail, StringComparison.Ordinal);
    }

    [Theory, OnBothStores] // §5.2: "to prevent clients from interpreting cursors"
    public async Task A_cursor_shows_nothing_of_the_directory(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        for (var i = 0; i < 5; i++)
        {
            // Long enough not to come about by chance among random bytes.
            await host.Client.CreateUser($"nobody-reads-{i}");
        }

        var cursors = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            cursors.Add(Text((await host.Client.Send("GET", "Users?sortBy=userName&cursor=&count=3")).Is(200).Json, "nextCursor")!);
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(cursors[i]);
            Assert.DoesNotContain("nobody", System.Text.Encoding.Latin1.GetString(bytes), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("userName", System.Text.Encoding.Latin1.GetString(bytes), StringComparison.OrdinalIgnoreCase);
        }
        Assert.NotEqual(cursors[0], cursors[1]);
    }

    [Theory, OnBothStores] // §2.4: "should use index as the default pagination method"
    public async Task Without_a_cursor_pages_are_by_index(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await Fill(host.Client);

        var page = (await host.Client.Send("GET", "Users?count=5")).Is(200).Json;

        Assert.Equal((1, false), (page["startIndex"]!.GetValue<int>(), page.ContainsKey("nextCursor")));
    }

    [Theory, OnBothStores] // §3, the example (which prints /User for /Users)
    public async Task A_query_by_POST_takes_a_cursor_in_its_body(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var name in (string[])["Smith, James", "smithers", "Jones", "SMITH"])
        {
            await host.Client.CreateUser(name.ToLowerInvariant().Replace(", ", ".", StringComparison.Ordinal), $$""","displayName":"{{name}}" """);
        }
        static string Search(string cursor) => $$"""
            {
               "schemas": [
                 "urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
               "attributes": ["displayName", "userName"],
               "filter": "displayName sw \"smith\"",
               "cursor": "{{cursor}}",
               "count": 2
            }
            """;

        var first = (await host.Client.Send("POST", "Users/.search", Search(""))).Is(200).Json;
        var second = (await host.Client.Send("POST", "Users/.search", Search(Text(first, "nextCursor")!))).Is(200).Json;

        Assert.Equal((3, 2), (first["totalResults"]!.GetValue<int>(), first["itemsPerPage"]!.GetValue<int>()));
        Assert.Equal(["smith", "smith.james"], Names(first));
        Assert.Equal(["smithers"], Names(second));
        Assert.Null(Text(second, "nextCursor"));
    }

    [Theory, OnBothStores] // §4
    public async Task The_service_provider_config_has_the_pagination_that_is_printed(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxPageSize"] = "250" });

        var config = (await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json;

        // As printed, but for the default method, which §2.4 has be index for clients that knew the server before.
        Expect.Same(JsonNode.Parse("""{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":100,"maxPageSize":250,"cursorTimeout":3600}"""), config["pagination"]);
    }

    [GeneratedRegex("^[A-Za-z0-9._~-]+$")]
    private static partial Regex Unreserved();
}
