using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Commands.Copying;

/// <summary>What both ends of a copy are compared by.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICopyEnd
{
    /// <summary>Which store it is, for people and for the mark of a copy; holds no password.</summary>
    string Name { get; }

    Task<CopyCounts> CountAsync(CancellationToken cancellation);

    /// <summary>The rows of a report, as <see cref="IStatsReader.ReadAsync"/> gives them; queries have no limit.</summary>
    Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation);
}

/// <summary>A store that is moved elsewhere. Nobody writes to it meanwhile, so it says the same whenever it is asked.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICopySource : ICopyEnd
{
    /// <summary>The next rows of a stage from a place on, which an earlier piece gave or which is empty; nothing after the last.</summary>
    Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation);

    /// <summary>What was left out or changed because this server cannot hold it, in words; nothing where the source is a store of ours.</summary>
    Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation);
}

/// <summary>An empty store that a copy fills, and the mark of how far that is.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ICopyTarget : ICopyEnd
{
    /// <summary>Where the copy of this source is; marks an empty store as its target. From then on no server starts on it until the copy is finished.</summary>
    /// <exception cref="StartException">The store holds something else.</exception>
    Task<CopyMark> BeginAsync(string source, CancellationToken cancellation);

    /// <summary>
    /// Adds the rows, if any, then sets the mark to where the copy is after them. Broken off anywhere and called again with the same
    /// rows from the same mark on, it ends the same.
    /// </summary>
    /// <param name="rows">What to add.</param>
    /// <param name="before">The mark so far.</param>
    /// <param name="after">The mark from then on.</param>
    /// <param name="cancellation">Gives up.</param>
    Task WriteAsync(CopyRows? rows, CopyMark before, CopyMark after, CancellationToken cancellation);
}
