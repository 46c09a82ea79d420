using System.Text.Json.Nodes;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>An externalId that no other resource may have where the tenant wants that, and deactivated users that a creation brings back.</summary>
public abstract partial class StoreContract
{
    static Change Claiming(Change change) => change with { UniqueExternalId = true };

    Task<CommitOutcome> Reactivate(string id, string userName, long version, Action<JsonObject>? more = null) =>
        tenant.Commit(tenant.Document(User, id, userName, Expected.OneOf(version), more) with { Revival = Revival.Reactivate, FollowLinks = true });

    [Theory]
    [MemberData(nameof(Types))]
    public async Task An_external_id_that_another_has_is_taken_where_the_tenant_wants_that(string type)
    {
        var resource = Type(type);
        var other = type == "User" ? Group : User;
        await tenant.Done(Claiming(tenant.Document(resource, "a", "a", Expected.Absent, External("x1"))));
        await tenant.Done(Claiming(tenant.Document(resource, "b", "b", Expected.Absent)));
        var before = await tenant.Everything();
        var taken = new CommitOutcome.Taken(Term(resource, "externalId", "x1"), "a", false);

        Assert.Equal(taken, await tenant.Commit(Claiming(tenant.Document(resource, "c", "c", Expected.Absent, External("x1")))));
        Assert.Equal(taken, await tenant.Commit(Claiming(tenant.Document(resource, "b", "b", Expected.Any, External("x1")))));
        Assert.Equal(before, await tenant.Everything());

        await tenant.Done(Claiming(tenant.Document(resource, "a", "renamed", Expected.Any, External("x1"))));
        await tenant.Done(Claiming(tenant.Document(resource, "c", "c", Expected.Absent)));
        await tenant.Done(Claiming(tenant.Document(resource, "d", "d", Expected.Absent, External("X1"))));
        await tenant.Done(Claiming(tenant.Document(other, "e", "e", Expected.Absent, External("x1"))));
        await tenant.Done(Claiming(tenant.Document(resource, "a", "renamed", Expected.Any, External("x2"))));
        await tenant.Done(Claiming(tenant.Document(resource, "b", "b", Expected.Any, External("x1"))));
        Assert.Equal("1: b", await tenant.FoundBy(resource, "externalId", "x1"));
    }

    [Fact]
    public async Task A_shared_external_id_of_earlier_times_stays_and_is_not_taken_anew()
    {
        await tenant.CreateUser("a", "a", External("x1"));
        await tenant.CreateUser("b", "b", External("x1"));
        await tenant.CreateUser("c", "c", External("x10"));

        await tenant.Done(Claiming(tenant.Document(User, "b", "renamed", Expected.Any, External("x1"))));
        Assert.Equal("2: a b", await tenant.FoundBy(User, "externalId", "x1"));
        Assert.IsType<CommitOutcome.Taken>(await tenant.Commit(Claiming(tenant.Document(User, "c", "c", Expected.Any, External("x1")))));

        await tenant.Done(Claiming(tenant.Document(User, "b", "b", Expected.Any, External("x2"))));
        Assert.Equal("a", Assert.IsType<CommitOutcome.Taken>(await tenant.Commit(Claiming(tenant.Document(User, "b", "b", Expected.Any, External("x1"))))).Holder);
        await tenant.Done(tenant.Document(User, "b", "b", Expected.Any, External("x1")));
    }

    [Fact]
    public async Task A_deleted_user_whose_external_id_was_given_away_is_not_restored()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.Remove(User, "a", null);
        await tenant.CreateUser("b", "bob", External("x1"));
        var back = tenant.Document(User, "a", "ada", Expected.Absent, External("x1")) with { Revival = Revival.Restore };

        Assert.Equal("b", Assert.IsType<CommitOutcome.Taken>(await tenant.Commit(Claiming(back))).Holder);

