using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.2.4: pagination by index, tables 6 and 7.</summary>
public sealed class Rfc7644Section3_4_2_4
{
    static async Task<ScimHost> Filled(StoreKind store)
    {
        var host = await ScimHost.StartAsync(store, "rfc");
        for (var i = 1; i <= 5; i++)
        {
            await host.Client.CreateUser($"u{i}");
        }
        return host;
    }

    [Theory, OnBothStores] // "A value less than 1 SHALL be interpreted as 1."; "A negative value SHALL be interpreted as "0". A value of "0" indicates that no resource results are to be returned except for "totalResults"."
    public async Task Start_index_counts_from_one_and_no_count_is_below_zero(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var (query, items, first) in ((string, int, string?)[])
        [
            ("startIndex=1&count=2", 2, "u1"), ("startIndex=3&count=2", 2, "u3"), ("startIndex=5&count=2", 1, "u5"), ("startIndex=6&count=2", 0, null), ("startIndex=0&count=1", 1, "u1"), ("startIndex=-7&count=1", 1, "u1"),
            ("count=0", 0, null), ("count=-1", 0, null), ("startIndex=4", 2, "u4"), ("startIndex=2147483648&count=2", 0, null), ("startIndex=1&count=99999999999", 5, "u1"),
        ])
        {
            var list = (await host.Client.Send("GET", $"Users?{query}")).Is(200).Json;
            var found = list["Resources"]!.AsArray();
            Assert.Equal((query, 5, items, items, first), (query, list["totalResults"]!.GetValue<int>(), list["itemsPerPage"]!.GetValue<int>(), found.Count, found.Count == 0 ? null : (string?)found[0]!["userName"]));
        }
    }

    [Theory, OnBothStores] // "the service provider MUST NOT return more results than specified"; "to continue paging, set the startIndex to 11 and re-fetch"
    public async Task Pages_follow_one_another_in_one_order(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var query in (string[])["", "filter=userName%20sw%20%22u%22&", "filter=not%20(title%20pr)&", "sortBy=userName&"])
        {
            var met = new List<string?>();
            for (var start = 1; start <= 5; start += 2)
            {
                met.AddRange((await host.Client.Send("GET", $"Users?{query}startIndex={start}&count=2")).Is(200).Json["Resources"]!.AsArray().Select(u => (string?)u!["userName"]));
            }
            Assert.Equal((query, "u1 u2 u3 u4 u5"), (query, string.Join(' ', met)));
        }
    }
}
