using System.Reflection;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>Activity and change never disagree, whatever breaks and when.</summary>
public sealed class AgreementTests
{
    enum Break
    {
        Nothing,
        Before,
        After,
    }

    static readonly Gen<(int Kind, int Target, Break Break)> Step = Gen.Select(
        Gen.Int[0, 8], Gen.Int[0, 3], Gen.Frequency((4, Gen.Const(Break.Nothing)), (1, Gen.Const(Break.Before)), (2, Gen.Const(Break.After))));

    [Theory, OnBothStores]
    public async Task Each_call_has_one_entry_and_each_version_one_that_made_it(StoreKind store)
    {
        var breaking = Break.Nothing;
        await using var host = await AdminHost.StartAsync(store, services: services => services.AddSingleton(provider =>
        {
            IResourceStore inner = store == StoreKind.Memory ? provider.GetRequiredService<InMemoryStore>() : provider.GetRequiredService<RedisStore>();
            return BreakingStore.Around(inner, () => breaking);
        }));
        var client = host.Host.Client;
        var (known, groups) = (new List<string>(), new List<string>());
        var calls = 0;
        await Step.Array[90].SampleAsync(async steps =>
        {
            foreach (var (kind, target, how) in steps)
            {
                breaking = how;
                var group = groups.Count > 0 ? groups[^(1 + (target % groups.Count))] : "0190aaaa-0000-7000-8000-000000000001";
                var id = known.Count > 0 ? known[^(1 + (target % known.Count))] : "0190aaaa-0000-7000-8000-000000000000";
                var answer = kind switch
                {
                    0 or 1 => await client.Send("POST", "Users", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"user-{{calls / (1 + (target % 2))}}"}"""),
                    2 => await client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"replace","path":"title","value":"{{target}}"}""")),
                    3 => await client.SetActive(id, target % 2 == 0 ? "False" : "maybe"),
                    4 => await client.Send("PUT", $"Users/{id}", $$"""{"schemas":["{{HttpCalls.UserSchema}}"],"userName":"user-{{id}}","title":"{{target}}"}"""),
                    5 => await client.Send("DELETE", $"Users/{id}"),
                    6 => await client.Send("POST", "Groups", $$"""{"schemas":["{{HttpCalls.GroupSchema}}"],"displayName":"group-{{calls / (1 + (target % 2))}}"}"""),
                    7 => await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"{{(target == 0 ? "remove" : "add")}}","path":"members","value":[{"value":"{{id}}"}]}""")),
                    _ => target == 3 ? await client.Send("DELETE", $"Groups/{group}")
                        : await client.Send("PATCH", $"Groups/{group}", HttpCalls.Patch($$"""{"op":"replace","path":"displayName","value":"group {{calls}}"}""")),
                };
                calls++;
                if (answer.Status == 201)
                {
                    (kind == 6 ? groups : known).Add(answer.Id);
                }
            }
            breaking = Break.Nothing;
        }, iter: 1, threads: 1);

        await Agree(host, calls);
    }

    // One entry for each call; and of each resource as many entries that changed it as it has versions.
    static async Task Agree(AdminHost host, int calls)
    {
        var entries = await host.Entries(calls);
        foreach (var trail in entries.Where(e => e.Text("outcome") is "created" or "changed" or "deleted").GroupBy(e => e.Text("resourceId")))
        {
            string[] outcomes = [.. trail.Select(e => e.Text("outcome")).Reverse()];
            var found = await host.Host.Client.Send("GET", $"{trail.First().Text("resourceType")}s/{trail.Key}");
            Assert.Equal("created", outcomes[0]);
            Assert.Equal(outcomes[^1] == "deleted" ? 404 : 200, found.Status);
            Assert.DoesNotContain("deleted", outcomes[..^1]);
            // A group has another version, too, when a member is deleted, and that is the member's entry.
            if (found.Status == 200 && trail.First().Text("resourceType") == "User")
            {
                Assert.Equal($"W/\"{outcomes.Length}", found.Header("ETag")!.Split('.')[0].TrimEnd('"'));
            }
        }
        // Who came and went, read from the log alone, are the members that are there; a deleted user is no member of anything.
        var deleted = entries.Where(e => e.Text("outcome") == "deleted").Select(e => e.Text("resourceId")).ToHashSet();
        foreach (var group in entries.Where(e => e.Text("resourceType") == "Group" && e.Text("outcome") == "created").Select(e => e.Text("resourceId")).Where(id => !deleted.Contains(id)))
        {
            var members = new HashSet<string>();
            foreach (var entry in entries.Reverse().Where(e => e.Text("resourceId") == group && e["error"] is null))
            {
                members.UnionWith(entry["added"]!.AsArray().Select(m => (string)m!));
                members.ExceptWith(entry["removed"]!.AsArray().Select(m => (string)m!));
            }
            var there = (await host.Host.Client.Send("GET", $"Groups/{group}")).Is(200).Json["members"]?.AsArray().Select(m => (string)m!["value"]!) ?? [];
            Assert.Equal(members.Where(m => !deleted.Contains(m)).Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        }
        foreach (var type in (string[])["User", "Group"])
        {
            var ofType = entries.Where(e => e.Text("resourceType") == type).ToArray();
            Assert.Equal((await host.Host.Client.Send("GET", $"{type}s?count=0")).Total,
                ofType.Count(e => e.Text("outcome") == "created") - ofType.Count(e => e.Text("outcome") == "deleted"));
        }
        Assert.Contains(entries, e => e.Text("outcome") == "failed");
        Assert.Contains(entries, e => e.Text("outcome") == "refused");
    }

    // Gives no answer: before a write is done, or after it.
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    class BreakingStore : DispatchProxy
    {
        IResourceStore inner = null!;
        Func<Break> how = null!;

        public static IResourceStore Around(IResourceStore inner, Func<Break> how)
        {
            var store = Create<IResourceStore, BreakingStore>();
            ((BreakingStore)(object)store).inner = inner;
            ((BreakingStore)(object)store).how = how;
            return store;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var isWrite = targetMethod!.Name is nameof(IResourceStore.CommitAsync) or nameof(IResourceStore.DeleteAsync);
            var now = isWrite ? how() : Break.Nothing;
            return now switch
            {
                Break.Nothing => targetMethod.Invoke(inner, args),
                Break.Before => new ValueTask<CommitOutcome>(Task.FromException<CommitOutcome>(Away())),
                Break.After => new ValueTask<CommitOutcome>(Lose((ValueTask<CommitOutcome>)targetMethod.Invoke(inner, args)!)),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }

        static async Task<CommitOutcome> Lose(ValueTask<CommitOutcome> write)
        {
            await write;
            throw Away();
        }

        static StoreUnavailableException Away() => new(new TimeoutException("Lost on purpose."));
    }
}
