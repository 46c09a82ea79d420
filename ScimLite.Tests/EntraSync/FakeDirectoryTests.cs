using ScimLite.EntraSync;

namespace ScimLite.Tests.EntraSync;

/// <summary>The fictitious company: the same for the same seed, and with everybody in it who makes trouble in a real one.</summary>
public sealed class FakeDirectoryTests
{
    private static readonly SyncOptions Options = new() { Users = 400, Groups = 60, Memberships = 2_000, Seed = 42 };

    [Fact]
    public void The_same_seed_makes_the_same_company_and_the_same_changes_and_another_seed_another()
    {
        Assert.Equal(Everything(Options), Everything(Options));
        Assert.NotEqual(Everything(Options), Everything(Options with { Seed = 43 }));
    }

    [Fact]
    public void Names_are_in_many_scripts_and_some_are_guests_some_without_a_mailbox_some_with_a_role()
    {
        var users = new FakeDirectory(Options).Users;
        var letters = users.SelectMany(u => u.Values["displayName"]).Distinct().ToArray();

        foreach (var (first, last) in new[] { ('a', 'z'), ('À', 'ÿ'), ('Α', 'ω'), ('А', 'я'), ('א', 'ת'), ('ا', 'ي'), ('ऀ', 'ॿ'), ('ก', '๛'), ('ა', 'ჰ'), ('぀', 'ヿ'), ('一', '鿿'), ('가', '힣') })
        {
            Assert.Contains(letters, c => c >= first && c <= last);
        }
        Assert.Contains(users, u => u.UserName.Contains("#EXT#@", StringComparison.Ordinal));
        Assert.Contains(users, u => u.Mail is null);
        Assert.Contains(users, u => u.Values.ContainsKey(EntraPaths.Role));
        Assert.Equal(users.Count, users.Select(u => u.UserName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Managers_are_a_tree_in_every_cycle()
    {
        var company = new FakeDirectory(Options);
        for (var cycle = 0; cycle < 10; cycle++)
        {
            foreach (var user in company.Users.Where(u => u.State != SourceState.Deleted))
            {
                var steps = 0;
                for (var chief = user.Manager; chief is not null; chief = chief.Manager)
                {
                    Assert.True(chief.State != SourceState.Deleted || chief.Manager is null || steps > 0);
                    Assert.True(++steps < company.Users.Count);
                }
            }
            company.Advance();
        }
    }

    [Fact]
    public void Groups_are_very_unequal_overlap_nest_and_hold_as_many_memberships_as_asked_for()
    {
        var company = new FakeDirectory(Options);
        var people = company.Users.Select(u => u.ObjectId).ToHashSet();
        var sizes = company.Groups.Select(g => g.Members.Count(people.Contains)).ToArray();

        Assert.Equal(2_000, sizes.Sum());
        Assert.True(sizes.Max() > 20 * sizes.Order().ElementAt(sizes.Length / 2));
        Assert.Contains(company.Groups, g => g.Members.Any(m => !people.Contains(m)));
        Assert.True(company.Groups.SelectMany(g => g.Members).CountBy(m => m).Max(m => m.Value) > 3);
    }

    [Fact]
    public void Where_the_groups_hold_no_more_everybody_is_in_every_group()
    {
        var company = new FakeDirectory(new SyncOptions { Users = 5, Groups = 2, Memberships = 1_000 });

        Assert.Equal(10, company.Memberships);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 2, 4)]
    public void The_smallest_company_lives_through_many_days(int users, int groups, int memberships)
    {
        var company = new FakeDirectory(new SyncOptions { Users = users, Groups = groups, Memberships = memberships });
        for (var cycle = 0; cycle < 20; cycle++)
        {
            company.Advance();
        }

        Assert.Contains(company.Users, u => u.State != SourceState.Deleted);
    }

    [Fact]
    public void A_day_has_joiners_movers_renames_leavers_returns_and_group_churn()
    {
        var company = new FakeDirectory(Options);
        company.Advance();
        var before = company.Users.ToDictionary(u => u.ObjectId, u => (u.State, u.UserName, Title: u.Values["title"]));
        var (groups, names) = (company.Groups.Count, company.Groups.Select(g => g.DisplayName).ToArray());
        var memberships = company.Groups.ToDictionary(g => g.ObjectId, g => g.Members.ToHashSet());

        company.Advance();

        var now = company.Users.Where(u => before.ContainsKey(u.ObjectId)).Select(u => (Was: before[u.ObjectId], Is: u)).ToArray();
        Assert.True(company.Users.Count > before.Count);
        Assert.Contains(now, u => u.Was.State == SourceState.Enabled && u.Is.State == SourceState.Disabled);
        Assert.Contains(now, u => u.Was.State == SourceState.Disabled && u.Is.State == SourceState.Enabled);
        Assert.Contains(now, u => u.Was.State == SourceState.Enabled && u.Is.State == SourceState.Deleted);
        Assert.Contains(now, u => u.Was.UserName != u.Is.UserName);
        Assert.Contains(now, u => u.Was.Title != u.Is.Values["title"]);
        Assert.True(company.Groups.Count > groups);
        Assert.Contains(company.Groups, g => g.Deleted);
        Assert.Contains(company.Groups.Take(groups), g => !names.Contains(g.DisplayName));
        Assert.Contains(company.Groups.Take(groups), g => g.Members.Except(memberships[g.ObjectId]).Any());
        Assert.Contains(company.Groups.Take(groups), g => !g.Deleted && memberships[g.ObjectId].Except(g.Members).Any());
    }

    private static string Everything(SyncOptions options)
    {
        var company = new FakeDirectory(options);
        company.Advance();
        return string.Join('\n', company.Users.Select(u => $"{u.State} {u.Manager?.ObjectId} {string.Join(' ', u.Values.Values)}")
            .Concat(company.Groups.Select(g => $"{g.DisplayName} {g.Deleted} {string.Join(' ', g.Members)}")));
    }
}
