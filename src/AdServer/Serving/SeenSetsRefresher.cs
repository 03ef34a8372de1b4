using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// Fills the seen sets before the host listens, so that a restart forgets nothing, and then again and again with what was committed on
/// other hosts.
/// </summary>
internal sealed class SeenSetsRefresher(
    SeenSets seen, IServingStore store, ServingSettings settings, TimeProvider clock, ILogger<SeenSetsRefresher> log)
    : PollingRefresher("ads that apps have seen on other hosts may come a second time", settings.PollEvery, clock, log)
{
    /// <summary>Up to where events of other hosts were taken in; nothing if nobody else writes.</summary>
    private PackageAdsPlace? place;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes in all that was ever committed.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        // The place comes first: what is committed while the rest is read is after it.
        place = (await store.ReadNewPackageAdsAsync(null, cancellation)).Place;
        await foreach (var set in store.ReadPackageAdsAsync(cancellation))
        {
            await seen.AddAsync(set, cancellation);
        }
    }

    protected override async Task<bool> AskAsync(CancellationToken cancellation)
    {
        var news = await store.ReadNewPackageAdsAsync(place, cancellation);
        foreach (var set in news.Sets)
        {
            await seen.AddAsync(set, cancellation);
        }

        place = news.Place;
        return place is not null;
    }
}
