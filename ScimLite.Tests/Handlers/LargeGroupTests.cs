using System.Text;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>A group of 20,000 members fits in one request by default, each with <c>display</c> and <c>$ref</c>.</summary>
public sealed class LargeGroupTests
{
    const int Count = 20_000;

    static string Members(int from, int count) => string.Join(',', Enumerable.Range(from, count).Select(i => $$"""
        {"value":"01a20000-0000-7000-8000-{{i:d12}}","$ref":"https://scim.example.com/scim/v2/Users/01a20000-0000-7000-8000-{{i:d12}}","display":"A rather long name of member {{i}}","type":"User"}
        """));

    [Theory, OnBothStores]
    public async Task Twenty_thousand_members_are_written_by_POST_PUT_and_PATCH(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(
            store, tenantSettings: new Dictionary<string, string> { ["UnknownMembers"] = "accept" });
        async Task<int> Size(string group) => (await host.Client.Send("GET", $"Groups/{group}/members?count=0")).Is(200).Total;
        string Body(int from) => $$"""{"displayName":"Everybody","members":[{{Members(from, Count)}}]}""";
        Assert.InRange(Encoding.UTF8.GetByteCount(Body(0)), 3_800_000, 8_388_608);

        var group = (await host.Client.Send("POST", "Groups", Body(0), ("Prefer", "return=minimal"))).Is(201).Header("Location")!
            .Split('/')[^1];
        Assert.Equal(Count, await Size(group));
        (await host.Client.Send("PUT", $"Groups/{group}", Body(Count / 2))).Is(200);
        Assert.Equal(Count, await Size(group));
        (await host.Client.Send(
            "PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members","value":[{{Members(0, Count)}}]}"""))).Is(204);
        Assert.Equal(Count / 2, await Size(group));
        (await host.Client.Send(
            "PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"add","path":"members","value":[{{Members(0, Count)}}]}"""))).Is(204);
        Assert.Equal(3 * Count / 2, await Size(group));
        (await host.Client.Send(
            "PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"replace","path":"members","value":[{{Members(0, Count)}}]}""")))
            .Is(204);
        Assert.Equal(Count, await Size(group));
    }

    [Theory, OnBothStores]
    public async Task The_larger_limit_is_for_groups_alone_and_the_refusal_names_the_limit_in_force(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        string Sized(string start, int bytes) => start + new string(' ', bytes - start.Length - 1) + "}";
        var user = (await host.Client.CreateUser("ada")).Id;

        foreach (var (method, target) in ((string, string)[])[
            ("POST", "Users"), ("PUT", $"Users/{user}"), ("PATCH", $"Users/{user}"), ("POST", "Bulk"), ("POST", "Groups/.search")])
        {
            Assert.Contains(
                "1048576 bytes (maxPayloadSize, the setting MaxBodyBytes)",
                (await host.Client.Send(method, target, Sized("""{"userName":"ada" """, 1_048_577))).Refuses(413).Detail,
                StringComparison.Ordinal);
        }

        (await host.Client.Send("POST", "Groups", Sized("""{"displayName":"Engines" """, 8_388_608))).Is(201);
        Assert.Contains(
            "8388608 bytes (the setting MaxGroupBodyBytes)",
            (await host.Client.Send("POST", "Groups", Sized("""{"displayName":"x" """, 8_388_609))).Refuses(413).Detail,
            StringComparison.Ordinal);
        Assert.Equal(1_048_576, (int)(await host.Client.Send("GET", "ServiceProviderConfig")).Is(200).Json["bulk"]!["maxPayloadSize"]!);
    }
}
