using System.Text;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>The activity log: one record for each commit, moved by the same step as what it tells of.</summary>
public abstract partial class StoreContract
{
    static string Told(IEnumerable<ActivityRecord> records) =>
        string.Join('\n', records.Select(r => $"{r.Entry.Operation} {r.Entry.ResourceType} {r.Entry.ResourceId}: {r.Outcome} +{r.MembersAdded} -{r.MembersRemoved}"));

    [Fact]
    public async Task Each_commit_leaves_one_record_newest_first()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a");
        await tenant.Change("g", add: ["a"]);
        await tenant.Change("g", add: ["a", "b"], remove: ["nobody"]);
        await tenant.Done(tenant.Document(Group, "g", "renamed", Expected.Any) with { Members = new MembershipDelta(true, ["b"], []) });
        await tenant.Delete(User, "a");
        await tenant.Delete(Group, "g");

        Assert.Equal("""
            delete Group g: deleted +0 -1
            delete User a: deleted +0 -0
            replace Group g: changed +0 -1
            patch Group g: changed +1 -0
            patch Group g: unchanged +0 -0
            create Group g: created +1 -0
            create User b: created +0 -0
            create User a: created +0 -0
            """, Told(await tenant.Activity()), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_record_tells_all_that_was_asked_for()
    {
        tenant.Now += TimeSpan.FromTicks(1234);
        var entry = tenant.Entry(User, "a", "patch") with
        {
            Credential = "Entra's \"token\" {1} 日本\n",
            CorrelationId = "{corr} 1 2 3",
            Quirks = ["bareValue", "booleanAsText"],
            RequestId = "of Entra",
            Milliseconds = 1.25,
            Ignored = ["favouriteColour"],
            Changes = [new("emails", null, "[{\"value\":\"a@b\"}]\n"), new("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "x", null)],
        };
        await tenant.Done(tenant.Document(User, "a", "babs", Expected.Absent) with { Activity = entry });

        var read = Assert.Single(await tenant.Activity()).Entry;

        Assert.Equal(Encoding.UTF8.GetString(entry.ToJson()), Encoding.UTF8.GetString(read.ToJson()));
        Assert.Equal((entry.Time, "a", entry.Credential, entry.CorrelationId), (read.Time, read.ResourceId, read.Credential, read.CorrelationId));
    }

    [Fact]
    public async Task A_record_names_the_members_that_really_came_and_went()
    {
        var odd = "x \"{}\n\\日本/";
        await tenant.CreateUsers("a", "b", "c");
        await tenant.CreateGroup("g", "a");
        await tenant.Done(tenant.Membership("g", add: ["a", "b", odd], remove: ["c", "nobody"]) with { AcceptUnknownMembers = true });
        await tenant.Change("g", add: ["a"], remove: ["c"]);
        await tenant.Done(tenant.Membership("g") with { Members = new MembershipDelta(true, ["b", "c"], []) });
        await tenant.Append(tenant.Refusal(Group, "g", "patch", 400) with { Added = ["y"], Removed = ["z"] });
        string[] many = [.. Enumerable.Range(0, 150).Select(i => $"m{i:D3}")];
        await tenant.CreateGroup("h", many);
        await tenant.Delete(Group, "g");

        Assert.Equal(
            ["+0: -2:b,c", $"+150:{string.Join(',', many[..100])} -0:", "+0:y -0:z", $"+1:c -2:a,{odd}", "+0: -0:", $"+2:b,{odd} -0:", "+1:a -0:", "+0: -0:", "+0: -0:", "+0: -0:"],
            (await tenant.Activity()).Select(r => $"+{r.MembersAdded}:{string.Join(',', r.Entry.Added)} -{r.MembersRemoved}:{string.Join(',', r.Entry.Removed.Order(StringComparer.Ordinal))}"));
    }

    [Fact]
    public async Task A_record_of_a_creation_may_hold_its_document()
    {
        var change = tenant.Document(User, "a", "Zoë\n日本", Expected.Absent);
        await tenant.Done(change with { Activity = change.Activity with { Created = change.Document!.Value } });
        await tenant.Rename(User, "a", "other");

        var log = await tenant.Activity();

        Assert.Equal(["", Encoding.UTF8.GetString(change.Document.Value.Span)], log.Select(r => Encoding.UTF8.GetString(r.Entry.Created.Span)));
        Assert.Equal(["other", "Zoë\n日本"], log.Select(r => r.UserName));
    }

    [Fact]
    public async Task A_trail_is_read_before_a_place_that_is_none_of_its_own()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.Rename(User, "a", "x");
        await tenant.Append(tenant.Refusal(User, "b", "patch", 400), tenant.Refusal(User, "a", "patch", 400));
        await tenant.Rename(User, "b", "y");
        var log = await tenant.Activity();

        Assert.Equal(["changed", "created"], (await tenant.Activity(log[2].Sequence, trail: "a")).Select(r => r.Outcome));
        Assert.Equal(["refused", "changed", "created"], (await tenant.Activity(log[0].Sequence, trail: "a")).Select(r => r.Outcome));
        Assert.Equal(["b"], (await tenant.Activity(log[1].Sequence, trail: ActivityRange.Failures)).Select(r => r.Entry.ResourceId));
        Assert.Empty(await tenant.Activity(log[^1].Sequence, trail: "b"));
    }

    [Fact]
    public async Task A_trail_passes_over_a_bounded_number_of_entries_to_find_its_place()
    {
        await tenant.CreateUsers("a", "b");
        var place = (await tenant.Activity())[0].Sequence;
        for (var i = 0; i < 50; i++)
        {
            await tenant.Append([.. Enumerable.Range(0, 100).Select(_ => tenant.Refusal(User, "a", "patch", 400))]);
        }
        Assert.Equal(["created"], (await tenant.Activity(place, trail: "a")).Select(r => r.Outcome));

        await tenant.Append(tenant.Refusal(User, "a", "patch", 400));
        Assert.Empty(await tenant.Activity(place, trail: "a"));
    }

    [Fact]
    public async Task A_deletion_without_a_log_keeps_the_trail_of_before()
    {
        await tenant.CreateUser("a");
        tenant.Retention = new ActivityRetention(Entries: 0);
        await tenant.Delete(User, "a");
        tenant.Retention = new ActivityRetention();
        await tenant.CreateUser("z");

        Assert.Equal(["z", "a"], (await tenant.Activity()).Select(r => r.Entry.ResourceId));
        Assert.Equal(["created"], (await tenant.Activity(trail: "a")).Select(r => r.Outcome));
    }

    [Fact]
    public async Task A_trail_of_one_that_was_kept_goes_on_when_it_comes_back_and_when_it_is_kept_no_more()
    {
        await tenant.CreateUsers("a", "b");
        foreach (var id in (string[])["a", "b"])
        {
            await tenant.Remove(User, id, limits: null);
            await tenant.Append(tenant.Refusal(User, id, "patch", 404));
        }
        await tenant.Revive("a", "name of a", Revival.Restore);
        await tenant.Log.PurgeAsync(tenant.Id, User, tenant.Now.AddDays(1), tenant.Now, tenant.Retention, 100, TestContext.Current.CancellationToken);
        await tenant.Append(tenant.Refusal(User, "b", "patch", 404));

        Assert.Equal(["restored", "refused", "deleted", "created"], (await tenant.Activity(trail: "a")).Select(r => r.Outcome));
        Assert.Equal(["refused", "refused", "deleted", "created"], (await tenant.Activity(trail: "b")).Select(r => r.Outcome));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Revive("b", "name of b", Revival.Restore));
    }

    [Fact]
    public async Task Any_number_is_a_place()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.Rename(User, "a", "x");
        foreach (var place in (long[])[long.MinValue, -1, 0, 1])
        {
            foreach (var trail in (string?[])[null, "a", "!", "-", "nobody"])
            {
                Assert.Empty(await tenant.Activity(place, trail: trail));
            }
        }
        foreach (var place in (long[])[4, 100, 1L << 53, (1L << 53) + 1, long.MaxValue])
        {
            Assert.Equal(2, (await tenant.Activity(place, trail: "a")).Count);
            Assert.Equal(3, (await tenant.Activity(place)).Count);
        }
        Assert.Empty(await tenant.Activity(after: long.MaxValue));
        Assert.Equal(3, (await tenant.Activity(after: -1)).Count);
    }

