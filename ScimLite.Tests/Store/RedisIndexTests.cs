using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Telemetry;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>
/// An index, or a uniqueness, that is asked for when the directory is filled already: lists do without the index until it holds every
/// resource, also while replicas write that know nothing of it. In memory nothing is older than the process and its schemas.
/// </summary>
public sealed class RedisIndexTests(RedisUnderTest redis) : IClassFixture<RedisUnderTest>
{
    static readonly SchemaCatalog Catalog = SchemaCatalog.With([new SchemaFile("user.json", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","indexed":["title"]}"""u8.ToArray())], passwords: false);

    static readonly ResourceType Titled = Catalog.User;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Lookup.ByTerm TitleIs(string title) => new Lookup.ByTerm(Term(Titled, "title", title));

    static Task<CommitOutcome.Committed> Create(TestTenant tenant, ResourceType type, string id, string title) =>
        tenant.Done(tenant.Document(type, id, $"name of {id}", Expected.Absent, r => r["title"] = title));

    static async Task Build(TestTenant tenant)
    {
        while (!(await tenant.Store.BuildIndexesAsync(tenant.Id, Titled, Cancel)).Complete)
        {
        }
    }

    [Fact]
    public async Task An_index_is_not_used_until_it_holds_what_was_there_before()
    {
        var tenant = new TestTenant(redis.Store);
        for (var i = 0; i < 450; i++)
        {
            await Create(tenant, User, $"u{i:D3}", $"title {i % 10}");
        }
        var versions = (await tenant.Query(User, new Lookup.All())).Resources.Select(r => (r.Id, r.Version, r.LastModified)).ToArray();
        Assert.Null(await tenant.Query(Titled, TitleIs("title 3")));
        Assert.Equal("1: u003", await tenant.Found(Titled, new Lookup.ByTerm(Term(Titled, "userName", "name of u003"))));

        var first = await tenant.Store.BuildIndexesAsync(tenant.Id, Titled, Cancel);
        Assert.Equal((false, true), (first.Complete, first.Began));
        Assert.Null(await tenant.Query(Titled, TitleIs("title 3")));
        // What is written meanwhile is in the index already, and what is deleted is not waited for.
        tenant.Now = tenant.Now.AddSeconds(1);
        await Create(tenant, Titled, "new", "title 3");
        await tenant.Rename(Titled, "u449", "renamed");
        await tenant.Delete(User, "u433");
        await Build(tenant);

        Assert.Equal("45: new", await tenant.Found(Titled, TitleIs("title 3"), count: 1));
        Assert.Equal("450:", await tenant.Found(Titled, new Lookup.ByRange(IndexRange.Whole(Term(Titled, "title", "").Attribute)), start: 450));
        Assert.Equal("450: u449", await tenant.Found(Titled, new Lookup.ByRange(IndexRange.Whole(Term(Titled, "title", "").Attribute)), start: 449));
        Assert.Equal(versions.Where(v => v.Id is not ("u433" or "u449")),
            (await tenant.Query(Titled, new Lookup.All())).Resources.Where(r => r.Id is not ("new" or "u449")).Select(r => (r.Id, r.Version, r.LastModified)));
        Assert.True((await tenant.Store.BuildIndexesAsync(tenant.Id, Titled, Cancel)).Complete);
    }

    [Fact]
    public async Task An_empty_directory_has_complete_indexes_from_its_first_resource_on()
    {
        var tenant = new TestTenant(redis.Store);
        Assert.Equal("0:", await tenant.Found(Titled, TitleIs("x")));
        await Create(tenant, Titled, "a", "x");
        Assert.Equal("1: a", await tenant.Found(Titled, TitleIs("X")));
        await tenant.Delete(Titled, "a");
        await Create(tenant, User, "b", "x");
        Assert.Null(await tenant.Query(Titled, TitleIs("x")));
    }

