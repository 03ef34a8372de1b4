using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// Reads reports of which the first rows by a count are asked for: all rows at one moment, of which these are kept. So many rows are held, two such
/// reports are read at once, others wait a while, and whoever asks what is just being read gets the same answer.
/// </summary>
/// <remarks>
/// A reading goes on when those who asked have left. MongoDB goes on with a command anyway, whoever waits for its answer; its place must not be another's before.
/// </remarks>
internal sealed class RankedStats(IStatsReader stats, StatsSettings settings, TimeProvider clock) : IAsyncDisposable
{
    private const int MostAtOnce = 2;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim places = new(MostAtOnce);
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentDictionary<Question, Lazy<Task<RankedView?>>> running = new();

    /// <summary>The answer where there are more rows than are sorted.</summary>
    public ApiError TooMany { get; } = ApiError.BadRequest(
        FormattableString.Invariant($"Invalid sort: there are more than {settings.MaxSortedRows:N0} rows; filter them, or group by less"));

    /// <summary>What the store says, with the first rows alone; nothing if there are too many to sort.</summary>
    /// <exception cref="TooMuchException">It did not get its turn.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public Task<RankedView?> ReadAsync(StatsQuery query, StatsRank rank, CancellationToken cancellation) =>
        running.GetOrAdd(Question.Of(query, rank), question => new(() => ReadInTurnAsync(question, query))).Value.WaitAsync(cancellation);

    /// <summary>Breaks off what is read, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(running.Values.Select(one => (Task)one.Value))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        places.Dispose();
        end.Dispose();
    }

    private async Task<RankedView?> ReadInTurnAsync(Question question, StatsQuery query)
    {
        try
        {
            await EnterAsync();
            try
            {
                return await ReadAsync(query, question.Rank);
            }
            finally
            {
                places.Release();
            }
        }
        finally
        {
            running.TryRemove(question, out _);
        }
    }

    private async Task EnterAsync()
    {
        using var late = new CancellationTokenSource(LongestWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, end.Token);
        try
        {
            await places.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            throw new TooMuchException($"The sorted report waits for others longer than {LongestWait.TotalSeconds} seconds: ask again later");
        }
    }

    private async Task<RankedView?> ReadAsync(StatsQuery query, StatsRank rank)
    {
        // Whose turn came because another was broken off does not begin.
        end.Token.ThrowIfCancellationRequested();
        var began = clock.Now();
        var view = await stats.ReadAsync(query with { Limit = settings.MaxSortedRows }, end.Token);
        return view.Rows.Count > settings.MaxSortedRows ? null : new RankedView(view with { Rows = rank.Take(view.Rows, query.Limit) }, began);
    }

    /// <summary>What is asked. The groups are text, because a list equals none but itself.</summary>
    private sealed record Question(StatsQuery Query, string Groups, StatsRank Rank)
    {
        public static Question Of(StatsQuery query, StatsRank rank) => new(query with { GroupBy = [] }, string.Join(',', query.GroupBy), rank);
    }
}

/// <summary>The first rows of a report.</summary>
/// <param name="View">What the store says, with these rows alone.</param>
/// <param name="Began">When the reading began: for whoever asked while it ran, before he did.</param>
internal sealed record RankedView(StatsView View, DateTimeOffset Began);
