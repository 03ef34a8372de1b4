using AdServer.Stats;

namespace AdServer.Serving;

/// <summary>Fills the seen sets before the host listens, so that a restart forgets nothing.</summary>
internal sealed class SeenSetsRefresher(SeenSets seen, IStatsStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => seen.LoadAsync(store, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
