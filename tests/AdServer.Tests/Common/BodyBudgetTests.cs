using AdServer.Common;
using Xunit;

namespace AdServer.Tests.Common;

/// <summary>The memory that request bodies can take.</summary>
public sealed class BodyBudgetTests
{
    [Fact]
    public void What_does_not_fit_is_refused_and_takes_nothing()
    {
        var budget = new BodyBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again()
    {
        var budget = new BodyBudget(100);
        Assert.True(budget.TryTake(100));

        budget.GiveBack(100);

        Assert.True(budget.TryTake(100));
    }

    [Fact]
    public void Callers_at_the_same_moment_never_take_more_than_there_is()
    {
        var budget = new BodyBudget(1000);

        var taken = 0;
        Parallel.For(0, 10_000, _ => Interlocked.Add(ref taken, budget.TryTake(7) ? 7 : 0));

        Assert.InRange(taken, 7, 1000);
    }
}
