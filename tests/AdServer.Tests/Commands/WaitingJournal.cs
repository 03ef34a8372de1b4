using AdServer.Events;

namespace AdServer.Tests.Commands;

/// <summary>A journal in which so many events wait to be rolled up, and go on waiting.</summary>
internal sealed class WaitingJournal(long events) : IEventJournal
{
    private long waiting = events;

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
    {
        waiting += batch.Count;
        return Task.FromResult(new AppendOutcome[batch.Count]);
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => Task.FromResult<Roll?>(null);

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => Task.FromResult(JournalLag.None with { Events = waiting });
}
