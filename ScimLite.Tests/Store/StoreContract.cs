using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>What <see cref="IResourceStore"/> promises, sentence by sentence; every store runs all of it. Here: writes, their conditions and names.</summary>
public abstract partial class StoreContract(IResourceStore store)
{
    readonly TestTenant tenant = new(store);

    /// <summary>Gives the user an externalId.</summary>
    static Action<JsonObject> External(string id) => resource => resource["externalId"] = id;

    static Action<JsonObject> Emails(params string[] values) =>
        resource => resource["emails"] = new JsonArray([.. values.Select(v => new JsonObject { ["value"] = v })]);

    public static TheoryData<string> Types => ["User", "Group"];

    static ResourceType Type(string name) => name == "User" ? User : Group;

    [Fact]
    public async Task A_store_answers_a_ping() =>
        Assert.True((await Record.ExceptionAsync(() => store.PingAsync(TestContext.Current.CancellationToken).AsTask())) is null);

    [Fact]
    public async Task A_secret_is_made_once_and_is_its_names_own()
    {
        var (name, other) = ($"test-{Guid.NewGuid():N}", $"test-{Guid.NewGuid():N}");

        var secrets = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.GetSecretAsync(i % 2 == 0 ? name : other, TestContext.Current.CancellationToken).AsTask()));

        Assert.Equal(32, secrets[0].Length);
        Assert.Equal(2, secrets.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(secrets[0], await store.GetSecretAsync(name, TestContext.Current.CancellationToken));
        Assert.NotEqual(secrets[0], secrets[1]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task What_was_created_is_read_back_as_it_was_written(string type)
    {
        var change = tenant.Document(Type(type), "a", "Zoë \"日本\" 😀\n\0", Expected.Absent);

        var outcome = await tenant.Commit(change);

        var committed = Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal((true, 1L, 0, 0), (committed.Changed, committed.Version, committed.Added, committed.Removed));
        Assert.Equal(("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"), (committed.Created, committed.LastModified));
        var read = await tenant.Get(Type(type), "a");
        Assert.Equal(("a", 1L, committed.Created, committed.LastModified), (read.Id, read.Version, read.Created, read.LastModified));
        Assert.Equal(Encoding.UTF8.GetString(change.Document!.Value.Span), Encoding.UTF8.GetString(read.Document.Span));
        Assert.Empty(read.Links);
    }

    [Fact]
    public async Task Of_a_tenant_that_is_purged_nothing_is_left_and_others_lose_nothing()
    {
        var other = new TestTenant(store);
        foreach (var one in new[] { tenant, other })
        {
            await one.CreateUsers("a", "b");
            await one.CreateGroup("g", "a", "b");
        }
        var before = await other.Everything();

        await store.PurgeAsync(tenant.Id, TestContext.Current.CancellationToken);

        Assert.Equal("User 0\nGroup 0\n", await tenant.Everything());
        Assert.Equal(before, await other.Everything());
        await tenant.CreateUser("a");
        Assert.Equal("1: a", await tenant.Found(User, new Lookup.All()));
    }

    [Fact]
    public async Task A_resource_that_is_not_there_reads_as_nothing()
    {
        await tenant.CreateUser("a");

        Assert.Null(await tenant.Find(User, "b"));
        Assert.Null(await tenant.Find(User, "A"));
        Assert.Null(await tenant.Find(User, ""));
        Assert.Null(await tenant.Find(User, "a\0"));
        Assert.Null(await tenant.Find(Group, "a"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_change_counts_the_version_up_and_keeps_the_time_of_creation(string type)
    {
        await tenant.Done(tenant.Document(Type(type), "a", "one", Expected.Absent));
        tenant.Now += TimeSpan.FromMilliseconds(1);

        var second = await tenant.Done(tenant.Document(Type(type), "a", "two", Expected.Any));
        tenant.Now += TimeSpan.FromDays(40);
        var third = await tenant.Done(tenant.Document(Type(type), "a", "three", Expected.Any));

        Assert.Equal((true, 2L, "2026-01-02T03:04:05.679Z"), (second.Changed, second.Version, second.LastModified));
        Assert.Equal((true, 3L, "2026-02-11T03:04:05.679Z"), (third.Changed, third.Version, third.LastModified));
        var read = await tenant.Get(Type(type), "a");
        Assert.Equal((3L, "2026-01-02T03:04:05.678Z", third.LastModified), (read.Version, read.Created, read.LastModified));
        Assert.Contains("three", Encoding.UTF8.GetString(read.Document.Span), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Creating_what_exists_is_stale_and_tells_the_version(string type)
    {
        await tenant.Done(tenant.Document(Type(type), "a", "one", Expected.Absent));
        await tenant.Done(tenant.Document(Type(type), "a", "two", Expected.Any));
        var before = await tenant.Everything();

        var outcome = await tenant.Commit(tenant.Document(Type(type), "a", "three", Expected.Absent));

        Assert.Equal(new CommitOutcome.Stale(2), outcome);
        Assert.Equal(before, await tenant.Everything());
    }

    [Fact]
    public async Task Writing_to_what_is_not_there_is_missing()
    {
        await tenant.CreateUser("a");
        var before = await tenant.Everything();

        foreach (var expected in new[] { Expected.Any, Expected.OneOf(1), Expected.OneOf() })
        {
            Assert.IsType<CommitOutcome.Missing>(await tenant.Commit(tenant.Document(User, "b", "b", expected)));
            Assert.IsType<CommitOutcome.Missing>(await tenant.Commit(tenant.Membership("g", add: ["a"]) with { Expected = expected }));
            Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "b", expected));
            Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(Group, "a", expected));
        }
        Assert.Equal(before, await tenant.Everything());
    }

    [Fact]
    public async Task Deleting_what_must_not_exist_is_missing_or_stale()
    {
        await tenant.CreateUser("a");

        Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "b", Expected.Absent));
        Assert.Equal(new CommitOutcome.Stale(1), await tenant.Delete(User, "a", Expected.Absent));
    }

    [Fact]
    public async Task A_conditional_write_is_done_on_the_versions_it_names_and_stale_on_any_other()
    {
        await tenant.CreateGroup("g");
        for (var version = 1L; version < 12; version++)
        {
            await tenant.Done(tenant.Document(Group, "g", $"after {version}", Expected.OneOf(40, version)));
        }
        await tenant.CreateUser("a");
        var before = await tenant.Everything();

        // Version 12 is neither 1 nor 2 nor 112 nor 121, and nothing matches an empty list.
        foreach (var expected in new[] { Expected.OneOf(1, 2), Expected.OneOf(112), Expected.OneOf(121, 11, 13), Expected.OneOf() })
        {
            Assert.Equal(new CommitOutcome.Stale(12), await tenant.Commit(tenant.Document(Group, "g", "never", expected)));
            Assert.Equal(new CommitOutcome.Stale(12), await tenant.Commit(tenant.Membership("g", add: ["a"]) with { Expected = expected }));
            Assert.Equal(new CommitOutcome.Stale(12), await tenant.Delete(Group, "g", expected));
        }

        Assert.Equal(before, await tenant.Everything());
        Assert.Equal(13, (await tenant.Done(tenant.Membership("g", add: ["a"]) with { Expected = Expected.OneOf(12) })).Version);
        Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(Group, "g", Expected.OneOf(13)));
    }

    [Theory]
    [InlineData("User", "babs@example.com", "BABS@Example.Com")]
    [InlineData("User", "zoë.müller", "ZOË.MÜLLER")]
    [InlineData("User", "a\0b", "A\0B")]
    [InlineData("Group", "Tour Guides", "tour GUIDES")]
    [InlineData("Group", "Ärzte\n日本", "äRZTE\n日本")]
    public async Task A_name_is_taken_whatever_its_case_and_nothing_is_changed(string type, string name, string same)
    {
        await tenant.Done(tenant.Document(Type(type), "a", name, Expected.Absent));
        await tenant.Done(tenant.Document(Type(type), "b", "another", Expected.Absent));
        var before = await tenant.Everything();

        var created = Assert.IsType<CommitOutcome.Taken>(await tenant.Commit(tenant.Document(Type(type), "c", same, Expected.Absent)));
        var renamed = Assert.IsType<CommitOutcome.Taken>(await tenant.Rename(Type(type), "b", same));

        Assert.Equal((NameAttribute(Type(type)), same), (created.Term.Attribute.Leaf.Name, created.Term.Value));
        Assert.Equal((NameAttribute(Type(type)), same), (renamed.Term.Attribute.Leaf.Name, renamed.Term.Value));
        Assert.Equal(before, await tenant.Everything());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task The_own_name_is_not_taken_in_any_case(string type)
    {
        await tenant.Done(tenant.Document(Type(type), "a", "Babs", Expected.Absent));

        Assert.Equal(2, Assert.IsType<CommitOutcome.Committed>(await tenant.Rename(Type(type), "a", "Babs")).Version);
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await tenant.Rename(Type(type), "a", "BABS")).Version);
        Assert.Equal("1: a", await tenant.FoundBy(Type(type), NameAttribute(Type(type)), "babs"));
    }

    [Fact]
    public async Task A_name_is_taken_among_resources_of_its_type_only()
    {
        await tenant.CreateUser("a", "staff");

        Assert.IsType<CommitOutcome.Committed>(await tenant.Commit(tenant.Document(Group, "g", "staff", Expected.Absent)));
    }

    [Fact]
    public async Task A_name_that_another_begins_with_is_not_taken()
    {
        await tenant.CreateUser("a", "babs");

        Assert.IsType<CommitOutcome.Committed>(await tenant.Commit(tenant.Document(User, "b", "bab", Expected.Absent)));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Commit(tenant.Document(User, "c", "babs2", Expected.Absent)));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Commit(tenant.Document(User, "d", "babs\0a", Expected.Absent)));
    }

    [Fact]
    public async Task Values_that_need_not_be_unique_are_shared()
    {
        foreach (var id in new[] { "a", "b", "c" })
        {
            await tenant.CreateUser(id, more: External("7") + Emails("info@example.com") + (r => r["displayName"] = "Babs"));
        }

        Assert.Equal("3: a b c", await tenant.FoundBy(User, "externalId", "7"));
        Assert.Equal("3: a b c", await tenant.FoundBy(User, "emails.value", "INFO@example.com"));
        Assert.Equal("3: a b c", await tenant.FoundBy(User, "displayName", "babs"));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_rename_frees_the_old_name_and_two_swap_theirs_through_a_third(string type)
    {
        var (resource, path) = (Type(type), NameAttribute(Type(type)));
        await tenant.Done(tenant.Document(resource, "a", "one", Expected.Absent));
        await tenant.Done(tenant.Document(resource, "b", "two", Expected.Absent));

        Assert.IsType<CommitOutcome.Taken>(await tenant.Rename(resource, "a", "Two"));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Rename(resource, "a", "three"));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Rename(resource, "b", "One"));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Rename(resource, "a", "Two"));

        Assert.Equal("1: b", await tenant.FoundBy(resource, path, "one"));
        Assert.Equal("1: a", await tenant.FoundBy(resource, path, "two"));
        Assert.Equal("0:", await tenant.FoundBy(resource, path, "three"));
    }

    [Fact]
    public async Task Unknown_members_are_told_ten_at_most_and_nothing_is_changed()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a");
        var before = await tenant.Everything();
        string[] unknown = [.. Enumerable.Range(10, 15).Select(i => $"x{i}")];

        var patched = await tenant.Commit(tenant.Membership("g", add: ["b", .. unknown], remove: ["a"]));
        var replaced = await tenant.Commit(
            tenant.Document(Group, "g", "renamed", Expected.Any) with { Members = new MembershipDelta(true, ["b", "x1"], []) });
        var created = await tenant.Commit(
            tenant.Document(Group, "h", "new", Expected.Absent) with { Members = new MembershipDelta(true, ["g", "x2", "a"], []) });

        Assert.Equal(unknown[..10], Assert.IsType<CommitOutcome.UnknownMembers>(patched).Ids);
        Assert.Equal(["x1"], Assert.IsType<CommitOutcome.UnknownMembers>(replaced).Ids);
        Assert.Equal(["x2"], Assert.IsType<CommitOutcome.UnknownMembers>(created).Ids);
        Assert.Equal(before, await tenant.Everything());
    }

    [Fact]
    public async Task Unknown_members_are_stored_as_sent_where_they_are_accepted()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g");

        var outcome = await tenant.Done(tenant.Membership("g", add: ["a", "ünknown"]) with { AcceptUnknownMembers = true, FollowLinks = true });

        Assert.Equal((2, 2L), (outcome.Added, outcome.Version));
        Link[] links = [new("a", "User", "name of a"), new("ünknown", null, null)];
        Assert.Equal(links, outcome.Links);
        Assert.Equal(links, (await tenant.Get(Group, "g")).Links);
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.ByMember("ünknown")));
        Assert.Equal(1, (await tenant.Change("g", remove: ["ünknown"])).Removed);
    }

    [Fact]
    public async Task The_names_of_the_members_added_are_told_where_they_are_asked_for()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("h");
        var change = tenant.Document(Group, "g", "with all", Expected.Absent) with { Members = new MembershipDelta(true, ["b", "h", "a"], []) };

        var told = await tenant.Done(change with { FollowLinks = true });
        var silent = await tenant.Done(tenant.Membership("h", add: ["a"]));

        Assert.Equal([new("a", "User", "name of a"), new("b", "User", "name of b"), new("h", "Group", "name of h")], told.Links.OrderBy(l => l.Id, StringComparer.Ordinal));
        Assert.Empty(silent.Links);
    }

    [Fact] // a PUT of a group that another request changes or deletes
    public async Task A_refused_write_that_asks_for_the_names_of_its_members_is_refused_like_any_other()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g");
        var change = tenant.Document(Group, "g", "g", Expected.OneOf(7)) with { Members = new MembershipDelta(true, ["a"], []), FollowLinks = true };

        Assert.Equal(new CommitOutcome.Stale(1), await tenant.Commit(change));
        Assert.Equal(new CommitOutcome.Stale(1), await tenant.Commit(change with { Expected = Expected.Absent }));
        await tenant.Delete(Group, "g");
        Assert.IsType<CommitOutcome.Missing>(await tenant.Commit(change));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Commit(change with { Expected = Expected.Any }));
    }

    [Fact]
    public async Task A_deletion_frees_names_and_indexes()
    {
        await tenant.CreateUser("a", "babs", External("1") + Emails("a@example.com", "b@example.com"));
        await tenant.CreateUser("b", "mandy", External("1") + Emails("b@example.com"));
        tenant.Now += TimeSpan.FromHours(1);

        var outcome = Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(User, "a"));

        Assert.Equal((true, 1L, 0, 0), (outcome.Changed, outcome.Version, outcome.Added, outcome.Removed));
        Assert.Null(await tenant.Find(User, "a"));
        Assert.Equal("1: b", await tenant.Found(User, new Lookup.All()));
        Assert.Equal("0:", await tenant.Found(User, new Lookup.ById("a", null)));
        Assert.Equal("0:", await tenant.FoundBy(User, "userName", "babs"));
        Assert.Equal("0:", await tenant.FoundBy(User, "emails.value", "a@example.com"));
        Assert.Equal("1: b", await tenant.FoundBy(User, "emails.value", "b@example.com"));
        Assert.Equal("1: b", await tenant.FoundBy(User, "externalId", "1"));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "a"));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Commit(tenant.Document(User, "c", "Babs", Expected.Absent)));
    }

    [Fact]
    public async Task What_is_created_again_under_a_deleted_id_starts_anew()
    {
        await tenant.CreateUser("a");
        await tenant.CreateUser("b");
        await tenant.CreateGroup("g", "a");
        await tenant.Rename(User, "a", "second");
        await tenant.Delete(User, "a");
        tenant.Now += TimeSpan.FromHours(1);

        await tenant.CreateUser("a");

        var read = await tenant.Get(User, "a");
        Assert.Equal((1L, "2026-01-02T04:04:05.678Z"), (read.Version, read.Created));
        Assert.Empty(read.Links);
        Assert.Equal("2: b a", await tenant.Found(User, new Lookup.All()));
    }

    [Fact]
    public async Task Tenants_never_see_each_other()
    {
        var other = new TestTenant(store);
        await tenant.CreateUser("a", "babs", External("1"));
        await tenant.CreateGroup("g", "a");
        var before = await tenant.Everything();

        Assert.Equal("User 0\nGroup 0\n", await other.Everything());
        Assert.Null(await other.Find(User, "a"));
        Assert.IsType<CommitOutcome.Missing>(await other.Commit(other.Membership("g", remove: ["a"])));
        Assert.IsType<CommitOutcome.Missing>(await other.Delete(User, "a"));
        Assert.Equal("0:", await other.FoundBy(User, "userName", "babs"));
        Assert.Equal("0:", await other.Found(Group, new Lookup.ByMember("a")));
        Assert.Empty((await other.Scan(User, 0, 10)).Resources);
        await other.CreateUser("a", "babs");
        await other.CreateGroup("g");
        await other.Delete(User, "a");

        Assert.Equal(before, await tenant.Everything());
    }

    [Fact]
    public async Task A_write_may_be_refused_on_the_versions_that_it_names()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g");
        foreach (var expected in new[] { Expected.NoneOf(1), Expected.NoneOf(7, 1), Expected.OneOf() })
        {
            Assert.Equal(new CommitOutcome.Stale(1), await tenant.Commit(tenant.Document(User, "a", "b", expected)));
            Assert.Equal(new CommitOutcome.Stale(1), await tenant.Commit(tenant.Membership("g", add: ["a"]) with { Expected = expected }));
            Assert.Equal(new CommitOutcome.Stale(1), await tenant.Delete(User, "a", expected));
            Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "nobody", expected));
        }

        Assert.Equal(2, (await tenant.Done(tenant.Document(User, "a", "b", Expected.NoneOf(2, 11)))).Version);
        Assert.Equal(2, (await tenant.Done(tenant.Membership("g", add: ["a"]) with { Expected = Expected.NoneOf() })).Version);
        Assert.IsType<CommitOutcome.Committed>(await tenant.Delete(User, "a", Expected.NoneOf(1, 21)));
    }
}
