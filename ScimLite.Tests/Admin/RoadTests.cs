using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using ScimLite.EntraSync;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;
using static Microsoft.Playwright.Assertions;

namespace ScimLite.Tests.Admin;

/// <summary>The administrator's road, in a real browser: sign in, make a tenant, connect Entra, watch what arrives.</summary>
public sealed class RoadTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string User = HttpCalls.UserSchema, Group = HttpCalls.GroupSchema;

    [Fact]
    public async Task An_administrator_connects_a_tenant_and_sees_it_arrive()
    {
        await using var host = await StartAsync();
        await using var opened = await browser.OpenAsync(host.Address);
        var page = opened.Page;
        var id = NewId();

        await page.GotoAsync("/admin");
        await page.GetByLabel("Admin key").FillAsync("not the key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not the admin key");
        await opened.SignInAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New tenant" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Contoso Ltd.");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync(id);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Ltd." })).ToBeVisibleAsync();
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(0);

        var token = await MakeTokenAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy Tenant URL", Exact = true }).ClickAsync();
        var url = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Equal(new Uri(host.Address, "/scim/v2").ToString(), url);
        await Expect(page.Locator(".guide > li.done h3")).ToHaveTextAsync(["Make a Secret Token (done)"]);

        using var entra = Entra(url, token);
        // Test Connection: the literal text of entra.md §1.1.
        Assert.Equal(0, (await entra.Send("GET", "Users?filter=userName+eq+%227d42c1d0-0000-4831-a406-ecf816600001%22")).Is(200).Total);
        await page.Locator("body").ClickAsync();
        // Where Test Connection comes from, there is an application.
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(3);
        var ada = (await entra.Send("POST", "Users", $$"""{"schemas":["{{User}}"],"externalId":"54d382a4","userName":"ada@contoso.com","active":true,"displayName":"Ada <b>Lovelace</b>"}""")).Is(201).Id;
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(5);
        var group = (await entra.Send("POST", "Groups", $$"""{"schemas":["{{Group}}"],"displayName":"Engines"}""")).Is(201).Id;
        (await entra.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Add","path":"members","value":[{"value":"{{ada}}"}]}"""))).Is(204);
        await Expect(page.Locator(".guide > li:not(.done)")).ToHaveCountAsync(0);

        // The log is live, and misses nothing that comes after its page was read and before it listens.
        await page.RouteAsync("**/activity/live?*", async route =>
        {
            (await entra.Send("PATCH", $"Users/{ada}", HttpCalls.Patch("""{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"shoeSize","value":"9"}"""))).Is(200);
            await route.ContinueAsync();
        }, new() { Times = 1 });
        await page.GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(4);
        (await entra.Send("POST", "Users", $$"""{"schemas":["{{User}}"],"userName":"Ada@Contoso.com"}""")).Refuses(409, "uniqueness");
        await page.GetByLabel("Failures only").CheckAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(1);
        await page.Locator(".log summary").First.ClickAsync();
        await Expect(page.Locator(".log details[open]")).ToContainTextAsync("already used by another User");

        await page.GetByRole(AriaRole.Link, new() { Name = "Users" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "ada@contoso.com" }).ClickAsync();
        // What a directory holds is text to the page, whatever it looks like.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Ada <b>Lovelace</b>" })).ToBeVisibleAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(2);
        await TellsWhatEntraSentAsync(page.Locator(".log > li").First);

        // A deleted user's time line is what one asks for then.
        (await entra.Send("DELETE", $"Users/{ada}")).Is(204);
        await page.GetByRole(AriaRole.Link, new() { Name = "Users", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Deleted users" }).GetByRole(AriaRole.Link, new() { Name = "ada@contoso.com" }).ClickAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(3);
        await Expect(page.Locator(".log > li").First).ToContainTextAsync("deleted");
    }

    [Fact]
    public async Task A_pause_is_told_to_entra_and_on_the_page_until_it_is_over()
    {
        await using var host = await StartAsync();
        var (id, token) = await TenantAsync(host);
        using var entra = Entra(new Uri(host.Address, "/scim/v2").ToString(), token);
        await using var opened = await browser.OpenAsync(host.Address);
        var page = opened.Page;
        await opened.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Contoso Ltd." }).ClickAsync();
        await Expect(page.GetByText("Provisioning is paused")).ToHaveCountAsync(0);

        // With the keyboard alone, past what stands on every view.
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Switch)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByRole(AriaRole.Switch)).ToHaveAttributeAsync("aria-checked", "false");
        var paused = await UntilAsync(entra, 503);
        Assert.Equal("3600", paused.Header("Retry-After"));
        Assert.Contains("off", paused.Detail, StringComparison.Ordinal);
        await Expect(page.GetByRole(AriaRole.Main).GetByText("Provisioning is paused")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Tenants" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = id })).ToContainTextAsync("Paused");

        await page.GetByRole(AriaRole.Link, new() { Name = "Contoso Ltd." }).ClickAsync();
        await page.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Switch)).ToHaveAttributeAsync("aria-checked", "true");
        await UntilAsync(entra, 200);
        await Expect(page.GetByRole(AriaRole.Main).GetByText("Provisioning is paused")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_token_is_rotated_on_the_page_while_a_cycle_runs_and_none_of_its_requests_fails()
    {
        await using var host = await StartAsync();
        var (id, old) = await TenantAsync(host);
        await using var opened = await browser.OpenAsync(host.Address);
        var page = opened.Page;
        await opened.SignInAsync();
        await page.GotoAsync($"/admin#/{id}/credentials");

        var sent = new ConcurrentQueue<Exchange>();
        using var entra = new EntraClient(new EntraClientOptions([new Uri(host.Address, "/scim/v2").ToString()], old) { RequestsPerSecond = 80, Recorder = sent.Enqueue });
        var done = false;
        var measures = new SyncMeasures(TimeProvider.System);
        // Cycle after cycle, until the rotation is over.
        var cycle = Task.Run(async () =>
        {
            for (var seed = 1; !Volatile.Read(ref done); seed++)
            {
                var report = await new SyncCycle(new SyncOptions { Users = 8, Groups = 2, Memberships = 12, Cycles = 2, Seed = seed, Parallel = 4 }, entra, measures, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
                Assert.Equal((0, "complete"), (report.Cycles.Sum(c => c.Failures), report.Ended));
            }
        }, TestContext.Current.CancellationToken);
        await MoreAsync(20);

        var young = await MakeTokenAsync(page);
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Secret Tokens" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(3);
        await MoreAsync(20);
        entra.Token = young;
        await MoreAsync(20);
        using (var both = Entra(new Uri(host.Address, "/scim/v2").ToString(), old))
        {
            (await both.Send("GET", "Users?count=0")).Is(200);
            await page.GetByRole(AriaRole.Button, new() { Name = "Revoke token Entra, the first" }).ClickAsync();
            await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Secret Tokens" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
            await UntilAsync(both, 401);
        }
        await MoreAsync(20);
        Volatile.Write(ref done, true);
        await cycle;

        Assert.DoesNotContain(sent, e => e.RefusesCredential || e.Status >= 500 || e.Fault != ExchangeFault.None);

        Task MoreAsync(int count)
        {
            var goal = sent.Count + count;
            return Poll.Until(() => Task.FromResult(sent.Count >= goal), $"{goal} requests have been sent", () => cycle.IsFaulted);
        }
    }

    [Fact]
    public async Task A_set_up_link_shows_a_customer_the_guide_the_tokens_and_the_activity_and_nothing_else()
    {
        await using var host = await StartAsync();
        var (id, token) = await TenantAsync(host);
        using (var entra = Entra(new Uri(host.Address, "/scim/v2").ToString(), token))
        {
            await entra.CreateUser("ada@contoso.com");
        }
        await using var own = await browser.OpenAsync(host.Address);
        await own.SignInAsync();
        await own.Page.GotoAsync($"/admin#/{id}/credentials");
        await own.Page.GetByRole(AriaRole.Button, new() { Name = "New set-up link" }).ClickAsync();
        await own.Page.GetByLabel("For").FillAsync("Contoso IT");
        await own.Page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        var link = await CopyAsync(own.Page, "Set-up link");

        await using var theirs = await browser.OpenAsync(host.Address);
        var page = theirs.Page;
        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Ltd." })).ToBeVisibleAsync();
        // The secret stays in no history.
        Assert.DoesNotContain("setup", page.Url, StringComparison.Ordinal);
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Views of the tenant" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Connect Entra", "Activity"]);
        await Expect(page.GetByRole(AriaRole.Switch)).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Tenants" })).ToHaveCountAsync(0);
        using (var entra = Entra(new Uri(host.Address, "/scim/v2").ToString(), await MakeTokenAsync(page)))
        {
            (await entra.Send("GET", "Users?count=0")).Is(200);
        }
        await page.GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await Expect(page.Locator(".log > li")).ToContainTextAsync(["ada@contoso.com"]);
        await page.Locator(".log summary").First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Time line" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Time line" })).ToBeVisibleAsync();
        // What the page does not lead to, an address does not either.
        foreach (var view in (string[])["credentials", "users", "settings"])
        {
            await page.GotoAsync($"/admin#/{host.Tenant}/{view}");
            await page.ReloadAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Ltd." })).ToBeVisibleAsync();
            await Expect(page.Locator(".guide")).ToBeVisibleAsync();
        }

        await own.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke set-up link for Contoso IT" }).ClickAsync();
        await own.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(own.Page.GetByText("There is no set-up link.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await RefusedAsync(page);
        await using var late = await browser.OpenAsync(host.Address);
        await late.Page.GotoAsync(link);
        await RefusedAsync(late.Page);
    }

    // Whoever held a link is told what to do; the admin key is nothing that a customer has.
    private static async Task RefusedAsync(IPage page)
    {
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("it has expired or was revoked. Ask for a new one");
        await Expect(page.GetByLabel("Admin key")).ToHaveCountAsync(0);
    }

    private static async Task TellsWhatEntraSentAsync(ILocator entry)
    {
        await entry.Locator("summary").ClickAsync();
        await Expect(entry.Locator("del")).ToHaveTextAsync("true");
        await Expect(entry.Locator("ins")).ToHaveTextAsync("false");
        await Expect(entry).ToContainTextAsync("Ignored: not in any schema");
        await Expect(entry).ToContainTextAsync("shoeSize");
        await Expect(entry).ToContainTextAsync("True and false came as text");
        await Expect(entry).ToContainTextAsync("Time until the write");
    }

    private static Task<ScimHost> StartAsync() =>
        ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = AdminHost.Key }, onKestrel: true);

    private static string NewId() => $"contoso-{Guid.NewGuid():N}"[..20];

    // A tenant called Contoso Ltd. and its first token, made by the API.
    private static async Task<(string Id, string Token)> TenantAsync(ScimHost host)
    {
        using var admin = host.Connect(AdminHost.Key);
        var id = NewId();
        (await admin.SendJson("POST", "/admin/api/tenants", $$"""{"id":"{{id}}","displayName":"Contoso Ltd."}""")).Is(201);
        return (id, (string)(await admin.SendJson("POST", $"/admin/api/tenants/{id}/tokens", """{"name":"Entra, the first"}""")).Is(201).Json["token"]!);
    }

    private static async Task<string> MakeTokenAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "New token" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        return await CopyAsync(page, "Secret Token");
    }

    private static async Task<string> CopyAsync(IPage page, string label)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"Copy {label}", Exact = true }).ClickAsync();
        var value = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        return value;
    }

    // A change of a tenant is known everywhere within five seconds.
    private static async Task<HttpAnswer> UntilAsync(HttpClient entra, int status)
    {
        HttpAnswer? answer = null;
        await Poll.Until(async () => (answer = await entra.Send("GET", "Users")).Status == status, $"the answer is {status}", seconds: 30);
        return answer!;
    }

    private static HttpClient Entra(string url, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(url + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
