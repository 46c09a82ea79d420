using System.Net.Http.Headers;
using Microsoft.Playwright;
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
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = AdminHost.Key }, onKestrel: true);
        await using var opened = await browser.OpenAsync(host.Address);
        var page = opened.Page;
        var id = $"contoso-{Guid.NewGuid():N}"[..20];

        await page.GotoAsync("/admin");
        await page.GetByLabel("Admin key").FillAsync("not the key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not the admin key");
        await page.GetByLabel("Admin key").FillAsync(AdminHost.Key);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "New tenant" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Contoso Ltd.");
        await page.GetByLabel("Id", new() { Exact = true }).FillAsync(id);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Contoso Ltd." })).ToBeVisibleAsync();
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "New token" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy Secret Token" }).ClickAsync();
        var token = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy Tenant URL", Exact = true }).ClickAsync();
        var url = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Equal(new Uri(host.Address, "/scim/v2").ToString(), url);
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(1);

        using var entra = Entra(url, token);
        // Test Connection: the literal text of entra.md §1.1.
        Assert.Equal(0, (await entra.Send("GET", "Users?filter=userName+eq+%227d42c1d0-0000-4831-a406-ecf816600001%22")).Is(200).Total);
        await page.Locator("body").ClickAsync();
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(2);
        var ada = (await entra.Send("POST", "Users", $$"""{"schemas":["{{User}}"],"externalId":"54d382a4","userName":"ada@contoso.com","active":true,"displayName":"Ada <b>Lovelace</b>"}""")).Is(201).Id;
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(3);
        var group = (await entra.Send("POST", "Groups", $$"""{"schemas":["{{Group}}"],"displayName":"Engines"}""")).Is(201).Id;
        (await entra.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"Add","path":"members","value":[{"value":"{{ada}}"}]}"""))).Is(204);
        await Expect(page.Locator(".guide > li.done")).ToHaveCountAsync(4);
        await opened.ShowAsync("guide");

        await page.GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(3);
        (await entra.Send("PATCH", $"Users/{ada}", HttpCalls.Patch("""{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"shoeSize","value":"9"}"""))).Is(200);
        // It comes by itself, since the log is live.
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(4);
        await page.Locator(".log summary").First.ClickAsync();
        await Expect(page.Locator(".log details[open]")).ToContainTextAsync("shoeSize");
        await Expect(page.Locator(".log details[open] del")).ToHaveTextAsync("true");
        await Expect(page.Locator(".log details[open] ins")).ToHaveTextAsync("false");
        await opened.ShowAsync("activity");
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
        await opened.ShowAsync("time-line");

        await page.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Switch)).ToHaveAttributeAsync("aria-checked", "false");
        await UntilAsync(entra, 503);
        await page.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Switch)).ToHaveAttributeAsync("aria-checked", "true");
        await UntilAsync(entra, 200);
    }

    // A change of a tenant is known everywhere within five seconds.
    private static async Task UntilAsync(HttpClient entra, int status)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while ((await entra.Send("GET", "Users")).Status != status)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), $"After {patience.Elapsed} the answer is still not {status}.");
        }
    }

    private static HttpClient Entra(string url, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(url + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
