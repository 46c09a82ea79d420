using Microsoft.Playwright;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Admin;

/// <summary>A real browser for the tests of the admin page: the Chromium that <c>SCIMLITE_CHROMIUM</c> names or that is on the PATH. Without one the
/// tests are skipped, with this reason.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string? Executable = Find();

    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Executable is not null)
        {
            // Many tests share the machine; what is waited for comes sooner or later, or never.
            Assertions.SetDefaultExpectTimeout(20_000);
            playwright = await Playwright.CreateAsync();
            browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Executable,
                Args = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
            });
        }
    }

    /// <summary>Opens a page; whatever its script or its policy complains of fails the test at <see cref="BrowserPage.DisposeAsync"/>.</summary>
    public async Task<BrowserPage> OpenAsync(Uri address, ColorScheme scheme = ColorScheme.Light, int width = 1200)
    {
        Assert.SkipWhen(browser is null, "No Chromium is on the PATH, and SCIMLITE_CHROMIUM names none.");
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            Permissions = ["clipboard-read", "clipboard-write"],
            Locale = "en-GB",
        });
        return await BrowserPage.OpenAsync(context);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }
        playwright?.Dispose();
    }

    private static string? Find() => Environment.GetEnvironmentVariable("SCIMLITE_CHROMIUM") is { Length: > 0 } named ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
            .FirstOrDefault(File.Exists);
}

/// <summary>A page of its own, with its own cookies, that remembers what went wrong in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    private BrowserPage(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    internal static async Task<BrowserPage> OpenAsync(IBrowserContext context)
    {
        var opened = new BrowserPage(context, await context.NewPageAsync());
        opened.Page.PageError += (_, error) => opened.complaints.Add(error);
        opened.Page.Console += (_, message) =>
        {
            // A status that the page expects and shows is no fault of it.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                opened.complaints.Add(message.Text);
            }
        };
        return opened;
    }

    /// <summary>Signs in with the admin key and waits for the tenants.</summary>
    public async Task SignInAsync()
    {
        await Page.GotoAsync("/admin");
        await Page.GetByLabel("Admin key").FillAsync(AdminHost.Key);
        await Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Tenants" })).ToBeVisibleAsync();
    }

    /// <summary>Keeps a picture of the page where <c>SCIMLITE_SCREENSHOTS</c> names a folder.</summary>
    public async Task ShowAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("SCIMLITE_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    /// <summary>Ends the page.</summary>
    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.Empty(complaints);
    }
}
