using System.Globalization;
using CsCheck;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Tests.Hosting;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Random writes, one after the other and many at once, on every store and on a model of it.</summary>
public sealed class StoreModelTests(RedisUnderTest redis) : IClassFixture<RedisUnderTest>
{
    // Few enough that writes meet each other; x0 and x1 never exist.
    static readonly string[] Users = ["u0", "u1", "u2", "u3"], Groups = ["g0", "g1", "g2"];
    static readonly string[] Ids = [.. Users, .. Groups, "x0", "x1"];
    static readonly string[] Names = ["one", "ONE", "two", "Two", "three", "fo\0ur"];

    static readonly Gen<(string[] Added, string[] Removed)> Members =
        Gen.Shuffle(Ids).SelectMany(ids => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], (add, remove) => (ids[..add], ids[add..(add + remove)])));

    static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Frequency((4, Gen.Const(StepKind.Create)), (2, Gen.Const(StepKind.Replace)), (2, Gen.Const(StepKind.ReplaceWithMembers)),
            (6, Gen.Const(StepKind.Members)), (2, Gen.Const(StepKind.Delete))),
        Gen.OneOf([.. Users, .. Groups]),
        Gen.OneOf(Names),
        Gen.Frequency((4, Gen.Const(Condition.Any)), (2, Gen.Const(Condition.Current)), (1, Gen.Const(Condition.Other))),
        Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))),
        Members,
        Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true))),
        MakeStep);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<StoreKind> Stores => [.. Enum.GetValues<StoreKind>()];

    IResourceStore Store(StoreKind kind) => kind == StoreKind.Memory ? new InMemoryStore() : redis.Store;

    static Step MakeStep(StepKind kind, string id, string name, Condition condition, bool reset, (string[] Added, string[] Removed) members, bool accept)
    {
        // Only groups have members, and only one kind of write leaves them alone.
        var target = kind is StepKind.Members or StepKind.ReplaceWithMembers && id[0] == 'u' ? "g0" : id;
        return target[0] == 'u' || kind is StepKind.Replace or StepKind.Delete
            ? new Step(kind, target, name, condition, false, [], [], accept)
            : new Step(kind, target, name, condition, reset, members.Added, reset ? [] : members.Removed, accept);
    }

    static Task<CommitOutcome> Run(TestTenant tenant, Step step, long version)
    {
        var expected = step switch
        {
            { Kind: StepKind.Create } => Expected.Absent,
            { Condition: Condition.Any } => Expected.Any,
            { Condition: Condition.Current } => Expected.OneOf(version + 10, version),
            _ => Expected.OneOf(version - 1, version + 1, (version * 10) + 1),
        };
        if (step.Kind == StepKind.Delete)
        {
            return tenant.Delete(step.Type, step.Id, expected);
        }
        var change = step.Kind == StepKind.Members ? tenant.Membership(step.Id) : tenant.Document(step.Type, step.Id, step.Name, expected);
        return tenant.Commit(change with
        {
            Expected = expected,
            Members = new MembershipDelta(step.Reset, step.Added, step.Removed),
            AcceptUnknownMembers = step.Accept,
            FollowLinks = true,
        });
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Random_writes_come_to_what_the_model_says(StoreKind kind)
    {
        var store = Store(kind);
        await AnyStep.List[1, 40].SampleAsync(
            async steps =>
            {
                var (tenant, model) = (new TestTenant(store), new StoreModel());
                foreach (var step in steps)
                {
                    tenant.Now += TimeSpan.FromMilliseconds(1);
                    var version = model.VersionOf(step.Id);
                    var expected = model.Apply(step, tenant.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                    Assert.Equal($"{step}: {expected}", $"{step}: {StoreModel.Tell(await Run(tenant, step, version))}");
                }
                Assert.Equal(model.Seen(Ids, Names), await StoreModel.SeenAsync(tenant, Ids, Names));
            },
            iter: 250,
            threads: 2);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Each_trail_of_the_log_is_what_a_walk_through_all_of_it_finds(StoreKind kind)
    {
        var store = Store(kind);
        var other = Gen.Frequency((5, Gen.Const("")), (1, Gen.Const("refuse")), (1, Gen.Const("delete")), (1, Gen.Const("restore")));
        await Gen.Select(Gen.Int[5, 60], Gen.Select(AnyStep, other).List[1, 60]).SampleAsync(
            async (most, steps) =>
            {
                var tenant = new TestTenant(store) { Retention = new ActivityRetention(Entries: most) };
                await tenant.CreateUser("k0");
                foreach (var (step, instead) in steps)
                {
                    await (instead switch
                    {
                        "refuse" => tenant.Append(tenant.Refusal(step.Kind == StepKind.Delete ? Group : User, step.Name switch { "one" => "", "two" => "k0", _ => step.Id }, "patch", 400)),
                        "delete" => tenant.Remove(User, "k0", limits: null),
                        "restore" => tenant.Revive("k0", "k0", Revival.Restore),
                        _ => Run(tenant, step, 1),
                    });
                }
                var log = await tenant.Activity();
                foreach (var trail in (string[])[.. Ids, "k0", "-", ActivityRange.Failures])
                {
                    var whole = log.Where(r => trail == ActivityRange.Failures ? r.Outcome == "refused" : r.Entry.Trail == trail).Select(r => r.Sequence).ToArray();
                    Assert.Equal(whole, (await tenant.Activity(trail: trail)).Select(r => r.Sequence));
                    foreach (var before in log.Select(r => r.Sequence).Append(0))
                    {
                        Assert.Equal(whole.Where(s => s < before).Take(3), (await tenant.Activity(before, 3, trail)).Select(r => r.Sequence));
                    }
                }
            },
            iter: 40,
            threads: 2);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Parallel_changes_of_members_are_as_if_made_one_after_the_other(StoreKind kind)
    {
        var store = Store(kind);
        var delta = Gen.Select(Gen.OneOf("g0", "g1"), Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true))), Members,
            (group, reset, members) => new Step(StepKind.Members, group, "", Condition.Any, reset, members.Added, reset ? [] : members.Removed, true));
        await delta.Array[8].Array[6].SampleAsync(
            async tasks =>
            {
                var tenant = new TestTenant(store);
                await tenant.CreateUsers(Users);
                await tenant.CreateGroup("g0");
                await tenant.CreateGroup("g1", "u0", "u1");
                var outcomes = await Task.WhenAll(tasks.Select(steps => Task.Run(async () =>
                {
                    var made = new List<(Step Step, CommitOutcome.Committed Outcome)>();
                    foreach (var step in steps)
                    {
                        made.Add((step, Assert.IsType<CommitOutcome.Committed>(await Run(tenant, step, 0))));
                    }
                    return made;
                }, Cancel)));

                await Replay(tenant, "g0", [], [.. outcomes.SelectMany(o => o)]);
                await Replay(tenant, "g1", ["u0", "u1"], [.. outcomes.SelectMany(o => o)]);
            },
            iter: 25,
            threads: 1);
    }

    // Every change has a version of its own, so the versions tell the order that the changes must have been made in.
    static async Task Replay(TestTenant tenant, string group, HashSet<string> members, IReadOnlyList<(Step Step, CommitOutcome.Committed Outcome)> all)
    {
        var made = all.Where(m => m.Step.Id == group).ToArray();
        var version = 1L;
        foreach (var (step, outcome) in made.Where(m => m.Outcome.Changed).OrderBy(m => m.Outcome.Version))
        {
            AssertUnchanged(version, members);
            Assert.Equal(++version, outcome.Version);
            var before = members.ToHashSet();
            Apply(step, members);
            Assert.Equal((members.Except(before).Count(), before.Except(members).Count()), (outcome.Added, outcome.Removed));
        }
        AssertUnchanged(version, members);
        Assert.Equal(string.Join(' ', members.Order(StringComparer.Ordinal)), await tenant.Links(Group, group));
        Assert.Equal(version, (await tenant.Get(Group, group)).Version);
        foreach (var id in Ids)
        {
            Assert.Equal(members.Contains(id), (await tenant.Query(Group, new Lookup.ById(group, id))).Total == 1);
            Assert.Equal(members.Contains(id), (await tenant.Query(Group, new Lookup.ByMember(id))).Resources.Any(r => r.Id == group));
        }

        void AssertUnchanged(long at, HashSet<string> present)
        {
            foreach (var (step, _) in made.Where(m => !m.Outcome.Changed && m.Outcome.Version == at))
            {
                var same = present.ToHashSet();
                Apply(step, same);
                Assert.True(same.SetEquals(present), $"{step} was said to change nothing in version {at}");
            }
        }
    }

    static void Apply(Step step, HashSet<string> members)
    {
        if (step.Reset)
        {
            members.Clear();
        }
        members.ExceptWith(step.Removed);
        members.UnionWith(step.Added);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Parallel_writes_of_all_kinds_leave_a_directory_that_agrees_with_itself(StoreKind kind)
    {
        var store = Store(kind);
        await AnyStep.Array[12].Array[6].SampleAsync(
            async tasks =>
            {
                var tenant = new TestTenant(store);
                var outcomes = await Task.WhenAll(tasks.Select(steps => Task.Run(async () =>
                {
                    var made = new List<CommitOutcome>();
                    foreach (var step in steps.Select(s => s with { Accept = false }))
                    {
                        made.Add(await Run(tenant, step, 1));
                    }
                    return made;
                }, Cancel)));

                await AssertConsistent(tenant);
                Assert.Equal(outcomes.SelectMany(o => o).OfType<CommitOutcome.Committed>().Count(), (await tenant.Activity()).Count);
            },
            iter: 25,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Of_many_that_want_one_name_at_once_one_gets_it(StoreKind kind)
    {
        var tenant = new TestTenant(Store(kind));
        for (var round = 0; round < 10; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
                Task.Run(() => tenant.Commit(tenant.Document(User, $"u{round}-{i}", $"{(i % 2 == 0 ? "NAME" : "name")} {round}", Expected.Absent)), Cancel)));

            Assert.Single(outcomes.OfType<CommitOutcome.Committed>());
            Assert.Equal(19, outcomes.OfType<CommitOutcome.Taken>().Count());
        }
        Assert.Equal(10, (await tenant.Query(User, new Lookup.All())).Total);
    }

    // No name twice, each name in the index, each link seen from both ends, and only to what exists.
    static async Task AssertConsistent(TestTenant tenant)
    {
        var users = (await tenant.Query(User, new Lookup.All())).Resources;
        var groups = (await tenant.Query(Group, new Lookup.All())).Resources;
        foreach (var (type, resources) in new[] { (User, users), (Group, groups) })
        {
            var names = resources.Select(r => (string)System.Text.Json.Nodes.JsonNode.Parse(r.Document.Span)![NameAttribute(type)]!).ToArray();
            Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
            foreach (var name in Names)
            {
                var found = (await tenant.Query(type, new Lookup.ByTerm(Term(type, NameAttribute(type), name)))).Resources.Select(r => r.Id);
                Assert.Equal(resources.Where((_, i) => names[i].Equals(name, StringComparison.OrdinalIgnoreCase)).Select(r => r.Id), found);
            }
        }
        var existing = users.Concat(groups).Select(r => r.Id).ToHashSet();
        Assert.All(groups.SelectMany(g => g.Links), link => Assert.Contains(link.Id, existing));
        foreach (var user in users)
        {
            Assert.Equal(groups.Where(g => g.Links.Any(l => l.Id == user.Id)).Select(g => g.Id).Order(StringComparer.Ordinal), user.Links.Select(l => l.Id));
        }
        foreach (var id in Ids)
        {
            var holders = (await tenant.Query(Group, new Lookup.ByMember(id))).Resources.Select(g => g.Id);
            Assert.Equal(groups.Where(g => g.Links.Any(l => l.Id == id)).Select(g => g.Id).Order(StringComparer.Ordinal), holders);
        }
    }
}
