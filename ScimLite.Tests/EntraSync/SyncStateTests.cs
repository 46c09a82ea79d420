using ScimLite.EntraSync;

namespace ScimLite.Tests.EntraSync;

/// <summary>Escrow and quarantine, as Entra applies them.</summary>
public sealed class SyncStateTests
{
    [Fact]
    public void What_fails_is_tried_again_one_cycle_later_then_two_then_four()
    {
        var state = new SyncState { Cycle = 1 };
        var tried = new List<int>();
        for (; state.Cycle <= 12; state.Cycle++)
        {
            if (state.MayTry("ada"))
            {
                tried.Add(state.Cycle);
                state.Failed("ada", reference: false);
            }
        }

        Assert.Equal([1, 2, 4, 8], tried);
        Assert.Equal(1, state.InEscrow);
        state.Succeeded("ada");
        Assert.Equal(0, state.InEscrow);
    }

    [Theory]
    [InlineData(4_999, 0, 0, false)]
    [InlineData(5_000, 0, 0, true)]
    [InlineData(5_000, 0, 7_500, false)]
    [InlineData(40_000, 0, 200_000, false)]
    [InlineData(40_001, 0, 200_000, true)]
    [InlineData(0, 59_999, 0, false)]
    [InlineData(0, 60_000, 0, true)]
    [InlineData(4_000, 56_000, 0, true)]
    public void The_job_is_quarantined_by_40_percent_of_5000_failures_by_40000_or_by_60000_with_references(int failures, int references, int successes, bool quarantined)
    {
        var state = new SyncState();
        for (var i = 0; i < successes; i++)
        {
            state.Succeeded("other");
        }
        void Fail()
        {
            for (var i = 0; i < failures + references; i++)
            {
                state.Failed("ada", reference: i >= failures);
            }
        }

        var thrown = Record.Exception(Fail);

        Assert.Equal(quarantined, thrown is QuarantineException { Unusable: false });
        Assert.Equal(quarantined, thrown is not null);
    }
}
