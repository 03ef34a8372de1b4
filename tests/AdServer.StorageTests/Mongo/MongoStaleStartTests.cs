using AdServer.Storage.Mongo;
using AdServer.StorageTests.Spool;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>A host that starts asks which ads were seen, and a node that is behind answers.</summary>
public sealed class MongoStaleStartTests
{
    [Fact]
    public async Task What_a_node_did_not_know_at_the_start_comes_with_the_first_news()
    {
        var (server, clock) = (new PlainServer(), new ManualClock());
        var commands = new MongoRetry(server, TimeProvider.System, TimeSpan.FromMinutes(1), MongoChance.Next);
        var (journal, stats) = (new MongoEventJournal(commands, clock), new MongoStatsStore(commands, clock, new MongoSpools(commands, own: null)));
        await journal.AppendAsync([Event("a1", package: "x")], Token);
        await stats.ApplyAsync((await journal.NextRollAsync(10, Token))!, Token);

        var place = (await stats.ReadNewPackageAdsAsync(null, Token)).Place;
        server.Behind = 40;
        Assert.Empty(await stats.ReadPackageAdsAsync(Token).ToListAsync(Token));
        server.Behind = 0;
        var news = await stats.ReadNewPackageAdsAsync(place, Token);

        Assert.Equal(["x a1"], news.Sets.SelectMany(set => set.AdIds.Select(ad => $"{set.Package} {ad}")));
    }
}