        Assert.Single(await tenant.Deleted());
        await tenant.Done(back);
    }

    [Fact]
    public async Task Of_many_that_want_one_external_id_at_once_one_gets_it()
    {
        await tenant.CreateUsers([.. Enumerable.Range(0, 10).Select(i => $"u{i}")]);
        for (var round = 0; round < 5; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
                () => tenant.Commit(Claiming(i % 2 == 0 ? tenant.Document(User, $"u{i / 2}", $"name of u{i / 2}", Expected.Any, External($"x{round}"))
                    : tenant.Document(User, $"n{round}-{i}", $"new {round} {i}", Expected.Absent, External($"x{round}")))),
                TestContext.Current.CancellationToken)));

            Assert.Single(outcomes.OfType<CommitOutcome.Committed>());
            Assert.Equal(19, outcomes.OfType<CommitOutcome.Taken>().Count());
            Assert.Equal(1, (await tenant.Query(User, new Lookup.ByTerm(Term(User, "externalId", $"x{round}")))).Total);
        }
    }

    [Fact]
    public async Task A_creation_that_looks_is_given_the_deactivated_user_with_its_name_or_external_id()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.CreateUser("b", "bob", External("x2"));
        await tenant.CreateUser("c", "cleo", External("shared"));
        await tenant.CreateUser("d", "dan", External("shared"));
        await tenant.Done(tenant.Document(User, "a", "ada", Expected.Any, External("x1")) with { Inactive = true });
        await tenant.Done(tenant.Document(User, "c", "cleo", Expected.Any, External("shared")) with { Inactive = true });
        var before = await tenant.Everything();

        foreach (var (name, external) in ((string, string?)[])[("ADA", null), ("ADA", "x1"), ("ada", "new"), ("other", "x1")])
        {
            var found = Assert.IsType<CommitOutcome.Deactivated>(await tenant.Revive("new", name, Revival.Look, external is null ? null : External(external)));
            Assert.Equal(("a", 2L, "ada"), (found.Id, found.Version, (string?)JsonNode.Parse(found.Stored.Span)!["userName"]));
        }
        Assert.Equal("c", Assert.IsType<CommitOutcome.Deactivated>(await tenant.Revive("new", "cleo", Revival.Look, External("shared"))).Id);
        // The name is one user's and the externalId another's.
        Assert.Equal(new CommitOutcome.Taken(Term(User, "externalId", "x2"), "b", false), await tenant.Revive("new", "ada", Revival.Look, External("x2")));
        Assert.Equal("c", Assert.IsType<CommitOutcome.Taken>(await tenant.Revive("new", "ada", Revival.Look, External("shared"))).Holder);
        Assert.Equal(new CommitOutcome.Taken(Term(User, "userName", "bob"), "b", false), await tenant.Revive("new", "bob", Revival.Look, External("x1")));
        // Without a look it is refused, and says that the other one is not active.
        Assert.Equal(new CommitOutcome.Taken(Term(User, "userName", "ada"), "a", true), await tenant.Revive("new", "ada", Revival.None));
        Assert.Equal(before, await tenant.Everything());

        // Several have the externalId, and none of them is meant more than the others.
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new", "new", Revival.Look, External("shared")));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new2", "new 2", Revival.Look, External("x2")));
    }

    [Fact]
    public async Task A_deactivated_user_comes_before_a_deleted_one()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.CreateUser("b", "bob", External("x2"));
        await tenant.Remove(User, "a", null);
        await tenant.Done(tenant.Document(User, "b", "bob", Expected.Any, External("x2")) with { Inactive = true });

        Assert.Equal("b", Assert.IsType<CommitOutcome.Deactivated>(await tenant.Revive("new", "ada", Revival.Look, External("x2"))).Id);
        Assert.Equal("a", Assert.IsType<CommitOutcome.Deleted>(await tenant.Revive("new", "ada", Revival.Look, External("x3"))).Id);
    }

    [Fact]
    public async Task A_deactivated_user_is_replaced_in_the_version_that_was_seen_and_keeps_its_groups()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.CreateGroup("h", "a");
        await tenant.CreateGroup("g", "a");
        await tenant.Done(tenant.Document(User, "a", "ada", Expected.Any, External("x1")) with { Inactive = true });
        Assert.Equal(0, (await tenant.Status()).ActiveUsers);
        tenant.Now += Hour;

        var done = Assert.IsType<CommitOutcome.Committed>(await Reactivate("a", "Ada", 2, External("x2")));

        Assert.Equal((true, 3L, "g h"), (done.Changed, done.Version, string.Join(' ', done.Links.Select(l => l.Id))));
        Assert.Equal(("Group", "name of g"), (done.Links[0].Type, done.Links[0].Display));
        Assert.Equal("g h", await tenant.Links(User, "a"));
        Assert.Equal((1, 1), ((await tenant.Status()).Users, (await tenant.Status()).ActiveUsers));
        Assert.Equal("restored", (await tenant.Activity(trail: "a"))[0].Outcome);
        Assert.Equal("0:", await tenant.FoundBy(User, "externalId", "x1"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "externalId", "x2"));
        Assert.Equal(1, (await tenant.Get(Group, "g")).Version);
        Assert.IsType<CommitOutcome.Stale>(await Reactivate("a", "Ada", 2));
        Assert.IsType<CommitOutcome.Missing>(await Reactivate("never", "never", 1));
    }

    [Fact]
    public async Task A_restored_user_reports_its_groups_with_the_commit()
    {
        await tenant.CreateUser("a", "ada");
        await tenant.CreateGroup("g", "a");
        await tenant.CreateGroup("gone", "a");
        await tenant.Remove(User, "a", null);
        await tenant.Delete(Group, "gone");

        var change = tenant.Document(User, "a", "ada", Expected.Absent) with { Revival = Revival.Restore, FollowLinks = true };
        var first = await tenant.Done(change);

        Assert.Equal(new Link("g", "Group", "name of g"), Assert.Single(first.Links));
    }
}
