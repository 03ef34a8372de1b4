using AdServer.Access;
using AdServer.Access.SignIn;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Whom wrong passwords make wait: whoever sends them, and long after him everybody.</summary>
public sealed class GuessesTests
{
    private static readonly CallerNetwork Stranger = new(1, 4);
    private static readonly CallerNetwork Owner = new(2, 4);

    private readonly ManualClock clock = new();
    private readonly Guesses guesses;

    public GuessesTests() => guesses = new Guesses(clock);

    [Fact]
    public void A_stranger_makes_himself_wait_and_not_the_owner()
    {
        for (var number = 0; number < LockOut.FreeTries; number++)
        {
            Assert.Null(guesses.Begin("ann", Stranger));
        }

        Assert.NotNull(guesses.Begin("ann", Stranger));
        Assert.Null(guesses.Begin("ann", Owner));
        Assert.Null(guesses.Begin("bob", Stranger));
    }

    [Fact]
    public void Tries_that_were_refused_are_not_counted_against_the_owner()
    {
        for (var number = 0; number < 10 * Guesses.FreeFromEverywhere; number++)
        {
            guesses.Begin("ann", Stranger);
        }

        Assert.Null(guesses.Begin("ann", Owner));
    }

    [Fact]
    public void Many_networks_make_everybody_wait_until_a_right_password_or_a_link()
    {
        for (var network = 0; network < Guesses.FreeFromEverywhere; network++)
        {
            Assert.Null(guesses.Begin("ann", new CallerNetwork((ulong)network + 10, 4)));
        }

        Assert.NotNull(guesses.Begin("ann", Owner));
        guesses.Clear("ann", Owner);
        Assert.Null(guesses.Begin("ann", Owner));
    }
}
