using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.StorageTests.Simulation;

/// <summary>Holds what a world counts against what it answered: readers and <c>verify</c> while it goes on, and everything at its end.</summary>
internal sealed class Judge(World world)
{
    private const int MostRounds = 40;

    private readonly AnswerBook book = world.Book;
    private int reads;

    /// <summary>A reader sees what was answered before it asked, but for what a spool holds, and nothing that was not sent.</summary>
    public async Task ReadAsync(Host host)
    {
        var least = book.AtLeast([.. world.Machines.SelectMany(machine => machine.Host?.Stores.Spooled() ?? machine.Left)]);
        try
        {
            world.Accidents.Note("a reader reads");
            var isNet = ++reads % 2 == 0;
            var view = await host.Reports.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad], Traffic = isNet ? TrafficChoice.Net : TrafficChoice.Gross }, CancellationToken.None);
            book.CompareRead(view, least, isNet);
        }
        catch (StoreUnavailableException)
        {
            // No answer is no wrong answer.
        }
    }

    /// <summary>Raw equals rolled up at every moment, not only at the end.</summary>
    public async Task TryVerifyAsync(Host host)
    {
        try
        {
            await VerifyAsync(host.Stores.Ledger, isAtRest: false);
            world.Accidents.Note("somebody verifies while others write");
        }
        catch (StoreUnavailableException)
        {
            // No answer is no wrong answer.
        }
    }

    /// <summary>Brings everything to its end: spools are drained, and all is rolled up and known on each host.</summary>
    public async Task SettleAsync()
    {
        for (var rounds = 0; rounds < MostRounds; rounds++)
        {
            var isSettled = true;
            foreach (var host in world.Machines.Select(machine => machine.Host!))
            {
                isSettled &= await host.SettleAsync() && host.IsSettled;
            }

            if (isSettled)
            {
                return;
            }

            await world.Life.PassAsync(TimeSpan.FromSeconds(1), "waits for the end");
        }

        book.Blame("what is left cannot be rolled up");
    }

    /// <summary>Compares what is counted with what was answered.</summary>
    public async Task JudgeAsync()
    {
        var raw = world.Store.CountRaw();
        book.CompareRaw(raw);
        foreach (var host in world.Machines.Select(machine => machine.Host!))
        {
            foreach (var one in book.Those(raw).Where(one => !host.HasSeen(one)))
            {
                book.Blame($"{host.Life.Name} does not know that {one.Package} has seen {one.AdId}");
            }
        }

        var host0 = world.Machines[0].Host!;
        var gross = await host0.Stores.Reports.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad] }, CancellationToken.None);
        Compare("gross", gross, measures => measures.Events, book.Expect(raw, _ => true));
        var net = await host0.Reports.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad], Traffic = TrafficChoice.Net }, CancellationToken.None);
        Compare("net", net, measures => measures.Events, book.Expect(raw, one => one.Flaw == TrafficFlaw.None));
        foreach (var reason in InvalidCounts.Flaws)
        {
            Compare($"{reason}", net, measures => measures.Invalid?.Of(reason) ?? default, book.Expect(raw, one => one.Flaw == reason));
        }

        var verified = await host0.Reports.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad], Traffic = TrafficChoice.Verified }, CancellationToken.None);
        Compare("verified", verified, measures => measures.Events, book.Expect(raw, one => one.IsVerified && one.Flaw == TrafficFlaw.None));
        await VerifyAsync(host0.Stores.Ledger, isAtRest: true);
    }

    private void Compare(string what, StatsView view, Func<Measures, DayCounts> read, Dictionary<string, DayCounts> expected)
    {
        foreach (var row in view.Rows.Where(row => read(row.Measures) != expected.GetValueOrDefault(row.Key.First)))
        {
            book.Blame($"reports say {what} {read(row.Measures)} of {row.Key.First}, not {expected.GetValueOrDefault(row.Key.First)}");
        }
    }

    /// <summary>What <c>verify</c> says: raw = buckets = daily rows = totals.</summary>
    private async Task VerifyAsync(ILedgerStore ledger, bool isAtRest)
    {
        foreach (var day in await ledger.ListDaysAsync(CancellationToken.None))
        {
            var summary = await ledger.CheckDayAsync(
                day, page => Blame(Ledger.Compare(page)), CancellationToken.None, mostKeys: 8);
            if (summary.Totals is not { AreEqual: true } && (isAtRest || summary.Totals is not null))
            {
                book.Blame($"{day}: {summary.Totals}");
            }
        }

        Blame(await ledger.ComparePackageAdsAsync(CancellationToken.None));
    }

    private void Blame<T>(IEnumerable<T> differences)
    {
        foreach (var difference in differences)
        {
            book.Blame($"verify: {difference}");
        }
    }
}
