using AdServer.Commands.Torture;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>When servers are to be killed.</summary>
public sealed class KillPlanTests
{
    [Fact]
    public void A_seed_plans_the_same_each_time_and_another_seed_something_else()
    {
        var plans = Plans(seed: 3).ToList();

        Assert.Equal(plans, Plans(seed: 3));
        Assert.NotEqual(plans, Plans(seed: 4));
        Assert.Equal(plans.Count, plans.Distinct().Count());
    }

    [Fact]
    public void Each_phase_has_one_of_five_cycles_in_an_order_of_its_own()
    {
        var fives = Plans(seed: 1).Select(plan => plan.Phase).Chunk(5).ToList();

        Assert.All(fives, five => Assert.Equal(Enum.GetValues<KillPhase>(), five.Order()));
        Assert.True(fives.Select(five => string.Join(' ', five)).Distinct().Count() > 5);
    }

    private static IEnumerable<KillPlan> Plans(int seed) => Enumerable.Range(0, 100).Select(cycle => KillPlan.Of(seed, cycle));
}
