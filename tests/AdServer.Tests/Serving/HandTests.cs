using System.Collections.Concurrent;
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
        hand.Fill(All, SlotSet.Empty, new Random(1));

        Assert.Equal(Hand.Size, TakeAll(SlotSet.Empty).Count);
        Assert.True(hand.Take(SlotSet.Empty) < 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_seen_before_or_after_it_was_drawn_is_not_handed_out(bool isNarrow)
    {
        var seen = ServingData.Seen(Catalog, Catalog.Ads.Take(500).Select(ad => ad.Ad.Id));
        hand.Fill(isNarrow ? All.Narrow(seen) : All, seen, new Random(2));
        var first = hand.Take(seen);
        hand.Fill(isNarrow ? All.Narrow(seen) : All, seen, new Random(2));
        seen.Add([first], Catalog.Slots);

        var rest = TakeAll(seen);

        Assert.DoesNotContain(first, rest);
        Assert.DoesNotContain(rest, seen.Contains);
        Assert.InRange(rest.Count, isNarrow ? Hand.Size - 2 : 1, Hand.Size - 1);
    }

    [Fact]
    public void Requests_at_once_are_handed_out_each_slot_once()
    {
        for (var round = 0; round < 200; round++)
        {
            hand.Fill(All, SlotSet.Empty, new Random(round));
            var expected = TakeAll(SlotSet.Empty);
            hand.Fill(All, SlotSet.Empty, new Random(round));

            var taken = new ConcurrentBag<int>();
            Parallel.For(0, Hand.Size, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, _ => taken.Add(hand.Take(SlotSet.Empty)));

            // Who comes while another one takes may find nothing, and draws for itself.
            Assert.All(taken.Where(slot => slot >= 0).GroupBy(slot => slot), slot => Assert.InRange(slot.Count(), 1, expected.Count(one => one == slot.Key)));
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
