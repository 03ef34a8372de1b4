using AdServer.Storage.Mongo;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A database as an older ad server left it, with everything that one may come upon.</summary>
internal sealed class LegacyScene(string uri) : IAsyncDisposable
{
    public const string PerformerId = "0b7e1a52-9d55-4a0e-8f0c-0c5be7b6a001";
    public const string AdId = "0b7e1a52-9d55-4a0e-8f0c-0c5be7b6a0ad";

    /// <summary>Events of the fullest day: more than one look takes.</summary>
    public const int Many = 4500;

    private static readonly string[] Collections = ["performers", "developers", "ads", "events_by_day", "daily_stats"];
    private static readonly ObjectId OldId = ObjectId.Parse("64b64c0f0000000000000001");

    /// <summary>The database as it is: nothing is made, nothing retried.</summary>
    private readonly MongocCommands driver = new(
        new MongoSettings(MongoUri.Parse(uri)!, MongoUri.Parse(uri)!.Database), new MongocLimits(1, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30)));

    public async Task FillAsync()
    {
        await InsertAsync(
            "performers",
            new() { { "_id", PerformerId }, { "name", "Plain" }, { "email", "plain@example.com" }, { "createdAt", "2026-10-01T08:00:00.123456" } },
            new() { { "_id", OldId }, { "name", BsonNull.Value }, { "email", " Old@Example.com " } },
            new() { { "_id", "twin" }, { "name", "Twin" }, { "email", "PLAIN@example.com" }, { "createdAt", Noon.UtcDateTime } },
            new() { { "_id", "nobody" }, { "name", "Nobody" } });
        await InsertAsync("developers", new() { { "_id", "d" }, { "name", "D" }, { "email", "d@example.com" } }, new() { { "_id", "d2" }, { "email", "D@example.com" } });
        await InsertAsync(
            "ads",
            Ad(AdId, PerformerId).Merge(new() { { "adName", "After an edit" }, { "createdAt", Noon.UtcDateTime }, { "updatedAt", "2026-11-22 00:00:01" } }, true),
            Ad("of-old", OldId),
            Ad("of-twin", "twin").Merge(new() { { "createdAt", Noon.AddDays(1).UtcDateTime } }, true),
            Ad("odd", BsonNull.Value).Merge(new() { { "performerEmail", "plain@example.com" }, { "adDetails", new BsonDocument("skipTime", "inf") } }, true),
            Ad("orphan", "nobody"));
        await InsertAsync(
            "events_by_day",
            new()
            {
                { "_id", ObjectId.Parse("64b64c0f00000000000000aa") }, { "date", "2026-11-01" },
                { "events", new BsonArray(Enumerable.Range(0, Many).Select(number => Event(AdId, "view", number % 10))) },
            },
            new() { { "_id", "2026-11-02" }, { "events", OddEvents() } },
            new() { { "_id", "x" }, { "date", new DateTime(2026, 11, 3, 0, 0, 0, DateTimeKind.Utc) }, { "events", new BsonArray { Event("of-old", "EXIT", 0) } } },
            new() { { "_id", ObjectId.GenerateNewId() }, { "events", new BsonArray { Event("of-twin", "skip", 1), Event("of-twin", "skip", 1, "odd") } } },
            new() { { "_id", "empty" }, { "date", "2026-11-04" } });
        await InsertAsync("daily_stats", new BsonDocument { { "performerId", PerformerId }, { "date", "2026-11-01" }, { "views", 1 } });
        await RunAsync(new BsonDocument
        {
            { "createIndexes", "daily_stats" },
            {
                "indexes", new BsonArray
                {
                    new BsonDocument { { "key", new BsonDocument { { "performerId", 1 }, { "date", 1 } } }, { "name", "uniq_performer_date" }, { "unique", true } },
                }
            },
        });
    }

    /// <summary>All documents and indexes.</summary>
    public async Task<List<string>> DumpAsync()
    {
        var dump = new List<string>();
        var names = await RunAsync(new BsonDocument { { "listCollections", 1 }, { "nameOnly", true } });
        dump.AddRange(names["cursor"]["firstBatch"].AsBsonArray.Select(one => one["name"].AsString).Order(StringComparer.Ordinal));
        foreach (var collection in Collections)
        {
            var all = await RunAsync(new BsonDocument { { "find", collection }, { "sort", new BsonDocument("_id", 1) }, { "batchSize", 1000 } });
            var indexes = await RunAsync(new BsonDocument("listIndexes", collection));
            dump.AddRange(all["cursor"]["firstBatch"].AsBsonArray.Concat(indexes["cursor"]["firstBatch"].AsBsonArray).Select(one => one.ToJson()));
        }

        return dump;
    }

    public Task DropAsync() => RunAsync(new BsonDocument("dropDatabase", 1));

    public ValueTask DisposeAsync() => driver.DisposeAsync();

    private static BsonArray OddEvents() =>
    [
        Event(AdId, " Click ", 3),
        new BsonDocument { { "adId", AdId }, { "packageName", "com.flat" }, { "eventType", "view" }, { "watchDuration", "2.5" }, { "timestamp", Noon.UtcDateTime } },
        Event(AdId, "view", double.PositiveInfinity),
        new BsonDocument { { "adId", AdId }, { "eventDetails", new BsonDocument { { "eventType", "view" }, { "watchDuration", 1 } } } },
        Event("gone", "view", 1),
        Event(AdId, "jump", 1),
        "no event",
    ];

    private static BsonDocument Ad(string id, BsonValue performerId) => new()
    {
        { "_id", id }, { "name", $"Ad {id}" }, { "performerId", performerId },
        {
            "adDetails", new BsonDocument
            {
                { "videoUrl", "https://example.com/v.mp4" }, { "targetUrl", "http://example.com" }, { "budget", "High" }, { "skipTime", "5" }, { "exitTime", 30 },
            }
        },
    };

    private static BsonDocument Event(string adId, string type, double watched, string timestamp = "2026-11-01T10:00:00.000Z") => new()
    {
        { "adId", adId }, { "timestamp", timestamp },
        { "eventDetails", new BsonDocument { { "packageName", "com.example.app" }, { "eventType", type }, { "watchDuration", watched } } },
    };

    private Task<BsonDocument> InsertAsync(string collection, params BsonDocument[] documents) =>
        RunAsync(new BsonDocument { { "insert", collection }, { "documents", new BsonArray(documents) } });

    private Task<BsonDocument> RunAsync(BsonDocument command) => driver.RunAsync(command, Token);
}