    [Fact]
    public async Task A_trail_goes_on_through_deletion_refusal_and_a_new_beginning()
    {
        await tenant.CreateUser("a");
        await tenant.Delete(User, "a");
        await tenant.Append(tenant.Refusal(User, "a", "patch", 404), tenant.Refusal(Group, "a", "read", 404));
        await tenant.CreateUser("a");
        await tenant.Append(tenant.Refusal(Group, "a", "read", 404));
        await tenant.Rename(User, "a", "x");

        var trail = await tenant.Activity(trail: "a");

        Assert.Equal(["changed", "refused", "created", "refused", "refused", "deleted", "created"], trail.Select(r => r.Outcome));
        for (var i = 0; i < trail.Count; i++)
        {
            Assert.Equal(trail.Skip(i + 1).Select(r => r.Sequence), (await tenant.Activity(trail[i].Sequence, trail: "a")).Select(r => r.Sequence));
        }
    }

    [Fact]
    public async Task A_refused_write_leaves_no_record()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g");
        var before = await tenant.Activity();

        Assert.IsType<CommitOutcome.Taken>(await tenant.Commit(tenant.Document(User, "b", "name of a", Expected.Absent)));
        Assert.IsType<CommitOutcome.Stale>(await tenant.Commit(tenant.Document(User, "a", "b", Expected.OneOf(7))));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Commit(tenant.Document(User, "b", "b", Expected.Any)));
        Assert.IsType<CommitOutcome.UnknownMembers>(await tenant.Commit(tenant.Membership("g", add: ["b"])));
        Assert.IsType<CommitOutcome.Stale>(await tenant.Delete(User, "a", Expected.OneOf(7)));
        Assert.IsType<CommitOutcome.Missing>(await tenant.Delete(User, "b"));

        Assert.Equal(before.Select(r => r.Sequence), (await tenant.Activity()).Select(r => r.Sequence));
        Assert.Equal(2, before.Count);
    }

    [Fact]
    public async Task A_record_bears_the_names_that_the_resource_had_then()
    {
        await tenant.CreateUser("a", "ada");
        await tenant.Rename(User, "a", "Zoë \"日本\" {😀}\n\0");
        await tenant.CreateGroup("g", "a");
        await tenant.Delete(User, "a");
        await tenant.Append(tenant.Refusal(User, "", "create", 409) with { UserName = "sent", DisplayName = "As sent" }, tenant.Refusal(Group, "g", "patch", 400));

        Assert.Equal(
            [(null, "name of g"), ("sent", "As sent"), ("Zoë \"日本\" {😀}\n", "Zoë \"日本\" {😀}\n\0"), (null, "name of g"),
                ("Zoë \"日本\" {😀}\n", "Zoë \"日本\" {😀}\n\0"), ("ada", "ada")],
            (await tenant.Activity()).Select(r => (r.UserName?.TrimEnd('\0'), r.DisplayName)));
    }

    [Fact]
    public async Task A_trail_holds_what_happened_to_one_resource()
    {
        await tenant.CreateUsers("a", "ab", "b");
        await tenant.Rename(User, "a", "other");
        await tenant.Append(tenant.Refusal(User, "a", "patch", 400), tenant.Refusal(User, "x y", "patch", 404), tenant.Refusal(User, "{id}", "delete", 404), tenant.Refusal(User, "", "create", 503));
        await tenant.Delete(User, "a");

        var trail = await tenant.Activity(trail: "a");

        Assert.Equal(["deleted", "refused", "changed", "created"], trail.Select(r => r.Outcome));
        Assert.Equal(trail.Skip(2).Select(r => r.Sequence), (await tenant.Activity(trail[1].Sequence, trail: "a")).Select(r => r.Sequence));
        Assert.Equal(trail.Take(2).Select(r => r.Sequence), (await tenant.Activity(count: 2, trail: "a")).Select(r => r.Sequence));
        Assert.Equal(["failed create", "refused delete", "refused patch", "refused patch"],
            (await tenant.Activity(trail: ActivityRange.Failures)).Select(r => $"{r.Outcome} {r.Entry.Operation}"));
        Assert.Equal(["", "{id}", "x y", "a"], (await tenant.Activity(trail: ActivityRange.Failures)).Select(r => r.Entry.ResourceId));
        Assert.Equal(9, (await tenant.Activity()).Count);
        Assert.Empty(await tenant.Activity(trail: "nobody"));
    }

    [Fact]
    public async Task The_log_is_followed_forwards()
    {
        await tenant.CreateUsers("a", "b", "c");
        var log = await tenant.Activity();

        Assert.Equal(["a", "b", "c"], (await tenant.Activity(after: 0)).Select(r => r.Entry.ResourceId));
        Assert.Equal(["b", "c"], (await tenant.Activity(after: log[^1].Sequence)).Select(r => r.Entry.ResourceId));
        Assert.Equal(["b"], (await tenant.Activity(after: log[^1].Sequence, count: 1)).Select(r => r.Entry.ResourceId));
        Assert.Empty(await tenant.Activity(after: log[0].Sequence));
        Assert.Empty(await tenant.Activity(after: long.MaxValue - 1));
    }

    [Fact]
    public async Task A_failure_in_doubt_is_left_out_where_the_same_call_did_its_work()
    {
        var change = tenant.Document(User, "a", "ada", Expected.Absent);
        await tenant.Done(change);
        await tenant.CreateUsers("b", "c");

        await tenant.Append(
            change.Activity with { Error = new ActivityError(503, null, "No answer."), InDoubt = true },
            tenant.Refusal(User, "b", "patch", 503) with { InDoubt = true },
            tenant.Refusal(User, "nobody", "create", 503) with { InDoubt = true });

        Assert.Equal(["created a", "created b", "created c", "failed b", "failed nobody"], (await tenant.Activity(after: 0)).Select(r => $"{r.Outcome} {r.Entry.ResourceId}"));
    }

    [Fact]
    public async Task No_entries_kept_means_no_log_and_the_same_directory()
    {
        tenant.Retention = new ActivityRetention(Entries: 0);
        await tenant.CreateUsers("a", "b");
        await tenant.Append(tenant.Refusal(User, "a", "patch", 400));
        await tenant.Delete(User, "b");

        Assert.Empty(await tenant.Activity());
        Assert.Empty(await tenant.Activity(trail: "a"));
        Assert.Equal("1: a", await tenant.Found(User, new Lookup.All()));
    }

    [Fact]
    public async Task What_is_trimmed_leaves_no_trail()
    {
        tenant.Retention = new ActivityRetention(Entries: 3);
        await tenant.CreateUser("a");
        await tenant.Append(tenant.Refusal(User, "a", "patch", 400));
        Assert.Equal(2, (await tenant.Activity(trail: "a")).Count);
        string[] later = [.. Enumerable.Range(0, 16).Select(i => $"b{i:D2}")];
        await tenant.CreateUsers(later);

        Assert.Empty(await tenant.Activity(trail: "a"));
        Assert.Empty(await tenant.Activity(trail: ActivityRange.Failures));
        Assert.Empty(await tenant.Activity(trail: later[0]));
        Assert.Single(await tenant.Activity(trail: later[15]));
    }

    [Fact]
    public async Task The_log_is_read_page_by_page()
    {
        string[] ids = [.. Enumerable.Range(0, 17).Select(i => $"u{i:D2}")];
        await tenant.CreateUsers(ids);
        var read = new List<ActivityRecord>();

        for (var page = await tenant.Activity(count: 5); page.Count > 0; page = await tenant.Activity(read[^1].Sequence, 5))
        {
            Assert.True(page.Count <= 5);
            read.AddRange(page);
        }

        Assert.Equal(ids.Reverse(), read.Select(r => r.Entry.ResourceId));
        Assert.Equal(read.Select(r => r.Sequence).OrderDescending(), read.Select(r => r.Sequence));
        Assert.Equal(17, read.Select(r => r.Sequence).Distinct().Count());
        Assert.Empty(await tenant.Activity(read[^1].Sequence));
        Assert.Empty(await tenant.Activity(0));
        Assert.Empty(await tenant.Activity(count: 0));
    }

    [Fact]
    public async Task A_page_of_the_log_is_the_same_when_new_records_come()
    {
        await tenant.CreateUsers("a", "b", "c", "d");
        var first = await tenant.Activity(count: 2);
        await tenant.CreateUsers("e", "f");

        Assert.Equal(["b", "a"], (await tenant.Activity(first[^1].Sequence)).Select(r => r.Entry.ResourceId));
    }

    [Fact]
    public async Task No_more_records_are_kept_than_the_retention_says()
    {
        tenant.Retention = new ActivityRetention(Entries: 5);
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"u{i:D2}")];
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
        {
            await tenant.CreateUser(id);
            // What is too much goes once in eight records.
            Assert.InRange((await tenant.Activity()).Count, Math.Min(i + 1, 5), Math.Min(i + 1, 5 + 7));
        }
        Assert.Equal(ids.Reverse().Take(5), (await tenant.Activity()).Take(5).Select(r => r.Entry.ResourceId));

        // Told to keep less, the log shrinks as new records come.
        tenant.Retention = new ActivityRetention(Entries: 2);
        foreach (var id in ids[..16])
        {
            await tenant.Delete(User, id);
        }
        var left = await tenant.Activity();
        Assert.InRange(left.Count, 2, 2 + 7);
        Assert.Equal([ids[15], ids[14]], left.Take(2).Select(r => r.Entry.ResourceId));
        Assert.Equal(4, (await tenant.Query(User, new Lookup.All())).Total);
    }

    [Fact]
    public async Task Records_older_than_the_retention_go_as_new_ones_come()
    {
        tenant.Retention = new ActivityRetention(Days: 2);
        foreach (var id in new[] { "a", "b", "c" })
        {
            await tenant.CreateUser(id);
            tenant.Now += TimeSpan.FromDays(1);
        }
        Assert.Equal(["c", "b", "a"], (await tenant.Activity()).Select(r => r.Entry.ResourceId));

        // What is too old goes once in eight records.
        var later = Enumerable.Range(0, 16).Select(i => $"d{i:D2}").ToArray();
        await tenant.CreateUsers(later);
        Assert.Equal([.. later.Reverse(), "c", "b"], (await tenant.Activity()).Select(r => r.Entry.ResourceId));
        tenant.Now += TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(1);
        await tenant.CreateUsers([.. later.Select(id => "e" + id)]);
        Assert.DoesNotContain((await tenant.Activity()).Select(r => r.Entry.ResourceId), id => id is "b" or "c");
        tenant.Now += TimeSpan.FromDays(300);
        var last = Enumerable.Range(0, 16).Select(i => $"f{i:D2}").ToArray();
        await tenant.CreateUsers(last);
        Assert.Equal(last.Reverse(), (await tenant.Activity()).Select(r => r.Entry.ResourceId));
    }

    [Fact]
    public async Task Each_tenant_has_a_log_of_its_own()
    {
        var other = new TestTenant(store) { Retention = new ActivityRetention(Entries: 1) };
        await tenant.CreateUsers("a", "b", "c");
        string[] others = [.. Enumerable.Range(0, 16).Select(i => $"x{i:D2}")];
        await other.CreateUsers(others);

        Assert.Equal(["c", "b", "a"], (await tenant.Activity()).Select(r => r.Entry.ResourceId));
        Assert.InRange((await other.Activity()).Count, 1, 8);
        Assert.Equal(others[15], (await other.Activity())[0].Entry.ResourceId);
    }
}
