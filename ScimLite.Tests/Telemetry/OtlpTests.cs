using System.Text;
using System.Text.RegularExpressions;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Store;

namespace ScimLite.Tests.Telemetry;

/// <summary>The real program sends what it promises to a collector, over the wire and under the names of the contract.</summary>
public sealed partial class OtlpTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_post_a_patch_and_a_failed_call_arrive_as_trees_under_the_callers_span_with_metrics_and_logs()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var redis = await OwnServer.StartedAsync();
        using var program = Start(collector, redis.Address, "1");
        try
        {
            using var client = Connect(await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on"));
            var posted = await Call(client, collector, "POST", "Users", """{"userName":"ada"}""");
            Assert.Equal(201, posted.Answer.Status);
            Assert.Equal(["POST /scim/v2/Users", "scim.create User", "redis.commit"], posted.Names);
            Assert.Equal("acme User create created", posted.Tags("scim.tenant", "scim.resource.type", "scim.operation", "scim.outcome"));
            Assert.Equal(posted.Answer.Id, posted.Tags("scim.resource.id"));

            var patched = await Call(client, collector, "PATCH", $"Users/{posted.Answer.Id}", HttpCalls.Patch("""{"op":"Replace","path":"active","value":"False"}"""));
            Assert.Equal(["PATCH /scim/v2/Users/{id}", "scim.patch User", "redis.get", "redis.commit"], patched.Names);
            Assert.Equal("patch changed 1 op-case boolean-as-text", patched.Tags("scim.operation", "scim.outcome", "scim.patch.operations", "scim.quirk"));

            await redis.KillAsync();
            var failed = await Call(client, collector, "GET", $"Users/{posted.Answer.Id}", null);
            Assert.Equal(503, failed.Answer.Status);
            Assert.Equal(["GET /scim/v2/Users/{id}", "scim.read User", "redis.get"], failed.Names);
            Assert.Equal("read failed", failed.Tags("scim.operation", "scim.outcome"));
            Assert.All(failed.Spans, span => Assert.Equal((span.Name, 2L), (span.Name, span.Status)));

            foreach (var (signal, text) in ((string, string)[])[("metrics", "scim.operation.duration"), ("metrics", "scim.store.breaker"), ("metrics", "resilience.polly.strategy.attempt.duration"), ("logs", "is away, and calls are answered 503")])
            {
                await Poll.Until(() => Task.FromResult(collector.Bodies.GetValueOrDefault(signal, []).ToArray().Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)), $"{text} arrives among the {signal}");
            }
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task Where_a_share_of_nothing_is_sampled_what_failed_is_kept_all_the_same()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var redis = await OwnServer.StartedAsync();
        using var program = Start(collector, redis.Address, "0");
        try
        {
            using var client = Connect(await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on"));
            await client.CreateUser("ada");
            await redis.KillAsync();
            (await client.Send("GET", "Users")).Refuses(503);

            await Poll.Until(() => Task.FromResult(collector.Spans.Count(s => s.Name is "GET /scim/v2/Users" or "scim.search User" or "redis.query") == 3), "the failed call arrives");
            Assert.All(collector.Spans, s => Assert.True(s.Status == 2 || s.Slow, $"{s.Name} neither failed nor was slow"));
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    static System.Diagnostics.Process Start(OtlpReceiver collector, string redis, string share) => ScimProgram.Start("Production",
        ("ScimLite__Tenants__acme__Token", "a-token"), ("ConnectionStrings__Redis", redis), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_BLRP_SCHEDULE_DELAY", "100"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"), ("OTEL_TRACES_SAMPLER_ARG", share));

    static HttpClient Connect(string log)
    {
        var client = new HttpClient { BaseAddress = new Uri(ListensOn().Match(log).Groups[1].Value + "/scim/v2/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "a-token");
        return client;
    }

    // The server's span ends last and is sent last, so when it is there all are.
    static async Task<Tree> Call(HttpClient client, OtlpReceiver collector, string method, string target, string? body)
    {
        var (trace, caller) = (System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString(), System.Diagnostics.ActivitySpanId.CreateRandom().ToHexString());
        var answer = await client.Send(method, target, body, ("traceparent", $"00-{trace}-{caller}-01"));
        Assert.Equal(trace, answer.Header("X-Correlation-Id"));
        await Poll.Until(() => Task.FromResult(collector.Spans.Any(s => s.TraceId == trace && s.ParentId == caller)), $"the span of {method} {target} arrives");
        var spans = collector.Spans.Where(s => s.TraceId == trace).ToArray();
        var (server, scim) = (spans.Single(s => s.ParentId == caller), spans.Single(s => s.Name.StartsWith("scim.", StringComparison.Ordinal)));
        Assert.Equal(server.SpanId, scim.ParentId);
        Assert.All(spans.Where(s => s.Name.StartsWith("redis.", StringComparison.Ordinal)), s => Assert.Equal(scim.SpanId, s.ParentId));
        return new Tree(answer, [server, scim, .. spans.Except([server, scim])]);
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListensOn();

    sealed record Tree(HttpAnswer Answer, IReadOnlyList<OtlpSpan> Spans)
    {
        public IEnumerable<string> Names => Spans.Select(s => s.Name);

        // The span of the call is the second.
        public string Tags(params string[] names) => string.Join(' ', names.Select(n => Spans[1].Tags[n]));
    }
}
