using ScimLite.Tests.Conformance;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Telemetry;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>Deactivated users that a POST brings back where the tenant wants that, as Okta needs it.</summary>
public sealed class ReprovisionTests
{
    static readonly Dictionary<string, string> Restoring = new() { ["Reprovision"] = "restore" };

    static string New(string userName, string more = "") => $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"{{userName}}"{{more}}}""";

    static async Task<string> Deactivated(HttpClient client, string userName, string more = "")
    {
        var id = (await client.CreateUser(userName, more)).Id;
        (await client.SetActive(id, "False")).Is(200);
        return id;
    }

    [Theory, OnBothStores]
    public async Task The_old_user_comes_back_with_what_the_post_says_and_its_groups(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.WithTenant(""","reprovision":"restore","guard":{"maxRemovals":1} """);
        using var client = host.Host.Connect((await host.IssueToken()).Token);
        var id = await Deactivated(client, "ada", ""","externalId":"x1","title":"Countess" """);
        await client.CreateGroup("Engines", id);
        Assert.Equal(("0", "1"), await Seats());

        var again = await client.CreateUser("Ada", ""","externalId":"x2","nickName":"A" """);

        Assert.Equal((id, "Ada", "x2", "A", "", "True"), (again.Id, again.Json.Text("userName"), again.Json.Text("externalId"), again.Json.Text("nickName"),
            again.Json.Text("title"), ((bool)again.Json["active"]!).ToString()));
        Assert.Equal("Engines", again.Json["groups"]!.AsArray().Single()!.Text("display"));
        Assert.Equal(($"http://localhost/scim/v2/Users/{id}", "W/\"3"), (again.Header("Location"), again.Header("ETag")!.Split('.')[0]));
        Assert.Equal(again.Text, (await client.Send("GET", $"Users/{id}")).Is(200).Text);
        Assert.Equal(("1", "1"), await Seats());
        var entry = (await host.Send("GET", $"tenants/{host.Tenant}/activity?resource={id}")).Is(200).Json["entries"]![0]!.AsObject();
        Assert.Equal(("create User restored", """["reprovisioned-inactive"]"""), (entry.Short(), entry["quirks"]!.ToJsonString()));
        Assert.Equal(["active: false > true", "externalId: x1 > x2", "nickName:  > A", "title: Countess > ", "userName: ada > Ada"],
            entry.Changes().Split('\n').Order(StringComparer.Ordinal));
        // It is active now, and the one removal that the guard allows was the first.
        (await client.Send("POST", "Users", New("ada"))).Refuses(409, "uniqueness");
        (await client.SetActive(id, "False")).Is(200);

        async Task<(string Active, string Total)> Seats()
        {
            var seats = (await host.Send("GET", $"tenants/{host.Tenant}/status")).Is(200).Json["seats"]!;
            return (seats.Text("active"), seats.Text("total"));
        }
    }

    [Theory, OnBothStores]
    public async Task An_external_id_brings_back_too_and_active_may_stay_false(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, "rfc", Restoring);
        var id = await Deactivated(host.Client, "ada", ""","externalId":"x1" """);

        var off = (await host.Client.Send("POST", "Users", New("renamed", ""","externalId":"x1","active":false"""))).Is(201);
        Assert.Equal((id, "renamed", false), (off.Id, off.Json.Text("userName"), (bool)off.Json["active"]!));

        var on = (await host.Client.Send("POST", "Users", New("RENAMED", ""","active":null"""))).Is(201);
        Assert.Equal((id, true), (on.Id, (bool)on.Json["active"]!));
        Assert.Equal(1, (await host.Client.Send("GET", "Users")).Total);
    }

    [Theory, OnBothStores]
    public async Task A_post_that_means_two_users_or_an_active_one_is_refused(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Restoring);
        var gone = await Deactivated(host.Client, "gone", ""","externalId":"x1" """);
        var other = (await host.Client.CreateUser("other", ""","externalId":"x2" """)).Id;
        var before = await host.Client.Directory();

        foreach (var (name, external, holder) in ((string, string, string)[])[("gone", "x2", other), ("other", "x1", other), ("new", "x2", other), ("other", "x9", other)])
        {
            var refused = (await host.Client.Send("POST", "Users", New(name, $$""","externalId":"{{external}}" """))).Refuses(409, "uniqueness");
            Assert.Contains(holder, refused.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(before, await host.Client.Directory());
        // A rename is no creation, and brings nobody back.
        var renamed = await host.Client.Send("PATCH", $"Users/{other}", HttpCalls.Patch("""{"op":"replace","path":"userName","value":"gone"}"""));
        Assert.Contains($"({gone})", renamed.Refuses(409, "uniqueness").Detail, StringComparison.Ordinal);
        Assert.Contains("deactivated here: reactivate it with a PATCH of active to true, or choose", renamed.Detail, StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task Without_the_setting_the_refusal_says_that_the_user_is_deactivated(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var id = await Deactivated(host.Client, "ada");

        var refused = (await host.Client.Send("POST", "Users", New("ADA"))).Refuses(409, "uniqueness");

        Assert.Equal($"userName 'ADA' is already used by another User ({id}). Upper and lower case count as the same. That user is deactivated here: "
            + "reactivate it with a PATCH of active to true, set the tenant's Reprovision to restore, or choose another value.", refused.Detail);
    }

    [Theory, OnBothStores]
    public async Task Of_posts_at_once_one_brings_the_user_back(StoreKind store)
    {
        await using var one = await ScimHost.StartAsync(store, tenantSettings: Restoring);
        await using var other = store == StoreKind.Redis ? await ScimHost.StartAsync(store, tenantSettings: Restoring, sameDirectoryAs: one) : null;
        HttpClient[] clients = [one.Client, (other ?? one).Client];
        for (var round = 0; round < 10; round++)
        {
            var name = $"user{round}";
            var id = await Deactivated(one.Client, name);

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
                () => clients[i % 2].Send("POST", "Users", New(name, $$""","title":"{{i}}" """)), TestContext.Current.CancellationToken)));

            Assert.Equal(id, Assert.Single(answers, a => a.Status == 201).Id);
            Assert.All(answers.Where(a => a.Status != 201), a => a.Refuses(409, "uniqueness"));
        }
        Assert.Equal(10, (await one.Client.Send("GET", "Users?filter=active%20eq%20true")).Total);
    }

    [Theory, OnBothStores]
    public async Task In_a_bulk_a_post_sees_the_deactivation_before_it(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Restoring);
        var ada = (await host.Client.CreateUser("ada")).Id;
        var bob = (await host.Client.CreateUser("bob", ""","externalId":"x1" """)).Id;

        var results = await host.Client.Bulk(BulkCalls.Body(
            BulkCalls.User("1", "ada"), BulkCalls.Patch($"Users/{ada}", """{"op":"Replace","path":"active","value":"False"}"""), BulkCalls.User("2", "ADA"),
            BulkCalls.Put($"Users/{bob}", """{"userName":"bob","externalId":"x1","active":false}"""), BulkCalls.User("3", "robert", ""","externalId":"x1" """),
            BulkCalls.User("4", "robert 2", ""","externalId":"x1" """)));

        Assert.Equal("409:uniqueness 200 201 200 201 409:uniqueness", results.Statuses());
        Assert.Equal((ada, bob), (results[2].Id(), results[4].Id()));
        Assert.Equal(2, (await host.Client.Send("GET", "Users?filter=active%20eq%20true")).Total);
    }

    [Theory, OnBothStores]
    public async Task A_bulk_that_takes_a_circle_back_deletes_nobody_who_was_there(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: Restoring);
        // It is created without the reference to the first one, and completed afterwards.
        var id = await Deactivated(host.Client, "bob");
        const string Manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

        var results = await host.Client.Bulk(BulkCalls.Body(
            BulkCalls.User("1", "ada", $$$""","{{{Manager}}}":{"manager":{"value":"bulkId:2"}}"""),
            BulkCalls.User("2", "bob", $$$""","{{{Manager}}}":{"manager":{"value":"bulkId:1"}}""")));

        Assert.Equal("409 409:uniqueness", results.Statuses());
        Assert.Equal("False", ((bool)(await host.Client.Send("GET", $"Users/{id}")).Is(200).Json["active"]!).ToString());
    }

    [Fact]
    public async Task It_takes_one_more_round_trip_and_is_a_quirk_in_span_and_metric()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Redis, tenantSettings: Restoring);
        using var recorder = new Recorder();
        var id = await Deactivated(host.Client, "ada");
        await host.Client.CreateGroup("g", id);

        var trace = await recorder.Call(host.Client, "POST", "Users", New("ada"));

        trace.Says(201, "scim.create User", "created", ("scim.quirk", "reprovisioned-inactive"), ("scim.resource.id", id));
        Assert.Equal("commit commit", trace.RoundTrips);
        Assert.Contains(trace.Measured, m => m.Name == "scim.quirks" && m.Tags["scim.quirk"] == "reprovisioned-inactive");
        (await host.Client.Send("DELETE", $"Users/{id}")).Is(204);
        trace = await recorder.Call(host.Client, "POST", "Users", New("ada"));
        Assert.Equal((id, "commit commit", null), (trace.Answer.Is(201).Id, trace.RoundTrips, trace.Tag("scim.quirk")));
        Assert.Equal("g", trace.Answer.Json["groups"]![0]!.Text("display"));
        Assert.Equal("commit", (await recorder.Call(host.Client, "POST", "Users", New("new"))).RoundTrips);
    }

    [Theory, OnBothStores]
    public async Task The_groups_of_the_groups_are_in_the_answer_where_the_tenant_wants_them(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: new Dictionary<string, string>(Restoring) { ["IndirectGroups"] = "true" });
        var id = await Deactivated(host.Client, "ada");
        await host.Client.CreateGroup("outer", (await host.Client.CreateGroup("inner", id)).Id);

        var again = await host.Client.CreateUser("ada");

        Assert.Equal("inner outer", string.Join(' ', again.Json["groups"]!.AsArray().Select(g => g!.Text("display"))));
        Assert.Equal(again.Text, (await host.Client.Send("GET", $"Users/{id}")).Is(200).Text);
    }
}
