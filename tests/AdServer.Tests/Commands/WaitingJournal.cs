using AdServer.Events;

namespace AdServer.Tests.Commands;

/// <summary>A journal in which so many events wait to be rolled up.</summary>
internal sealed class WaitingJournal(long events) : IEventJournal
{
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => Task.FromResult(JournalLag.None with { Events = events });
}
