using ScimLite.EntraSync;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>A run on the directory that an earlier one left behind: it matches what is there and brings it to the wanted state.</summary>
public sealed class SecondRunTests
{
    public static TheoryData<StoreKind, SyncDialect, MatchingAttribute, int> Runs => new(
        from run in new[]
        {
            (StoreKind.Memory, SyncDialect.Default, MatchingAttribute.UserName, 1),
            (StoreKind.Memory, SyncDialect.Default, MatchingAttribute.UserName, 2),
            (StoreKind.Memory, SyncDialect.Default, MatchingAttribute.UserName, 4),
            (StoreKind.Memory, SyncDialect.AadOptscim062020, MatchingAttribute.UserName, 3),
            (StoreKind.Memory, SyncDialect.Default, MatchingAttribute.ExternalId, 3),
            (StoreKind.Memory, SyncDialect.Default, MatchingAttribute.Email, 3),
            (StoreKind.Memory, SyncDialect.AadOptscim062020, MatchingAttribute.Email, 4),
            (StoreKind.Redis, SyncDialect.Default, MatchingAttribute.UserName, 3),
            (StoreKind.Redis, SyncDialect.AadOptscim062020, MatchingAttribute.ExternalId, 2),
        }
        select new TheoryDataRow<StoreKind, SyncDialect, MatchingAttribute, int>(run.Item1, run.Item2, run.Item3, run.Item4));

    [Theory, MemberData(nameof(Runs))]
    public async Task With_the_same_seed_it_converges_again_and_again(StoreKind store, SyncDialect dialect, MatchingAttribute match, int cycles)
    {
        await using var host = await ScimHost.StartAsync(store);
        var options = SyncRun.Small with { Dialect = dialect, Match = match, Cycles = cycles, BigGroup = 30 };

        for (var run = 1; run <= 3; run++)
        {
            Converged(await SyncRun.Against(host, options));
        }
    }

    [Fact]
    public async Task With_the_same_seed_and_another_matching_attribute_it_converges()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        foreach (var match in new[] { MatchingAttribute.UserName, MatchingAttribute.Email, MatchingAttribute.ExternalId, MatchingAttribute.UserName })
        {
            Converged(await SyncRun.Against(host, SyncRun.Small with { Match = match }));
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    [InlineData(420)]
    [InlineData(700)]
    [InlineData(1100)]
    public async Task After_a_run_that_was_cut_it_converges(int requests)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        Assert.False((await SyncRun.Against(host, SyncRun.Small, wire => wire with { MaxRequests = requests })).Converged);

        Converged(await SyncRun.Against(host, SyncRun.Small));
    }

    [Theory]
    [InlineData(61, 12, 200, 3, 0)]
    [InlineData(60, 13, 200, 3, 0)]
    [InlineData(60, 12, 210, 3, 0)]
    [InlineData(60, 12, 200, 2, 0)]
    [InlineData(60, 12, 200, 5, 0)]
    [InlineData(60, 12, 200, 3, 20)]
    public async Task With_the_same_seed_and_another_size_it_is_another_company_that_converges_beside_the_first(
        int users, int groups, int memberships, int cycles, int bigGroup)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        Converged(await SyncRun.Against(host, SyncRun.Small));

        Converged(await SyncRun.Against(host, SyncRun.Small with
        {
            Users = users,
            Groups = groups,
            Memberships = memberships,
            Cycles = cycles,
            BigGroup = bigGroup,
        }));
    }

    [Fact]
    public async Task Where_a_deleted_user_comes_back_with_its_groups_it_converges()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, tenantSettings: new Dictionary<string, string> { ["Reprovision"] = "restore" });
        for (var run = 1; run <= 3; run++)
        {
            Converged(await SyncRun.Against(host, SyncRun.Small with { Cycles = 4 }));
        }
    }

    [Fact]
    public void The_renamed_are_those_whose_name_or_address_differs_between_two_cycles()
    {
        var options = new SyncOptions { Users = 300, Groups = 60, Memberships = 500, Cycles = 3 };
        var company = new FakeDirectory(options);
        var users = company.Users.ToDictionary(u => u.ObjectId, u => u.UserName);
        var groups = company.Groups.ToDictionary(g => g.ObjectId, g => g.DisplayName);
        company.Advance();
        company.Advance();

        var renamed = company.Users.Where(u => users.TryGetValue(u.ObjectId, out var name) && name != u.UserName).Select(u => u.ObjectId)
            .Concat(company.Groups.Where(g => groups.TryGetValue(g.ObjectId, out var name) && name != g.DisplayName).Select(g => g.ObjectId)).ToArray();

        Assert.True(renamed.Length > 5);
        Assert.Superset(renamed.ToHashSet(), FakeDirectory.RenamedIn(options).ToHashSet());
        Assert.Empty(FakeDirectory.RenamedIn(options with { Cycles = 1 }));
    }

    private static void Converged(SyncReport report) => Assert.True(report.Converged, ReportText.Write(report));
}
