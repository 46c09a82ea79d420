using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Telemetry;

/// <summary>What was read of a request although it deviates is noted by name, for addresses and messages as for bodies.</summary>
public sealed class RequestQuirkTests
{
    [Theory]
    [OnBothStores("GET", "Users??filter=userName%20pr", null, "filter-key")]
    [OnBothStores("GET", "Users??filter=userName%20eq%20ada", null, "filter-key unquoted-string")]
    [OnBothStores("GET", "Users?filters=userName%20pr&$count=2", null, "filter-key query-key")]
    [OnBothStores("GET", "Users??startIndex=1", null, "query-key")]
    [OnBothStores("GET", "Users/none??attributes=userName", null, "query-key")]
    [OnBothStores("GET", "Users?FILTER=userName%20pr&aadOptscim062020", null, null)]
    [OnBothStores("GET", "Users?filter=meta.lastModified%20gt%20%222026-11-27T05:00:00+02:00%22", null, "blank-as-plus")]
    [OnBothStores("GET", "Users?filter=meta.lastModified%20gt%20%222026-11-27T05:00:00%2B02:00%22", null, null)]
    [OnBothStores("POST", "Users/.search", "{}", "search-schemas")]
    [OnBothStores("POST", "Users/.search", """{"schemas":[],"filters":"id pr"}""", "filter-key search-schemas")]
    [OnBothStores("POST", "Bulk", """{"Operations":[]}""", "bulk-schemas empty-operations")]
    public async Task A_deviation_is_a_quirk_by_name(StoreKind store, string method, string target, string? body, string? quirks)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var recorder = new Recorder();

        Assert.Equal(quirks, (await recorder.Call(host.Client, method, target, body)).Tag("scim.quirk"));
    }

    [Theory, OnBothStores]
    public async Task Members_of_a_group_are_listed_by_the_same_keys(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var (ada, bob) = ((await host.Client.CreateUser("ada")).Id, (await host.Client.CreateUser("bob")).Id);
        var group = (await host.Client.CreateGroup("Engines", ada, bob)).Id;
        using var recorder = new Recorder();

        var trace = await recorder.Call(host.Client, "GET", $"Groups/{group}/members??filter=value%20eq%20%22{ada}%22");
        Assert.Equal((1, "filter-key"), (trace.Answer.Is(200).Total, trace.Tag("scim.quirk")));
        (await host.Client.Send("GET", $"Groups/{group}/members?filtre=value%20eq%20%22{ada}%22")).Refuses(400, "invalidFilter");
        (await host.Client.Send(
            "PATCH", $"Groups/{group}??attributes=displayName", HttpCalls.Patch("""{"op":"add","path":"externalId","value":"x"}""")))
            .Is(200);
    }
}
