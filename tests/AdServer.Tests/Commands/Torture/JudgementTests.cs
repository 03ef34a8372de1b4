using AdServer.Commands.Torture;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>The ledger held against statistics, true and false ones.</summary>
public sealed class JudgementTests
{
    private static LedgerPage WithId(long answered, long unanswered = 0, string adId = "a") => new(adId, true, EventType.View, answered, unanswered);

    private static LedgerPage WithoutId(long answered, long unanswered) => new("b", false, EventType.View, answered, unanswered);

    [Theory]
    [InlineData(10, 10, 0, 0)]
    [InlineData(10, 9, 1, 0)]
    [InlineData(10, 12, 0, 2)]
    [InlineData(10, 0, 10, 0)]
    public void Events_with_an_id_count_exactly(long answered, long counted, long lost, long doubled)
    {
        var judgement = Judgement.Of([WithId(answered)], (_, _) => counted);

        Assert.Equal(new Sums(answered, 0, counted, lost, doubled), judgement.WithId);
        Assert.Equal(lost + doubled > 0 ? 1 : 0, judgement.Faults.Count);
    }

    [Theory]
    [InlineData(9, 1, 0)]
    [InlineData(10, 0, 0)]
    [InlineData(13, 0, 0)]
    [InlineData(14, 0, 1)]
    public void Events_without_an_id_count_within_their_bound(long counted, long lost, long doubled)
    {
        var judgement = Judgement.Of([WithoutId(answered: 10, unanswered: 3)], (_, _) => counted);

        Assert.Equal(new Sums(10, 3, counted, lost, doubled), judgement.WithoutId);
        Assert.Equal(lost + doubled > 0 ? 1 : 0, judgement.Faults.Count);
    }

    [Fact]
    public void What_one_ad_lost_is_not_made_good_by_what_another_has_too_many()
    {
        var judgement = Judgement.Of([WithId(10, adId: "a"), WithId(10, adId: "b")], (adId, _) => adId == "a" ? 9 : 11);

        Assert.Equal(new Sums(20, 0, 20, 1, 1), judgement.WithId);
        Assert.Equal(
            [
                "ad a, view events with an id: 10 answered, 0 more may count, 9 counted: 1 lost",
                "ad b, view events with an id: 10 answered, 0 more may count, 11 counted: 1 doubled",
            ],
            judgement.Faults);
    }

    [Fact]
    public void Nor_one_type_by_another()
    {
        var judgement = Judgement.Of(
            [WithId(5), WithId(5) with { Type = EventType.Click }], (_, type) => type == EventType.View ? 4 : 6);

        Assert.Equal((1, 1), (judgement.WithId.Lost, judgement.WithId.Doubled));
    }

    [Fact]
    public void Judgements_of_several_stores_add_up()
    {
        var sum = Judgement.Of([WithId(3)], (_, _) => 2) + Judgement.Of([WithoutId(4, 1)], (_, _) => 6) + Judgement.None;

        Assert.Equal(new Sums(3, 0, 2, 1, 0), sum.WithId);
        Assert.Equal(new Sums(4, 1, 6, 0, 1), sum.WithoutId);
        Assert.Equal(2, sum.Faults.Count);
    }
}
