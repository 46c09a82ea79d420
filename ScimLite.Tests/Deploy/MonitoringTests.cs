using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

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
        var served = await Scrape();

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

    static IEnumerable<string> Panels() => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")))!["panels"]!.AsArray()
        .SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => target!["expr"]!.GetValue<string>());

    static IEnumerable<string> Alerts() => AlertExpression().Matches(File.ReadAllText(Path.Combine(Folder, "alerts.yaml"))).Select(m => m.Groups[1].Value);

    // Some of each kind: a counter that never counted is not told.
    static async Task<ILookup<string, string>> Scrape()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Redis, settings: new Dictionary<string, string> { ["ScimLite:Metrics:Enabled"] = "true", ["ScimLite:Limits:MaxConcurrentRequests"] = "1" });
        await host.Client.CreateUser("ada");
        (await host.Client.Send("POST", "Users", """{"userName":"ada","active":"True"}""")).Refuses(409);
        (await host.Client.Send("GET", "Users?filter=title%20pr")).Is(200);
        using (var slow = new OverloadTests.SlowBody("""{"userName":"slow"}"""u8.ToArray()))
        {
            var first = host.Client.PostAsync("Users", slow, TestContext.Current.CancellationToken);
            await Poll.Until(async () => (await host.Client.Send("GET", "Users")).Status == 503, "a request is turned away");
            slow.Finish();
            await first;
        }
        GC.Collect();
        var text = (await host.Client.Send("GET", "/metrics")).Is(200).Text;
        return Sample().Matches(text).SelectMany(s => Label().Matches(s.Groups["labels"].Value).Select(l => l.Groups[1].Value).Append("").Select(l => (Name: s.Groups["name"].Value, Label: l)))
            .ToLookup(s => s.Name, s => s.Label);
    }

    [GeneratedRegex(@"(?<name>\b(?:scim|http_server|resilience|dotnet)_[a-z_]+)(?<labels>\{[^}]*\})?")]
    private static partial Regex Metric();

    [GeneratedRegex(@"([a-z_]+)\s*=~?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"^(?<name>[a-z_]+)(?<labels>\{[^}]*\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"expr: \|?\s*(.+?)\n\s+(?:for|labels):", RegexOptions.Singleline)]
    private static partial Regex AlertExpression();
}
