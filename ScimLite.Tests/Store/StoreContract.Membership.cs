using ScimLite.Protocol.Patches;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Memberships: a set of its own, with a view from either end.</summary>
public abstract partial class StoreContract
{
    // Enough for three scripts of a Redis store, and not a multiple of what one reads.
    const int Many = (2 * RedisStore.MostLinks) + 3;

    static string[] ManyIds(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i:D6}")];

    [Fact]
    public async Task Only_members_that_really_come_or_go_are_counted()
    {
        await tenant.CreateUsers("a", "b", "c");
        await tenant.CreateGroup("g", "a");

        var added = await tenant.Change("g", add: ["a", "b"]);
        var removed = await tenant.Change("g", remove: ["a", "c", "nobody"]);
        var both = await tenant.Change("g", add: ["b", "c"], remove: ["a", "b "]);

        Assert.Equal((true, 2L, 1, 0), (added.Changed, added.Version, added.Added, added.Removed));
        Assert.Equal((true, 3L, 0, 1), (removed.Changed, removed.Version, removed.Added, removed.Removed));
        Assert.Equal((true, 4L, 1, 0), (both.Changed, both.Version, both.Added, both.Removed));
        Assert.Equal("b c", await tenant.Links(Group, "g"));
    }

    [Fact]
    public async Task Members_come_and_go_in_one_change()
    {
        await tenant.CreateUsers("a", "b", "c");
        await tenant.CreateGroup("g", "a", "b");

        var outcome = await tenant.Change("g", add: ["c"], remove: ["a"]);

        Assert.Equal((true, 2L, 1, 1), (outcome.Changed, outcome.Version, outcome.Added, outcome.Removed));
        Assert.Equal("b c", await tenant.Links(Group, "g"));
        Assert.Equal("", await tenant.Links(User, "a"));
        Assert.Equal("g", await tenant.Links(User, "c"));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_leaves_version_and_time()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a", "b");
        tenant.Now += TimeSpan.FromHours(1);

        foreach (var change in new[]
        {
            tenant.Membership("g"),
            tenant.Membership("g", add: ["b", "a"]),
            tenant.Membership("g", remove: ["c"]),
            tenant.Membership("g", add: ["a"], remove: ["nobody"]),
            tenant.Membership("g", add: ["b", "a"], reset: true),
            tenant.Membership("g", add: ["a"]) with { Expected = Expected.OneOf(1) },
        })
        {
            var outcome = await tenant.Done(change);
            Assert.Equal((false, 1L, 0, 0), (outcome.Changed, outcome.Version, outcome.Added, outcome.Removed));
            Assert.Equal("2026-01-02T03:04:05.678Z", outcome.LastModified);
        }
        var read = await tenant.Get(Group, "g");
        Assert.Equal((1L, "2026-01-02T03:04:05.678Z"), (read.Version, read.LastModified));
    }

    [Fact]
    public async Task A_change_of_members_leaves_the_document_and_its_names()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g");
        var before = await tenant.Get(Group, "g");
        tenant.Now += TimeSpan.FromHours(1);

        await tenant.Change("g", add: ["a"]);