    [Fact]
    public async Task A_write_of_a_replica_that_does_not_know_the_index_takes_it_out_of_use_until_it_is_built_again()
    {
        var tenant = new TestTenant(redis.Store);
        await Create(tenant, Titled, "a", "x");
        await Create(tenant, Titled, "b", "x");
        await tenant.CreateGroup("g");

        // What leaves the documents as they are does no harm.
        await tenant.Change("g", add: ["a"]);
        await tenant.Delete(User, "b");
        Assert.Equal("1: a", await tenant.Found(Titled, TitleIs("x")));

        await tenant.Rename(User, "a", "by an older replica");
        Assert.Null(await tenant.Query(Titled, TitleIs("x")));
        await Create(tenant, Titled, "c", "x");
        Assert.Null(await tenant.Query(Titled, TitleIs("x")));
        await Build(tenant);
        Assert.Equal("1: c", await tenant.Found(Titled, TitleIs("x")));

        // An index that nobody asks for any more is not kept up, and begins anew.
        await Create(tenant, User, "d", "x");
        await Build(tenant);
        Assert.Equal("2: c d", await tenant.Found(Titled, TitleIs("x")));
    }

    [Fact]
    public async Task Values_in_another_form_are_another_index()
    {
        var (exact, folded) = (Coded("true"), Coded("false"));
        var tenant = new TestTenant(redis.Store);
        await tenant.Done(tenant.Document(exact, "a", "n", Expected.Absent, r => r["code"] = "Abc"));
        Assert.Equal("1: a", await tenant.Found(exact, new Lookup.ByTerm(Term(exact, "code", "Abc"))));

        Assert.Null(await tenant.Query(folded, new Lookup.ByTerm(Term(folded, "code", "abc"))));
        Assert.True((await tenant.Store.BuildIndexesAsync(tenant.Id, folded, Cancel)) is { Complete: true, Began: true });
        Assert.Equal("1: a", await tenant.Found(folded, new Lookup.ByTerm(Term(folded, "code", "abc"))));
        Assert.Null(await tenant.Query(exact, new Lookup.ByTerm(Term(exact, "code", "Abc"))));

        static ResourceType Coded(string caseExact) => new("User", "/Users", "User", Schema.Parse(
            $$"""{"id":"urn:example:own","name":"Own","attributes":[{"name":"userName","type":"string"},{"name":"code","type":"string","caseExact":{{caseExact}} }]}"""), [], ["code"]);
    }

