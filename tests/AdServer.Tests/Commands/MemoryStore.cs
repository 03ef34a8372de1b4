using AdServer.Access;
using AdServer.Catalog;
using AdServer.Commands.Demo;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Tests.Commands;

/// <summary>The demo's store in memory; can break down at a chosen call.</summary>
internal sealed class MemoryStore : IDemoStore
{
    private readonly HashSet<string> eventIds = [];
    private readonly List<AdEvent> waiting = [];
    private Roll? open;
    private long applied;

    /// <summary>How many calls still work; then every one fails.</summary>
    public int CallsLeft { get; set; } = int.MaxValue;

    public int Writes { get; private set; }

    public List<Performer> Performers { get; } = [];

    public List<Ad> Ads { get; } = [];

    public List<AdEvent> Events { get; } = [];

    public RollUp Derived { get; } = new();

    public Dictionary<(string AdId, UtcDay Day), long> Deliveries { get; } = [];

    public HashSet<(string Package, string AdId)> Delivered { get; } = [];

    public Dictionary<(string Package, UtcDay Day), RequestTotal> Requests { get; } = [];

    public Task<(Performer Performer, bool Added)> AddPerformerAsync(Performer performer, CancellationToken cancellation)
    {
        Write();
        if (Performers.Find(one => one.EmailKey == performer.EmailKey) is { } known)
        {
            return Task.FromResult((known, false));
        }

        Performers.Add(performer);
        return Task.FromResult((performer, true));
    }

    public Task<Performer?> FindPerformerByEmailAsync(string emailKey, CancellationToken cancellation) =>
        Task.FromResult(Performers.Find(one => one.EmailKey == emailKey));

    public Task<ChangeOutcome> ReplacePerformerAsync(Performer performer, CancellationToken cancellation)
    {
        Write();
        var place = Performers.FindIndex(one => one.Id == performer.Id && one.Version == performer.Version - 1);
        Performers[place] = performer;
        return Task.FromResult(ChangeOutcome.Done);
    }

    public Task<IReadOnlyList<Performer>> ListPerformersAsync(ListPlace? after, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Performer>>([.. Performers.Take(limit)]);

    public Task<ChangeOutcome> AddAdAsync(Ad ad, CancellationToken cancellation)
    {
        Write();
        if (Ads.Exists(one => one.Id == ad.Id))
        {
            throw new InvalidOperationException("added twice");
        }

        Ads.Add(ad);
        return Task.FromResult(Performers.Exists(one => one.Id == ad.PerformerId) ? ChangeOutcome.Done : ChangeOutcome.Missing);
    }

    public Task<Ad?> FindAdAsync(string id, CancellationToken cancellation) => Task.FromResult(Ads.Find(ad => ad.Id == id));

    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
    {
        Write();
        var outcomes = batch.Select(one => eventIds.Add(one.EventId!) ? AppendOutcome.Stored : AppendOutcome.Duplicate).ToArray();
        var stored = batch.Where((_, place) => outcomes[place] == AppendOutcome.Stored).ToList();
        Events.AddRange(stored);
        waiting.AddRange(stored);
        return Task.FromResult(outcomes);
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation)
    {
        Write();
        if (open is null && waiting.Count > 0)
        {
            open = new Roll(applied + 1, [.. waiting.Take(maxEvents)]);
            waiting.RemoveRange(0, open.Events.Count);
        }

        return Task.FromResult(open);
    }

    public Task ApplyAsync(Roll roll, CancellationToken cancellation)
    {
        Write();
        if (roll.Number == applied + 1)
        {
            foreach (var one in roll.Events)
            {
                Derived.Add(one);
            }

            applied++;
            open = null;
        }

        return Task.CompletedTask;
    }

    public Task ReplaceDeliveriesAsync(
        string process, IReadOnlyList<DeliveryTotal> deliveries, IReadOnlyList<RequestTotal> requests, CancellationToken cancellation)
    {
        Write();
        foreach (var row in deliveries)
        {
            Deliveries[(row.AdId, row.Day)] = row.Deliveries;
        }

        foreach (var row in requests)
        {
            Requests[(row.Package, row.Day)] = row;
        }

        return Task.CompletedTask;
    }

    public Task AddDeliveredAdsAsync(IReadOnlyList<PackageAds> sets, CancellationToken cancellation)
    {
        Write();
        Delivered.UnionWith(sets.SelectMany(set => set.AdIds, (set, adId) => (set.Package, adId)));
        return Task.CompletedTask;
    }

    private void Write()
    {
        Writes++;
        if (CallsLeft-- <= 0)
        {
            throw new StoreUnavailableException("broken down on purpose");
        }
    }
}
