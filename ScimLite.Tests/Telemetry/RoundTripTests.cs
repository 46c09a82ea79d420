using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Telemetry;

/// <summary>What each request costs on Redis: one round trip for reads and member changes, two for a PATCH of attributes, more only for scans.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public async Task Each_request_takes_the_round_trips_that_are_promised()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Redis);
        using var recorder = new Recorder();
        var users = new string[3];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = (await host.Client.CreateUser($"u{i}", ""","title":"t" """)).Id;
        }
        var group = (await host.Client.CreateGroup("g", users)).Id;
        // The first cursor of a process asks for the key that seals it.
        var cursor = (await host.Client.Send("GET", "Users?cursor=&count=1")).Is(200).Json["nextCursor"]!.GetValue<string>();
        var member = (await host.Client.Send("GET", $"Groups/{group}/members?cursor=&count=1")).Is(200).Json["nextCursor"]!.GetValue<string>();
        foreach (var (method, target, body, expected) in ((string, string, string?, string)[])
        [
            ("GET", $"Users/{users[0]}", null, "get"), ("GET", $"Groups/{group}", null, "get"), ("GET", "Users", null, "query"), ("GET", "Users?startIndex=2&count=1", null, "query"),
            ("GET", "Users?filter=userName%20eq%20%22u1%22", null, "query"), ("GET", "Users?filter=userName%20sw%20%22u%22", null, "query"), ("GET", "Users?filter=meta.lastModified%20gt%20%222026-01-01T00:00:00Z%22", null, "query"),
            ("GET", $"Groups?filter=members%20eq%20%22{users[0]}%22&excludedAttributes=members", null, "query"), ("GET", $"Groups?filter=id%20eq%20%22{group}%22%20and%20members%20eq%20%22{users[0]}%22", null, "query"),
            ("GET", "Users?sortBy=userName&sortOrder=descending&startIndex=2&count=2", null, "query"), ("GET", $"Users?cursor={cursor}&count=1", null, "query"), ("GET", "Users?sortBy=displayName&cursor=&count=2", null, "query"),
            ("POST", "Users/.search", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName pr","count":2}""", "query"),
            ("GET", $"Groups/{group}/members?count=2", null, "members"), ("GET", $"Groups/{group}/members?cursor={member}&count=1", null, "members"), ("GET", $"Groups/{group}/members?filter=value%20eq%20%22{users[0]}%22", null, "members"),
            ("GET", "/scim/v2?count=1", null, "query query"), ("GET", "/scim/v2?filter=meta.resourceType%20eq%20%22Group%22", null, "query"),
            ("GET", "Users?filter=title%20eq%20%22none%22", null, "query"), ("GET", "Users?filter=title%20eq%20%22t%22&excludedAttributes=groups", null, "query"), ("GET", "Users?sortBy=title&count=1", null, "query get"),
            ("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{users[0]}}\"]"}"""), "commit"), ("PATCH", $"Users/{users[0]}", HttpCalls.Patch("""{"op":"replace","path":"title","value":"x"}"""), "get commit"),
        ])
        {
            var trace = await recorder.Call(host.Client, method, target, body);
            Assert.InRange(trace.Answer.Status, 200, 204);
            Assert.Equal((method, target, expected), (method, target, trace.RoundTrips));
        }
    }
}