        var after = await tenant.Get(Group, "g");
        Assert.Equal(before.Document.ToArray(), after.Document.ToArray());
        Assert.Equal((2L, "2026-01-02T04:04:05.678Z", before.Created), (after.Version, after.LastModified, after.Created));
        Assert.Equal("1: g", await tenant.FoundBy(Group, "displayName", "NAME of g"));
        Assert.Equal([new Link("g", "Group", "name of g")], (await tenant.Get(User, "a")).Links);
        Assert.Equal(1, (await tenant.Get(User, "a")).Version);
    }

    [Fact]
    public async Task A_reset_leaves_exactly_the_members_named()
    {
        await tenant.CreateUsers("a", "b", "c", "d");
        await tenant.CreateGroup("g", "a", "b", "c");

        var outcome = await tenant.Change("g", add: ["b", "d"], reset: true);

        Assert.Equal((true, 2L, 1, 2), (outcome.Changed, outcome.Version, outcome.Added, outcome.Removed));
        Assert.Equal("b d", await tenant.Links(Group, "g"));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("a")));
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.ByMember("b")));
        Assert.Equal(2, (await tenant.Change("g", reset: true)).Removed);
        Assert.Equal("", await tenant.Links(Group, "g"));
        Assert.False((await tenant.Change("g", reset: true)).Changed);
    }

    [Fact]
    public async Task A_document_and_its_members_are_one_version()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a");

        var outcome = await tenant.Done(tenant.Document(Group, "g", "new name", Expected.OneOf(1)) with { Members = new MembershipDelta(true, ["b"], []) });

        Assert.Equal((true, 2L, 1, 1), (outcome.Changed, outcome.Version, outcome.Added, outcome.Removed));
        Assert.Equal([new Link("g", "Group", "new name")], (await tenant.Get(User, "b")).Links);
    }

    [Fact]
    public async Task Both_ends_show_type_and_name_of_the_other_and_follow_a_rename()
    {
        await tenant.CreateUser("a", "Zoë\0\n\"😀\"");
        await tenant.CreateGroup("h");
        await tenant.CreateGroup("g", "h", "a");
        Assert.Equal([new("a", "User", "Zoë\0\n\"😀\""), new("h", "Group", "name of h")], (await tenant.Get(Group, "g")).Links);
        var version = (await tenant.Get(Group, "g")).Version;

        await tenant.Rename(User, "a", "Zoe");
        await tenant.Rename(Group, "h", "Guides");
        await tenant.Rename(Group, "g", "Staff");

        Assert.Equal([new("a", "User", "Zoe"), new("h", "Group", "Guides")], (await tenant.Get(Group, "g")).Links);
        Assert.Equal([new Link("g", "Group", "Staff")], (await tenant.Get(User, "a")).Links);
        Assert.Equal(version + 1, (await tenant.Get(Group, "g")).Version);
    }

    [Fact]
    public async Task Links_are_read_where_they_are_asked_for_only()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");

        foreach (var (type, id) in new[] { (User, "a"), (Group, "g") })
        {
            Assert.Empty((await store.GetAsync(new ResourceKey(tenant.Id, type, id), Follow.None, TestContext.Current.CancellationToken))!.Links);
            Assert.Empty(Assert.Single((await tenant.Query(type, new Lookup.All(), follow: Follow.None)).Resources).Links);
            Assert.Single(Assert.Single((await tenant.Query(type, new Lookup.All(), follow: Follow.Direct)).Resources).Links);
            Assert.Single(Assert.Single((await tenant.Scan(type, 0, 10)).Resources).Links);
        }
    }

    [Fact]
    public async Task Groups_are_nested_and_may_hold_each_other()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("inner", "a");
        await tenant.CreateGroup("outer", "inner");
        await tenant.Change("inner", add: ["outer"]);

        Assert.Equal("a outer", await tenant.Links(Group, "inner"));
        Assert.Equal("inner", await tenant.Links(Group, "outer"));
        Assert.Equal("inner", await tenant.Links(User, "a"));
        Assert.Equal("1: outer", await tenant.Found(Group, new Lookup.ByMember("inner")));

        await tenant.Delete(Group, "inner");

        Assert.Equal("", await tenant.Links(Group, "outer"));
        Assert.Equal("", await tenant.Links(User, "a"));
        Assert.Equal(2, (await tenant.Get(Group, "outer")).Version);
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("outer")));
    }

    [Fact]
    public async Task A_group_that_is_a_member_of_itself_is_deleted_with_all_its_members_counted()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");
        await tenant.Change("g", add: ["g"]);
        Assert.Equal("a g", await tenant.Links(Group, "g"));

        var outcome = Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(Group, "g"));

        Assert.Equal((2, 2), (outcome.Removed, (await tenant.Activity())[0].MembersRemoved));
        Assert.Equal("", await tenant.Links(User, "a"));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("g")));
    }

    [Fact]
    public async Task Deleting_a_user_takes_it_out_of_its_groups_and_gives_each_a_new_version()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a", "b");
        await tenant.CreateGroup("h", "a");
        await tenant.CreateGroup("i", "b");
        tenant.Now += TimeSpan.FromHours(1);

        await tenant.Delete(User, "a");

        Assert.Equal("b", await tenant.Links(Group, "g"));
        Assert.Equal("", await tenant.Links(Group, "h"));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("a")));
        foreach (var (id, version, time) in new[] { ("g", 2L, "04"), ("h", 2L, "04"), ("i", 1L, "03") })
        {
            var group = await tenant.Get(Group, id);
            Assert.Equal((version, "2026-01-02T03:04:05.678Z", $"2026-01-02T{time}:04:05.678Z"), (group.Version, group.Created, group.LastModified));
        }
        Assert.Equal(new CommitOutcome.Stale(2), await tenant.Commit(tenant.Membership("g", add: ["b"]) with { Expected = Expected.OneOf(1) }));
        Assert.Equal("1: h", await tenant.FoundBy(Group, "displayName", "name of h"));
    }

    [Fact]
    public async Task Deleting_a_group_takes_it_from_its_members_and_leaves_them_as_they_were()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a", "b");
        await tenant.CreateGroup("h", "a");

        var outcome = Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(Group, "g"));

        Assert.Equal(2, outcome.Removed);
        Assert.Equal([new Link("h", "Group", "name of h")], (await tenant.Get(User, "a")).Links);
        Assert.Equal("", await tenant.Links(User, "b"));
        Assert.Equal(1, (await tenant.Get(User, "a")).Version);
        Assert.Equal("1: h", await tenant.Found(Group, new Lookup.ByMember("a")));
    }

    [Fact]
    public async Task A_refused_deletion_leaves_every_membership()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");
        var before = await tenant.Everything();

        Assert.Equal(new CommitOutcome.Stale(1), await tenant.Delete(User, "a", Expected.OneOf(2)));
        Assert.Equal(new CommitOutcome.Stale(1), await tenant.Delete(Group, "g", Expected.OneOf(2)));
        Assert.Equal(before, await tenant.Everything());
    }

    [Fact]
    public async Task An_id_that_begins_like_another_is_not_confused_with_it()
    {
        await tenant.CreateUsers("a", "ab", "a b", "a!");
        await tenant.CreateGroup("g", "a");
        await tenant.CreateGroup("gg", "ab");
        await tenant.CreateGroup("g!", "a!", "a b");

        Assert.Equal("a", await tenant.Links(Group, "g"));
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.ByMember("a")));
        await tenant.Delete(User, "a");
        await tenant.Delete(Group, "g");
        Assert.Equal("ab", await tenant.Links(Group, "gg"));
        Assert.Equal("a b a!", await tenant.Links(Group, "g!"));
        Assert.Equal("1: gg", await tenant.Found(Group, new Lookup.ByMember("ab")));
    }

    [Fact]
    public async Task A_group_of_very_many_is_read_listed_and_deleted_as_a_whole()
    {
        var ids = ManyIds("m", Many);
        await tenant.CreateUser(ids[0]);
        await tenant.CreateUser(ids[^1]);
        Assert.Equal(Many, (await tenant.CreateGroup("big", ids)).Added);
        await tenant.CreateGroup("small", ids[^1]);
        await tenant.CreateGroup("half", ids[..(RedisStore.MostLinks - 1)]);
        await tenant.CreateGroup("exact", ids[..RedisStore.MostLinks]);

        var read = await tenant.Get(Group, "big");
        var listed = (await tenant.Query(Group, new Lookup.All())).Resources.ToDictionary(r => r.Id, r => r.Links.Select(l => l.Id).ToArray());

        Assert.Equal(ids, read.Links.Select(l => l.Id));
        Assert.Equal(new Link(ids[^1], "User", $"name of {ids[^1]}"), read.Links[^1]);
        Assert.Equal(ids, listed["big"]);
        Assert.Equal([ids[^1]], listed["small"]);
        Assert.Equal(ids[..(RedisStore.MostLinks - 1)], listed["half"]);
        Assert.Equal(ids[..RedisStore.MostLinks], listed["exact"]);
        var scanned = Assert.Single((await tenant.Scan(Group, 0, 1)).Resources);
        Assert.Equal(ids, scanned.Links.Select(l => l.Id));

        var outcome = Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(Group, "big"));

        Assert.Equal((Many, Many), (outcome.Removed, (await tenant.Activity())[0].MembersRemoved));
        Assert.Equal("2: exact half", await tenant.Found(Group, new Lookup.ByMember(ids[0])));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember(ids[RedisStore.MostLinks])));
        Assert.Equal("small", await tenant.Links(User, ids[^1]));
        Assert.Equal(RedisStore.MostLinks, (await tenant.Get(Group, "exact")).Links.Count);
    }

    [Fact]
    public async Task A_large_membership_is_reset_in_one_change()
    {
        var ids = ManyIds("m", Many);
        await tenant.CreateUser(ids[1]);
        await tenant.CreateUser("new");
        await tenant.CreateGroup("g", ids);

        var outcome = await tenant.Change("g", add: [ids[1], "new"], reset: true);

        Assert.Equal((2L, 1, Many - 1), (outcome.Version, outcome.Added, outcome.Removed));
        Assert.Equal($"{ids[1]} new", await tenant.Links(Group, "g"));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember(ids[0])));
    }

    [Fact]
    public async Task A_user_in_very_many_groups_shows_all_of_them_and_leaves_all_of_them()
    {
        await tenant.CreateUser("a");
        var groups = ManyIds("g", RedisStore.MostLinks + 3);
        foreach (var some in groups.Chunk(500))
        {
            await Task.WhenAll(some.Select(g => tenant.CreateGroup(g, "a")));
        }

        Assert.Equal(groups, (await tenant.Get(User, "a")).Links.Select(l => l.Id));
        Assert.Equal(groups, Assert.Single((await tenant.Query(User, new Lookup.All())).Resources).Links.Select(l => l.Id));
        Assert.Equal($"{groups.Length}: {groups[^2]} {groups[^1]}", await tenant.Found(Group, new Lookup.ByMember("a"), groups.Length - 2));

        await tenant.Delete(User, "a");

        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("a")));
        Assert.All((await tenant.Query(Group, new Lookup.All(), 0, 10_000)).Resources, group => Assert.Equal((2L, 0), (group.Version, group.Links.Count)));
    }
}
