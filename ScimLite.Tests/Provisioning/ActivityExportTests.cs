using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Handlers;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>The activity log taken away as a file, and followed as it grows.</summary>
public sealed class ActivityExportTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, OnBothStores]
    public async Task A_table_holds_no_formula_and_keeps_every_field_in_its_place(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.Host.Client.CreateUser("=HYPERLINK(1)", ""","displayName":"@SUM, \"quoted\"" """);

        var answer = (await host.Ask("activity/export?format=csv")).Is(200);

        Assert.Equal("text/csv; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal($"attachment; filename=\"{host.Host.Tenant}-activity.csv\"", answer.Header("Content-Disposition"));
        var lines = answer.Text.Split("\r\n");
        Assert.StartsWith("time,operation,outcome,resourceType,resourceId,userName,displayName,", lines[0].TrimStart('\uFEFF'), StringComparison.Ordinal);
        Assert.Contains(",create,created,User,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"'=HYPERLINK(1)\",\"'@SUM, \"\"quoted\"\"\",Secret Token,", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    [Theory, OnBothStores]
    public async Task A_whole_log_is_written_line_by_line_over_many_reads(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var log = host.Host.Services.GetRequiredService<IActivityStore>();
        for (var batch = 0; batch < 13; batch++)
        {
            await log.AppendActivityAsync(host.Host.Tenant, [.. Enumerable.Range(0, 100).Select(i => new ActivityEntry
            {
                Time = TimeProvider.System.GetUtcNow(),
                Operation = i % 2 == 0 ? "patch" : "delete",
                ResourceType = "User",
                ResourceId = $"r{(batch * 100) + i}",
                Credential = "Entra",
                Call = Guid.NewGuid().ToString("N"),
                CorrelationId = "c",
                Error = new ActivityError(404, null, "Not there."),
            })], Cancel);
        }

        var lines = (await host.Ask("activity/export?format=ndjson")).Is(200).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Enumerable.Range(0, 1300).Reverse().Select(i => $"r{i}"), lines.Select(l => JsonNode.Parse(l)!.Text("resourceId")));
        Assert.Equal(650, (await host.Ask("activity/export?format=ndjson&operation=delete")).Is(200).Text.Count(c => c == '\n'));
    }

    [Theory, OnBothStores]
    public async Task A_follower_hears_of_each_entry_from_where_it_left_off_and_that_the_line_is_alive(StoreKind store)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await AdminHost.StartAsync(store, services: services => services.AddSingleton<TimeProvider>(clock));
        await host.Host.Client.CreateUser("before");
        using var client = host.Host.Connect(AdminHost.Key);

        await using var first = await Line.Open(client, $"{host.Host.Tenant}/activity/live", "", clock);
        await host.Host.Client.CreateUser("ada");
        var (id, data) = await first.Next();
        Assert.Equal("ada", data.Text("userName"));
        await first.Alive();

        await host.Host.Client.CreateUser("bob");
        await host.Host.Client.CreateUser("cyd");
        await using var second = await Line.Open(client, $"{host.Host.Tenant}/activity/live", id, clock);
        Assert.Equal("bob", (await second.Next()).Data.Text("userName"));
        Assert.Equal("cyd", (await second.Next()).Data.Text("userName"));
        await using var third = await Line.Open(client, $"{host.Host.Tenant}/activity/live?after={id}", "", clock);
        Assert.Equal("bob", (await third.Next()).Data.Text("userName"));
    }

    [Theory, OnBothStores]
    public async Task Who_follows_with_a_set_up_link_hears_no_more_soon_after_it_is_revoked(StoreKind store)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await AdminHost.StartAsync(store, services: services => services.AddSingleton<TimeProvider>(clock));
        var link = (await host.Ask("setup-links", "POST", """{"name":"Contoso IT"}""")).Is(201).Json;
        using var client = host.Host.Connect(null);
        (await client.SendJson("POST", "/admin/session", $$"""{"setup":"{{link.Text("secret")}}"}""")).Is(200);
        await using var line = await Line.Open(client, $"{host.Host.Tenant}/activity/live", "", clock);
        await line.Alive();

        (await host.Ask($"setup-links/{link.Text("id")}", "DELETE")).Is(204);
        var revoked = clock.GetUtcNow();

        await line.End();
        Assert.True(clock.GetUtcNow() - revoked < TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task One_tenant_takes_ten_places_of_those_who_follow_and_no_more_and_who_leaves_gives_his_back()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        using var client = host.Host.Connect(AdminHost.Key);
        var lines = new List<Line>();
        for (var i = 0; i < ActivityHandlers.MostOfTenant; i++)
        {
            lines.Add(await Line.Open(client, $"{host.Tenant}/activity/live", "", clock));
        }

        Assert.Equal("30", (await host.Send("GET", $"tenants/{host.Tenant}/activity/live")).Problem(503).Header("Retry-After"));
        lines.Add(await Line.Open(client, $"{host.Host.Tenant}/activity/live", "", clock));

        // The hour that each may follow.
        clock.Advance(TimeSpan.FromHours(1));
        foreach (var line in lines)
        {
            await line.End();
            await line.DisposeAsync();
        }
        await using var again = await Line.Open(client, $"{host.Tenant}/activity/live", "", clock);
        await again.Alive();
    }

    [Fact]
    public async Task All_tenants_together_take_fifty_places()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        using var client = host.Host.Connect(AdminHost.Key);
        var lines = new List<Line>();
        for (var i = 0; i < ActivityHandlers.MostFollowers; i++)
        {
            var tenant = $"{host.Tenant}-{i % 7}";
            if (i < 7)
            {
                (await host.Send("POST", "tenants", $$"""{"id":"{{tenant}}"}""")).Is(201);
            }
            lines.Add(await Line.Open(client, $"{tenant}/activity/live", "", clock));
        }

        (await host.Send("GET", $"tenants/{host.Tenant}/activity/live")).Problem(503);
        foreach (var line in lines)
        {
            await line.DisposeAsync();
        }
    }

    [Fact]
    public async Task No_cell_of_a_table_begins_as_a_formula_does()
    {
        await using var host = await AdminHost.StartAsync(StoreKind.Memory);
        string[] starts = ["=", "+", "-", "@", "\\t", "\\r", "\\n"];
        foreach (var (start, i) in starts.Select((start, i) => (start, i)))
        {
            (await host.Host.Client.Send("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"{{start}}u{{i}}","displayName":"{{start}}2+5\",\"+cmd|' /C calc'!A0","{{i}}":1}""",
                ("client-request-id", "=1+1"), ("request-id", "@SUM(1)"))).Is(201);
        }

        var rows = Cells((await host.Ask("activity/export?format=csv")).Is(200).Text.TrimStart('\uFEFF'));

        Assert.Equal(1 + starts.Length, rows.Count);
        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        Assert.All(rows.SelectMany(row => row), cell => Assert.False(cell.Length > 0 && "=+-@\t\r\n".Contains(cell[0], StringComparison.Ordinal), cell));
        Assert.Equal(starts.Length, rows.Count(row => row[6].EndsWith("2+5\",\"+cmd|' /C calc'!A0", StringComparison.Ordinal)));
    }

    [Theory] // Spreadsheets of other locales split at these, and quotes inside a field mean nothing to them
    [InlineData(';', ";")]
    [InlineData('\t', "\\t")]
    [InlineData('|', "|")]
    public async Task No_separator_of_another_locale_makes_a_formula(char separator, string escaped)
    {
        await using var host = await AdminHost.StartAsync(StoreKind.Memory);
        (await host.Host.Client.Send("POST", "Users",
            $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"csv{{escaped}}=cmd('/C calc'!A0{{escaped}} @x","displayName":"{{escaped}}=1"}""")).Is(201);

        var text = (await host.Ask("activity/export?format=csv")).Is(200).Text;

        Assert.Contains($"csv{separator}'=cmd('/C calc'!A0{separator} '@x", text, StringComparison.Ordinal);
        Assert.All(text.Split(separator, '\r', '\n'), cell => Assert.False(cell.TrimStart(' ', '"') is ['=' or '+' or '-' or '@', ..], cell));
    }

    // RFC 4180 §2
    static List<List<string>> Cells(string text)
    {
        var rows = new List<List<string>>();
        var (row, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    cell.Append(text[i++]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    row.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\r' when !quoted:
                    row.Add(cell.ToString());
                    rows.Add(row);
                    (row, i) = ([], i + 1);
                    cell.Clear();
                    break;
                default:
                    cell.Append(text[i]);
                    break;
            }
        }
        return rows;
    }

    // One connection that is followed; time moves on while it waits.
    sealed class Line(HttpResponseMessage response, StreamReader reader, FakeTimeProvider clock) : IAsyncDisposable
    {
        public static async Task<Line> Open(HttpClient client, string target, string lastId, FakeTimeProvider clock)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/api/tenants/{target}");
            if (lastId.Length > 0)
            {
                request.Headers.Add("Last-Event-ID", lastId);
            }
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
            return new Line(response, new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)), clock);
        }

        public async Task<(string Id, JsonNode Data)> Next()
        {
            var id = "";
            while (true)
            {
                var line = await Read();
                id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return (id, JsonNode.Parse(line[6..])!);
                }
            }
        }

        public async Task Alive()
        {
            while (await Read() != ": alive")
            {
                // Whatever else comes does not matter.
            }
        }

        public async Task End()
        {
            while (await ReadLine() is not null)
            {
                // Until then it may say that it is alive.
            }
        }

        async Task<string> Read() => await ReadLine() ?? throw new InvalidOperationException("The line was closed.");

        async Task<string?> ReadLine()
        {
            var line = reader.ReadLineAsync(Cancel).AsTask();
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!line.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await pace.WaitForNextTickAsync(Cancel);
            }
            return await line;
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
