using System.Text.Json.Nodes;
using System.Text;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>The guard against mass removal, and users that were deleted and come back.</summary>
public abstract partial class StoreContract
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    static RemovalLimits AtMost(int removals) => new(removals, 0, Hour);

    static string Kind(CommitOutcome outcome) => outcome switch
    {
        CommitOutcome.Committed => "done",
        CommitOutcome.Paused { IsFirst: true } => "PAUSED",
        CommitOutcome.Paused => "paused",
        _ => outcome.ToString()!,
    };

    [Fact]
    public async Task The_removal_that_is_one_too_many_pauses_all_that_follow_and_nothing_else()
    {
        await tenant.CreateUsers("a", "b", "c", "d");
        await tenant.CreateGroup("g", "a");
        Assert.Equal("done", Kind(await tenant.Deactivate("a", AtMost(2))));
        Assert.Equal("done", Kind(await tenant.Remove(User, "b", AtMost(2))));
        var before = await tenant.Everything();

        Assert.Equal("PAUSED", Kind(await tenant.Deactivate("c", AtMost(2))));
        Assert.Equal("paused", Kind(await tenant.Remove(User, "d", AtMost(2))));
        Assert.Equal("paused", Kind(await tenant.Remove(Group, "g", AtMost(2))));

        Assert.Equal(before, await tenant.Everything());
        var guard = (await tenant.Status()).Guard;
        Assert.Equal((GuardState.Paused, tenant.Now, 2L), (guard.State, guard.Since, guard.Removals));
        await tenant.CreateUser("e");
        await tenant.Change("g", add: ["c"], remove: ["a"]);
        Assert.Equal("done", Kind(await tenant.Commit(tenant.Document(User, "c", "renamed", Expected.Any) with { Limits = AtMost(2) })));
        Assert.Equal("done", Kind(await tenant.Deactivate("d", null)));
    }

    [Fact]
    public async Task A_removal_counts_once_and_only_where_something_is_taken_away()
    {
        await tenant.CreateUsers("a", "b", "c");
        await tenant.Done(tenant.Document(User, "x", "x", Expected.Absent) with { Inactive = true, Limits = AtMost(1) });

        Assert.Equal("done", Kind(await tenant.Deactivate("a", AtMost(1))));
        Assert.Equal("done", Kind(await tenant.Deactivate("a", AtMost(1))));
        Assert.Equal("done", Kind(await tenant.Remove(User, "a", AtMost(1))));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Remove(User, "a", AtMost(1)));
        Assert.Equal("done", Kind(await tenant.Commit(tenant.Document(User, "b", "b", Expected.Any) with { Limits = AtMost(1) })));

        Assert.Equal("PAUSED", Kind(await tenant.Deactivate("c", AtMost(1))));
    }

    [Fact]
    public async Task Removals_leave_the_window_as_time_goes_by()
    {
        await tenant.CreateUsers("a", "b", "c", "d");
        Assert.Equal("done", Kind(await tenant.Deactivate("a", AtMost(2))));
        tenant.Now += Hour / 2;
        Assert.Equal("done", Kind(await tenant.Deactivate("b", AtMost(2))));
        tenant.Now += Hour / 2;

        Assert.Equal("done", Kind(await tenant.Deactivate("c", AtMost(2))));
        Assert.Equal("PAUSED", Kind(await tenant.Deactivate("d", AtMost(2))));
        tenant.Now += TimeSpan.FromDays(7);
        Assert.Equal("paused", Kind(await tenant.Deactivate("d", AtMost(2))));
    }

    [Fact]
    public async Task A_share_counts_from_the_eleventh_removal_on()
    {
        var ids = Enumerable.Range(0, 60).Select(i => $"u{i:D2}").ToArray();
        await tenant.CreateUsers(ids);
        var limits = new RemovalLimits(0, 20, Hour);

        var outcomes = new List<string>();
        foreach (var id in ids[..14])
        {
            outcomes.Add(Kind(await tenant.Deactivate(id, limits)));
        }

        // 12 of 60 are 20 %; the thirteenth is more.
        Assert.Equal([.. Enumerable.Repeat("done", 12), "PAUSED", "paused"], outcomes);
        var other = new TestTenant(store);
        await other.CreateUsers([.. ids[..12]]);
        foreach (var id in ids[..10])
        {
            Assert.Equal("done", Kind(await other.Deactivate(id, limits)));
        }
        Assert.Equal("PAUSED", Kind(await other.Deactivate(ids[10], limits)));
    }

    [Fact]
    public async Task An_administrator_allows_removals_for_a_time_keeps_them_paused_or_counts_anew()
    {
        await tenant.CreateUsers("a", "b", "c", "d", "e", "f");
        await tenant.Deactivate("a", AtMost(1));
        await tenant.Deactivate("b", AtMost(1));

        tenant.Now += TimeSpan.FromMinutes(1);
        await tenant.Decide(GuardState.Kept);
        Assert.Equal("paused", Kind(await tenant.Deactivate("b", AtMost(1))));
        Assert.Equal((GuardState.Kept, 1L), ((await tenant.Status()).Guard.State, (await tenant.Status()).Guard.Removals));

        await tenant.Decide(GuardState.Allowed, tenant.Now + Hour);
        Assert.Equal((GuardState.Allowed, tenant.Now + Hour), ((await tenant.Status()).Guard.State, (await tenant.Status()).Guard.Until));
        Assert.Equal("done", Kind(await tenant.Deactivate("b", AtMost(1))));
        Assert.Equal("done", Kind(await tenant.Deactivate("c", AtMost(1))));
        tenant.Now += Hour;
        Assert.Equal("done", Kind(await tenant.Deactivate("d", AtMost(1))));
        Assert.Equal("PAUSED", Kind(await tenant.Deactivate("e", AtMost(1))));

        tenant.Now += TimeSpan.FromMinutes(1);
        await tenant.Decide(GuardState.Counting);
        tenant.Now += TimeSpan.FromMinutes(1);
        Assert.Equal("done", Kind(await tenant.Deactivate("e", AtMost(1))));
        Assert.Equal("PAUSED", Kind(await tenant.Deactivate("f", AtMost(1))));
        Assert.Equal(["counting", "allowed", "kept-paused"], (await tenant.Activity()).Where(r => r.Entry.Operation == "guard").Select(r => r.Outcome));
    }

    [Fact]
    public async Task Parallel_removals_never_go_over_the_limit()
    {
        var ids = Enumerable.Range(0, 40).Select(i => $"u{i:D2}").ToArray();
        await tenant.CreateUsers(ids);

        var outcomes = await Task.WhenAll(ids.Select((id, i) => Task.Run(() => i % 2 == 0 ? tenant.Deactivate(id, AtMost(15)) : tenant.Remove(User, id, AtMost(15)), TestContext.Current.CancellationToken)));

        Assert.Equal(15, outcomes.Count(o => o is CommitOutcome.Committed));
        Assert.Single(outcomes, o => o is CommitOutcome.Paused { IsFirst: true });
        Assert.Equal(25, (await tenant.Status()).ActiveUsers);
    }

    [Fact]
    public async Task A_deleted_user_comes_back_with_its_id_and_the_groups_that_are_still_there()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.CreateGroup("g", "a");
        await tenant.CreateGroup("h", "a");
        await tenant.CreateGroup("gone", "a");
        var created = (await tenant.Get(User, "a")).Created;
        await tenant.Rename(User, "a", "ada");
        tenant.Now += Hour;
        await tenant.Remove(User, "a", null);
        await tenant.Delete(Group, "gone");
        Assert.Null(await tenant.Find(User, "a"));
        var kept = Assert.Single(await tenant.Deleted());
        Assert.Equal(("a", tenant.Now, "ada", "ada"), (kept.Id, kept.Deleted, kept.UserName, kept.DisplayName));
        Assert.Contains("\"ada\"", Encoding.UTF8.GetString(kept.Stored.Span), StringComparison.Ordinal);

        tenant.Now += Hour;
        var outcome = Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("a", "Ada", Revival.Restore, External("x2")));

        Assert.Equal((3L, created), (outcome.Version, outcome.Created));
        Assert.Equal("g h", await tenant.Links(User, "a"));
        Assert.Equal("a", await tenant.Links(Group, "g"));
        Assert.Equal(3, (await tenant.Get(Group, "g")).Version);
        Assert.Equal("1: a", await tenant.FoundBy(User, "userName", "ada"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "externalId", "x2"));
        Assert.Equal("0:", await tenant.FoundBy(User, "externalId", "x1"));
        Assert.Empty(await tenant.Deleted());
        Assert.Equal("restored", (await tenant.Activity(trail: "a"))[0].Outcome);
        Assert.IsType<CommitOutcome.Stale>(await tenant.Revive("a", "Ada", Revival.Restore));
    }

    [Fact]
    public async Task A_deleted_user_whose_name_was_taken_meanwhile_stays_deleted()
    {
        await tenant.CreateUser("a", "ada");
        await tenant.Remove(User, "a", null);
        await tenant.CreateUser("b", "ADA");
        var before = await tenant.Everything();

        Assert.IsType<CommitOutcome.Taken>(await tenant.Revive("a", "ada", Revival.Restore));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Revive("never", "never", Revival.Restore));

        Assert.Equal(before, await tenant.Everything());
        Assert.Single(await tenant.Deleted());
    }

    [Fact]
    public async Task A_creation_that_looks_is_told_of_the_deleted_user_with_its_name_or_external_id()
    {
        await tenant.CreateUser("a", "ada", External("x1"));
        await tenant.CreateUser("b", "bob", External("x2"));
        await tenant.Remove(User, "a", null);
        await tenant.Remove(User, "b", null, keep: false);

        var deleted = Assert.IsType<CommitOutcome.Deleted>(await tenant.Revive("new", "ADA", Revival.Look));
        Assert.Equal("a", deleted.Id);
        Assert.Equal("ada", (string?)JsonNode.Parse(deleted.Stored.Span)!["userName"]);
        Assert.Equal("a", Assert.IsType<CommitOutcome.Deleted>(await tenant.Revive("new", "other", Revival.Look, External("x1"))).Id);
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new", "other", Revival.Look, External("X1")));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new2", "bob", Revival.Look, External("x2")));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new3", "ada", Revival.None));
        Assert.Equal("a", Assert.Single(await tenant.Deleted()).Id);
    }

    [Fact]
    public async Task What_was_deleted_is_listed_last_first_and_purged_in_steps_after_its_time()
    {
        string[] ids = [.. Enumerable.Range(0, 7).Select(i => $"u{i}")];
        await tenant.CreateUsers(ids);
        var start = tenant.Now;
        foreach (var id in ids)
        {
            tenant.Now += Hour;
            await tenant.Remove(User, id, null);
        }
        Assert.Equal(["u6", "u5", "u4"], (await tenant.Deleted(count: 3)).Select(d => d.Id));
        Assert.Equal(["u3", "u2"], (await tenant.Deleted(start: 3, count: 2)).Select(d => d.Id));
        Assert.Equal(["u2"], (await tenant.Deleted("u2")).Select(d => d.Id));

        Assert.Equal(3, await tenant.Purge(start + (5 * Hour), 3));
        Assert.Equal(["u6", "u5", "u4", "u3"], (await tenant.Deleted()).Select(d => d.Id));
        Assert.Equal(1, await tenant.Purge(start + (5 * Hour), 3));
        Assert.Equal(0, await tenant.Purge(start + (5 * Hour), 3));

        Assert.Equal(["u6", "u5", "u4"], (await tenant.Deleted()).Select(d => d.Id));
        Assert.Empty(await tenant.Deleted("u0"));
        Assert.IsType<CommitOutcome.Committed>(await tenant.Revive("new", "name of u0", Revival.Look));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Revive("u1", "name of u1", Revival.Restore));
    }

    [Fact]
    public async Task A_purge_lets_go_of_old_entries_though_no_new_ones_come()
    {
        tenant.Retention = new ActivityRetention(Days: 2);
        await tenant.CreateUsers("a", "b", "c");
        await tenant.Append(tenant.Refusal(User, "a", "patch", 400));
        tenant.Now += TimeSpan.FromDays(1);
        await tenant.CreateUser("d");
        tenant.Now += TimeSpan.FromDays(1.5);

        Assert.Equal(3, await tenant.Purge(tenant.Now, 3));
        Assert.Equal(1, await tenant.Purge(tenant.Now, 3));

        Assert.Equal(["d"], (await tenant.Activity()).Select(r => r.Entry.ResourceId));
        Assert.Empty(await tenant.Activity(trail: "a"));
        Assert.Empty(await tenant.Activity(trail: ActivityRange.Failures));
    }
}