    [Fact]
    public async Task Replicas_with_and_without_the_index_write_while_two_build_and_nothing_is_missed()
    {
        var tenant = new TestTenant(redis.Store);
        for (var i = 0; i < 300; i++)
        {
            await Create(tenant, User, $"u{i:D3}", $"{i % 7}");
        }
        async Task Write(ResourceType type, int from)
        {
            for (var i = from; i < from + 100; i++)
            {
                await tenant.Done(tenant.Document(type, $"u{i:D3}", $"name of u{i:D3}", Expected.Any, r => r["title"] = $"{(i + 1) % 7}"));
                await Create(tenant, type, $"n{i:D3}", $"{i % 7}");
            }
        }
        var writing = Task.WhenAll(Task.Run(() => Write(User, 0), Cancel), Task.Run(() => Write(Titled, 100), Cancel));
        var building = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            do
            {
                await Build(tenant);
                // Whenever the index answers, it answers for all that was there before the question.
                var before = (await tenant.Query(User, new Lookup.All())).Total;
                if (await tenant.Query(Titled, new Lookup.ByRange(IndexRange.Whole(Term(Titled, "title", "").Attribute))) is { } page)
                {
                    Assert.True(page.Total >= before, $"{page.Total} of {before}");
                }
            }
            while (!writing.IsCompleted);
        }, Cancel)).ToArray();
        await Task.WhenAll([writing, .. building]);
        await Build(tenant);

        var all = (await tenant.Query(User, new Lookup.All())).Resources;
        Assert.Equal(500, all.Count);
        for (var title = 0; title < 7; title++)
        {
            Assert.Equal(all.Where(r => (string?)ScimJson.ParseStored(r.Document.Span)["title"] == $"{title}").Select(r => r.Id).Order(StringComparer.Ordinal),
                (await tenant.Query(Titled, TitleIs($"{title}"))).Resources.Select(r => r.Id));
        }
        await using var connection = new RedisConnection(RedisServer.ConnectionString);
        Assert.Empty(await new RedisCheck(connection, Catalog).CheckAsync(tenant.Id, Cancel).ToListAsync(Cancel));
    }

    const string Extension = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";

    static (string, string)[] Files(string uniqueness, string indexed) =>
    [
        ("acme-user.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"{{Extension}}","name":"AcmeUser","attributes":[
            {"name":"badgeNumber","type":"string","uniqueness":"{{uniqueness}}"},{"name":"costCode","type":"string"},{"name":"level","type":"integer"}]}
            """),
        ("user.json", $$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","schemaExtensions":[{"schema":"{{Extension}}","required":false}],"indexed":[{{indexed}}]}
            """),
    ];

    [Fact]
    public async Task Values_that_a_schema_no_longer_means_count_for_nothing_and_break_nothing()
    {
        static (string, string)[] Typed(string type, string indexed) =>
        [
            ("s.json", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:S","name":"S","attributes":[{"name":"serial","type":"string","required":true},{"name":"v","type":"{{type}}"}]}"""),
            ("t.json", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"S","endpoint":"/Ss","schema":"urn:example:S","indexed":[{{indexed}}]}"""),
        ];
        (string Type, string Old, string New, string Filter)[] kinds =
        [
            ("string", "\"x\"", "\"5\"", "v sw \"5\""), ("integer", "5", "7", "v ge 6"), ("binary", "\"QUJD\"", "\"REVG\"", "v eq \"REVG\""), ("boolean", "true", "false", "v eq false"),
            ("dateTime", "\"2026-01-02T03:04:05Z\"", "\"2027-01-02T03:04:05Z\"", "v gt \"2026-06-01T00:00:00Z\""), ("decimal", "0.5", "1.5", "v gt 1"),
        ];
        foreach (var (was, becomes) in kinds.Zip([.. kinds[1..], kinds[0]]))
        {
            await using var older = await OwnSchemas.StartAsync(StoreKind.Redis, Typed(was.Type, "\"v\""));
            (await older.Client.Send("POST", "Ss", $$"""{"serial":"old","v":{{was.Old}} }""")).Is(201);
            await using var newer = await OwnSchemas.StartAsync(StoreKind.Redis, Typed(becomes.Type, "\"v\""), sameDirectoryAs: older);
            (await newer.Client.Send("POST", "Ss", $$"""{"serial":"new","v":{{becomes.New}} }""")).Is(201);
            async Task<string> Ask() => string.Join(' ', (await Task.WhenAll(((string[])[$"filter={Uri.EscapeDataString(becomes.Filter)}", "sortBy=v", "filter=serial%20ne%20%22x%22&sortBy=v&sortOrder=descending"]).Select(q => newer.Client.Send("GET", $"Ss?{q}"))))
                .Select(a => string.Concat(a.Is(200).Json["Resources"]!.AsArray().Select(r => (string?)r!["serial"]))));

            Assert.Equal((was.Type, becomes.Type, "new newold oldnew"), (was.Type, becomes.Type, await Ask()));
            await newer.Services.GetServices<IHostedService>().OfType<IndexBuilder>().Single().BuildAsync(Cancel);
            Assert.Equal((was.Type, becomes.Type, "new newold oldnew"), (was.Type, becomes.Type, await Ask()));
        }
    }

    [Fact]
    public async Task After_a_change_of_the_schemas_every_list_is_right_before_the_indexes_are_built_and_afterwards()
    {
        using var log = new CapturedLog();
        await using var older = await OwnSchemas.StartAsync(StoreKind.Redis, Files("none", ""));
        for (var i = 0; i < 250; i++)
        {
            await older.Client.CreateUser($"u{i:D3}", $$""","{{Extension}}":{"badgeNumber":"{{i / 2 * 2}}","costCode":"c{{i % 5}}","level":{{250 - i}} }""");
        }
        var folder = OwnSchemas.Write(Files("server", $"\"{Extension}:costCode\",\"{Extension}:level\""));
        await using var newer = await ScimHost.StartAsync(StoreKind.Redis, sameDirectoryAs: older, settings: new Dictionary<string, string> { ["ScimLite:SchemaFolder"] = folder },
            services: s => s.AddSingleton<ILoggerProvider>(log).AddSingleton<ILoggerFactory>(new LoggerFactory([log])));
        string[] queries =
        [
            $"filter={Extension}:costCode%20eq%20%22C3%22", $"filter={Extension}:costCode%20sw%20%22c%22", $"filter={Extension}:level%20gt%20200", $"sortBy={Extension}:level", $"sortBy={Extension}:costCode&sortOrder=descending&startIndex=7",
            $"filter={Extension}:badgeNumber%20eq%20%2242%22", $"filter={Extension}:costCode%20eq%20%22c3%22%20and%20userName%20co%20%221%22&sortBy={Extension}:level", "filter=userName%20eq%20%22u123%22", $"filter={Extension}:badgeNumber%20pr",
        ];
        async Task<string> Ask(string query)
        {
            var list = (await newer.Client.Send("GET", $"Users?{query}&attributes=userName&count=1000")).Is(200).Json;
            var names = list["Resources"]!.AsArray().Select(r => (string?)r!["userName"]);
            // Without an order to ask for, an index has its own.
            return $"{query} {list["totalResults"]} {string.Join(' ', query.Contains("sortBy", StringComparison.Ordinal) ? names : names.Order(StringComparer.Ordinal))}";
        }
        async Task<string[]> AskAll() => [.. await Task.WhenAll(queries.Select(Ask))];
        var before = await AskAll();
        Assert.Equal([50, 250, 50, 250, 250, 2, 24, 1, 250], before.Select(b => int.Parse(b.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
        // A walk that begins without the index goes on without it.
        var page = (await newer.Client.Send("GET", $"Users?filter={Extension}:costCode%20sw%20%22c%22&count=60&cursor=")).Is(200).Json;

        var builder = newer.Services.GetServices<IHostedService>().OfType<IndexBuilder>().Single();
        await builder.BuildAsync(Cancel);
        Directory.Delete(folder, recursive: true);

        Assert.Equal(before, await AskAll());
        var met = page["Resources"]!.AsArray().Select(r => (string?)r!["userName"]).ToList();
        while (page["nextCursor"] is { } next)
        {
            page = (await newer.Client.Send("GET", $"Users?filter={Extension}:costCode%20sw%20%22c%22&count=60&cursor={next}")).Is(200).Json;
            met.AddRange(page["Resources"]!.AsArray().Select(r => (string?)r!["userName"]));
        }
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"u{i:D3}"), met);
        using var recorder = new Recorder();
        Assert.Equal("query", (await recorder.Call(newer.Client, "GET", $"Users?{queries[0]}", null)).RoundTrips);

        // Two have each badge: whoever is changed has to give it up, and the log tells who they are, without the value.
        var shared = log.Lines.Where(l => l.Contains("have the same AcmeUser:badgeNumber", StringComparison.Ordinal)).ToArray();
        Assert.InRange(shared.Length, 1, 125);
        Assert.Contains(log.Lines, l => l.Contains($"Tenant {newer.Tenant}: the indexes of User hold every resource now", StringComparison.Ordinal));
        (await newer.Client.Send("POST", "Users", $$"""{"userName":"late","{{Extension}}":{"badgeNumber":"42"} }""")).Is(409);

        // A cursor of the index that was taken out of use can't be followed, and says so.
        var cursor = (await newer.Client.Send("GET", $"Users?filter={Extension}:costCode%20sw%20%22c%22&count=60&cursor=")).Is(200).Json["nextCursor"];
        await older.Client.CreateUser("x", $$""","{{Extension}}":{"costCode":"c3"}""");
        Assert.Equal("expiredCursor", (string?)(await newer.Client.Send("GET", $"Users?filter={Extension}:costCode%20sw%20%22c%22&count=60&cursor={cursor}")).Is(400).Json["scimType"]);
        Assert.StartsWith($"{queries[0]} 51 ", await Ask(queries[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_no_json_holds_up_the_indexes_of_its_own_directory_alone()
    {
        var (broken, whole) = (new TestTenant(redis.Store), new TestTenant(redis.Store));
        await Create(broken, User, "a", "x");
        await Create(whole, User, "a", "x");
        await redis.Database.HashSetAsync($"scimlite:{{{broken.Id}}}:documents:User", "a", "{");
        var folder = OwnSchemas.Write([("user.json", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","indexed":["title"]}""")]);
        await using var host = await ScimHost.StartAsync(StoreKind.Redis, settings: new Dictionary<string, string>
        {
            ["ScimLite:SchemaFolder"] = folder,
            [$"ScimLite:Tenants:{broken.Id}:Token"] = Guid.NewGuid().ToString(),
            [$"ScimLite:Tenants:{whole.Id}:Token"] = Guid.NewGuid().ToString(),
        });

        await host.Services.GetServices<IHostedService>().OfType<IndexBuilder>().Single().BuildAsync(Cancel);
        Directory.Delete(folder, recursive: true);

        Assert.Equal("1: a", await whole.Found(Titled, TitleIs("x")));
        Assert.Null(await broken.Query(Titled, TitleIs("x")));
    }
}
