using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// The candidates of the present catalogue and the present time. A change of the catalogue is in them before it is answered; an ad
/// that starts or ends is noticed by the first request after that.
/// </summary>
internal sealed class CurrentCandidates
{
    private readonly TimeProvider clock;
    private readonly Lock building = new();
    private CatalogSnapshot catalog;
    private volatile Candidates candidates;

    public CurrentCandidates(CatalogRefresher refresher, TimeProvider clock)
    {
        this.clock = clock;
        catalog = refresher.Current;
        candidates = new Candidates(catalog, clock.Now());
        refresher.Published += Use;
    }

    /// <summary>Whether an ad has started or ended since they were made, so that <see cref="At"/> makes them anew: with 100,000 ads a matter of milliseconds.</summary>
    public bool AreOld(DateTimeOffset now) => now >= candidates.ValidUntil;

    public Candidates At(DateTimeOffset now)
    {
        var known = candidates;
        return now < known.ValidUntil ? known : Renew(now);
    }

    /// <summary>One request renews them; requests that come meanwhile do not wait and still get the ones before.</summary>
    private Candidates Renew(DateTimeOffset now)
    {
        if (building.TryEnter())
        {
            try
            {
                if (now >= candidates.ValidUntil)
                {
                    candidates = new Candidates(catalog, now);
                }
            }
            finally
            {
                building.Exit();
            }
        }

        return candidates;
    }

    private void Use(CatalogSnapshot published)
    {
        lock (building)
        {
            catalog = published;
            candidates = new Candidates(published, clock.Now());
        }
    }
}
