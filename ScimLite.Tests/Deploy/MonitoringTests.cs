using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Deploy;

/// <summary>Dashboard and alerts name metrics that exist, with the labels that they really have.</summary>
public sealed partial class MonitoringTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "deploy", "monitoring");

    [Fact]
    public async Task Every_metric_and_label_that_a_panel_or_an_alert_names_is_served_at_metrics()
    {
        var expressions = Panels().Concat(Alerts()).ToArray();
        Assert.True(expressions.Length > 20, "the files were not read");
        var text = await Scrape();
        var served = Sample().Matches(text).SelectMany(s => Label().Matches(s.Groups["labels"].Value).Select(l => l.Groups[1].Value).Append("").Select(l => (Name: s.Groups["name"].Value, Label: l)))
            .ToLookup(s => s.Name, s => s.Label);
        Assert.All(expressions.SelectMany(e => Warning().Matches(e)), warning => Assert.Contains(warning.Value, text, StringComparison.Ordinal));

        foreach (var expression in expressions)
        {
            var metrics = Metric().Matches(By().Replace(expression, ""));
            foreach (Match used in metrics)
            {
                var name = used.Groups["name"].Value;
                Assert.True(served.Contains(name), $"{name}, which '{expression}' names, is not served");
                foreach (Match label in Label().Matches(used.Groups["labels"].Value))
                {
                    Assert.True(served[name].Contains(label.Groups[1].Value), $"{name} has no label {label.Groups[1].Value}");
                }
            }
            foreach (Match by in By().Matches(expression))
            {
                foreach (var label in by.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Except(["instance"]))
                {
                    Assert.True(metrics.Any(used => served[used.Groups["name"].Value].Contains(label)), $"no metric of '{expression}' has the label {label}");
                }
            }
        }
    }

    [Fact]
    public async Task Metrics_are_off_unless_they_are_switched_on()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        Assert.Equal(404, (await host.Client.Send("GET", "/metrics")).Status);
    }

    [Fact]
    public async Task Every_alert_is_explained_in_the_guide()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "README.md"), TestContext.Current.CancellationToken);
        var names = AlertName().Matches(await File.ReadAllTextAsync(Path.Combine(Folder, "alerts.yaml"), TestContext.Current.CancellationToken)).Select(m => m.Groups[1].Value);
        Assert.All(names, name => Assert.Contains($"`{name}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_rules_say_what_they_should_of_made_up_series()
    {
        Assert.SkipUnless(RedisServer.FindOnPath("promtool") is not null, "promtool is not on the PATH");
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", Path.Combine(Folder, "alerts.test.yaml")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (text, error) = (promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(promtool.ExitCode == 0, await text + await error);
    }

    static IEnumerable<string> Panels() => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")))!["panels"]!.AsArray()
        .SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>());

    static IEnumerable<string> Alerts() => AlertExpression().Matches(File.ReadAllText(Path.Combine(Folder, "alerts.yaml"))).Select(m => m.Groups[1].Value);

    // Some of each kind: a counter that never counted is not told.
    static async Task<string> Scrape()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var settings = new Dictionary<string, string> { ["ScimLite:Metrics:Enabled"] = "true", ["ScimLite:Limits:MaxConcurrentRequests"] = "1", ["ScimLite:AdminKey"] = AdminHost.Key };
        await using var host = await ScimHost.StartAsync(StoreKind.Redis, tenantSettings: new Dictionary<string, string> { ["Guard:MaxRemovals"] = "1" }, settings: settings,
            services: services => services.AddSingleton<TimeProvider>(clock));
        var first = (await host.Client.CreateUser("ada")).Id;
        (await host.Client.Send("POST", "Users", """{"userName":"ada","active":"True"}""")).Refuses(409);
        (await host.Client.Send("GET", "Users?filter=title%20pr")).Is(200);
        var (slow, posted) = await OverloadTests.OccupyAsync(host);
        slow.Finish();
        await posted;
        await Warn(host, clock, first);
        GC.Collect();
        return (await host.Client.Send("GET", "/metrics")).Is(200).Text;
    }

    // A removal too many, a cycle that fails, one that does not come, and a token that ends tomorrow.
    static async Task Warn(ScimHost host, FakeTimeProvider clock, string user)
    {
        var second = (await host.Client.CreateUser("grace")).Id;
        (await host.Client.Send("DELETE", $"Users/{user}")).Is(204);
        (await host.Client.Send("DELETE", $"Users/{second}")).Is(503);
        for (var i = 0; i < 110; i++)
        {
            (await host.Client.Send("DELETE", "Users/nobody")).Is(404);
        }
        using var admin = host.Connect(AdminHost.Key);
        // What was counted is on the health card, and so in the store.
        (await admin.Send("GET", $"/admin/api/tenants/{host.Tenant}/status")).Is(200);
        (await admin.SendJson("POST", $"/admin/api/tenants/{host.Tenant}/tokens", $$"""{"name":"Entra","expiresAt":"{{clock.GetUtcNow().AddDays(1):O}}"}""")).Is(201);
        clock.Advance(TimeSpan.FromMinutes(121));
        await host.Services.GetRequiredService<TenantWatch>().LookAsync(TestContext.Current.CancellationToken);
        await host.Services.GetServices<IHostedService>().OfType<CredentialExpiry>().Single().LookAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"(?<name>\b(?:scim|http_server|resilience|dotnet)_[a-z_]+)(?<labels>\{[^}]*\})?")]
    private static partial Regex Metric();

    [GeneratedRegex(@"([a-z_]+)\s*=~?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"^(?<name>[a-z_]+)(?<labels>\{[^}]*\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"scim_warning=""[^""]+""")]
    private static partial Regex Warning();

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"expr: \|?\s*(.+?)\n\s+(?:for|labels):", RegexOptions.Singleline)]
    private static partial Regex AlertExpression();
}
