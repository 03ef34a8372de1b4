using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Totals by number: none is lost while others are added, and what changed comes in order.</summary>
public sealed class TalliesTests
{
    private readonly Tallies tallies = new();

    [Fact]
    public void What_changed_comes_in_the_order_of_its_numbers_until_the_store_has_it()
    {
        foreach (var number in (int[])[40_000, 3, 511, 512, 3])
        {
            Of(number).Increment();
        }

        Of(7);
        Of(511).IncrementFills();

        Assert.Equal([("ad 3", 2, 0), ("ad 511", 1, 1), ("ad 512", 1, 0), ("ad 40000", 1, 0)], Changed());
        var read = tallies.Changed.First();
        Of(3).Increment();
        read.Settle();
        Assert.Equal(("ad 3", 3L, 0L), Changed()[0]);
        foreach (var one in tallies.Changed.ToList())
        {
            one.Settle();
        }

        Assert.Empty(tallies.Changed);
    }

    [Fact]
    public void Nothing_is_lost_while_many_count_and_the_numbers_grow()
    {
        const int Counts = 200_000;
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, counter =>
        {
            for (var count = 0; count < Counts; count++)
            {
                // All of them reach for new pages at about the same time.
                Of((count / 10) + (count % 3)).Increment();
            }
        });

        Assert.Equal(8L * Counts, tallies.Changed.Sum(one => one.Count));
    }

    private ref Tally Of(int number)
    {
        ref var tally = ref tallies.Of(number);
        tally.Name($"ad {number}");
        return ref tally;
    }

    private List<(string Key, long Count, long Fills)> Changed() => [.. tallies.Changed.Select(one => (one.Key, one.Count, one.Fills))];
}
