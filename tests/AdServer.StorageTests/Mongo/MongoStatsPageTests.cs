using AdServer.Stats;
using AdServer.Storage.Mongo;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A report has more rows than a reply has room for.</summary>
public sealed class MongoStatsPageTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public async Task A_reply_that_is_cut_is_read_on_from_its_end(int room)
    {
        string[] packages = [.. Enumerable.Range(0, 11).Select(number => $"package {number:00}")];
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync([.. packages.Select(package => Event("a1", package: package))]);
        await engine.RollAllAsync();
        var commands = new MongoRetry(new NarrowCommands(engine.Commands, room), TimeProvider.System, TimeSpan.FromSeconds(30), MongoChance.Next);
        var stats = new MongoStatsStore(commands, engine.Clock, new MongoSpools(commands, own: null));

        var view = await stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Package], Limit = StatsQuery.NoLimit }, Token);

        Assert.Equal(packages, view.Rows.Select(row => row.Key.First));
        Assert.All(view.Rows, row => Assert.Equal(1, row.Measures.Events.Views));
        Assert.Equal(packages.Length, view.Total.Events.Views);
    }

    /// <summary>An engine whose replies to an aggregation have room for a few documents only.</summary>
    private sealed class NarrowCommands(IMongoCommands commands, int room) : IMongoCommands
    {
        public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
        {
            var reply = await commands.RunAsync(command, cancellation);
            if (command.GetElement(0).Name == "aggregate" && reply["cursor"]["firstBatch"].AsBsonArray is var batch && batch.Count > room)
            {
                reply["cursor"]["firstBatch"] = new BsonArray(batch.Take(room));
                reply["cursor"]["id"] = 1L;
            }

            return reply;
        }
    }
}
