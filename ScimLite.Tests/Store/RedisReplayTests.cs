using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>What a call costs on the wire, and what becomes of a write whose answer is lost: it is sent again, recognised as done, and not done twice.</summary>
public sealed class RedisReplayTests(RedisUnderTest redis) : IClassFixture<RedisUnderTest>
{
    // Everything a test does through the tapped wire; the tenant's own store goes straight to the server.
    readonly TestTenant tenant = new(redis.Store);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    ResourceKey Key(ResourceType type, string id) => new(tenant.Id, type, id);

    [Fact]
    public async Task Every_call_is_one_round_trip()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a");
        var calls = new Dictionary<string, Func<Task>>
        {
            ["get"] = () => wire.Store.GetAsync(Key(Group, "g"), Follow.Direct, Cancel).AsTask(),
            ["get nothing"] = () => wire.Store.GetAsync(Key(User, "nobody"), Follow.Direct, Cancel).AsTask(),
            ["query"] = () => wire.Store.QueryAsync(new ResourceQuery(tenant.Id, User, new Lookup.All(), 0, 100, Follow.Direct), Cancel).AsTask(),
            ["find"] = () => wire.Store.QueryAsync(
                new ResourceQuery(tenant.Id, User, new Lookup.ByTerm(Term(User, "userName", "name of a")), 0, 100, Follow.Direct), Cancel).AsTask(),
            ["go on"] = () => wire.Store.QueryAsync(
                new ResourceQuery(tenant.Id, Group, new Lookup.All(), 0, 100, Follow.Direct) { From = new Boundary("0", After: true) }, Cancel).AsTask(),
            ["range"] = () => wire.Store.QueryAsync(
                new ResourceQuery(tenant.Id, User, new Lookup.ByRange(IndexRange.Whole(ResourceType.LastModified)), 1, 100, Follow.Direct) { Backwards = true }, Cancel).AsTask(),
            ["create"] = () => wire.Store.CommitAsync(tenant.Document(Group, "h", "h", Expected.Absent) with { Members = new(true, ["a", "g"], []), FollowLinks = true }, Cancel).AsTask(),
            ["replace"] = () => wire.Store.CommitAsync(tenant.Document(Group, "h", "i", Expected.OneOf(1)), Cancel).AsTask(),
            ["add a member"] = () => wire.Store.CommitAsync(tenant.Membership("h", add: ["b"]), Cancel).AsTask(),
            ["be refused"] = () => wire.Store.CommitAsync(tenant.Membership("h", add: ["nobody"]), Cancel).AsTask(),
            ["delete"] = () => wire.Store.DeleteAsync(new Deletion(Key(Group, "h"), Expected.Any, tenant.Entry(Group, "h", "delete")), Cancel).AsTask(),
            ["delete a user"] = () => wire.Store.DeleteAsync(new Deletion(Key(User, "a"), Expected.Any, tenant.Entry(User, "a", "delete")), Cancel).AsTask(),
            ["read the log"] = () => wire.Store.ReadActivityAsync(new ActivityRange(tenant.Id, 100), Cancel).AsTask(),
            ["read a trail"] = () => wire.Store.ReadActivityAsync(new ActivityRange(tenant.Id, 100) { Trail = "h" }, Cancel).AsTask(),
            ["tell of failures"] = () => wire.Store.AppendActivityAsync(tenant.Id, [tenant.Refusal(User, "a", "patch", 400)], Cancel).AsTask(),
        };
        // The server may have to be sent the scripts once; from then on it knows them.
        await KnowScripts(wire);

