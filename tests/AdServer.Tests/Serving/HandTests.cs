using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AdServer.Catalog;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Slots that are drawn in advance: each is handed out once, and not if it was seen meanwhile.</summary>
public sealed class HandTests
{
    private static readonly CatalogSnapshot Catalog = ServingData.Catalog(1000);
    private static readonly Lot All = new Candidates(Catalog, ServingData.Noon).For(ServingData.Package("com.a")).Unseen;

    private readonly Hand hand = new();

    [Fact]
    public void A_new_hand_is_empty_and_a_full_one_ends()
    {
        Assert.True(hand.Take(SlotSet.Empty) < 0);
        Assert.True(hand.Draw(All, SlotSet.Empty, new Random(1)) >= 0);

        Assert.Equal(Hand.Size - 1, TakeAll(SlotSet.Empty).Count);
        Assert.True(hand.Take(SlotSet.Empty) < 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_seen_before_or_after_it_was_drawn_is_not_handed_out(bool isNarrow)
    {
        var seen = ServingData.Seen(Catalog, Catalog.Ads.Take(500).Select(ad => ad.Ad.Id));
        var lot = isNarrow ? All.Narrow(seen) : All;
        var first = hand.Draw(lot, seen, new Random(2));
        var second = hand.Take(seen);
        Assert.Equal(first, hand.Draw(lot, seen, new Random(2)));
        seen.Add([second], Catalog.Slots);

        var rest = TakeAll(seen);

        Assert.DoesNotContain(second, rest);
        Assert.DoesNotContain(rest, seen.Contains);
        Assert.InRange(rest.Count, isNarrow ? Hand.Size - 3 : 1, Hand.Size - 2);
    }

    [Fact]
    public void Where_all_that_is_drawn_was_seen_what_is_left_stays()
    {
        hand.Draw(All, SlotSet.Empty, new Random(3));
        var expected = TakeAll(SlotSet.Empty);
        hand.Draw(All, SlotSet.Empty, new Random(3));

        Assert.True(hand.Draw(All, ServingData.Seen(Catalog, Catalog.Ads.Select(ad => ad.Ad.Id)), new Random(4)) < 0);

        Assert.Equal(expected, TakeAll(SlotSet.Empty));
    }

    [Fact]
    public void A_hand_of_which_the_last_is_taken_is_filled_again()
    {
        var candidates = new Candidates(Catalog, ServingData.Noon).For(ServingData.Package("com.a"));
        var random = new Random(8);
        for (var pick = 0; pick < 3 * Hand.Size; pick++)
        {
            NextUnseen.Pick(candidates, SlotSet.Empty, random);

            Assert.False(candidates.Hand.IsEmpty);
        }
    }

    [Fact]
    public void Of_a_lot_without_slots_nothing_is_drawn()
    {
        var empty = All.Narrow(ServingData.Seen(Catalog, Catalog.Ads.Select(ad => ad.Ad.Id)));

        hand.Refill(empty, SlotSet.Empty, new Random(9));

        Assert.True(hand.IsEmpty);
        Assert.True(hand.Draw(empty, SlotSet.Empty, new Random(9)) < 0);
    }

    [Fact]
    public void What_comes_after_a_slot_is_as_proportional_as_if_it_were_drawn_then()
    {
        var catalog = ServingData.Catalog([
            ServingData.Ad("0", Budget.Low), ServingData.Ad("1", Budget.Low), ServingData.Ad("2", Budget.Medium), ServingData.Ad("3", Budget.High)]);
        var lot = new Candidates(catalog, ServingData.Noon).For(ServingData.Package("com.a")).Unseen.Narrow(SlotSet.Empty);
        double[] weights = [.. Enumerable.Range(0, 4).Select(number => (double)catalog.Find($"{number}")!.Ad.Details.Budget)];
        int[] slots = [.. Enumerable.Range(0, 4).Select(number => catalog.Find($"{number}")!.Slot)];
        var found = new Dictionary<(int, int), int>();
        var random = new Random(14);
        for (var round = 0; round < 42_000; round++)
        {
            var first = hand.Draw(lot, SlotSet.Empty, random);
            var seen = ServingData.Seen(catalog, [$"{Array.IndexOf(slots, first)}"]);
            var second = hand.Take(seen);
            second = second < 0 ? hand.Draw(lot, seen, random) : second;
            CollectionsMarshal.GetValueRefOrAddDefault(found, (Array.IndexOf(slots, first), Array.IndexOf(slots, second)), out _)++;
        }

        var statistic = 0.0;
        foreach (var (first, second) in Enumerable.Range(0, 16).Select(pair => (pair / 4, pair % 4)).Where(pair => pair.Item1 != pair.Item2))
        {
            var expected = 42_000 * weights[first] / 7 * weights[second] / (7 - weights[first]);
            statistic += Math.Pow(found.GetValueOrDefault((first, second)) - expected, 2) / expected;
        }

        // Pearson's test with eleven degrees of freedom: five standard deviations.
        Assert.InRange(statistic, 0, 11 + (5 * Math.Sqrt(22)));
        Assert.DoesNotContain(found.Keys, pair => pair.Item1 == pair.Item2);
    }

    [Fact]
    public void Requests_at_once_never_narrow_a_lot_of_which_nothing_was_seen()
    {
        var candidates = new Candidates(Catalog, ServingData.Noon).For(ServingData.Package("com.a"));
        var lot = candidates.Unseen;
        using var start = new Barrier(4);
        var missed = 0;
        var requests = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            start.SignalAndWait(TestContext.Current.CancellationToken);
            for (var pick = 0; pick < 50_000; pick++)
            {
                if (NextUnseen.Pick(candidates, SlotSet.Empty, Random.Shared) is null)
                {
                    Interlocked.Increment(ref missed);
                }
            }
        })).ToList();
        requests.ForEach(request => request.Start());
        requests.ForEach(request => request.Join());

        Assert.Equal(0, missed);
        Assert.Same(lot, candidates.Unseen);
    }

    [Fact]
    public void Requests_at_once_are_handed_out_each_slot_once()
    {
        for (var round = 0; round < 200; round++)
        {
            hand.Draw(All, SlotSet.Empty, new Random(round));
            var expected = TakeAll(SlotSet.Empty);
            hand.Draw(All, SlotSet.Empty, new Random(round));

            var taken = new ConcurrentBag<int>();
            Parallel.For(0, Hand.Size, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, _ => taken.Add(hand.Take(SlotSet.Empty)));

            Assert.Equal(expected.Order(), taken.Where(slot => slot >= 0).Order());
        }
    }

    private List<int> TakeAll(SlotSet seen)
    {
        var taken = new List<int>();
        for (var slot = hand.Take(seen); slot >= 0; slot = hand.Take(seen))
        {
            taken.Add(slot);
        }

        return taken;
    }
}
