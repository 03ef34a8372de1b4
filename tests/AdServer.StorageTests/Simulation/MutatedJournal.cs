using AdServer.Common;
using AdServer.Events;

namespace AdServer.StorageTests.Simulation;

/// <summary>A journal whose appends are broken on purpose.</summary>
internal sealed class MutatedJournal(IEventJournal journal, Func<IReadOnlyList<AdEvent>, Task<AppendOutcome[]>> append) : IEventJournal
{
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) => append(batch);

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => journal.NextRollAsync(maxEvents, cancellation);

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => journal.ReadLagAsync(cancellation);

    /// <summary>Answers at once and commits afterwards.</summary>
    public static IEventJournal AnswerFirst(IEventJournal journal, Life life) => new MutatedJournal(journal, batch =>
    {
        life.Start("commits what was answered", () => journal.AppendAsync(batch, CancellationToken.None));
        return Task.FromResult(new AppendOutcome[batch.Count]);
    });

    /// <summary>Answers that nothing failed.</summary>
    public static IEventJournal HideFailures(IEventJournal journal, Life life) => new MutatedJournal(journal, async batch =>
    {
        try
        {
            return await journal.AppendAsync(batch, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            return new AppendOutcome[batch.Count];
        }
    });

    /// <summary>Takes an identity that was asked for before for one that is committed.</summary>
    public static IEventJournal RememberTooEarly(IEventJournal journal, Life life)
    {
        var asked = new HashSet<string>();
        return new MutatedJournal(journal, async batch =>
        {
            AdEvent[] fresh = [.. batch.Where(one => one.EventId is null || asked.Add(one.EventId))];
            var stored = fresh.Zip(await journal.AppendAsync(fresh, CancellationToken.None)).ToDictionary(pair => pair.First, pair => pair.Second);
            return [.. batch.Select(one => stored.GetValueOrDefault(one, AppendOutcome.Duplicate))];
        });
    }

    /// <summary>Tries again what was not answered, under other identities.</summary>
    public static IEventJournal RetryAsOthers(IEventJournal journal, Life life) => new MutatedJournal(journal, async batch =>
    {
        try
        {
            return await journal.AppendAsync(batch, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            return await journal.AppendAsync([.. batch.Select(Rename)], CancellationToken.None);
        }
    });

    /// <summary>Stores what is invalid traffic as if it were valid.</summary>
    public static IEventJournal LoseFlaws(IEventJournal journal, Life life) => new MutatedJournal(
        journal, batch => journal.AppendAsync([.. batch.Select(one => one with { Flaw = TrafficFlaw.None })], CancellationToken.None));

    /// <summary>Stores what is verified as if it were not.</summary>
    public static IEventJournal LoseProofs(IEventJournal journal, Life life) => new MutatedJournal(
        journal, batch => journal.AppendAsync([.. batch.Select(one => one with { IsVerified = false })], CancellationToken.None));

    /// <summary>Calls what it stored a duplicate, so that nobody is told of it.</summary>
    public static IEventJournal TellNobody(IEventJournal journal, Life life) => new MutatedJournal(journal, async batch =>
    {
        await journal.AppendAsync(batch, CancellationToken.None);
        return [.. batch.Select(_ => AppendOutcome.Duplicate)];
    });

    private static AdEvent Rename(AdEvent one)
    {
        var bytes = (one.Identity ?? Guid.Empty).ToByteArray();
        bytes[0]++;
        return one.EventId is null ? one with { Identity = new Guid(bytes) } : one;
    }
}
