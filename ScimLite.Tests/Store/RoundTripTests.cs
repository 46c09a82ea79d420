using Microsoft.Extensions.DependencyInjection;
using ScimLite.Protocol.Bulk;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Tests.Conformance;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using static ScimLite.Tests.Conformance.BulkCalls;

namespace ScimLite.Tests.Store;

/// <summary>How many calls to Redis a SCIM request makes, counted on the wire.</summary>
public sealed class RoundTripTests
{
    static readonly string Title = HttpCalls.Patch("""{"op":"add","path":"title","value":"t"}""");

    static Task<ScimHost> Start(TappedWire wire, params (string, string)[] settings) =>
        ScimHost.StartAsync(StoreKind.Redis, tenantSettings: settings.ToDictionary(s => s.Item1, s => s.Item2), services: s => s.AddSingleton<IResourceStore>(wire.Store));

    [Fact]
    public async Task A_request_is_one_call_and_one_that_has_to_look_before_it_writes_is_two()
    {
        await using var wire = new TappedWire();
        await using var host = await Start(wire, ("IndirectGroups", "true"));
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        (await host.Client.CreateGroup("Staff", group)).Is(201);
        foreach (var (calls, method, target, body) in new[]
        {
            (1, "GET", $"Users/{user}", null), (1, "GET", $"Groups/{group}", null), (1, "GET", "Users", null), (1, "GET", "Users?filter=userName%20eq%20%22ada%22", null),
            (1, "GET", $"Groups?filter=members%20eq%20%22{user}%22", null), (1, "POST", "Users", """{"userName":"eve"}"""), (1, "POST", "Groups", $$"""{"displayName":"Guides","members":[{"value":"{{user}}"}]}"""),
            (1, "PATCH", $"Groups/{group}", HttpCalls.Patch(AddMember(user))), (1, "PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"remove","path":"members[value eq \"{{user}}\"]"}""")),
            (2, "PATCH", $"Users/{user}", Title), (2, "PATCH", $"Groups/{group}", HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"Motors"}""")), (2, "PUT", $"Users/{user}", """{"userName":"ada"}"""),
            (1, "DELETE", $"Users/{user}", null), (1, "DELETE", $"Groups/{group}", null), (1, "GET", $"Users/{user}", null), (0, "POST", "Users", "{}"), (0, "GET", "Schemas", null), (0, "GET", "Me", null),
        })
        {
            wire.TakeScripts();
            await host.Client.Send(method, target, body);
            Assert.Equal((method, target, calls), (method, target, wire.TakeScripts()));
        }
    }

    [Fact]
    public async Task Each_operation_of_a_bulk_is_what_the_single_request_is()
    {
        await using var wire = new TappedWire();
        await using var host = await Start(wire);
        var user = (await host.Client.CreateUser("ada")).Id;
        var group = (await host.Client.CreateGroup("Engines")).Id;
        foreach (var (calls, operations) in new[]
        {
            (250, Enumerable.Range(0, 250).Select(i => User($"{i}", $"user{i}")).ToArray()), (1, [Patch($"Groups/{group}", AddMember(user))]), (2, [Put($"Users/{user}", """{"userName":"ada"}""")]),
            (2, [Patch($"Users/{user}", """{"op":"add","path":"title","value":"t"}""")]), (1, [Delete($"Users/{user}")]), (2, [User("a", "a"), Group("b", "B", "bulkId:a")]),
            // Created, and completed with what was not there before.
            (1 + 1 + 2, [Group("c", "C", "bulkId:d"), Group("d", "D", "bulkId:c")]), (0, [Post("Users", "x", "{}"), Group("y", "Y", "bulkId:none")]),
        })
        {
            wire.TakeScripts();
            await host.Client.Bulk(Body(operations));
            Assert.Equal((operations[^1], calls), (operations[^1], wire.TakeScripts()));
        }
    }

    [Fact]
    public void A_thousand_creations_are_all_sent_without_waiting_for_each_other_a_hundred_at_a_time()
    {
        using var body = System.Text.Json.JsonDocument.Parse(Body([.. Enumerable.Range(0, 1000).Select(i => User($"{i}", $"user{i}"))]));

        var plan = BulkPlan.Of(BulkRequest.Read(body.RootElement, SchemaCatalog.Core, 1000, new EntraDialect(Dialect.Entra)));

        Assert.Equal((1000, 1), (plan.Steps.Count, plan.Steps.DistinctBy(s => s.Wave).Count()));
        Assert.Equal(100, BulkRunner.Width);
    }
}
