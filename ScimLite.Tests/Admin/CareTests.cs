using Microsoft.Playwright;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;
using static Microsoft.Playwright.Assertions;

namespace ScimLite.Tests.Admin;

/// <summary>What an administrator looks after, in a real browser: removals that wait for a decision, users to be brought back, and figures that stay true.</summary>
public sealed class CareTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task After_a_mass_deletion_the_one_who_was_deleted_first_is_reached_and_restored()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 60; i++)
        {
            var user = (await host.Client.CreateUser($"person.{i:00}@contoso.com")).Id;
            (await host.Client.Send("DELETE", $"Users/{user}")).Is(204);
        }
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;

        await page.GotoAsync($"/admin#/{host.Tenant}/users");
        var deleted = page.GetByRole(AriaRole.Region, new() { Name = "Deleted users" });
        await Expect(deleted.GetByRole(AriaRole.Row)).ToHaveCountAsync(51);
        await deleted.GetByRole(AriaRole.Button, new() { Name = "Older" }).ClickAsync();
        await Expect(deleted.GetByRole(AriaRole.Row)).ToHaveCountAsync(61);
        await Expect(deleted.GetByRole(AriaRole.Button, new() { Name = "Older" })).ToBeHiddenAsync();
        // The keyboard goes on with the first of those that came.
        await Expect(deleted.GetByRole(AriaRole.Link, new() { Name = "person.09@contoso.com" })).ToBeFocusedAsync();
        await deleted.GetByRole(AriaRole.Button, new() { Name = "Restore person.00@contoso.com" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Users", Exact = true })).ToContainTextAsync("person.00@contoso.com");
    }

    [Fact]
    public async Task Every_tenant_that_is_shown_has_its_own_figures_and_tells_that_its_removals_wait_for_a_decision()
    {
        await using var host = await StartAsync(new() { ["Guard:MaxRemovals"] = "1" });
        using var admin = host.Connect(AdminHost.Key);
        // The host's own tenant begins with a "t"; these stand before it.
        foreach (var i in Enumerable.Range(0, 55))
        {
            (await admin.SendJson("POST", "/admin/api/tenants", $$"""{"id":"customer-{{i:00}}"}""")).Is(201);
        }
        await PauseRemovalsAsync(host);
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        var mine = page.GetByRole(AriaRole.Row, new() { Name = host.Tenant });

        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(50);
        await Expect(mine).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(56);
        await Expect(mine).ToContainTextAsync("ago");
        await Expect(mine).Not.ToContainTextAsync("never");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "customer-54" })).ToContainTextAsync("never");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "customer-50" })).ToBeFocusedAsync();

        // What could not be read is not told as none.
        await page.RouteAsync("**/customer-03/status", route => route.FulfillAsync(new() { Status = 503 }));
        await page.GetByLabel("Search by name or id").FillAsync("customer-03");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("unknown");
        await Expect(page.Locator("tbody tr")).Not.ToContainTextAsync("never");

        await page.GetByLabel("Search by name or id").FillAsync(host.Tenant.ToUpperInvariant());
        await mine.GetByRole(AriaRole.Link, new() { Name = "Removals paused: decide" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keep paused" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_guard_says_what_was_decided_how_many_there_were_and_until_when()
    {
        await using var host = await StartAsync(new() { ["Guard:MaxRemovals"] = "1" });
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        // Without the look that is taken every fifteen seconds.
        await page.EvaluateAsync("globalThis.setInterval = () => 0");
        await page.GotoAsync($"/admin#/{host.Tenant}/activity");
        await Expect(page.GetByText("Nothing has happened yet.")).ToBeVisibleAsync();
        var alert = page.GetByRole(AriaRole.Alert);
        await Expect(alert).ToHaveCountAsync(0);
        await page.GetByLabel("Person or group").FocusAsync();

        // The refusal comes live and brings the alert, and the keyboard stays where it is.
        var users = await PauseRemovalsAsync(host);
        await Expect(alert).ToContainTextAsync("Removals are paused: 1 user or group was disabled or deleted within 60 min.");
        await Expect(page.GetByLabel("Person or group")).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Keep paused" }).ClickAsync();
        await Expect(alert).ToContainTextAsync("Removals are kept paused: 1 user or group was disabled or deleted");
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow the removals" }).ClickAsync();
        await Expect(alert).ToHaveCountAsync(0);
        await Expect(page.GetByText("Removals are allowed until")).ToBeVisibleAsync();
        await opened.ShowAsync("guard-allowed");
        using var admin = host.Connect(AdminHost.Key);
        var guard = (await admin.Send("GET", $"/admin/api/tenants/{host.Tenant}/status")).Is(200).Json["guard"]!;
        Assert.Equal((string?)guard["until"], await page.Locator(".alert time").GetAttributeAsync("datetime"));
        (await host.Client.Send("DELETE", $"Users/{users[1]}")).Is(204);

        await page.GetByRole(AriaRole.Button, new() { Name = "Count again now" }).ClickAsync();
        await Expect(page.GetByText("Removals are allowed until")).ToHaveCountAsync(0);
        (await host.Client.Send("DELETE", $"Users/{users[2]}")).Is(204);
        (await host.Client.Send("DELETE", $"Users/{users[3]}")).Refuses(503);
        await page.GetByRole(AriaRole.Button, new() { Name = "Count from zero" }).ClickAsync();
        await Expect(alert).ToHaveCountAsync(0);
        (await host.Client.Send("DELETE", $"Users/{users[3]}")).Is(204);
    }

    [Fact]
    public async Task What_is_shown_of_a_tenant_follows_it_and_an_alert_that_stands_is_not_announced_again()
    {
        await using var host = await StartAsync(new() { ["Guard:MaxRemovals"] = "1" });
        await PauseRemovalsAsync(host);
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/admin#/{host.Tenant}/activity");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("Live").UncheckAsync();
        await page.GetByText("As a table").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep paused" }).FocusAsync();
        await page.EvaluateAsync("document.querySelector('[role=alert]').stood = true");
        var state = page.GetByRole(AriaRole.Region, new() { Name = "State" });
        await Expect(state).ToContainTextAsync("of 3");

        (await host.Client.CreateUser("new@contoso.com")).Is(201);
        await page.Clock.FastForwardAsync(15_000);

        await Expect(state).ToContainTextAsync("of 4");
        Assert.True(await page.EvaluateAsync<bool>("document.querySelector('[role=alert]').stood === true"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keep paused" })).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Cycles" })).ToBeVisibleAsync();

        // What was asked before a decision and is answered after it does not take it back.
        var (asked, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        await page.RouteAsync("**/status", async route =>
        {
            var answer = await route.FetchAsync();
            asked.SetResult();
            await held.Task;
            await route.FulfillAsync(new() { Response = answer });
        }, new() { Times = 1 });
        await page.Clock.FastForwardAsync(15_000);
        await asked.Task;
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("kept paused");
        var late = page.WaitForResponseAsync("**/status");
        held.SetResult();
        await (await late).FinishedAsync();
        await page.EvaluateAsync("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        // At once: the next look would put it right.
        Assert.Contains("kept paused", await page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);
        await Expect(page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
    }

    // Four users, of whom one is deleted and a second can't be: answers their ids.
    private static async Task<string[]> PauseRemovalsAsync(ScimHost host)
    {
        var users = new List<string>();
        foreach (var name in (string[])["ada", "grace", "edith", "hedy"])
        {
            users.Add((await host.Client.CreateUser($"{name}@contoso.com")).Id);
        }
        (await host.Client.Send("DELETE", $"Users/{users[0]}")).Is(204);
        (await host.Client.Send("DELETE", $"Users/{users[1]}")).Refuses(503);
        return [.. users];
    }

    private static Task<ScimHost> StartAsync(Dictionary<string, string>? tenantSettings = null) =>
        ScimHost.StartAsync(StoreKind.Memory, tenantSettings: tenantSettings, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = AdminHost.Key }, onKestrel: true);
}
