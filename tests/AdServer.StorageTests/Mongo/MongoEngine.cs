using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Mongo.Engine;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo;

/// <summary>MongoDB with a database that goes away with the test, behind a gateway of the test's own where accidents are possible.</summary>
internal sealed class MongoEngine : TestEngine
{
    /// <summary>MongoDB's number for a disk without room.</summary>
    private const int OutOfDiskSpace = 14031;

    /// <summary>Of hosts whose test is not about a deadline: past it a host spools, and a machine with much to do is slow.</summary>
    private static readonly KeyValuePair<string, string?> Patience = new("Storage:Deadline", "00:00:30");

    private readonly MongoServer server = MongoServer.Get();
    private readonly DocumentDb? ownEngine;
    private readonly MongoGateway? gateway;
    private readonly string database = $"t{Ids.New(TimeProvider.System.GetUtcNow())}".Replace("-", string.Empty, StringComparison.Ordinal);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-tests-");
    private FaultRule? fullDisk;

    /// <summary>The store on the server that there is; the test is skipped where there is none.</summary>
    /// <param name="isMortal">Whether the engine is this test's own, which may be killed.</param>
    public MongoEngine(bool isMortal = false)
    {
        if (isMortal)
        {
            MongoServer.GetEngine();
            ownEngine = DocumentDb.Start();
        }

        gateway = (ownEngine ?? server.Engine) is { } engine ? new MongoGateway(engine) : null;
    }

    /// <summary>The server on its bad days; the test is skipped where it is reached directly.</summary>
    public MongoGateway Gateway
    {
        get
        {
            MongoServer.GetEngine();
            return gateway!;
        }
    }

    public Faults Faults => Gateway.Faults;

    /// <summary>An engine of the test's own, to kill and to revive.</summary>
    public DocumentDb Mortal => ownEngine ?? throw new InvalidOperationException("The engine is shared with other tests.");

    /// <summary>Where a driver finds the test's database.</summary>
    public string Uri => gateway?.UriOf(database) ?? server.UriOf(database);

    /// <summary>Another way to the same engine, with accidents of its own: for a host that alone shall have them.</summary>
    public MongoGateway NewGateway() => new(ownEngine ?? MongoServer.GetEngine());

    /// <summary>Where a driver finds the test's database by another way.</summary>
    public string UriOf(MongoGateway other) => other.UriOf(database);

    /// <summary>The engine's own journal: the laws are about what the engine does, not about what a host makes of it.</summary>
    public override IEventJournal Journal => Get<MongoEventJournal>();

    /// <summary>The seam that the stores under test use.</summary>
    public IMongoCommands Commands => Get<IMongoCommands>();

    public Task<BsonDocument> RunAsync(BsonDocument command) => Commands.RunAsync(command, CancellationToken.None);

    /// <summary>Another host on the same database.</summary>
    public ServiceProvider Open(StorageAccess access, params KeyValuePair<string, string?>[] settings) =>
        NewServices(access, settings).BuildServiceProvider();

    /// <summary>The services of another host, to be adjusted.</summary>
    public IServiceCollection NewServices(StorageAccess access, params KeyValuePair<string, string?>[] settings) => NewServices()
        .AddLogging()
        .AddMetrics()
        .AddStorage(
            new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:MongoDb", Uri), Patience]).AddInMemoryCollection(settings).Build(),
            folder.CreateSubdirectory(Path.GetRandomFileName()).FullName,
            access);

    public override ServiceProvider Open(StorageAccess access) => Open(access, []);

    public override Task FillDiskAsync()
    {
        fullDisk = Faults.Every("insert update findAndModify", null, Fault.Answer(OutOfDiskSpace));
        return Task.CompletedTask;
    }

    public override Task FreeDiskAsync()
    {
        fullDisk?.Dispose();
        return Task.CompletedTask;
    }

    public override Task SpoilAdRowAsync(string adId) => RunAsync(new BsonDocument
    {
        { "update", "daily_ad_stats" },
        { "updates", new BsonArray { new BsonDocument { { "q", new BsonDocument("adId", adId) }, { "u", new BsonDocument("$inc", new BsonDocument("counts.view", 1L)) } } } },
    });

    public override Task SpoilPackageRowsAsync(string adId) => UpdateAsync(
        "daily_package_stats", new BsonDocument("adId", adId), new BsonDocument("$inc", new BsonDocument("counts.view", -1L)));

    public override Task SpoilRevisionsAsync(string adId) => UpdateAsync(
        "daily_ad_revisions", new BsonDocument("adId", adId), new BsonDocument("$inc", new BsonDocument("counts.view", -1L)));

    public override Task DeleteRevisionsAsync(string adId) => RunAsync(MongoWrites.Delete("daily_ad_revisions", new BsonDocument("adId", adId)));

    public override Task AddStrangeRevisionAsync(string adId, string performerId)
    {
        var revision = new AdRevision(adId, performerId, Samples.Today, 9);
        return AddAsync("daily_ad_revisions", MongoDerived.IdOf(revision), MongoDerived.KeyOf(revision));
    }

    public override Task SpoilInvalidAsync(string adId) => UpdateAsync(
        "daily_invalid_stats", new BsonDocument("adId", adId), new BsonDocument("$inc", new BsonDocument("counts.view", -1L)));

    public override Task DeleteInvalidAsync(string adId) => RunAsync(MongoWrites.Delete("daily_invalid_stats", new BsonDocument("adId", adId)));

