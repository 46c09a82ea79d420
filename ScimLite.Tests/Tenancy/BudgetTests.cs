using Microsoft.Extensions.Time.Testing;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Tests.Store;

namespace ScimLite.Tests.Tenancy;

/// <summary>What <see cref="IRequestBudget"/> promises; both stores run all of it.</summary>
public abstract class BudgetContract(IRequestBudget budget)
{
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    readonly string tenant = $"t{Guid.NewGuid():N}";

    async Task<Portion> Take(int rate, int wanted, double after = 0) =>
        await budget.TakeAsync(tenant, rate, 2 * rate, wanted, Now.AddSeconds(after), TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_full_bucket_gives_what_is_asked_for_then_what_is_left_then_says_how_long_to_wait()
    {
        Assert.Equal(new Portion(15, TimeSpan.Zero), await Take(10, 15));
        Assert.Equal(new Portion(5, TimeSpan.Zero), await Take(10, 15));
        Assert.Equal(new Portion(0, TimeSpan.FromMilliseconds(100)), await Take(10, 15));
        Assert.Equal(new Portion(0, TimeSpan.FromMilliseconds(60)), await Take(10, 15, 0.04));
        Assert.Equal(new Portion(1, TimeSpan.Zero), await Take(10, 15, 0.1));
    }

    [Fact]
    public async Task Tokens_come_at_the_rate_and_no_more_than_the_bucket_holds()
    {
        await Take(10, 20);
        Assert.Equal(10, (await Take(10, 99, 1)).Granted);
        Assert.Equal(20, (await Take(10, 99, 1000)).Granted);
    }

    [Fact]
    public async Task A_slow_tenant_waits_for_whole_seconds()
    {
        await Take(1, 2);
        Assert.Equal(new Portion(0, TimeSpan.FromSeconds(1)), await Take(1, 1));
        Assert.Equal(1, (await Take(1, 1, 1)).Granted);
    }

    [Fact]
    public async Task A_replica_whose_clock_is_behind_takes_nothing_twice()
    {
        await Take(10, 20, 5);
        Assert.Equal(0, (await Take(10, 20)).Granted);
        Assert.Equal(0, (await Take(10, 20, 5)).Granted);
        Assert.Equal(10, (await Take(10, 20, 6)).Granted);
    }

    [Fact]
    public async Task A_lower_rate_holds_at_once_and_other_tenants_have_their_own()
    {
        await Take(1000, 1);
        Assert.Equal(20, (await Take(10, 5000)).Granted);
        Assert.Equal(5, (await budget.TakeAsync($"{tenant}x", 10, 20, 5, Now, TestContext.Current.CancellationToken)).Granted);
    }
}

/// <summary>The contract in memory.</summary>
public sealed class InMemoryBudgetTests() : BudgetContract(new InMemoryRequestBudget());

/// <summary>The contract on a real Redis-compatible server.</summary>
public sealed class RedisBudgetTests(RedisUnderTest redis) : BudgetContract(redis.Budget), IClassFixture<RedisUnderTest>
{
    [Fact]
    public async Task A_bucket_that_is_full_again_is_forgotten()
    {
        var tenant = $"t{Guid.NewGuid():N}";
        await redis.Budget.TakeAsync(tenant, 1, 2, 1, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);

        Assert.InRange((await redis.Database.KeyTimeToLiveAsync($"scimlite:{{{tenant}}}:budget"))!.Value.TotalSeconds, 1, 3);
    }
}

/// <summary>How a replica takes portions of the budget, and does without where there is none to be had.</summary>
public sealed class TenantLimitsTests : IDisposable
{
    readonly FakeTimeProvider clock = new();
    readonly ScimTelemetry telemetry = new();

    public void Dispose() => telemetry.Dispose();

    static Tenant Tenant(int rate, string id = "t") => new(id, id, rate, Dialect.Entra, false, true);

    // How many of so many requests pass.
    static async Task<int> Passed(TenantLimits limits, Tenant tenant, int requests)
    {
        var passed = 0;
        for (var i = 0; i < requests; i++)
        {
            passed += await limits.AskAsync(tenant, TestContext.Current.CancellationToken) is null ? 1 : 0;
        }
        return passed;
    }

