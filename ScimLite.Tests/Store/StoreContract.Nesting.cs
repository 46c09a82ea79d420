using ScimLite.Protocol;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Groups in groups: what a user is a member of by way of another group.</summary>
public abstract partial class StoreContract
{
    // The groups of a user, each indirect one in brackets.
    static string Shown(StoredResource user) => string.Join(' ', user.Links.Select(l => l.Indirect ? $"({l.Id})" : l.Id));

    async Task<string> Groups(string user, Follow follow = Follow.Indirect) =>
        Shown((await store.GetAsync(new ResourceKey(tenant.Id, User, user), follow, TestContext.Current.CancellationToken))!);

    [Fact]
    public async Task The_groups_of_a_users_groups_are_told_behind_its_own_by_id()
    {
        await tenant.CreateUsers("u", "v");
        await tenant.CreateGroup("m", "u");
        await tenant.CreateGroup("z", "u", "v");
        await tenant.CreateGroup("b", "m");
        await tenant.CreateGroup("a", "z", "b");
        await tenant.CreateGroup("other");

        Assert.Equal("m z (a) (b)", await Groups("u"));
        Assert.Equal("z (a)", await Groups("v"));
        Assert.Equal("m z", await Groups("u", Follow.Direct));
        Assert.Equal("", await Groups("u", Follow.None));
        Assert.Equal(new Link("a", "Group", "name of a", Indirect: true),
            (await tenant.Query(User, new Lookup.ById("v", null), follow: Follow.Indirect)).Resources.Single().Links[1]);
    }

    [Fact]
    public async Task A_group_that_a_user_is_in_both_ways_is_told_once_as_direct()
    {
        await tenant.CreateUsers("u");
        await tenant.CreateGroup("inner", "u");
        await tenant.CreateGroup("outer", "inner", "u");

        Assert.Equal("inner outer", await Groups("u"));
    }

    [Fact]
    public async Task Groups_in_a_circle_are_each_told_once()
    {
        await tenant.CreateUsers("u");
        await tenant.CreateGroup("a", "u");
        await tenant.CreateGroup("b", "a");
        await tenant.CreateGroup("c", "b", "c");
        await tenant.Change("a", add: ["c", "a"]);

        Assert.Equal("a (b) (c)", await Groups("u"));
    }

    [Fact]
    public async Task Indirect_groups_go_with_the_membership_that_led_to_them()
    {
        await tenant.CreateUsers("u");
        await tenant.CreateGroup("a", "u");
        await tenant.CreateGroup("b", "a");
        await tenant.CreateGroup("c", "b");
        Assert.Equal("a (b) (c)", await Groups("u"));

        await tenant.Delete(Group, "b");

        Assert.Equal("a", await Groups("u"));
    }

    [Fact]
    public async Task Lists_lookups_and_scans_tell_indirect_groups_like_a_read()
    {
        var users = ManyIds("u", 30);
        await tenant.CreateUsers(users);
        await tenant.CreateGroup("inner", users);
        await tenant.CreateGroup("outer", "inner");

        var listed = await tenant.Query(User, new Lookup.All(), follow: Follow.Indirect);
        var scanned = await tenant.Query(User, new Lookup.ByRange(IndexRange.Whole(ResourceType.LastModified)), follow: Follow.Indirect);

        Assert.Equal(30, listed.Resources.Count);
        Assert.All(listed.Resources.Concat(scanned.Resources), user => Assert.Equal("inner (outer)", Shown(user)));
    }

    [Fact]
    public async Task A_walk_along_very_many_memberships_ends_where_it_is_bounded()
    {
        await tenant.CreateUsers("u", "v");
        await tenant.CreateGroup("g0", "u");
        // One membership for each step of the walk, and ten more.
        for (var i = 1; i <= MembershipWalk.MostSteps + 10; i++)
        {
            await tenant.CreateGroup($"g{i}", $"g{i - 1}");
        }

        var alone = await store.GetAsync(new ResourceKey(tenant.Id, User, "u"), Follow.Indirect, TestContext.Current.CancellationToken);
        var listed = await tenant.Query(User, new Lookup.All(), follow: Follow.Indirect);

        Assert.Equal(MembershipWalk.MostSteps + 1, alone!.Links.Count);
        Assert.DoesNotContain(alone.Links, l => l.Id == $"g{MembershipWalk.MostSteps + 1}");
        Assert.Equal(alone.Links, listed.Resources.Single(r => r.Id == "u").Links);
        Assert.Empty(listed.Resources.Single(r => r.Id == "v").Links);
    }
}
