using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>The activity log over the admin API: what it tells of each call, and how it is read.</summary>
public sealed class ActivityLogTests
{
    [Theory, OnBothStores]
    public async Task A_change_is_told_with_what_was_there_before_and_why_a_part_was_left_out(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var id = (await host.Host.Client.CreateUser("ada", ""","displayName":"Ada","name":{"givenName":"Ada"},"emails":[{"type":"work","value":"ada@contoso.com"}]""")).Id;

        (await host.Host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""
            {"op":"Replace","path":"name.givenName","value":"Augusta"},{"op":"Add","path":"title","value":"Countess"},{"op":"Remove","path":"displayName"},
            {"op":"Add","path":"favouriteColour","value":"red"},{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Engines"}
            """), ("client-request-id", "corr-1"), ("request-id", "req-1"))).Is(200);

        var entry = (await host.Entries(2))[0];
        Assert.Equal("patch User changed", entry.Short());
        Assert.Equal((id, "ada", "Secret Token", "corr-1", "req-1"),
            (entry.Text("resourceId"), entry.Text("userName"), entry.Text("credential"), entry.Text("correlationId"), entry.Text("requestId")));
        Assert.Equal("""
            displayName: Ada > 
            name.givenName: Ada > Augusta
            title:  > Countess
            urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department:  > Engines
            """, string.Join('\n', entry.Changes().Split('\n').Order(StringComparer.Ordinal)), ignoreLineEndingDifferences: true);
        Assert.Equal("""["favouriteColour"]""", entry["ignored"]!.ToJsonString());
        Assert.Contains("unknown-attribute", entry["quirks"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("op-case", entry["quirks"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.True(entry["milliseconds"]!.GetValue<double>() > 0);
    }

    [Theory, OnBothStores]
    public async Task What_was_refused_is_told_with_the_error_and_the_names_that_were_sent(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var client = host.Host.Client;
        var id = (await client.CreateUser("ada")).Id;
        (await client.Send("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"ADA","displayName":"Another"}""")).Refuses(409, "uniqueness");
        (await client.Send("PATCH", "Users/0190aaaa-0000-7000-8000-000000000000", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}"""))).Refuses(404);
        (await client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"add","path":"active","value":"maybe"}"""))).Refuses(400, "invalidValue");
        (await client.Send("GET", "Users?filter=(")).Refuses(400, "invalidFilter");
        (await client.Send("POST", "Users", "{")).Refuses(400, "invalidSyntax");

        var entries = await host.Entries(6);

        Assert.Equal(["create User created", "create User refused", "create User refused", "patch User refused", "patch User refused", "search User refused"],
            entries.Select(e => e.Short()).Order(StringComparer.Ordinal));
        var taken = entries.Single(e => e["error"]?["status"]?.GetValue<int>() == 409);
        Assert.Equal(("ADA", "Another", "", "uniqueness"), (taken.Text("userName"), taken.Text("displayName"), taken.Text("resourceId"), taken["error"]!.Text("scimType")));
        Assert.Contains("'ADA' is already used", taken["error"]!.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(5, (await host.Entries("&failures=true")).Length);
        Assert.Equal(["patch User refused", "create User created"], (await host.Entries($"&resource={id}")).Select(e => e.Short()));
        Assert.Equal(["patch User refused"], (await host.Entries($"&resource={id}&failures=true")).Select(e => e.Short()));
    }

    [Theory, OnBothStores]
    public async Task A_membership_is_told_by_who_really_came_and_went(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var client = host.Host.Client;
        var (ada, bob) = ((await client.CreateUser("ada")).Id, (await client.CreateUser("bob")).Id);
        var group = (await client.CreateGroup("Engines", ada)).Id;

        (await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Add","path":"members","value":[{"value":"{{ada}}"},{"value":"{{bob}}"}]}"""))).Is(204);
        (await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Add","path":"members","value":[{"value":"{{ada}}"}]}"""))).Is(204);
        (await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Remove","path":"members","value":[{"value":"{{ada}}"},{"value":"nobody"}]}"""))).Is(204);
        (await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch("""{"op":"Remove","path":"members"}"""))).Is(204);

        var entries = await host.Entries(7);
        Assert.Equal(("patch Group changed", "Engines", "[]"), (entries[0].Short(), entries[0].Text("displayName"), entries[0]["changes"]!.ToJsonString()));
        Assert.Equal(["+0 [] -1 [bob]", "+0 [] -1 [ada]", "+0 [] -0 []", "+1 [bob] -0 []", "+1 [ada] -0 []"],
            entries[..5].Select(e => $"+{e.Text("membersAdded")} {e["added"]!.ToJsonString()} -{e.Text("membersRemoved")} {e["removed"]!.ToJsonString()}"
                .Replace(ada, "ada", StringComparison.Ordinal).Replace(bob, "bob", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)));
    }

    [Theory, OnBothStores]
    public async Task What_is_turned_away_at_the_gate_is_told_and_counted_too(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        using var entra = admin.Host.Connect((await admin.IssueToken()).Token);
        using var reader = admin.Host.Connect((await admin.IssueToken(more: ""","scopes":["read"]""")).Token);
        var user = (await entra.CreateUser("ada")).Id;

        (await reader.Send("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}"""))).Refuses(403);
        (await reader.Send("POST", "Groups", """{"displayName":"g"}""")).Refuses(403);
        (await reader.Send("POST", "Bulk", "{}")).Refuses(403);
        (await admin.Send("PATCH", $"tenants/{admin.Tenant}", """{"provisioningEnabled":false}""")).Is(200);
        (await entra.Send("DELETE", $"Users/{user}")).Refuses(503);
        (await entra.Send("GET", "Users?filter=userName%20eq%20%22ada%22")).Refuses(503);
        (await entra.Send("GET", "Schemas")).Refuses(503);

        var entries = Array.Empty<string>();
        await Poll.Until(async () =>
        {
            entries = [.. (await admin.Send("GET", $"tenants/{admin.Tenant}/activity?failures=true")).Is(200).Json["entries"]!.AsArray()
                .Select(e => $"{e!.AsObject().Short()} {e!["error"]!.Text("status")} {(e.Text("resourceId") == user ? "ada" : e.Text("resourceId"))}".TrimEnd())];
            return entries.Length >= 5;
        }, "they are told");
        Assert.Equal(["search User failed 503", "delete User failed 503 ada", "bulk Bulk refused 403", "create Group refused 403", "patch User refused 403 ada"], entries);
        var status = (await admin.Send("GET", $"tenants/{admin.Tenant}/status")).Is(200).Json;
        Assert.Equal(("6", "5"), (status["currentCycle"]!.Text("calls"), status["currentCycle"]!.Text("failures")));
    }

    [Theory, OnBothStores]
    public async Task A_creation_tells_each_attribute_also_of_a_large_document(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.Host.Client.CreateUser("ada", ""","name":{"givenName":"Ada"},"emails":[{"type":"work","value":"ada@contoso.com"}]""");
        await host.Host.Client.CreateUser("bob", $$""","name":{"givenName":"{{new string('b', 5000)}}"},"title":"Count" """);

        var entries = await host.Entries(2);

        Assert.Equal($"userName:  > bob\nname.givenName:  > {new string('b', 200)}…\ntitle:  > Count\nactive:  > true", entries[0].Changes());
        Assert.Equal("""
            userName:  > ada
            name.givenName:  > Ada
            emails:  > [{"type":"work","value":"ada@contoso.com"}]
            active:  > true
            """, entries[1].Changes(), ignoreLineEndingDifferences: true);
    }

    [Theory, OnBothStores]
    public async Task A_password_is_masked(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store, new Dictionary<string, string> { ["ScimLite:Passwords"] = "hash" });
        var id = (await host.Host.Client.CreateUser("ada", ""","password":"Analytical1" """)).Id;
        (await host.Host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"replace","path":"password","value":"Difference2"}"""))).Is(200);

        var entries = await host.Entries(2);

        Assert.Equal("password: ••• > •••", entries[0].Changes());
        Assert.Contains("password:  > •••", entries[1].Changes(), StringComparison.Ordinal);
        Assert.DoesNotContain("Analytical1", (await host.Ask("activity")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("argon", (await host.Ask("activity")).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, OnBothStores]
    public async Task Test_Connection_is_no_entry_but_a_time_in_the_status(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        (await host.Host.Client.Send("GET", "Users?filter=userName+eq+%227d42c1d0-0000-4831-a406-ecf816600001%22")).Is(200);
        (await host.Host.Client.Send("GET", "Groups?excludedAttributes=members&filter=displayName+eq+%229b1e0d3c-0000-4d5e-9f00-000000000002%22")).Is(200);

        var status = (await host.Ask("status")).Is(200).Json;

        Assert.NotNull(status["lastTestConnection"]);
        Assert.Null(status["currentCycle"]);
        Assert.Empty(await host.Entries());
    }

    [Theory, OnBothStores]
    public async Task Pages_follow_each_other_to_the_end_whatever_the_filter(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        for (var i = 0; i < 12; i++)
        {
            await host.Host.Client.CreateUser(i % 3 == 0 ? $"Zoë-{i:D2}" : $"user-{i:D2}", ""","displayName":"Someone" """);
        }
        Assert.Equal(Enumerable.Range(0, 12).Reverse().Select(i => $"{i:D2}"), await Walk("limit=5"));
        Assert.Equal(["09", "06", "03", "00"], await Walk("limit=3&text=zO%C3%8B"));
        Assert.Equal(12, (await Walk("limit=12&text=someone&operation=create")).Length);
        Assert.Empty(await Walk("operation=delete"));
        Assert.Empty(await Walk("text=nobody"));

        async Task<string[]> Walk(string query)
        {
            var names = new List<string>();
            for (var next = ""; ;)
            {
                var page = (await host.Ask($"activity?{query}{next}")).Is(200).Json;
                names.AddRange(page["entries"]!.AsArray().Select(e => e!.Text("userName")[^2..]));
                if (page["next"] is not { } position)
                {
                    return [.. names];
                }
                next = $"&before={position}";
            }
        }
    }

    [Fact]
    public async Task A_question_that_cant_be_meant_is_a_problem_that_says_what_may_be()
    {
        await using var host = await AdminHost.StartAsync(StoreKind.Memory);
        foreach (var query in (string[])["limit=0", "limit=501", "limit=x", "before=x", "before=-1", "failures=perhaps", "operation=dance", $"text={new string('x', 201)}", $"resource={new string('x', 101)}"])
        {
            (await host.Ask($"activity?{query}")).Problem(400);
            (await host.Ask($"activity/live?{query}")).Problem(400);
        }
        (await host.Ask("activity/export?format=xml")).Problem(400);
        foreach (var path in (string[])["activity", "activity/export", "activity/live", "status", "deleted", "directory/users", "directory/groups", "directory/users/x"])
        {
            (await host.Send("GET", $"tenants/nobody/{path}")).Problem(404);
            using var stranger = host.Host.Connect(host.Host.Token);
            (await stranger.Send("GET", $"/admin/api/tenants/{host.Host.Tenant}/{path}")).Is(401);
        }
    }
}
