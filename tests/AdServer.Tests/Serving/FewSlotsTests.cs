using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>A set of few slots can be read while another one takes its place.</summary>
public sealed class FewSlotsTests
{
    [Fact]
    public void A_set_that_another_took_the_place_of_stays_what_it_was()
    {
        var sets = new List<FewSlots>();
        var set = FewSlots.Create();
        for (var slot = 0; slot < 200; slot++)
        {
            set = set.Add([slot * 501], out var added);
            Assert.Equal(1, added);
            if (sets is not [.., var last] || !ReferenceEquals(last, set))
            {
                sets.Add(set);
            }
        }

        Assert.True(sets.Count > 3, "nothing was ever merged");
        Assert.All(sets, one => Assert.Equal(Enumerable.Range(0, one.Count).Select(slot => slot * 501), one.Slots.Order()));
        Assert.Equal([.. sets.Select(one => one.Count).Distinct().Order()], sets.Select(one => one.Count));
        Assert.Equal((199 * 501, 200), (set.Highest, set.Count));
    }
}
