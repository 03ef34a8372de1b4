using AdServer.Events;

namespace AdServer.Commands.Torture;

/// <summary>What of a number of events the statistics have.</summary>
/// <param name="Answered">So many were answered.</param>
/// <param name="May">So many more may count, because nobody knows what became of them.</param>
/// <param name="Counted">So many are in the statistics.</param>
/// <param name="Lost">Answered, and not in the statistics; of some ad and type, whatever others have too many.</param>
/// <param name="Doubled">In the statistics, and more than were sent.</param>
internal readonly record struct Sums(long Answered, long May, long Counted, long Lost, long Doubled)
{
    public static Sums operator +(Sums left, Sums right) => new(
        left.Answered + right.Answered,
        left.May + right.May,
        left.Counted + right.Counted,
        left.Lost + right.Lost,
        left.Doubled + right.Doubled);

    /// <summary>The law: answered ≤ counted ≤ answered + unanswered. An event with an identity is sent until it is answered.</summary>
    public static Sums Of(LedgerPage page, long counted) => new(
        page.Answered,
        page.Unanswered,
        counted,
        Math.Max(0, page.Answered - counted),
        Math.Max(0, counted - page.Answered - page.Unanswered));
}

/// <summary>The ledger of answers held against the statistics.</summary>
/// <param name="WithId">Events with an identity: counted exactly.</param>
/// <param name="WithoutId">Events without: counted within their bound.</param>
/// <param name="Faults">What is wrong, one line an ad and type.</param>
internal sealed record Judgement(Sums WithId, Sums WithoutId, IReadOnlyList<string> Faults)
{
    /// <summary>Nothing was sent, nothing is counted.</summary>
    public static Judgement None { get; } = new(default, default, []);

    public static Judgement operator +(Judgement left, Judgement right) =>
        new(left.WithId + right.WithId, left.WithoutId + right.WithoutId, [.. left.Faults, .. right.Faults]);

    /// <param name="pages">What was answered.</param>
    /// <param name="counted">What the statistics say of an ad and type.</param>
    public static Judgement Of(IReadOnlyList<LedgerPage> pages, Func<string, EventType, long> counted)
    {
        var judgement = None;
        foreach (var page in pages)
        {
            var sums = Sums.Of(page, counted(page.AdId, page.Type));
            judgement += new Judgement(page.HasIds ? sums : default, page.HasIds ? default : sums, Fault(page, sums));
        }

        return judgement;
    }

    private static string[] Fault(LedgerPage page, Sums sums) => sums is { Lost: 0, Doubled: 0 }
        ? []
        :
        [
            $"ad {page.AdId}, {page.Type.ToString().ToLowerInvariant()} events {(page.HasIds ? "with" : "without")} an id: {sums.Answered} answered, "
            + $"{sums.May} more may count, {sums.Counted} counted: {(sums.Lost > 0 ? $"{sums.Lost} lost" : $"{sums.Doubled} doubled")}",
        ];
}
