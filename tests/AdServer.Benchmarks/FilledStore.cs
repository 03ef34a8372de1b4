using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.Benchmarks;

/// <summary>A store in a folder of its own, filled through the interfaces that the server uses; removed in the end.</summary>
internal sealed class FilledStore : IAsyncDisposable
{
    private const int BatchSize = 2000;
    private const int RollSize = 20_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-benchmark-");
    private ServiceProvider? services;

    public string Path => System.IO.Path.Combine(folder.FullName, "adserver.db");

    public IStatsStore Stats => Services.GetRequiredService<IStatsStore>();

    public IEventJournal Journal => Services.GetRequiredService<IEventJournal>();

    public IServingStore Serving => Services.GetRequiredService<IServingStore>();

    /// <summary>The file's size.</summary>
    public double Megabytes => new FileInfo(Path).Length / 1048576.0;

    private ServiceProvider Services => services ??= Open();

    /// <summary>Adds ads of one performer, so many at once that they share commits where the engine can.</summary>
    public async Task<Ad[]> AddAdsAsync(int count, DateTimeOffset now)
    {
        var catalog = Services.GetRequiredService<ICatalogStore>();
        var performer = new Performer(Ids.New(now), "Performer", "performer@example.com", now, now, 1);
        await catalog.AddPerformerAsync(performer, CancellationToken.None);
        var ads = Enumerable.Range(0, count).Select(number => MakeAd(number, performer.Id, now)).ToArray();
        foreach (var part in ads.Chunk(BatchSize))
        {
            await Task.WhenAll(part.Select(ad => catalog.AddAdAsync(ad, CancellationToken.None)));
        }

        return ads;
    }

    /// <summary>Appends events in batches and rolls all of them up.</summary>
    public async Task AppendAsync(IEnumerable<AdEvent> events)
    {
        foreach (var batch in events.Chunk(BatchSize))
        {
            await Journal.AppendAsync(batch, CancellationToken.None);
        }

        while (await Journal.NextRollAsync(RollSize, CancellationToken.None) is { } roll)
        {
            await Stats.ApplyAsync(roll, CancellationToken.None);
        }
    }

    /// <summary>Notes that ads were handed out to packages.</summary>
    public Task DeliverAsync(IEnumerable<(string Package, string AdId)> pairs) =>
        Services.GetRequiredService<IDeliveredStore>().AddDeliveredAdsAsync(PackageAds.Sets(pairs), CancellationToken.None);

    /// <summary>Lets go of the file, so that a server can have it. What is added after that server's end opens it again.</summary>
    public async ValueTask CloseAsync()
    {
        if (services is { } open)
        {
            services = null;
            await open.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        folder.Delete(recursive: true);
    }

    public static AdEvent Event(Ad ad, string package, UtcDay day, EventType type) => new()
    {
        AdId = ad.Id,
        PerformerId = ad.PerformerId,
        PackageName = package,
        Timestamp = $"{day}T12:00:00.000Z",
        Day = day,
        Type = type,
        WatchDuration = 5000,
        CreatedAt = day.Start,
    };

    private ServiceProvider Open()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", Path)]).Build();
        return new ServiceCollection().AddStorage(configuration, folder.FullName).BuildServiceProvider();
    }

    private static Ad MakeAd(int number, string performerId, DateTimeOffset now) => new()
    {
        Id = Ids.New(now.AddMilliseconds(number)),
        Name = $"Ad {number}",
        PerformerId = performerId,
        Details = new AdDetails("https://v.example/1.mp4", "https://t.example", (Budget)(1 + (number % 3)), 5, 30),
        CreatedAt = now.AddMilliseconds(number),
        UpdatedAt = now.AddMilliseconds(number),
    };
}
