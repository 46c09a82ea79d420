using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Store;
using ScimLite.Tests.Conformance;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Telemetry;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Handlers;

/// <summary>What else is seen of a Bulk: its spans, its entries in the activity log, and what a store that is away makes of it.</summary>
public sealed class BulkTests
{
    [Theory, OnBothStores]
    public async Task Each_operation_has_the_span_of_the_single_request_below_the_bulks(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();
        var user = (await host.Client.CreateUser("ada")).Id;

        var trace = await recorder.Call(host.Client, "POST", "Bulk", Body(User("a", "bob"), User("b", "ADA"), Delete($"Users/{user}"), Group("g", "Engines", "bulkId:a"), Delete("Shoes/x")));

        trace.Answer.Is(200);
        var bulk = trace.Spans.Single(s => s.DisplayName == "scim.bulk Bulk");
        Assert.Equal((trace.Server.SpanId, host.Tenant, "changed", 5), (bulk.ParentSpanId, bulk.GetTagItem("scim.tenant"), bulk.GetTagItem("scim.outcome"), bulk.GetTagItem("scim.bulk.operations")));
        Assert.Equal(
            ["scim.create Group created", "scim.create User created", "scim.create User refused", "scim.delete User deleted"],
            trace.Spans.Where(s => s.ParentSpanId == bulk.SpanId && s.Kind == ActivityKind.Internal).Select(s => $"{s.DisplayName} {s.GetTagItem("scim.outcome")}").Order(StringComparer.Ordinal));
        Assert.Equal(5, trace.Measured.Count(m => m.Name == "scim.operations"));
    }

    [Theory, OnBothStores]
    public async Task The_activity_log_tells_of_each_operation_like_of_a_single_request(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("ada")).Id;

        (await host.Client.Send("POST", "Bulk", Body(User("a", "bob"), User("b", "ADA"), Group("g", "Engines", "bulkId:a", "bulkId:g"), Delete($"Users/{user}"), Group("h", "Staff", "bulkId:b")), ("client-request-id", "bulk-1"))).Is(200);

        var log = host.Services.GetRequiredService<IActivityStore>();
        string[] told = [];
        // Refusals are written in the background.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (told.Length < 6)
        {
            patience.Token.ThrowIfCancellationRequested();
            told = [.. (await log.ReadActivityAsync(new ActivityRange(host.Tenant, 100), patience.Token)).Where(r => r.Entry.CorrelationId == "bulk-1")
                .Select(r => $"{r.Entry.Operation} {r.Entry.ResourceType} {r.Entry.Error?.Status ?? 0}").Order(StringComparer.Ordinal)];
        }

        Assert.Equal(["create Group 0", "create Group 409", "create User 0", "create User 409", "delete User 0", "replace Group 0"], told);
    }

    [Fact]
    public async Task While_the_store_is_away_a_bulk_is_503_like_any_request()
    {
        await using var host = await BrokenStore.StartAsync(name => name == "get_Name" ? null : new StoreUnavailableException(new TimeoutException()));

        Assert.Equal("5", (await host.Client.Send("POST", "Bulk", Body(User("a", "ada"), Delete("Users/x")))).Refuses(503).Header("Retry-After"));
    }

    [Fact]
    public async Task A_store_that_goes_away_in_the_middle_fails_the_operations_that_it_did_not_answer()
    {
        await using var host = await BrokenStore.StartAsync(name => name == "DeleteAsync" ? new StoreUnavailableException(new TimeoutException()) : null);

        var results = await host.Client.Bulk(Body(User("a", "ada"), Delete("Users/x"), Delete("Users/bulkId:a"), User("b", "bob")));

        Assert.Equal("201 503 503 201", results.Statuses());
        Assert.Equal(2, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }
}
