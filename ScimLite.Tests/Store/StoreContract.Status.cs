using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>How a tenant fares, as all its replicas counted it.</summary>
public abstract partial class StoreContract
{
    CallTally Calls(int minute, params (string Name, long Number)[] counts) => new()
    {
        First = tenant.Now + TimeSpan.FromMinutes(minute),
        Last = tenant.Now + TimeSpan.FromMinutes(minute) + TimeSpan.FromSeconds(30),
        Counts = counts.ToDictionary(c => c.Name, c => c.Number),
    };

    string Tell(CallCycle cycle) => $"{(cycle.First - tenant.Now).TotalMinutes}-{(cycle.Last - tenant.Now).TotalMinutes} "
        + $"{cycle.CreatedBefore} {cycle.Users}: {string.Join(' ', cycle.Counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}={c.Value}"))}";

    [Fact]
    public async Task A_tenant_that_was_never_called_has_an_empty_status()
    {
        var status = await tenant.Status();

        Assert.Equal((null, null, null, null, 0L, 0L, 0L), (status.LastCall, status.LastProbe, status.FirstUser, status.FirstGroup, status.Users, status.ActiveUsers, status.Groups));
        Assert.Empty(status.Cycles);
        Assert.Equal(GuardState.Counting, status.Guard.State);
    }

    [Fact]
    public async Task Calls_of_all_replicas_add_up_to_cycles_between_silences()
    {
        await tenant.CreateUsers("a", "b");
        await tenant.Count(Calls(0, ("create.User.created", 2), ("status.409", 1)));
        await tenant.Count(Calls(2, ("create.User.created", 3)));
        await tenant.Count(Calls(1, ("patch.User.changed", 1)));
        await tenant.Count(Calls(40, ("patch.User.changed", 5)));
        await tenant.Count(Calls(45, ("patch.User.changed", 1)));
        await tenant.Count(Calls(51, ("delete.User.deleted", 1)));

        var status = await tenant.Status();

        Assert.Equal(
            ["51-51.5 True 2: delete.User.deleted=1", "40-45.5 True 2: patch.User.changed=6",
                "0-2.5 False 2: create.User.created=5 patch.User.changed=1 status.409=1"],
            status.Cycles.Select(Tell));
        Assert.Equal(tenant.Now + TimeSpan.FromMinutes(51.5), status.LastCall);
    }

    [Fact]
    public async Task A_probe_is_no_cycle_and_what_came_first_stays_first()
    {
        var probe = tenant.Now + TimeSpan.FromMinutes(3);
        await tenant.Count(new CallTally { Probe = probe });
        await tenant.Count(new CallTally { Probe = probe - TimeSpan.FromMinutes(1) });
        await tenant.Count(Calls(0, ("create.User.created", 1)) with { User = tenant.Now, Group = tenant.Now });
        await tenant.Count(Calls(1, ("create.User.created", 1)) with { User = tenant.Now + Hour, Group = tenant.Now + Hour });

        var status = await tenant.Status();

        Assert.Equal((probe, probe, tenant.Now, tenant.Now), (status.LastProbe, status.LastCall, status.FirstUser, status.FirstGroup));
        Assert.Single(status.Cycles);
    }

    [Fact]
    public async Task No_more_cycles_and_no_more_names_are_kept_than_is_said()
    {
        for (var i = 0; i < TenantStatus.MostCycles + 5; i++)
        {
            await tenant.Count(Calls(10 * i, ("patch.User.changed", i)) with
            {
                Unchanged = new Dictionary<string, long> { [$"u{i}"] = i + 1, ["often"] = 10 },
                Ignored = new Dictionary<string, long> { [$"a{i}"] = i + 1 },
            });
        }

        var status = await tenant.Status();

        Assert.Equal(TenantStatus.MostCycles + 1, status.Cycles.Count);
        Assert.Equal(TenantStatus.MostCounted, status.Unchanged.Count);
        Assert.Equal(new("often", 1050), status.Unchanged[0]);
        Assert.Equal(new("u104", 105), status.Unchanged[1]);
        Assert.Equal(TenantStatus.MostCounted, status.Ignored.Count);
        Assert.Equal(new("a104", 105), status.Ignored[0]);
    }

    [Fact]
    public async Task Seats_are_counted_by_the_writes_themselves()
    {
        await tenant.CreateUsers("a", "b", "c");
        await tenant.CreateGroup("g", "a");
        await tenant.Deactivate("a", null);
        await tenant.Deactivate("a", null);
        Assert.Equal((3L, 2L, 1L), await Seats());

        await tenant.Rename(User, "a", "active again");
        await tenant.Deactivate("b", null);
        await tenant.Delete(User, "b");
        Assert.Equal((2L, 2L, 1L), await Seats());

        await tenant.Done(tenant.Document(User, "d", "d", Expected.Absent) with { Inactive = true });
        await tenant.Change("g", add: ["d"]);
        Assert.Equal((3L, 2L, 1L), await Seats());

        async Task<(long, long, long)> Seats()
        {
            var status = await tenant.Status();
            return (status.Users, status.ActiveUsers, status.Groups);
        }
    }

    [Fact]
    public async Task A_warning_is_claimed_once_for_each_event()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
            await tenant.Log.ClaimWarningAsync(tenant.Id, "quarantine", "1", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)));
        Assert.Single(claims, c => c);

        Assert.True(await tenant.Log.ClaimWarningAsync(tenant.Id, "cycle-missing", "1", TestContext.Current.CancellationToken));
        Assert.True(await tenant.Log.ClaimWarningAsync(tenant.Id, "quarantine", "2", TestContext.Current.CancellationToken));
        Assert.False(await tenant.Log.ClaimWarningAsync(tenant.Id, "quarantine", "2", TestContext.Current.CancellationToken));
    }
}
