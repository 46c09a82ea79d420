using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Lookups, their pages and totals, and walks through everything.</summary>
public abstract partial class StoreContract
{
    // Values that could break an index whose entries are texts joined by control characters, or a script that formats them.
    static readonly string[] Strange =
    [
        "a", "a\0", "a\0b", "a\0B2", "a\x1", "a\x1b", "a\x1\x1b", "a\x1\x2" + "b", "a\x1\x3" + "b", "a\n", "a\nb", "a\r\nb", "a b", "a ", " a", "\0", "\x1", "\n",
        "\"", "'", "\"a\"", "a\\0b", "a\\", "{a}", "[a", "(a", "%s%d%%", "%z", "^a$", "a.*", "żółć", "日本", "😀", "\uFFFF", "é", "e\u0301", "ß", "ss", "+inf", "-",
        new('x', 1024), new string('x', 1023) + "y", new('日', 1024),
    ];

    [Fact]
    public async Task All_are_listed_in_the_order_of_creation()
    {
        await tenant.CreateUsers("c", "a", "d", "b");
        await tenant.CreateGroup("g");
        await tenant.Rename(User, "a", "another");
        await tenant.Delete(User, "d");
        await tenant.CreateUser("A");

        Assert.Equal("4: c a b A", await tenant.Found(User, new Lookup.All()));
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.All()));
    }

    [Fact]
    public async Task Pages_are_disjoint_and_complete_and_totals_are_exact()
    {
        string[] ids = [.. Enumerable.Range(0, 23).Select(i => $"{i * 7 % 23:D2}")];
        await tenant.CreateUsers(ids);
        foreach (var size in new[] { 1, 5, 22, 23, 24 })
        {
            var seen = new List<string>();
            for (var start = 0; start < ids.Length; start += size)
            {
                var page = await tenant.Query(User, new Lookup.All(), start, size);
                Assert.Equal((23, Math.Min(size, ids.Length - start)), (page.Total, page.Resources.Count));
                seen.AddRange(page.Resources.Select(r => r.Id));
            }
            Assert.Equal(ids, seen);
        }
    }

    [Fact]
    public async Task A_page_beyond_the_end_and_a_page_of_nothing_still_tell_the_total()
    {
        await tenant.CreateUser("a", more: External("7"));
        await tenant.CreateUser("b", more: External("7"));
        await tenant.CreateGroup("g", "a");
        await tenant.CreateGroup("h", "a");

        foreach (var lookup in new Lookup[] { new Lookup.All(), new Lookup.ByTerm(Term(User, "externalId", "7")), })
        {
            Assert.Equal("2: b", await tenant.Found(User, lookup, 1, 1));
            foreach (var (start, count) in new[] { (0, 0), (1, 0), (2, 1), (100, 100), (int.MaxValue, 10), (2_000_000_000, int.MaxValue) })
            {
                Assert.Equal("2:", await tenant.Found(User, lookup, start, count));
            }
        }
        Assert.Equal("2: h", await tenant.Found(Group, new Lookup.ByMember("a"), 1, 1));
        Assert.Equal("2:", await tenant.Found(Group, new Lookup.ByMember("a"), 2, 1));
        Assert.Equal("2:", await tenant.Found(Group, new Lookup.ByMember("a"), 0, 0));
        Assert.Equal("1:", await tenant.Found(Group, new Lookup.ById("g", null), 1, 1));
        Assert.Equal("1:", await tenant.Found(Group, new Lookup.ById("g", "a"), 0, 0));
        Assert.Equal("0:", await tenant.Found(User, new Lookup.ByTerm(Term(User, "externalId", "8")), int.MaxValue, 1));
    }

    [Fact]
    public async Task A_term_is_found_in_the_case_that_its_attribute_compares_by()
    {
        await tenant.CreateUser("a", "Babs@Example.com", External("Xy") + Emails("One@example.com", "TWO@example.com") + (r => r["displayName"] = "Babs J"));
        await tenant.CreateUser("b", "Mandy", External("XY"));

        Assert.Equal("1: a", await tenant.FoundBy(User, "userName", "bABS@eXAMPLE.COM"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", "one@EXAMPLE.com"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", "two@example.com"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "displayName", "BABS J"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "externalId", "Xy"));
        Assert.Equal("1: b", await tenant.FoundBy(User, "externalId", "XY"));
        Assert.Equal("0:", await tenant.FoundBy(User, "externalId", "xy"));
        Assert.Equal("0:", await tenant.FoundBy(User, "userName", "Babs@Example"));
        Assert.Equal("0:", await tenant.FoundBy(User, "userName", ""));
        Assert.Equal("0:", await tenant.FoundBy(User, "displayName", "Mandy"));
    }

    [Fact]
    public async Task Each_attribute_has_an_index_of_its_own()
    {
        await tenant.CreateUser("a", "same", r => r["displayName"] = "other");
        await tenant.CreateUser("b", "other", External("same") + Emails("same"));

        Assert.Equal("1: a", await tenant.FoundBy(User, "userName", "same"));
        Assert.Equal("1: b", await tenant.FoundBy(User, "externalId", "same"));
        Assert.Equal("1: b", await tenant.FoundBy(User, "emails.value", "same"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "displayName", "other"));
    }

    [Fact]
    public async Task A_value_may_hold_any_character_and_is_never_confused_with_another()
    {
        for (var i = 0; i < Strange.Length; i++)
        {
            await tenant.CreateUser($"u{i:D2}", Strange[i], External(Strange[i]) + Emails(Strange[i], "shared\n\0"));
        }
        for (var i = 0; i < Strange.Length; i++)
        {
            foreach (var path in new[] { "userName", "externalId", "emails.value" })
            {
                Assert.Equal($"1: u{i:D2}", await tenant.FoundBy(User, path, Strange[i]));
            }
            Assert.Equal(new CommitOutcome.Taken(Term(User, "userName", Strange[i]), $"u{i:D2}", false), await tenant.Commit(tenant.Document(User, "other", Strange[i], Expected.Absent)));
        }
        Assert.StartsWith($"{Strange.Length}: u00 u01", await tenant.FoundBy(User, "emails.value", "shared\n\0"), StringComparison.Ordinal);

        // What a change and a deletion take out of the indexes is as exact.
        for (var i = 0; i < Strange.Length; i += 2)
        {
            await tenant.Done(tenant.Document(User, $"u{i:D2}", $"plain {i}", Expected.OneOf(1)));
        }
        for (var i = 1; i < Strange.Length; i += 4)
        {
            await tenant.Delete(User, $"u{i:D2}");
        }
        for (var i = 0; i < Strange.Length; i++)
        {
            foreach (var path in new[] { "userName", "externalId", "emails.value" })
            {
                Assert.Equal(i % 4 == 3 ? $"1: u{i:D2}" : "0:", await tenant.FoundBy(User, path, Strange[i]));
            }
        }
    }

    [Fact]
    public async Task A_change_takes_the_old_terms_out_and_keeps_those_that_stay()
    {
        await tenant.CreateUser("a", "babs", External("1") + Emails("a@x", "b@x"));

        await tenant.Done(tenant.Document(User, "a", "BABS", Expected.Any, External("2") + Emails("B@x", "c@x")));

        Assert.Equal("1: a", await tenant.FoundBy(User, "userName", "babs"));
        Assert.Equal("0:", await tenant.FoundBy(User, "externalId", "1"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "externalId", "2"));
        Assert.Equal("0:", await tenant.FoundBy(User, "emails.value", "a@x"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", "b@x"));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", "c@x"));
    }

    [Fact]
    public async Task A_resource_may_have_very_many_values_in_an_index()
    {
        string[] emails = [.. Enumerable.Range(0, 2505).Select(i => $"{i}@example.com")];
        await tenant.CreateUser("a", more: Emails(emails));

        foreach (var email in emails.Where((_, i) => i % 50 == 0 || i > 2500))
        {
            Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", email));
        }
        await tenant.Done(tenant.Document(User, "a", "name of a", Expected.Any, Emails([.. emails.Where((_, i) => i % 2 == 1), "new@example.com"])));
        Assert.Equal("0:", await tenant.FoundBy(User, "emails.value", emails[2504]));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", emails[2503]));
        Assert.Equal("1: a", await tenant.FoundBy(User, "emails.value", "new@example.com"));
        await tenant.Delete(User, "a");
        Assert.Equal("0:", await tenant.FoundBy(User, "emails.value", emails[2503]));
    }

    [Fact]
    public async Task An_id_is_found_with_the_member_named_or_without_one()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a");

        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.ById("g", null)));
        Assert.Equal("1: g", await tenant.Found(Group, new Lookup.ById("g", "a")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("g", "b")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("g", "A")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("h", null)));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("h", "a")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("a", null)));
        Assert.Equal("1: a", await tenant.Found(User, new Lookup.ById("a", null)));
    }

    [Fact] // id eq "g" and members eq ""
    public async Task No_group_has_a_member_without_an_id()
    {
        await tenant.CreateUser("a");
        await tenant.CreateGroup("g", "a");

        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ById("g", "")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("")));
    }

    [Fact]
    public async Task The_groups_of_a_member_are_found_page_by_page()
    {
        await tenant.CreateUsers("a", "b");
        string[] groups = [.. Enumerable.Range(0, 11).Select(i => $"g{i:D2}")];
        foreach (var group in groups)
        {
            await tenant.CreateGroup(group, group == "g05" ? "b" : "a", "unknown");
        }
        var expected = groups.Where(g => g != "g05").ToArray();
        var seen = new List<string>();

        for (var start = 0; start < 12; start += 3)
        {
            var page = await tenant.Query(Group, new Lookup.ByMember("a"), start, 3);
            Assert.Equal((10, Math.Max(0, Math.Min(3, 10 - start))), (page.Total, page.Resources.Count));
            Assert.All(page.Resources, group => Assert.Equal(["a", "unknown"], group.Links.Select(l => l.Id)));
            seen.AddRange(page.Resources.Select(r => r.Id));
        }

        Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
        Assert.Equal("1: g05", await tenant.Found(Group, new Lookup.ByMember("b")));
        Assert.Equal("0:", await tenant.Found(Group, new Lookup.ByMember("nobody")));
    }

    [Fact]
    public async Task A_walk_meets_what_exists_throughout_exactly_once_whatever_comes_and_goes()
    {
        string[] early = [.. Enumerable.Range(0, 20).Select(i => $"{i * 3 % 20:D2}")];
        await tenant.CreateUsers(early);
        await tenant.CreateGroup("g", early);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        var met = new List<string>();
        var step = 0;

        for (var batch = await tenant.Scan(User, 0, 3); batch.Resources.Count > 0; batch = await tenant.Scan(User, batch.Next, 3))
        {
            Assert.True(batch.Resources.Count <= 3);
            met.AddRange(batch.Resources.Select(r => r.Id));
            Assert.All(batch.Resources, user => Assert.Equal(early.Contains(user.Id) ? "g" : "", string.Join(' ', user.Links.Select(l => l.Id))));
            if (step < 6)
            {
                // One that was met just now, one that was not met yet, one that is changed, and new ones.
                foreach (var id in new[] { met[^1], early.Except(met).Except(gone).LastOrDefault() ?? met[^2] })
                {
                    await tenant.Delete(User, id);
                    gone.Add(id);
                }
                await tenant.Rename(User, early.First(id => !gone.Contains(id)), $"renamed {step}");
                await tenant.CreateUsers($"late {step}", $"a late {step}");
                step++;
            }
        }

        Assert.Equal(met.Count, met.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(6, step);
        Assert.Empty(early.Except(gone).Except(met));
        Assert.Equal("0:", await tenant.Found(User, new Lookup.ById(gone.First(), null)));
    }

    [Fact]
    public async Task A_walk_ends_with_an_empty_stretch_and_goes_on_when_more_comes()
    {
        Assert.Empty((await tenant.Scan(User, 0, 5)).Resources);
        await tenant.CreateUsers("a", "b");

        var first = await tenant.Scan(User, 0, 2);
        var end = await tenant.Scan(User, first.Next, 2);
        await tenant.CreateUser("c");
        var more = await tenant.Scan(User, end.Next, 2);

        Assert.Equal(["a", "b"], first.Resources.Select(r => r.Id));
        Assert.Empty(end.Resources);
        Assert.Equal(first.Next, end.Next);
        Assert.Equal(["c"], more.Resources.Select(r => r.Id));
    }
}