    public override Task AddStrangeInvalidAsync(string adId, string performerId)
    {
        var invalid = new ClassDay(adId, performerId, "none", Samples.Today, Events.TrafficClass.NotDelivered);
        return AddAsync("daily_invalid_stats", MongoDerived.IdOf(invalid), MongoDerived.KeyOf(invalid));
    }

    public override async Task DeleteRowsAsync(string adId)
    {
        await RunAsync(MongoWrites.Delete("daily_ad_stats", new BsonDocument("adId", adId)));
        await RunAsync(MongoWrites.Delete("daily_package_stats", new BsonDocument("adId", adId)));
    }

    public override async Task AddStrangeRowsAsync(string adId, string performerId)
    {
        var (ad, package) = (new AdDay(adId, performerId, Samples.Today), new PackageDay(adId, performerId, "none", Samples.Today));
        await AddAsync("daily_ad_stats", MongoDerived.IdOf(ad), MongoDerived.KeyOf(ad));
        await AddAsync("daily_package_stats", MongoDerived.IdOf(package), MongoDerived.KeyOf(package));
    }

    public override Task SpoilBucketsAsync(string adId) => UpdateAsync(
        "events_by_day", new BsonDocument("events.adId", adId), new BsonDocument("$set", new BsonDocument("events", new BsonArray())));

    public override Task SpoilPackageAdsAsync(string package) => RunAsync(new BsonDocument
    {
        { "delete", "package_ads" },
        { "deletes", new BsonArray { new BsonDocument { { "q", new BsonDocument("package", package) }, { "limit", 0 } } } },
    });

    public override async Task<long> CountTracesAsync(string adId) =>
        await CountAsync("ad_events", new("adId", adId))
        + await CountAsync("events_by_day", new("events.adId", adId))
        + await CountAsync("daily_ad_stats", new("adId", adId))
        + await CountAsync("daily_ad_revisions", new("adId", adId))
        + await CountAsync("daily_invalid_stats", new("adId", adId))
        + await CountAsync("daily_package_stats", new("adId", adId))
        + await CountAsync("daily_deliveries", new("adId", adId))
        + await CountAsync("package_ads", new("adId", adId))
        + await CountAsync("delivered_ads", new("adId", adId));

    public override async Task<(long Events, long Buckets)> CountRawAsync() =>
        (await CountAsync("ad_events", new("adId", new BsonDocument("$gte", string.Empty))), await CountAsync("events_by_day", []));

    public override async Task DeleteRawAsync(UtcDay before)
    {
        // As whoever does not know of rolls would: of an event the identity stays.
        var (old, body) = (new BsonDocument("day", new BsonDocument("$lt", $"{before}")), new BsonDocument { { "adId", "" }, { "day", "" } });
        await UpdateAsync("ad_events", old, new BsonDocument("$unset", body));
        await RunAsync(MongoWrites.Delete("events_by_day", new BsonDocument("_id", new BsonDocument("$lt", $"{before}"))));
    }

    public override async Task<long> CountDeviceAsync(string deviceId, string userAgent) =>
        await CountAsync("ad_events", new("deviceId", deviceId)) + await CountAsync("ad_events", new("userAgent", userAgent))
        + await CountAsync("events_by_day", new("events.deviceId", deviceId)) + await CountAsync("events_by_day", new("events.userAgent", userAgent));

    public override async Task<int> ReadLargestBucketAsync()
    {
        var reply = await RunAsync(new BsonDocument
        {
            { "find", "events_by_day" },
            { "singleBatch", true },
            { "batchSize", 1000 },
        });
        return reply["cursor"]["firstBatch"].AsBsonArray.Select(bucket => bucket["events"].AsBsonArray.Count).DefaultIfEmpty().Max();
    }

    public override async ValueTask DisposeAsync()
    {
        await DropAsync();
        await base.DisposeAsync();
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }

        ownEngine?.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>The one host of a test, whose spool is the same after it was reopened. Further hosts have each their own.</summary>
    protected override ServiceProvider Open() =>
        Open(StorageAccess.Serve, new KeyValuePair<string, string?>("Storage:SpoolPath", Path.Combine(folder.FullName, "spool.db")));

    private Task<BsonDocument> AddAsync(string collection, string id, BsonDocument key) => RunAsync(new BsonDocument
    {
        { "insert", collection },
        {
            "documents", new BsonArray
            {
                new BsonDocument("_id", id).AddRange(key).AddRange(MongoDerived.Write(new DayCounts(1, 2, 3, 4, 5))).Add("through", 1L),
            }
        },
    });

    private Task<BsonDocument> UpdateAsync(string collection, BsonDocument which, BsonDocument change) => RunAsync(new BsonDocument
    {
        { "update", collection },
        { "updates", new BsonArray { new BsonDocument { { "q", which }, { "u", change }, { "multi", true } } } },
    });

    private async Task<long> CountAsync(string collection, BsonDocument filter)
    {
        var reply = await RunAsync(new BsonDocument { { "count", collection }, { "query", filter } });
        return reply["n"].ToInt64();
    }

    /// <summary>A store behind a gateway goes with the engine's data; on somebody's server it must be dropped.</summary>
    private async Task DropAsync()
    {
        if (gateway is null)
        {
            await RunAsync(new BsonDocument("dropDatabase", 1));
        }
    }
}
