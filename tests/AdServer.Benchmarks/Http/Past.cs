using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Benchmarks.Http;

/// <summary>What a store holds before a load begins: ads, events of yesterday, and the deliveries of what devices will report on.</summary>
internal static class Past
{
    public const int Packages = 1000;

    /// <summary>The events of a batch, where they come in batches.</summary>
    public const int BatchSize = 100;

    /// <summary>Fills a store and lets go of it.</summary>
    /// <returns>The ads.</returns>
    public static async Task<Ad[]> FillAsync(FilledStore store, int count)
    {
        var now = TimeProvider.System.GetUtcNow();
        var ads = await store.AddAdsAsync(count, now);
        await store.AppendAsync(Events(ads, now));
        await store.DeliverAsync(LoadScripts.Delivered(ads, Packages, BatchSize));
        await store.CloseAsync();
        return ads;
    }

    /// <summary>Each package has seen a tenth of the ads, at most a hundred.</summary>
    public static IEnumerable<AdEvent> Events(Ad[] ads, DateTimeOffset now)
    {
        var day = UtcDay.Of(now).AddDays(-1);
        return from package in Enumerable.Range(0, Packages)
               from number in Enumerable.Range(0, Math.Min(100, ads.Length / 10))
               select FilledStore.Event(ads[(package * 7 + number) % ads.Length], $"com.example.app{package}", day, EventType.View);
    }
}
