using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Telemetry;

/// <summary>Names, addresses, numbers and credentials go into the directory and nowhere else: not into a span, a metric or a log line.</summary>
public sealed partial class RedactionTests
{
    // Whatever holds this word is personal.
    const string Mark = "Qzxmark";

    const string AdminKey = "an-admin-key-of-the-test";

    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    const string Person = $$"""
        {"schemas":["{{HttpCalls.UserSchema}}"],"userName":"user{{Mark}}","externalId":"ext{{Mark}}","displayName":"Display {{Mark}}","name":{"givenName":"Given{{Mark}}","familyName":"Family{{Mark}}","formatted":"{{Mark}} F"},
         "nickName":"{{Mark}}","title":"{{Mark}}","emails":[{"value":"mail{{Mark}}@example.com","type":"work"}],"phoneNumbers":[{"value":"+49 {{Mark}}","type":"work"}],"addresses":[{"type":"work","streetAddress":"{{Mark}} 1"}],
         "roles":[{"value":"{\"id\":\"{{Mark}}\"}"}],"{{Enterprise}}":{"employeeNumber":"{{Mark}}","manager":{"value":"{{Mark}}"} } }
        """;

    [Theory, OnBothStores]
    public async Task What_is_personal_is_in_no_span_no_metric_and_no_log_line(StoreKind store)
    {
        using var log = new CapturedLog();
        await using var host = await Start(store, log);
        using var recorder = new Recorder();
        using var stranger = host.Connect($"wrong-{Mark}-token-0123456789");
        var user = (await recorder.Call(host.Client, "POST", "Users", Person)).Answer.Is(201).Id;
        var group = (await recorder.Call(host.Client, "POST", "Groups", $$"""{"displayName":"Group {{Mark}}","members":["{{user}}"]}""")).Answer.Is(201).Id;

        foreach (var (client, method, target, body) in Requests(host.Client, stranger, user, group))
        {
            var trace = await recorder.Call(client, method, target, body);
            Assert.True(trace.Answer.Status < 500, trace.Answer.Text);
        }

        Assert.Empty(Telltales(recorder, log, host));
        Assert.NotEmpty(recorder.Ended);
        Assert.NotEmpty(recorder.Measured);
        Assert.NotEmpty(log.Lines);
        Assert.Contains(recorder.Ended, span => $"{span.GetTagItem("url.query")}".Contains("Redacted", StringComparison.Ordinal));
    }

