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

    private static Task<ScimHost> StartAsync(Dictionary<string, string>? tenantSettings = null) =>
        ScimHost.StartAsync(StoreKind.Memory, tenantSettings: tenantSettings, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = AdminHost.Key }, onKestrel: true);
}
