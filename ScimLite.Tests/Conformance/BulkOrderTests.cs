using System.Globalization;
using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.7: "the service provider MUST ensure that the client's intent is preserved and the same stateful result is achieved as for
/// non-optimized processing". Random operations that get into each other's way, once as a Bulk and once as one request after the other.</summary>
public sealed class BulkOrderTests
{
    const int Users = 4, Groups = 2, Names = 6;

    public static TheoryData<StoreKind, int> Seeds => [.. from store in Enum.GetValues<StoreKind>() from seed in Enumerable.Range(1, 8) select new TheoryDataRow<StoreKind, int>(store, seed)];

    // A call with {u0} and {g1} where the ids of the directory stand.
    sealed record Call(string Method, string Path, string? Data, string? Version);

    // What matters where an externalId is one user's alone and a POST may bring a deactivated user back.
    static Call AnyRevival(Random random)
    {
        string user = $"{{u{random.Next(Users)}}}", name = $"n{random.Next(Names)}", external = $"x{random.Next(4)}";
        return random.Next(8) switch
        {
            0 or 1 => new Call("POST", "Users", $$"""{"userName":"{{name}}","externalId":"{{external}}"}""", null),
            2 => new Call("PATCH", $"Users/{user}", HttpCalls.Patch($$"""{"op":"replace","path":"externalId","value":"{{external}}"}"""), null),
            3 or 4 => new Call("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"replace","value":{"active":false}}"""), null),
            5 => new Call("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"replace","path":"active","value":"True"}"""), null),
            6 => new Call("PUT", $"Users/{user}", $$"""{"userName":"{{name}}","externalId":"{{external}}","title":"t"}""", null),
            _ => Any(random),
        };
    }

    static Call Any(Random random)
    {
        string user = $"{{u{random.Next(Users)}}}", group = $"{{g{random.Next(Groups)}}}", name = $"n{random.Next(Names)}", title = $"t{random.Next(3)}";
        var version = random.Next(5) == 0 ? $"W/\"{random.Next(1, 4)}\"" : null;
        var member = random.Next(4) == 0 ? group : user;
        return random.Next(12) switch
        {
            0 or 1 => new Call("POST", "Users", $$"""{"userName":"{{name}}","title":"{{title}}"}""", null),
            2 or 3 => new Call("PUT", $"Users/{user}", $$"""{"userName":"{{name}}","title":"{{title}}"}""", version),
            4 => new Call("PATCH", $"Users/{user}", HttpCalls.Patch($$"""{"op":"replace","path":"userName","value":"{{name}}"}"""), version),
            5 => new Call("PATCH", $"Users/{user}", HttpCalls.Patch($$$"""{"op":"replace","value":{"title":"{{{title}}}"}}"""), version),
            6 => new Call("DELETE", $"Users/{user}", null, version),
            7 => new Call("POST", "Groups", $$"""{"displayName":"{{name}}","members":[{"value":"{{member}}"}]}""", null),
            8 => new Call("PATCH", $"Groups/{group}", HttpCalls.Patch(AddMember(member)), version),
            9 => new Call("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{user}}\"]"}"""), version),
            10 => new Call("PUT", $"Groups/{group}", $$"""{"displayName":"{{name}}","members":[{"value":"{{user}}"}]}""", version),
            _ => new Call("DELETE", $"Groups/{group}", null, version),
        };
    }

    [Theory, MemberData(nameof(Seeds))]
    public Task A_bulk_comes_to_what_its_operations_one_by_one_come_to(StoreKind store, int seed) => Compare(store, seed, Any, "new");

    [Theory, MemberData(nameof(Seeds))]
    public Task So_it_does_where_users_come_back(StoreKind store, int seed) => Compare(store, seed, AnyRevival, "restore");

    static async Task Compare(StoreKind store, int seed, Func<Random, Call> any, string reprovision)
    {
        var random = new Random(seed);
        var calls = Enumerable.Range(0, 40).Select(_ => any(random)).ToArray();
        var settings = new Dictionary<string, string> { ["Reprovision"] = reprovision };
        await using var together = await ScimHost.StartAsync(store, tenantSettings: settings);
        await using var alone = await ScimHost.StartAsync(store, tenantSettings: settings);
        var (bulkIds, ids) = (await Fill(together.Client), await Fill(alone.Client));

        var results = await together.Client.Bulk(With(bulkIds, Body([.. calls.Select((c, i) => Operation(c, i))])));
        var statuses = new List<string>();
        foreach (var call in calls)
        {
            (string, string)[] headers = call.Version is null ? [] : [("If-Match", call.Version)];
            var answer = await alone.Client.Send(call.Method, With(ids, call.Path), call.Data is null ? null : With(ids, call.Data), headers);
            statuses.Add(answer.Status.ToString(CultureInfo.InvariantCulture) + (answer.Status >= 400 && answer.ScimType is { } type ? ":" + type : ""));
        }

        Assert.Equal(statuses.Select((s, i) => $"{i} {calls[i]} {s}"), results.Statuses().Split(' ').Select((s, i) => $"{i} {calls[i]} {s}"));
        Assert.Equal(await State(alone.Client), await State(together.Client));
    }

    static string Operation(Call call, int number) => $$"""
        {"method":"{{call.Method}}","path":"/{{call.Path}}","bulkId":"{{number}}"{{(call.Data is null ? "" : $",\"data\":{call.Data}")}}{{(call.Version is null ? "" : $",\"version\":{JsonValue.Create(call.Version).ToJsonString()}")}}}
        """;

    static async Task<Dictionary<string, string>> Fill(HttpClient client)
    {
        var ids = new Dictionary<string, string>();
        for (var i = 0; i < Users; i++)
        {
            ids[$"{{u{i}}}"] = (await client.CreateUser($"n{i}")).Id;
        }

        for (var i = 0; i < Groups; i++)
        {
            ids[$"{{g{i}}}"] = (await client.CreateGroup($"n{i}", ids["{u0}"])).Id;
        }

        return ids;
    }

    static string With(Dictionary<string, string> ids, string text) => ids.Aggregate(text, (t, id) => t.Replace(id.Key, id.Value, StringComparison.Ordinal));

    // Everything but what the clock and the ids made of it.
    static async Task<string> State(HttpClient client)
    {
        var lines = new List<string>();
        foreach (var endpoint in (string[])["Users", "Groups"])
        {
            foreach (var resource in (await client.Send("GET", $"{endpoint}?count=1000")).Is(200).Json["Resources"]!.AsArray())
            {
                var members = ((resource!["members"] ?? resource["groups"])?.AsArray() ?? []).Select(m => $"{m!["type"]} {m["display"]}").Order(StringComparer.Ordinal);
                lines.Add($"{endpoint} {resource["userName"] ?? resource["displayName"]} {resource["externalId"]} {resource["active"]} {resource["title"]} {resource["meta"]!.Text("version").Split('.')[0].TrimEnd('"')} [{string.Join(", ", members)}]");
            }
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