    [Theory, OnBothStores]
    public async Task What_is_personal_is_untold_on_every_route_there_is_and_where_there_is_none(StoreKind store)
    {
        using var log = new CapturedLog();
        await using var host = await Start(store, log, ("ScimLite:AdminKey", AdminKey), ("ScimLite:Metrics:Enabled", "true"));
        using var recorder = new Recorder();
        using var stranger = host.Connect($"wrong-{Mark}-token-0123456789");
        using var admin = host.Connect(AdminKey);
        var user = (await host.Client.Send("POST", "Users", Person)).Is(201).Id;
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => !route.RoutePattern.RawText!.StartsWith("/health", StringComparison.Ordinal) && !route.RoutePattern.RawText.StartsWith("/metrics", StringComparison.Ordinal))
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (Method: method, Path: route.RoutePattern.RawText!))).ToArray();
        Assert.True(routes.Length > 30, $"only {routes.Length} routes were found");

        foreach (var (method, path) in routes.Append(("GET", $"/scim/v2/mail{Mark}@example.com")).Append(("POST", $"/{Mark}")))
        {
            foreach (var filling in (string[])[$"mail{Mark}@example.com", user, host.Tenant])
            {
                // Following the log has no end; what it is asked for here is refused before it begins.
                var end = path.EndsWith("/live", StringComparison.Ordinal) ? "&limit=0" : "";
                var target = RouteParameter().Replace(path, filling) + $"?filter=userName%20eq%20%22{Mark}%22&mail{Mark}=1&attributes={Mark}{end}";
                foreach (var client in (HttpClient[])[host.Client, admin, stranger])
                {
                    var trace = await recorder.Call(client, method, target, method is "GET" or "HEAD" ? null : Person, ("If-Match", $"\"{Mark}\""), ("User-Agent", "entra"));
                    Assert.True(trace.Answer.Status is < 500 or 501, $"{method} {path}: {trace.Answer.Text}");
                }
            }
        }

        Assert.Empty(Telltales(recorder, log, host));
        var metrics = (await host.Client.Send("GET", "/metrics")).Is(200).Text;
        Assert.DoesNotContain(Mark, metrics, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("scim_operation_duration_seconds_bucket", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_personal_stays_untold_when_the_store_is_away()
    {
        using var log = new CapturedLog();
        await using var host = await ScimHost.StartAsync(StoreKind.Redis, settings: Logging, services: services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            // Nobody listens there.
            services.AddSingleton(new RedisConnection("127.0.0.1:1,connectTimeout=50,syncTimeout=50,asyncTimeout=50,connectRetry=0"));
        });
        using var recorder = new Recorder();
        foreach (var (method, target, body) in ((string, string, string?)[])[("POST", $"Users?x={Mark}", Person)])
        {
            (await recorder.Call(host.Client, method, target, body)).Answer.Refuses(503);
        }

        Assert.Empty(Telltales(recorder, log, host));
        Assert.Contains(log.Lines, line => line.Contains("The store did not answer", StringComparison.Ordinal));
    }

    static IEnumerable<(HttpClient Client, string Method, string Target, string? Body)> Requests(HttpClient client, HttpClient stranger, string user, string group)
    {
        string[] queries =
        [
            $"filter=userName%20eq%20%22user{Mark}%22", $"filter=emails%5Bvalue%20eq%20%22mail{Mark}@example.com%22%5D", $"filter=name.familyName%20co%20%22{Mark}%22", $"filter=userName%20eq%20%22{Mark}", $"filter={Mark}%20eq%20%22x%22",
            $"filter=active%20eq%20%22{Mark}%22", $"attributes={Mark}", $"startIndex={Mark}", $"count={Mark}", $"x={Mark}&y=%22{Mark}", $"attributes={Mark}&excludedAttributes={Mark}",
        ];
        string[] bodies = [Person, Person[..^20], $$"""{"userName":"{{Mark}}","active":"{{Mark}}"}""", $$"""{"{{Mark}}":1,"{{Mark}}":2}""", $$"""{"displayName":"{{Mark}}","members":["{{Mark}}"]}""", $"\"{Mark}\"", Mark];
        string[] operations =
        [
            $$"""{"op":"replace","path":"displayName","value":"New {{Mark}}"}""", $$"""{"op":"add","path":"emails[value eq \"{{Mark}}\"].display","value":"{{Mark}}"}""", $$"""{"op":"add","path":"{{Mark}}","value":"{{Mark}}"}""",
            $$"""{"op":"add","value":{"{{Mark}}":"{{Mark}}","name.givenName":"{{Mark}}"} }""", $$"""{"op":"{{Mark}}","path":"title"}""", $$"""{"op":"remove","path":"emails[value eq \"{{Mark}}2\"]"}""", $$"""{"op":"replace","path":"active","value":"{{Mark}}"}""",
            $$"""{"op":"add","path":"members","value":[{"value":"{{Mark}}","display":"{{Mark}}"}]}""", $$"""{"op":"remove","path":"members","value":["{{Mark}}"]}""", $$"""{"op":"remove","path":"members[display eq \"{{Mark}}\"]"}""",
        ];
        foreach (var endpoint in (string[])["Users", "Groups"])
        {
            var one = endpoint == "Users" ? $"Users/{user}" : $"Groups/{group}";
            foreach (var query in queries)
            {
                yield return (client, "GET", $"{endpoint}?{query}", null);
                yield return (client, "GET", $"{one}?{query}", null);
                yield return (stranger, "GET", $"{endpoint}?{query}", null);
            }

            foreach (var body in bodies)
            {
                yield return (client, "POST", endpoint, body);
                yield return (client, "PUT", one, body);
                yield return (client, "PUT", $"{endpoint}/none", body);
                yield return (stranger, "POST", endpoint, body);
                yield return (client, "DELETE", endpoint, body);
            }

            foreach (var (method, body) in ((string, string?)[])[("GET", null), ("HEAD", null), ("PUT", Person), ("PATCH", HttpCalls.Patch(operations[0])), ("DELETE", null)])
            {
                // Where an id belongs, since that is what a client gets wrong.
                yield return (client, method, $"{endpoint}/mail{Mark}@example.com", body);
                yield return (stranger, method, $"{endpoint}/mail{Mark}@example.com", body);
            }

            foreach (var operation in operations)
            {
                yield return (client, "PATCH", one, HttpCalls.Patch(operation));
            }
        }

        yield return (client, "GET", $"Schemas?filter=name%20eq%20%22{Mark}%22", null);
        yield return (client, "GET", $"ServiceProviderConfig?filter={Mark}", null);
        yield return (client, "GET", $"Nothing?x={Mark}", null);
        yield return (client, "DELETE", $"Users/{user}", Mark);
        yield return (client, "DELETE", $"Groups/{group}?x={Mark}", null);
    }

    static readonly Dictionary<string, string> Logging = new()
    {
        ["Logging:LogLevel:Default"] = "Warning", ["Logging:LogLevel:ScimLite"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Warning", ["Logging:LogLevel:Probe"] = "Trace",
    };

    static Task<ScimHost> Start(StoreKind store, CapturedLog log, params (string Key, string Value)[] more) => ScimHost.StartAsync(
        store, settings: Logging.Concat(more.Select(m => KeyValuePair.Create(m.Key, m.Value))).ToDictionary(), services: services => services.AddSingleton<ILoggerProvider>(log));

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex RouteParameter();

    static IEnumerable<string> Telltales(Recorder recorder, CapturedLog log, ScimHost host)
    {
        // A line of our own, so that silence proves that nothing was said and not that nobody listened.
        host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Probe").LogInformation("The log is listened to");
        string[] secrets = [Mark, host.Token];
        return recorder.Ended.SelectMany(Texts).Concat(recorder.Measured.SelectMany(m => m.Tags.Select(t => $"{m.Name} {t.Key}={t.Value}"))).Concat(log.Lines)
            .Where(text => secrets.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase))).Distinct();
    }

    static IEnumerable<string> Texts(Activity span) =>
    [
        $"{span.Source.Name} {span.OperationName} {span.DisplayName} {span.StatusDescription} {span.TraceStateString}",
        .. span.TagObjects.Select(t => $"{span.DisplayName}: {t.Key}={(t.Value is IEnumerable<string> many ? string.Join(' ', many) : t.Value)}"),
        .. span.Baggage.Select(b => $"{b.Key}={b.Value}"),
        .. span.Events.SelectMany(e => e.Tags.Select(t => $"{e.Name} {t.Key}={t.Value}").Prepend(e.Name)),
    ];
}