        foreach (var (name, call) in calls)
        {
            await call();
            Assert.Equal((name, 1), (name, wire.TakeScripts()));
        }
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_done_once_though_another_came_between()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "b");
        wire.LoseAnswer("changed", async () =>
        {
            await tenant.Change("g", remove: ["a"]);
            await tenant.Rename(Group, "g", "renamed meanwhile");
        });

        var outcome = await wire.Store.CommitAsync(tenant.Membership("g", add: ["a"]) with { Expected = Expected.OneOf(1) }, Cancel);

        Assert.True(wire.Lost);
        var done = Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal((true, 2L, 1, 0), (done.Changed, done.Version, done.Added, done.Removed));
        Assert.Equal("b", await tenant.Links(Group, "g"));
        Assert.Equal(4, (await tenant.Get(Group, "g")).Version);
        Assert.Equal(["replace", "patch", "patch", "create"], (await tenant.Activity()).Where(r => r.Entry.ResourceId == "g").Select(r => r.Entry.Operation));
    }

    [Fact]
    public async Task A_creation_whose_answer_was_lost_tells_the_names_of_its_members_all_the_same()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUsers("a", "b");
        wire.LoseAnswer("created");

        var outcome = await wire.Store.CommitAsync(
            tenant.Document(Group, "g", "g", Expected.Absent) with { Members = new MembershipDelta(true, ["a", "b"], []), FollowLinks = true }, Cancel);

        Assert.True(wire.Lost);
        var done = Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal((1L, 2), (done.Version, done.Added));
        Assert.Equal([new("a", "User", "name of a"), new("b", "User", "name of b")], done.Links);
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.All()));
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_done_once_though_the_id_was_used_again()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");
        wire.LoseAnswer("deleted", () => tenant.CreateUser("a"));

        var outcome = await wire.Store.DeleteAsync(new Deletion(Key(User, "a"), Expected.Any, tenant.Entry(User, "a", "delete")), Cancel);

        Assert.True(wire.Lost);
        Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.NotNull(await tenant.Find(User, "a"));
        Assert.Single(await tenant.Activity(), r => r.Entry.Operation == "delete");
    }

    [Fact]
    public async Task A_refused_write_whose_answer_was_lost_is_refused_again()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUser("a");
        wire.LoseAnswer("stale");

        Assert.Equal(new CommitOutcome.Stale(1), await wire.Store.CommitAsync(tenant.Document(User, "a", "b", Expected.OneOf(7)), Cancel));
        Assert.True(wire.Lost);
    }

    [Fact]
    public async Task A_read_whose_answer_was_lost_is_read_again()
    {
        await using var wire = new TappedWire();
        await tenant.CreateUser("a");
        wire.LoseAnswer("name of a");

        Assert.NotNull(await wire.Store.GetAsync(Key(User, "a"), Follow.Direct, Cancel));
        Assert.True(wire.Lost);
    }

    [Fact]
    public async Task A_deletion_of_many_memberships_that_was_broken_off_shows_nowhere_and_is_finished_by_the_next()
    {
        await using var wire = new TappedWire();
        var ids = Enumerable.Range(0, (3 * RedisStore.MostLinks) + 1).Select(i => $"m{i:D6}").ToArray();
        await tenant.CreateUsers("b", ids[^1]);
        await tenant.CreateGroup("big", ids);
        await tenant.CreateGroup("small", ids[^1], "b");
        using var crash = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await KnowScripts(wire);
        wire.LoseAnswer("deleted", crash.CancelAsync);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => wire.Store.DeleteAsync(new Deletion(Key(Group, "big"), Expected.Any, tenant.Entry(Group, "big", "delete")), crash.Token).AsTask());

        Assert.True(await redis.Database.SetLengthAsync(SweepKey) == 1, "nothing was left to sweep, so this test shows nothing");
        Assert.Equal([new Link("small", "Group", "name of small")], (await tenant.Get(User, ids[^1])).Links);
        Assert.Equal(["small"], (await tenant.Query(User, new Lookup.ById(ids[^1], null))).Resources.Single().Links.Select(l => l.Id));
        Assert.Equal("1: small", await tenant.Found(Group, new Lookup.ByMember(ids[^1])));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember(ids[^2])));
        Assert.Equal("1: small", await tenant.Found(Group, new Lookup.All()));

        await tenant.Delete(User, "b");

        Assert.False(await redis.Database.KeyExistsAsync(SweepKey));
        Assert.Equal(1, await redis.Database.SortedSetLengthAsync($"scimlite:{{{tenant.Id}}}:members"));
        Assert.Equal(1, await redis.Database.SortedSetLengthAsync($"scimlite:{{{tenant.Id}}}:memberOf"));
    }

    string SweepKey => $"scimlite:{{{tenant.Id}}}:sweep";

    // Runs every script once on a tenant that nobody else looks at.
    static async Task KnowScripts(TappedWire wire)
    {
        var other = new TestTenant(wire.Store);
        await other.CreateUser("a");
        await other.Everything();
        await other.Scan(User, 0, 1);
        await other.Delete(User, "a");
        await other.Append(other.Refusal(User, "a", "patch", 400));
        wire.TakeScripts();
    }
}
