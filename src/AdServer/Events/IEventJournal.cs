namespace AdServer.Events;

/// <summary>The raw events, in batches that are durable when answered and in numbered rolls that never change (laws 3 and 4 of storage).</summary>
/// <exception cref="Common.StoreUnavailableException">
/// Every method, when the store cannot answer. On an engine behind a network a batch may be committed all the same: only appending it again
/// under the same identities tells.
/// </exception>
internal interface IEventJournal
{
    /// <summary>
    /// Commits a batch and returns, in its order, what became of each event; returns only when the batch is durable.
    /// An event is a duplicate only if the first one with its <c>eventId</c> is committed (also earlier in this batch).
    /// </summary>
    Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation);

    /// <summary>
    /// Whether <see cref="AppendWaitingAsync"/> queues the call and takes the batch when it comes to it. Then the next batch may be asked for
    /// while one is being committed; else only after the last one was answered. It tells of them on a thread that is there for the answers.
    /// </summary>
    bool IsGathering => false;

    /// <summary>Commits the batch that is there when it begins to write, as <see cref="AppendAsync"/> does; an empty one is no batch.</summary>
    /// <param name="take">
    /// Gives the batch. Called once at most, and never after the task has ended; one call at a time, in the order of the commits.
    /// </param>
    /// <param name="cancellation">Gives up what was not begun.</param>
    Task<AppendOutcome[]> AppendWaitingAsync(Func<IReadOnlyList<AdEvent>> take, CancellationToken cancellation)
    {
        var batch = take();
        return batch.Count > 0 ? AppendAsync(batch, cancellation) : Task.FromResult<AppendOutcome[]>([]);
    }

    /// <summary>
    /// The roll to apply next: the one that is closed and not applied, else a new one of at most <paramref name="maxEvents"/> committed
    /// events that are in no roll, but of one batch at least where the engine keeps batches whole; closed durably by this call; nothing if there
    /// are no such events. Until it is applied the same roll is given again.
    /// </summary>
    Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation);

    /// <summary>How far the rolls are behind.</summary>
    Task<JournalLag> ReadLagAsync(CancellationToken cancellation);
}

/// <summary>What became of an appended event.</summary>
internal enum AppendOutcome
{
    Stored,
    Duplicate,
}

/// <summary>A numbered, closed set of committed events.</summary>
/// <param name="Number">1, 2, 3… without a hole: the position that all hosts share.</param>
/// <param name="Events">Its events in the order in which they were committed.</param>
internal sealed record Roll(long Number, IReadOnlyList<AdEvent> Events);

/// <summary>The distance between what is committed and what is rolled up.</summary>
/// <param name="Roll">The number of the last roll that was applied; 0 before the first.</param>
/// <param name="Events">Committed events after it.</param>
/// <param name="Oldest">When the oldest of them was received.</param>
internal sealed record JournalLag(long Roll, long Events, DateTimeOffset? Oldest)
{
    /// <summary>Nothing was ever committed.</summary>
    public static JournalLag None { get; } = new(0, 0, null);

    /// <summary>Whether a roll is closed and not applied: one without events would not show in the others.</summary>
    public bool HasOpenRoll { get; init; }
}
