using System.Diagnostics;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Telemetry;

/// <summary>The spans that an operator sees: one for each provisioning call, with the names that are promised.</summary>
public sealed class TracingTests
{
    static readonly string Title = HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}""");

    [Theory, OnBothStores]
    public async Task A_call_has_one_span_under_the_servers_which_is_under_the_callers(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();

        var trace = (await recorder.Call(host.Client, "POST", "Users", """{"userName":"ada"}""")).Says(201, "scim.create User", "created", ("scim.tenant", host.Tenant));

        Assert.Equal(trace.Answer.Id, trace.Tag("scim.resource.id"));
        Assert.Equal(trace.Parent, trace.Server.ParentSpanId);
        Assert.Equal(trace.Server.SpanId, trace.Scim.ParentSpanId);
        Assert.Equal(trace.Server.TraceId.ToHexString(), trace.Answer.Header("X-Correlation-Id"));
        Assert.Equal(ActivityStatusCode.Unset, trace.Scim.Status);
        Assert.Equal(store == StoreKind.Redis ? 3 : 2, trace.Spans.Count);
    }

    [Fact]
    public async Task On_redis_each_round_trip_is_a_client_span_under_the_calls()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Redis);
        using var recorder = new Recorder();
        var user = (await recorder.Call(host.Client, "POST", "Users", """{"userName":"ada"}""")).Answer.Id;
        var group = (await recorder.Call(host.Client, "POST", "Groups", """{"displayName":"g"}""")).Answer.Id;
        foreach (var (method, target, body, trips) in ((string, string, string?, string)[])
        [
            ("GET", $"Users/{user}", null, "redis.get"), ("GET", "Users", null, "redis.query"), ("GET", "Users?filter=userName%20eq%20%22ada%22", null, "redis.query"),
            ("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":"{{user}}"}"""), "redis.commit"), ("PATCH", $"Users/{user}", Title, "redis.get redis.commit"),
            ("PUT", $"Users/{user}", """{"userName":"ada"}""", "redis.get redis.commit"), ("DELETE", $"Users/{user}", null, "redis.delete"), ("POST", "Users", "{", ""),
        ])
        {
            var trace = await recorder.Call(host.Client, method, target, body);
            var redis = trace.Spans.Where(s => s.Kind == ActivityKind.Client).ToArray();
            Assert.Equal((target, trips), (target, string.Join(' ', redis.Select(s => s.DisplayName))));
            Assert.All(redis, span => Assert.Equal((trace.Scim.SpanId, "redis"), (span.ParentSpanId, span.GetTagItem("db.system.name"))));
            Assert.All(redis, span => Assert.Equal(span.DisplayName, $"redis.{span.GetTagItem("db.operation.name")}"));
        }
    }

    [Theory, OnBothStores]
    public async Task The_outcome_of_every_operation_is_told(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        Task<Trace> Call(string method, string target, string? body = null) => recorder.Call(host.Client, method, target, body);
        var user = (await Call("POST", "Users", """{"userName":"ada"}""")).Answer.Id;
        var about = ("scim.resource.id", (string?)user);

        (await Call("GET", $"Users/{user}")).Says(200, "scim.read User", "found", about, ("scim.tenant", host.Tenant));
        (await Call("HEAD", $"Users/{user}")).Says(200, "scim.read User", "found", about);
        (await Call("GET", "Users/none")).Says(404, "scim.read User", "none", ("scim.error.type", null));
        (await Call("GET", "Users")).Says(200, "scim.search User", "found", ("scim.query.plan", "all"), ("scim.resource.id", null));
        (await Call("GET", "Groups")).Says(200, "scim.search Group", "none");
        (await Call("GET", "Users?filter=userName%20eq%20%22ada%22")).Says(200, "scim.search User", "found", ("scim.query.plan", "index userName"));
        (await Call("GET", "Users?filter=title%20pr")).Says(200, "scim.search User", "none", ("scim.query.plan", "scan"));
        (await Call("PUT", $"Users/{user}", """{"userName":"ada","title":"t"}""")).Says(200, "scim.replace User", "changed", about);
        (await Call("PUT", $"Users/{user}", """{"userName":"ada","title":"t"}""")).Says(200, "scim.replace User", "unchanged", about);
        (await Call("PATCH", $"Users/{user}", Title)).Says(200, "scim.patch User", "unchanged", about, ("scim.patch.operations", "1"));
        (await Call("PATCH", $"Users/{user}", Title.Replace("\"t\"", "\"u\"", StringComparison.Ordinal))).Says(200, "scim.patch User", "changed", about, ("scim.patch.operations", "1"));
        (await Call("DELETE", $"Users/{user}")).Says(204, "scim.delete User", "deleted", about);
        (await Call("DELETE", $"Users/{user}")).Says(404, "scim.delete User", "refused", about);
    }

    [Theory, OnBothStores]
    public async Task A_refusal_is_told_with_its_keyword_and_is_no_error_of_the_service(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        var user = (await host.Client.CreateUser("ada")).Id;
        var tagged = HttpCalls.Patch("""{"op":"replace","path":"emails[type ne \"work\"].value","value":"x"}""");
        foreach (var (method, target, body, status, name, keyword) in ((string, string, string?, int, string, string?)[])
        [
            ("POST", "Users", """{"userName":"ADA"}""", 409, "scim.create User", "uniqueness"), ("POST", "Users", "{", 400, "scim.create User", "invalidSyntax"), ("POST", "Users", "{}", 400, "scim.create User", "invalidValue"),
            ("POST", "Groups", """{"displayName":"g","members":["nobody"]}""", 400, "scim.create Group", "invalidValue"), ("GET", "Users?filter=(", null, 400, "scim.search User", "invalidFilter"),
            ("PATCH", $"Users/{user}", tagged, 400, "scim.patch User", "noTarget"), ("PATCH", $"Users/{user}", tagged.Replace("emails[", "emails(", StringComparison.Ordinal), 400, "scim.patch User", "invalidPath"),
            ("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"remove","path":"id"}"""), 400, "scim.patch User", "mutability"), ("PUT", "Users/none", """{"userName":"x"}""", 404, "scim.replace User", null),
            ("GET", $"Users/{user}?attributes=a&excludedAttributes=b", null, 400, "scim.read User", "invalidValue"),
        ])
        {
            var trace = (await recorder.Call(host.Client, method, target, body)).Says(status, name, "refused", ("scim.error.type", keyword));
            Assert.Equal(ActivityStatusCode.Unset, trace.Scim.Status);
        }

        (await recorder.Call(host.Client, "DELETE", $"Users/{user}", null, ("If-Match", "W/\"9\""))).Says(412, "scim.delete User", "refused", ("scim.error.type", null));
    }

    [Fact]
    public async Task A_failure_is_told_as_one_whether_the_store_is_away_or_the_service_broke()
    {
        foreach (var (cause, status) in ((Exception, int)[])[(new StoreUnavailableException(new TimeoutException()), 503), (new InvalidOperationException(), 500)])
        {
            await using var host = await BrokenStore.StartAsync(name => name == "get_Name" ? null : cause);
            using var recorder = new Recorder();
            foreach (var (method, target, body, name) in ((string, string, string?, string)[])[("GET", "Users", null, "scim.search User"), ("GET", "Users/x", null, "scim.read User"), ("POST", "Groups", """{"displayName":"g"}""", "scim.create Group")])
            {
                var trace = (await recorder.Call(host.Client, method, target, body)).Says(status, name, "failed");
                Assert.Equal(ActivityStatusCode.Error, trace.Scim.Status);
                Assert.Equal("failed", trace.Measured.Single(m => m.Name == "scim.operations").Tags["scim.outcome"]);
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Members_are_counted_as_they_really_came_and_went(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        string[] users = [(await host.Client.CreateUser("a")).Id, (await host.Client.CreateUser("b")).Id, (await host.Client.CreateUser("c")).Id];
        string Members(params int[] which) => $"[{string.Join(',', which.Select(i => $$"""{"value":"{{users[i]}}"}"""))}]";
        static (string, string?)[] Counts(string? added, string? removed) => [("scim.members.added", added), ("scim.members.removed", removed)];

        var group = (await recorder.Call(host.Client, "POST", "Groups", $$"""{"displayName":"g","members":{{Members(0)}}}""")).Says(201, "scim.create Group", "created", Counts("1", "0")).Answer.Id;
        Task<Trace> Patch(string operation) => recorder.Call(host.Client, "PATCH", $"Groups/{group}", HttpCalls.Patch(operation));
        (await Patch($$"""{"op":"add","path":"members","value":{{Members(0, 1, 2)}}}""")).Says(204, "scim.patch Group", "changed", Counts("2", "0"));
        (await Patch($$"""{"op":"add","path":"members","value":{{Members(1)}}}""")).Says(204, "scim.patch Group", "unchanged", Counts(null, null));
        (await Patch($$"""{"op":"remove","path":"members","value":{{Members(1)}}}""")).Says(204, "scim.patch Group", "changed", Counts("0", "1"));
        (await Patch($$"""{"op":"replace","path":"members","value":{{Members(1)}}}""")).Says(204, "scim.patch Group", "changed", Counts("1", "2"));
        (await Patch("""{"op":"remove","path":"members[display eq \"b\"]"}""")).Says(204, "scim.patch Group", "changed", Counts("0", "1"));
        (await recorder.Call(host.Client, "PUT", $"Groups/{group}", $$"""{"displayName":"g","members":{{Members(0, 2)}}}""")).Says(200, "scim.replace Group", "changed", Counts("2", "0"));
        (await recorder.Call(host.Client, "DELETE", $"Groups/{group}")).Says(204, "scim.delete Group", "deleted", Counts("0", "2"));
    }

    [Theory, OnBothStores]
    public async Task The_rules_of_the_dialect_that_were_needed_are_named(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        var user = (await host.Client.CreateUser("ada")).Id;
        Task<Trace> Patch(string operation) => recorder.Call(host.Client, "PATCH", $"Users/{user}", HttpCalls.Patch(operation));

        (await Patch("""{"op":"Replace","path":"active","value":"False"},{"op":"Add","path":"title","value":"t"}""")).Says(200, "scim.patch User", "changed", ("scim.quirk", "boolean-as-text op-case"), ("scim.patch.operations", "2"));
        (await Patch("""{"op":"replace","path":"emails[type eq \"work\"].value","value":"a@example.com"}""")).Says(200, "scim.patch User", "changed", ("scim.quirk", "value-path-created"));
        (await Patch("""{"op":"add","path":"shoe","value":"t"}""")).Says(200, "scim.patch User", "unchanged", ("scim.quirk", "unknown-attribute"));
        (await Patch("""{"op":"replace","path":"nickName","value":"n"}""")).Says(200, "scim.patch User", "changed", ("scim.quirk", null));
        var search = (await recorder.Call(host.Client, "GET", "Users?filter=userName%20eq%20ada")).Says(200, "scim.search User", "found", ("scim.quirk", "unquoted-string"));
        Assert.Equal("unquoted-string", search.Measured.Single(m => m.Name == "scim.quirks").Tags["scim.quirk"]);
    }

    [Fact]
    public async Task What_is_refused_at_the_door_has_no_span_of_a_call_and_a_health_probe_none_at_all()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var recorder = new Recorder();
        using var stranger = host.Connect(null);
        var probe = ActivityTraceId.CreateRandom().ToHexString();

        Assert.Single((await recorder.Call(stranger, "GET", "Users")).Spans);
        Assert.Single((await recorder.Call(host.Client, "GET", "Nothing")).Spans);
        Assert.Single((await recorder.Call(host.Client, "DELETE", "Users")).Spans);
        Assert.Single((await recorder.Call(host.Client, "GET", "Schemas")).Spans);
        (await host.Client.Send("GET", "/health/live", null, ("traceparent", $"00-{probe}-b7ad6b7169203331-01"))).Is(200);
        await recorder.Call(host.Client, "GET", "Users");
        // What the probe had led to would have ended before the call that came after it.
        Assert.DoesNotContain(recorder.Ended, span => span.TraceId.ToHexString() == probe);
    }
}
