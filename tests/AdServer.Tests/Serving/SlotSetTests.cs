using AdServer.Serving;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>A slot set is a set, whatever form it takes inside.</summary>
public sealed class SlotSetTests
{
    [Fact]
    public void A_slot_set_holds_what_was_added_in_any_parts_and_any_order() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 3999))).ToArbitrary(),
            parts =>
            {
                var (set, plain, agree) = (new SlotSet(), new HashSet<int>(), true);
                foreach (var part in parts)
                {
                    var added = part.Distinct().Count(plain.Add);
                    agree &= set.Add(part.ToArray(), 4000) == added;
                }

                return agree && Enumerable.Range(0, 4100).All(slot => set.Contains(slot) == plain.Contains(slot));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_same_where_slots_are_far_apart() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 399))).ToArbitrary(),
            parts =>
            {
                var (set, plain, agree) = (new SlotSet(), new HashSet<int>(), true);
                foreach (var part in parts)
                {
                    int[] slots = [.. part.Select(place => place * 701)];
                    var added = slots.Distinct().Count(plain.Add);
                    agree &= set.Add(slots, 280_401) == added;
                }

                return agree && Enumerable.Range(0, 400).All(place =>
                    set.Contains(place * 701) == plain.Contains(place * 701) && !set.Contains((place * 701) + 1) && !set.Contains((place * 701) + 65_536 + 1));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_slot_set_grows_with_the_catalogue()
    {
        var set = new SlotSet();
        set.Add([.. Enumerable.Range(0, 100)], 100);
        set.Add([5000, 99, 70_000], 70_001);

        Assert.True(set.Contains(0) && set.Contains(99) && set.Contains(5000) && set.Contains(70_000));
        Assert.False(set.Contains(100) || set.Contains(4999) || set.Contains(1_000_000));
    }

    [Fact]
    public void A_slot_set_that_gets_large_keeps_what_it_had_in_every_block()
    {
        var set = new SlotSet();
        Assert.Equal(3, set.Add([140_000, 1, 70_000], 140_001));
        Assert.Equal(20_000, set.Add([.. Enumerable.Range(69_999, 20_001)], 140_001));

        Assert.True(set.Contains(1) && set.Contains(69_999) && set.Contains(70_000) && set.Contains(89_999) && set.Contains(140_000));
        Assert.False(set.Contains(0) || set.Contains(65_537) || set.Contains(90_000) || set.Contains(140_001));
    }

    [Fact]
    public void Who_knows_of_fewer_ads_than_the_one_before_adds_all_the_same()
    {
        var set = new SlotSet();
        set.Add([5000], 100_000);
        set.Add([.. Enumerable.Range(0, 40)], 64);

        Assert.True(set.Contains(5000) && set.Contains(0) && set.Contains(39));
        Assert.False(set.Contains(40) || set.Contains(4999));
    }

    [Fact]
    public void A_thousand_of_a_hundred_thousand_ads_take_less_than_two_and_a_half_kilobytes()
    {
        var random = new Random(1);
        var all = Enumerable.Range(0, 100_000).ToArray();
        random.Shuffle(all);
        // What the first use of the type allocates is not the set's.
        new SlotSet().Add(all.AsSpan(1000, 1000), all.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var set = new SlotSet();
        set.Add(all.AsSpan(0, 1000), all.Length);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(bytes, 2000, 2500);
        Assert.True(set.Contains(all[999]));
    }

    [Fact]
    public void Slots_that_come_one_by_one_are_held_as_those_that_come_together_and_each_says_whether_it_is_new() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 299)).Resize(400).ToArbitrary(),
            places =>
            {
                var (set, plain, agree) = (new SlotSet(), new HashSet<int>(), true);
                foreach (var slot in places.Select(place => place * 701))
                {
                    agree &= set.Add([slot], 1_000_000) == (plain.Add(slot) ? 1 : 0);
                    agree &= set.Contains(slot) && plain.All(set.Contains);
                }

                return agree && Enumerable.Range(0, 300).All(place => set.Contains(place * 701) == plain.Contains(place * 701) && !set.Contains((place * 701) + 1));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_further_slot_costs_a_few_bytes_and_not_a_copy_of_all_that_are_there()
    {
        const int Slots = 5000;
        var all = Enumerable.Range(0, 100_000).ToArray();
        new Random(2).Shuffle(all);
        new SlotSet().Add([1], all.Length);
        var (set, before) = (new SlotSet(), GC.GetAllocatedBytesForCurrentThread());
        for (var place = 0; place < Slots; place++)
        {
            set.Add(all.AsSpan(place, 1), all.Length);
        }

        // A copy for each would be 25 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.All(all.Take(Slots), slot => Assert.True(set.Contains(slot)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public async Task Nothing_is_lost_or_forgotten_when_many_add_and_read_at_once(int apart)
    {
        const int Slots = 20_000;
        var set = new SlotSet();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            var forgotten = 0;
            for (var slot = writer; slot < Slots; slot += 4)
            {
                set.Add([slot * apart], Slots * apart);
                forgotten += set.Contains(slot * apart) && set.Contains(writer * apart) ? 0 : 1;
            }

            return forgotten;
        }));

        Assert.All(await Task.WhenAll(writers), forgotten => Assert.Equal(0, forgotten));
        Assert.All(Enumerable.Range(0, Slots), slot => Assert.True(set.Contains(slot * apart)));
    }
}
