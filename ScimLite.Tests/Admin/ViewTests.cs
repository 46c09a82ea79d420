using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;
using static Microsoft.Playwright.Assertions;

namespace ScimLite.Tests.Admin;

/// <summary>Every view of the admin page, with a busy tenant behind it: on a phone it does not scroll sideways, in both colour schemes its text can
/// be read, and a screen reader has a name for each control. Where <c>SCIMLITE_SCREENSHOTS</c> names a folder, pictures are kept, of wide screens too.</summary>
public sealed class ViewTests(Browser browser) : IClassFixture<Browser>
{
    private const int Narrow = 390, Wide = 1280;

    // WCAG 2.2: 1.4.3 (contrast of text), 4.1.2 and 2.4.4 (names of controls), 1.4.10 (reflow). Elements that are disabled are exempt, and so is
    // what no one sees.
    private const string Faults = """
        () => {
          const faults = [];
          const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
          const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = (e) => {
            for (; e; e = e.parentElement) {
              const colour = parse(getComputedStyle(e).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
          };
          const judge = (e, colour, text) => {
            const [a, b] = [light(parse(colour)), light(ground(e))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)} of "${text.trim().slice(0, 40)}"`);
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const e = node.parentElement;
            if (node.data.trim() && seen(e) && !e.closest(':disabled, svg')) judge(e, getComputedStyle(e).color, node.data);
          }
          for (const e of document.querySelectorAll('input[placeholder]')) if (seen(e)) judge(e, getComputedStyle(e, '::placeholder').color, e.placeholder);
          for (const e of document.querySelectorAll('a[href], button, input, select, textarea, summary, output, table, dialog')) {
            const name = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.caption?.textContent || (e.matches('a, button, summary') && e.textContent);
            if (seen(e) && !name?.trim()) faults.push(`no name: ${e.outerHTML.slice(0, 80)}`);
            if (seen(e) && e.matches('button, input, select') && e.getBoundingClientRect().height < 24 && e.type !== 'checkbox') faults.push(`too small to be touched: ${name}`);
          }
          const levels = [...document.querySelectorAll('h1, h2, h3')].filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]));
          if (levels[0] !== 1 || levels.filter((l) => l === 1).length !== 1) faults.push(`headings ${levels}`);
          const wide = document.documentElement.scrollWidth - innerWidth;
          if (wide > 0) faults.push(`${wide} px too wide: ` + [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.tagName + '.' + e.className).slice(0, 4));
          return faults;
        }
        """;

    private readonly List<string> faults = [];

    [Fact]
    public async Task Every_view_fits_a_phone_can_be_read_in_both_schemes_and_has_a_name_for_each_control()
    {
        var clock = new PastClock();
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = AdminHost.Key },
            services: services => services.AddSingleton<TimeProvider>(clock), onKestrel: true);
        var id = $"contoso-{Guid.NewGuid():N}"[..20];
        var (user, link, expired) = await BusyTenant.FillAsync(host, clock, id);
        clock.CatchUp();

        var pictures = Environment.GetEnvironmentVariable("SCIMLITE_SCREENSHOTS") is { Length: > 0 };
        foreach (var width in pictures ? (int[])[Narrow, Wide] : [Narrow])
        {
            await LookAsync(host.Address, ColorScheme.Light, width, id, user, link, expired);
            await LookAsync(host.Address, ColorScheme.Dark, width, id, user, link, expired);
        }

        Assert.Empty(faults);
    }

    private async Task LookAsync(Uri address, ColorScheme scheme, int width, string id, string user, string link, string expired)
    {
        await using var opened = await browser.OpenAsync(address, scheme, width);
        var page = opened.Page;
        await page.GotoAsync("/admin");
        await Expect(page.GetByLabel("Admin key")).ToBeVisibleAsync();
        await JudgeAsync("sign-in");
        await opened.SignInAsync();
        await JudgeAsync("tenants");
        await page.GetByRole(AriaRole.Button, new() { Name = "New tenant" }).ClickAsync();
        await JudgeAsync("new-tenant");
        await page.Keyboard.PressAsync("Escape");
        foreach (var (view, section) in ((string, string)[])
        [
            ($"{id}/connect", "Connect Entra"), ($"{id}/credentials", "OAuth clients"), ($"{id}/users", "Users"), ($"{id}/groups", "Groups"), ($"{id}/settings", "Settings"),
            ($"{id}-empty/activity", "Provisioning log"), ($"{id}-empty/users", "Users"), ($"{id}-empty/credentials", "OAuth clients"),
        ])
        {
            await GoAsync(view, section);
            await JudgeAsync(view.Replace(id, "tenant", StringComparison.Ordinal).Replace('/', '-'));
        }
        await GoAsync($"{id}/credentials", "OAuth clients");
        await page.GetByRole(AriaRole.Button, new() { Name = "New client" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).Locator("summary").ClickAsync();
        await JudgeAsync("new-client");
        await page.Keyboard.PressAsync("Escape");
        await GoAsync($"{id}/activity", "Provisioning log");
        await JudgeAsync("tenant-activity");
        await page.GetByText("As a table").ClickAsync();
        await page.GetByLabel("Failures only").CheckAsync();
        await Expect(page.Locator(".log > li")).ToHaveCountAsync(9);
        await page.Locator(".log summary").First.ClickAsync();
        await JudgeAsync("failures");
        await GoAsync($"{id}/users/{user}", "Time line");
        await page.Locator(".log > li summary").Nth(2).ClickAsync();
        await JudgeAsync("time-line");
        await page.GotoAsync($"/admin#setup={link}");
        await Expect(page.Locator(".guide")).ToBeVisibleAsync();
        await JudgeAsync("set-up-link");
        await page.GotoAsync($"/admin#setup={expired}");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("it has expired or was revoked. Ask for a new one");
        await JudgeAsync("set-up-link-ended");

        async Task GoAsync(string view, string section)
        {
            await page.GotoAsync($"/admin#/{view}");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = view.StartsWith($"{id}/", StringComparison.Ordinal) ? "Contoso Ltd." : "Fabrikam" })).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = section, Exact = true })).ToBeVisibleAsync();
        }

        async Task JudgeAsync(string view)
        {
            var place = $"{view}-{(scheme == ColorScheme.Dark ? "dark" : "light")}-{width}";
            faults.AddRange((await page.EvaluateAsync<string[]>(Faults)).Select(fault => $"{place}: {fault}"));
            await opened.ShowAsync(place);
        }
    }
}
