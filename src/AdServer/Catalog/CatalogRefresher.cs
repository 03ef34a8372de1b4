using System.Threading.Channels;
using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>
/// Keeps the snapshot that is served: loads it before the host listens, and swaps in a new one for each change. Changes that arrive
/// together share one rebuild; whoever applies a change goes on when it is served.
/// </summary>
internal sealed class CatalogRefresher(ICatalogReader store) : BackgroundService
{
    private const int PageSize = 1000;

    private readonly Channel<(IReadOnlyCollection<CatalogChange> Changes, TaskCompletionSource Served)> changes =
        Channel.CreateUnbounded<(IReadOnlyCollection<CatalogChange>, TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });

    private volatile CatalogSnapshot? current;

    /// <summary>Whether there is a snapshot to serve from.</summary>
    public bool IsLoaded => current is not null;

    /// <summary>What is served now.</summary>
    public CatalogSnapshot Current => current ?? CatalogSnapshot.Empty;

    /// <summary>Called with each snapshot before anybody who waits for it goes on.</summary>
    public event Action<CatalogSnapshot>? Published;

    /// <summary>Serves a change that was written to the store; completes when it is served.</summary>
    public Task ApplyAsync(CatalogChange change) => ApplyAsync([change]);

    /// <summary>The same for changes that belong together; without any nothing happens.</summary>
    public Task ApplyAsync(IReadOnlyCollection<CatalogChange> together)
    {
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return together.Count > 0 && changes.Writer.TryWrite((together, served)) ? served.Task : Task.CompletedTask;
    }

    /// <summary>Serves what anybody wrote to the store since a moment of the store's own time, or ever, as far as it is newer than what is served.</summary>
    public async Task TakeNewsAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        var known = Current;
        var news = new List<CatalogChange>();
        await foreach (var change in store.ListChangesAsync(since, cancellation))
        {
            if (known.IsNews(change))
            {
                news.Add(change);
            }
        }

        await ApplyAsync(news);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Publish(CatalogSnapshot.Empty.With(await LoadAsync(cancellationToken)));
        await base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        changes.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Ends when the channel is completed and empty: a change that was accepted is served.
        while (await changes.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var waiting = new List<(IReadOnlyCollection<CatalogChange> Changes, TaskCompletionSource Served)>();
            while (changes.Reader.TryRead(out var next))
            {
                waiting.Add(next);
            }

            Publish(Current.With([.. waiting.SelectMany(item => item.Changes)]));
            waiting.ForEach(item => item.Served.TrySetResult());
        }
    }

    private void Publish(CatalogSnapshot snapshot)
    {
        // Known before it is served: the event of an ad that was just handed out must find it.
        current = snapshot;
        Published?.Invoke(snapshot);
    }

    private async Task<List<CatalogChange>> LoadAsync(CancellationToken cancellation)
    {
        var performers = await ReadAllAsync(store.ListPerformersAsync, one => new ListPlace(one.CreatedAt, one.Id), cancellation);
        var ads = await ReadAllAsync(store.ListAdsAsync, one => new ListPlace(one.CreatedAt, one.Id), cancellation);
        return [.. performers.Select(one => new CatalogChange(Performer: one)), .. ads.Select(one => new CatalogChange(Ad: one))];
    }

    /// <summary>Reads a list to its end, page by page.</summary>
    private static async Task<List<T>> ReadAllAsync<T>(
        Func<ListPlace?, int, CancellationToken, Task<IReadOnlyList<T>>> read, Func<T, ListPlace> place, CancellationToken cancellation)
    {
        var found = new List<T>();
        int count;
        do
        {
            var page = await read(found is [.., var last] ? place(last) : null, PageSize, cancellation);
            found.AddRange(page);
            count = page.Count;
        }
        while (count == PageSize);

        return found;
    }
}
