using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Telemetry;

/// <summary>The metrics that an operator sees, with the names and tags that are promised and no others.</summary>
public sealed class MetricsTests
{
    [Theory, OnBothStores]
    public async Task Every_call_is_counted_and_timed_by_type_operation_and_outcome(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        var user = (await host.Client.CreateUser("ada")).Id;
        foreach (var (method, target, body, tags) in ((string, string, string?, string)[])
        [
            ("POST", "Groups", """{"displayName":"g"}""", "scim.operation=create scim.outcome=created scim.resource.type=Group"),
            ("POST", "Users", """{"userName":"ada"}""", "scim.operation=create scim.outcome=refused scim.resource.type=User"),
            ("GET", $"Users/{user}", null, "scim.operation=read scim.outcome=found scim.resource.type=User"),
            ("GET", "Users?filter=userName%20eq%20%22eve%22", null, "scim.operation=search scim.outcome=none scim.resource.type=User"),
            ("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}"""), "scim.operation=patch scim.outcome=changed scim.resource.type=User"),
            ("PUT", $"Users/{user}", """{"userName":"ada","title":"t"}""", "scim.operation=replace scim.outcome=unchanged scim.resource.type=User"),
            ("DELETE", $"Users/{user}", null, "scim.operation=delete scim.outcome=deleted scim.resource.type=User"),
        ])
        {
            var measured = (await recorder.Call(host.Client, method, target, body)).Measured.Where(m => m.Meter == "ScimLite").ToArray();
            var (count, time) = (measured.Single(m => m.Name == "scim.operations"), measured.Single(m => m.Name == "scim.operation.duration"));
            Assert.Equal((tags, 1.0), (Tags(count), count.Value));
            Assert.Equal(tags, Tags(time));
            Assert.InRange(time.Value, 0, 60);
        }
    }

    [Theory, OnBothStores]
    public async Task Refusals_are_counted_by_keyword_and_quirks_by_name(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        var user = (await host.Client.CreateUser("ada")).Id;

        var taken = await recorder.Call(host.Client, "POST", "Users", """{"userName":"ada"}""");
        var missing = await recorder.Call(host.Client, "DELETE", "Users/none");
        var asked = await recorder.Call(host.Client, "GET", "Users/none");
        var quirky = await recorder.Call(host.Client, "PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"Add","path":"active","value":"True"}"""));

        Assert.Equal(["scim.error.type=uniqueness"], Named(taken, "scim.refusals"));
        Assert.Equal(["scim.error.type=none"], Named(missing, "scim.refusals"));
        Assert.Empty(Named(asked, "scim.refusals"));
        Assert.Empty(Named(quirky, "scim.refusals"));
        Assert.Equal(["scim.quirk=boolean-as-text", "scim.quirk=op-case"], Named(quirky, "scim.quirks").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Calls_of_redis_are_timed_by_name()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Redis);
        using var recorder = new Recorder();

        var trace = await recorder.Call(host.Client, "POST", "Users", """{"userName":"ada"}""");

        Assert.Equal(["scim.store.operation=commit scim.store.outcome=done"], Named(trace, "scim.store.duration"));
    }

    [Theory, OnBothStores]
    public async Task A_filter_without_an_index_counts_what_it_looks_at(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await host.Client.CreateUser(name);
        }

        var scan = await recorder.Call(host.Client, "GET", "Users?filter=title%20pr");
        var index = await recorder.Call(host.Client, "GET", "Users?filter=userName%20eq%20%22a%22");

        Assert.Equal(3, scan.Measured.Where(m => m.Name == "scim.store.scanned").Sum(m => m.Value));
        Assert.Empty(Named(index, "scim.store.scanned"));
    }

    static string[] Named(Trace trace, string name) => [.. trace.Measured.Where(m => m.Name == name).Select(Tags)];

    static string Tags(Measurement measurement) => string.Join(' ', measurement.Tags.Select(t => $"{t.Key}={t.Value}").Order(StringComparer.Ordinal));
}
