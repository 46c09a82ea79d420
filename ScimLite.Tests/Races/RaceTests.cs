using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Races;

/// <summary>
/// Requests that meet each other over HTTP, as those of a provisioning job with many connections do: on two services that share
/// one Redis, taken in turns, and on one service in memory. No change is lost, and of those that exclude each other one wins.
/// </summary>
public sealed class RaceTests
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    // All that can be set on a user without disturbing another of them: path and where the value is read back.
    static readonly (string Path, string Place)[] Attributes =
    [
        ("displayName", "displayName"), ("nickName", "nickName"), ("title", "title"), ("userType", "userType"), ("externalId", "externalId"),
        ("preferredLanguage", "preferredLanguage"), ("locale", "locale"), ("timezone", "timezone"),
        ("name.formatted", "name>formatted"), ("name.givenName", "name>givenName"), ("name.familyName", "name>familyName"),
        ("name.middleName", "name>middleName"), ("name.honorificPrefix", "name>honorificPrefix"), ("name.honorificSuffix", "name>honorificSuffix"),
        ($"{Enterprise}:employeeNumber", $"{Enterprise}>employeeNumber"), ($"{Enterprise}:costCenter", $"{Enterprise}>costCenter"),
        ($"{Enterprise}:organization", $"{Enterprise}>organization"), ($"{Enterprise}:division", $"{Enterprise}>division"),
        ($"{Enterprise}:department", $"{Enterprise}>department"),
        ("""phoneNumbers[type eq "work"].value""", "phoneNumbers>work>value"), ("""phoneNumbers[type eq "mobile"].value""", "phoneNumbers>mobile>value"),
        ("""phoneNumbers[type eq "fax"].value""", "phoneNumbers>fax>value"),
        ("""emails[type eq "work"].value""", "emails>work>value"), ("""emails[type eq "home"].value""", "emails>home>value"),
        ("""addresses[type eq "work"].formatted""", "addresses>work>formatted"), ("""addresses[type eq "work"].streetAddress""", "addresses>work>streetAddress"),
        ("""addresses[type eq "work"].locality""", "addresses>work>locality"), ("""addresses[type eq "work"].region""", "addresses>work>region"),
        ("""addresses[type eq "work"].postalCode""", "addresses>work>postalCode"), ("""addresses[type eq "work"].country""", "addresses>work>country"),
    ];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<StoreKind> Stores => [.. Enum.GetValues<StoreKind>()];

    static string User(string userName) => $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{userName}}"}""";

    static string Group(string displayName, params string[] members) => $$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{{displayName}}","members":[{{string.Join(',', members.Select(m => $$"""{"value":"{{m}}"}"""))}}]}
        """;

    static string Patch(string operation) =>
        $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operation}}]}""";

    static string Replace(string path, string value) => Patch($$"""{"op":"Replace","path":"{{path.Replace("\"", "\\\"", StringComparison.Ordinal)}}","value":"{{value}}"}""");

    // As Entra sends it without and with ?aadOptscim062020.
    static string Add(string id, bool compliant) => Patch(compliant
        ? $$"""{"op":"add","path":"members","value":[{"value":"{{id}}"}]}"""
        : $$"""{"op":"Add","path":"members","value":[{"$ref":null,"value":"{{id}}"}]}""");

    static string Remove(string id, bool compliant) => Patch(compliant
        ? $$"""{"op":"remove","path":"members[value eq \"{{id}}\"]"}"""
        : $$"""{"op":"Remove","path":"members","value":[{"$ref":null,"value":"{{id}}"}]}""");

    static Task<Answer[]> AtOnce(int count, Func<int, Task<Answer>> call) => Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => call(i), Cancel)));

    static string[] Members(JsonObject group) => [.. (group["members"]?.AsArray() ?? []).Select(m => m!.Text("value")).Order(StringComparer.Ordinal)];

    // How often which status was answered, such as "201:1 409:49".
    static string Statuses(IEnumerable<Answer> answers) =>
        string.Join(' ', answers.GroupBy(a => (int)a.Status).OrderBy(g => g.Key).Select(g => $"{g.Key}:{g.Count()}"));

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Parallel_adds_and_removes_of_members_all_take_effect(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var ids = (await AtOnce(64, i => service.Next.Create("Users", User($"user{i}")))).Select(a => a.Id).ToArray();
        var group = (await service.Next.Create("Groups", Group("Staff", ids[..32]))).Id;

        var answers = await AtOnce(64, i =>
            service.Next.Patch($"Groups/{group}", i < 32 ? Remove(ids[i], compliant: i % 4 < 2) : Add(ids[i], compliant: i % 4 < 2)));

        Assert.Equal("204:64", Statuses(answers));
        Assert.Equal(64, answers.Select(a => a.ETag).Distinct().Count());
        foreach (var client in service.Clients)
        {
            var read = (await client.Get($"Groups/{group}")).Is(HttpStatusCode.OK);
            Assert.Equal(ids[32..].Order(StringComparer.Ordinal), Members(read.Body));
            Assert.Equal("W/\"65\"", read.ETag);
        }
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(i >= 32, (await service.Next.Get($"Users/{ids[i]}")).Body["groups"] is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_rename_among_many_changes_of_members_loses_none_of_them(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var ids = (await AtOnce(48, i => service.Next.Create("Users", User($"user{i}")))).Select(a => a.Id).ToArray();
        var group = (await service.Next.Create("Groups", Group("Staff", ids[..8]))).Id;

        var answers = await AtOnce(48, i => service.Next.Patch($"Groups/{group}", i switch
        {
            0 => Replace("displayName", "Renamed"),
            1 => Replace("externalId", "external"),
            // Names a member by what it is called, so the members have to be looked at.
            2 => Patch("""{"op":"remove","path":"members[display eq \"user3\"]"}"""),
            < 8 => Remove(ids[i], compliant: false),
            _ => Add(ids[i], compliant: true),
        }));

        Assert.Equal("204:48", Statuses(answers));
        var read = (await service.Next.Get($"Groups/{group}")).Is(HttpStatusCode.OK).Body;
        Assert.Equal(("Renamed", "external"), (read.Text("displayName"), read.Text("externalId")));
        Assert.Equal(ids[..3].Concat(ids[8..]).Order(StringComparer.Ordinal), Members(read));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Of_parallel_identical_creations_one_is_done(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);

        var users = await AtOnce(50, i => service.Next.Post("Users", User(i % 2 == 0 ? "babs" : "BABS")));
        var groups = await AtOnce(50, i => service.Next.Post("Groups", Group(i % 2 == 0 ? "Staff" : "STAFF")));

        Assert.Equal("201:1 409:49", Statuses(users));
        Assert.Equal("201:1 409:49", Statuses(groups));
        Assert.All(users.Concat(groups).Where(a => a.Status == HttpStatusCode.Conflict), a => a.Refused(HttpStatusCode.Conflict, "uniqueness"));
        Assert.Equal(1, (await service.Next.Get("Users")).Body["totalResults"]!.GetValue<int>());
        Assert.Equal(1, (await service.Next.Get("Groups?filter=displayName eq \"staff\"")).Body["totalResults"]!.GetValue<int>());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Of_parallel_conditional_writes_one_is_done(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var user = (await service.Next.Create("Users", User("babs"))).Id;
        var group = (await service.Next.Create("Groups", Group("Staff"))).Id;

        var users = await AtOnce(20, i => service.Next.Put($"Users/{user}", User($"babs{i}"), "W/\"1\""));
        var groups = await AtOnce(20, i => service.Next.Put($"Groups/{group}", Group($"Staff {i}", user), "W/\"1\""));
        var patches = await AtOnce(20, i => service.Next.Patch($"Groups/{group}", i % 2 == 0 ? Remove(user, true) : Replace("displayName", $"Guides {i}"), "W/\"2\""));

        Assert.Equal("200:1 412:19", Statuses(users));
        Assert.Equal("200:1 412:19", Statuses(groups));
        Assert.Equal("204:1 412:19", Statuses(patches));
        var winner = users.Single(a => a.Status == HttpStatusCode.OK);
        var read = await service.Next.Get($"Users/{user}?excludedAttributes=groups");
        Assert.Equal(("W/\"2\"", "W/\"2\"", winner.Body.Text("userName")), (read.ETag, winner.ETag, read.Body.Text("userName")));
        Assert.Equal("W/\"3\"", (await service.Next.Get($"Groups/{group}")).ETag);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Parallel_patches_of_different_attributes_of_one_user_are_all_there(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var user = (await service.Next.Create("Users", User("babs"))).Id;

        var answers = await AtOnce(Attributes.Length, i => service.Next.Patch($"Users/{user}", Replace(Attributes[i].Path, $"value {i}")));

        Assert.Equal("200:30", Statuses(answers));
        Assert.Equal(30, answers.Select(a => a.ETag).Distinct().Count());
        var read = await service.Next.Get($"Users/{user}");
        Assert.Equal("W/\"31\"", read.ETag);
        for (var i = 0; i < Attributes.Length; i++)
        {
            Assert.Equal((Attributes[i].Path, $"value {i}"), (Attributes[i].Path, At(read.Body, Attributes[i].Place)));
        }
    }

    // A step into an array chooses the element of that type.
    static string? At(JsonNode node, string place) => (string?)place.Split('>').Aggregate(
        (JsonNode?)node, (at, step) => at is JsonArray elements ? elements.Single(e => e!.Text("type") == step) : at?[step]);

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Parallel_replacements_of_a_group_leave_exactly_one_of_them(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var ids = (await AtOnce(10, i => service.Next.Create("Users", User($"user{i}")))).Select(a => a.Id).ToArray();
        var group = (await service.Next.Create("Groups", Group("Staff", ids))).Id;

        var answers = await AtOnce(10, i => service.Next.Put($"Groups/{group}", Group($"Staff {i}", ids[i], ids[(i + 1) % 10])));

        Assert.Equal("200:10", Statuses(answers));
        Assert.All(answers.Select((a, i) => (a.Body, i)), a =>
        {
            Assert.Equal($"Staff {a.i}", a.Body.Text("displayName"));
            Assert.Equal(new[] { ids[a.i], ids[(a.i + 1) % 10] }.Order(StringComparer.Ordinal), Members(a.Body));
        });
        var read = await service.Next.Get($"Groups/{group}");
        var last = answers.Single(a => a.ETag == read.ETag);
        Assert.Equal("W/\"11\"", read.ETag);
        Assert.Equal((last.Body.Text("displayName"), string.Join(' ', Members(last.Body))), (read.Body.Text("displayName"), string.Join(' ', Members(read.Body))));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_user_deleted_while_it_becomes_a_member_is_a_member_of_nothing(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var ids = (await AtOnce(30, i => service.Next.Create("Users", User($"user{i}")))).Select(a => a.Id).ToArray();
        var group = (await service.Next.Create("Groups", Group("Staff"))).Id;

        var answers = await AtOnce(90, i => (i % 3) switch
        {
            0 => service.Next.Patch($"Groups/{group}", Add(ids[i / 3], compliant: i % 2 == 0)),
            1 => service.Next.Delete($"Users/{ids[i / 3]}"),
            _ => service.Next.Put($"Groups/{group}", Group("Staff", ids[i / 3])),
        });

        Assert.All(answers.Where((_, i) => i % 3 == 1), a => a.Is(HttpStatusCode.NoContent));
        Assert.All(answers.Where((a, i) => i % 3 != 1 && a.Status is not (HttpStatusCode.NoContent or HttpStatusCode.OK)),
            a => a.Refused(HttpStatusCode.BadRequest, "invalidValue"));
        var read = (await service.Next.Get($"Groups/{group}")).Is(HttpStatusCode.OK).Body;
        Assert.Empty(Members(read));
        foreach (var id in ids)
        {
            Assert.Equal(0, (await service.Next.Get($"Groups?filter=members eq \"{id}\"")).Body["totalResults"]!.GetValue<int>());
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_group_deleted_while_it_is_written_to_leaves_no_membership(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var user = (await service.Next.Create("Users", User("babs"))).Id;
        var groups = (await AtOnce(10, i => service.Next.Create("Groups", Group($"Staff {i}")))).Select(a => a.Id).ToArray();

        var answers = await AtOnce(40, i => (i % 4) switch
        {
            0 => service.Next.Patch($"Groups/{groups[i / 4]}", Add(user, compliant: false)),
            1 => service.Next.Put($"Groups/{groups[i / 4]}", Group($"Guides {i / 4}", user)),
            2 => service.Next.Delete($"Groups/{groups[i / 4]}"),
            _ => service.Next.Delete($"Groups/{groups[i / 4]}"),
        });

        Assert.All(answers, a => Assert.Contains((int)a.Status, new[] { 200, 204, 404 }));
        Assert.Equal(10, answers.Where((a, i) => i % 4 >= 2 && a.Status == HttpStatusCode.NoContent).Count());
        Assert.Null((await service.Next.Get($"Users/{user}")).Is(HttpStatusCode.OK).Body["groups"]);
        Assert.Equal(0, (await service.Next.Get("Groups")).Body["totalResults"]!.GetValue<int>());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Of_parallel_renames_to_one_name_one_is_done(StoreKind store)
    {
        await using var service = await Service.StartAsync(store);
        var groups = (await AtOnce(20, i => service.Next.Create("Groups", Group($"Group {i}")))).Select(a => a.Id).ToArray();
        var users = (await AtOnce(20, i => service.Next.Create("Users", User($"user{i}")))).Select(a => a.Id).ToArray();

        var groupAnswers = await AtOnce(20, i => service.Next.Patch($"Groups/{groups[i]}", Replace("displayName", i % 2 == 0 ? "Wanted" : "WANTED")));
        var userAnswers = await AtOnce(20, i => service.Next.Patch($"Users/{users[i]}", Replace("userName", i % 2 == 0 ? "wanted" : "Wanted")));

        Assert.Equal("204:1 409:19", Statuses(groupAnswers));
        Assert.Equal("200:1 409:19", Statuses(userAnswers));
        var holder = Assert.Single((await service.Next.Get("Groups?filter=displayName eq \"wanted\"")).Body["Resources"]!.AsArray())!;
        Assert.Equal(groups[Array.FindIndex(groupAnswers, a => a.Status == HttpStatusCode.NoContent)], holder.Text("id"));
        for (var i = 0; i < 20; i++)
        {
            var kept = (await service.Next.Get($"Users/{users[i]}")).Body.Text("userName");
            Assert.Equal(userAnswers[i].Status == HttpStatusCode.OK, kept != $"user{i}");
        }
    }

    // The service as a client sees it: one address, behind which two processes may take turns.
    sealed class Service(ScimHost[] hosts) : IAsyncDisposable
    {
        int turn;

        public HttpClient[] Clients { get; } = [.. hosts.Select(h => h.Client)];

        public HttpClient Next => Clients[(uint)Interlocked.Increment(ref turn) % Clients.Length];

        public static async Task<Service> StartAsync(StoreKind store)
        {
            var first = await ScimHost.StartAsync(store);
            return new Service(store == StoreKind.Memory ? [first] : [first, await ScimHost.StartAsync(store, sameDirectoryAs: first)]);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }
}