    [Fact]
    public async Task A_thousand_requests_cost_a_dozen_round_trips()
    {
        var budget = new CountedBudget();
        var limits = new TenantLimits(budget, telemetry, clock);

        Assert.Equal(1000, await Passed(limits, Tenant(1000), 1000));

        Assert.InRange(budget.Calls, 10, 12);
    }

    [Fact]
    public async Task When_nothing_is_left_nobody_asks_again_before_there_is_something()
    {
        var budget = new CountedBudget();
        var limits = new TenantLimits(budget, telemetry, clock);
        Assert.Equal(2, await Passed(limits, Tenant(1), 3));
        var calls = budget.Calls;

        Assert.Equal(0, await Passed(limits, Tenant(1), 1000));
        Assert.Equal(TimeSpan.FromSeconds(1), await limits.AskAsync(Tenant(1), TestContext.Current.CancellationToken));
        Assert.Equal(calls, budget.Calls);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Passed(limits, Tenant(1), 10));
    }

    [Fact]
    public async Task Two_replicas_share_one_budget_exactly()
    {
        var budget = new InMemoryRequestBudget();
        TenantLimits[] replicas = [new(budget, telemetry, clock), new(budget, telemetry, clock)];
        var passed = 0;
        for (var i = 0; i < 200; i++)
        {
            passed += await Passed(replicas[i % 2], Tenant(40), 1);
        }

        Assert.Equal(80, passed);
    }

    [Fact]
    public async Task A_weighty_request_takes_all_its_tokens_or_none_and_waits_for_as_many_as_are_missing()
    {
        var limits = new TenantLimits(new InMemoryRequestBudget(), telemetry, clock);
        var cancel = TestContext.Current.CancellationToken;

        Assert.Null(await limits.AskAsync(Tenant(10), cancel, 12));
        Assert.Equal(TimeSpan.FromMilliseconds(400), await limits.AskAsync(Tenant(10), cancel, 12));
        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Null(await limits.AskAsync(Tenant(10), cancel, 12));
        Assert.NotNull(await limits.AskAsync(Tenant(10), cancel));
    }

    [Fact]
    public async Task One_tenants_storm_takes_nothing_from_another()
    {
        var limits = new TenantLimits(new InMemoryRequestBudget(), telemetry, clock);

        Assert.Equal(200, await Passed(limits, Tenant(100, "storm"), 5000));
        Assert.Equal(20, await Passed(limits, Tenant(10, "calm"), 20));
    }

    [Fact]
    public async Task While_the_store_is_away_the_rate_is_kept_here_and_the_store_is_asked_again_after_a_while()
    {
        var budget = new CountedBudget { Away = true };
        var limits = new TenantLimits(budget, telemetry, clock);

        Assert.Equal(20, await Passed(limits, Tenant(10), 100));
        Assert.Equal(1, budget.Calls);
        clock.Advance(TimeSpan.FromSeconds(5));
        budget.Away = false;
        Assert.Equal(20, await Passed(limits, Tenant(10), 100));
        Assert.True(budget.Calls > 2);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_in_time_keeps_nobody_waiting()
    {
        var budget = new CountedBudget { Silent = true };
        var limits = new TenantLimits(budget, telemetry, clock);
        var asked = limits.AskAsync(Tenant(10), TestContext.Current.CancellationToken).AsTask();
        Assert.False(asked.IsCompleted);

        clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Null(await asked);
    }

    sealed class CountedBudget : IRequestBudget
    {
        readonly InMemoryRequestBudget inner = new();

        public int Calls { get; private set; }

        public bool Away { get; set; }

        public bool Silent { get; set; }

        public ValueTask<Portion> TakeAsync(string tenant, int rate, int burst, int wanted, DateTimeOffset now, CancellationToken cancel)
        {
            Calls++;
            return Silent ? new ValueTask<Portion>(new TaskCompletionSource<Portion>().Task)
                : Away ? throw new StoreUnavailableException(new TimeoutException())
                : inner.TakeAsync(tenant, rate, burst, wanted, now, cancel);
        }
    }
}
