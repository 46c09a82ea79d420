using Microsoft.Playwright;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;
using static Microsoft.Playwright.Assertions;

namespace ScimLite.Tests.Admin;

/// <summary>The ways to connect Entra without a Secret Token, in a real browser: OAuth clients, a token from the settings, Entra's own token.</summary>
public sealed class ConnectTests(Browser browser) : IClassFixture<Browser>
{
    private const string EntraTenant = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";

    [Fact]
    public async Task The_guide_asks_for_no_token_where_there_is_another_credential_or_a_call_has_come()
    {
        await using var host = await StartAsync();
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        var step = page.Locator(".guide > li").First;

        await page.GotoAsync($"/admin#/{host.Tenant}/connect");
        await Expect(step).ToBeVisibleAsync();
        await Expect(step).Not.ToHaveClassAsync("done");
        (await host.Client.Send("GET", "Users?count=0")).Is(200);
        await Expect(step).ToHaveClassAsync("done");
        await Expect(step).ToContainTextAsync("Calls have come already");

        using var admin = host.Connect(AdminHost.Key);
        (await admin.SendJson("POST", "/admin/api/tenants", """{"id":"contoso"}""")).Is(201);
        await page.GotoAsync("/admin#/contoso/connect");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "contoso" })).ToBeVisibleAsync();
        await Expect(step).Not.ToHaveClassAsync("done");
        (await admin.SendJson("POST", "/admin/api/tenants/contoso/clients", """{"name":"Entra"}""")).Is(201);
        await Expect(step).ToHaveClassAsync("done");
        await Expect(step).ToContainTextAsync("There is an OAuth client");

        await step.GetByRole(AriaRole.Link, new() { Name = "Credentials" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "OAuth clients" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_client_is_made_whole_or_not_at_all_for_the_address_at_which_entra_finds_the_service()
    {
        await using var host = await StartAsync(new() { ["ScimLite:PublicUrl"] = "https://scim.example.com" });
        using var admin = host.Connect(AdminHost.Key);
        (await admin.SendJson("POST", "/admin/api/tenants", """{"id":"contoso"}""")).Is(201);
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        await page.GotoAsync("/admin#/contoso/credentials");

        await page.GetByRole(AriaRole.Button, new() { Name = "New client" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name").FillAsync("Federated");
        await dialog.Locator("summary").ClickAsync();
        await dialog.GetByLabel("Audience").FillAsync("api://5d1f");
        await dialog.GetByLabel("Subject").FillAsync("54d3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("there is nothing in: Issuer, Entra tenant id.");
        Assert.Empty((await admin.Send("GET", "/admin/api/tenants/contoso/clients")).Is(200).Json["clients"]!.AsArray());

        await dialog.GetByLabel("Issuer").FillAsync($"https://login.microsoftonline.com/{EntraTenant}/v2.0");
        await dialog.GetByLabel("Entra tenant id").FillAsync(EntraTenant);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.GetByLabel("Token Endpoint", new() { Exact = true })).ToHaveTextAsync("https://scim.example.com/oauth2/token");
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();

        var client = page.GetByRole(AriaRole.Table, new() { Name = "OAuth clients" }).GetByRole(AriaRole.Row, new() { Name = "Federated" }).First;
        foreach (var told in (string[])["provision", "never", $"https://login.microsoftonline.com/{EntraTenant}/v2.0", "api://5d1f", "54d3"])
        {
            await Expect(client).ToContainTextAsync(told);
        }
    }

    [Fact]
    public async Task Entras_own_token_is_set_on_the_page()
    {
        await using var host = await StartAsync();
        using var admin = host.Connect(AdminHost.Key);
        (await admin.SendJson("POST", "/admin/api/tenants", """{"id":"contoso"}""")).Is(201);
        await using var opened = await browser.OpenAsync(host.Address);
        await opened.SignInAsync();
        var page = opened.Page;
        await page.GotoAsync("/admin#/contoso/settings");

        await page.GetByLabel("Entra tenant id").FillAsync($" {EntraTenant.ToUpperInvariant()}");
        await page.GetByLabel("Audience").FillAsync("api://gallery");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("Saved", new() { Exact = true })).ToBeVisibleAsync();

        var tenant = (await admin.Send("GET", "/admin/api/tenants/contoso")).Is(200).Json;
        Assert.Equal((EntraTenant, "api://gallery"), ((string?)tenant["entraTenantId"], (string?)tenant["entraAudience"]));
        await page.GetByRole(AriaRole.Link, new() { Name = "Connect Entra" }).ClickAsync();
        await Expect(page.Locator(".guide > li.done h3")).ToHaveTextAsync(["Make a Secret Token (done)"]);
    }

    private static Task<ScimHost> StartAsync(Dictionary<string, string>? settings = null) =>
        ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string>(settings ?? []) { ["ScimLite:AdminKey"] = AdminHost.Key }, onKestrel: true);
}
