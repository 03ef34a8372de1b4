using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Comparing the package sets with the raw events page by page, also while a server goes on.</summary>
public sealed class SqlitePairLedgerTests : IAsyncDisposable
{
    private static readonly string[] Ads = ["a1", "a2", "a3"];
    private static readonly string[] Packages = ["p", "q", "r", "s"];

    private readonly SqliteEngine engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Differences_are_found_on_every_page_whatever_its_size(int atOnce)
    {
        await FillAsync();
        Assert.Empty(await CompareAsync(atOnce));

        await SpoilAsync((1, 1), (2, 3), (4, 3));
        await engine.RunAsync("DELETE FROM ad_events WHERE package_name IN ('q', 's') AND ad_id = 'a2'");

        Assert.Equal(
            ["(p, a1, True)", "(q, a2, False)", "(q, a3, True)", "(s, a2, False)", "(s, a3, True)"],
            (await CompareAsync(atOnce)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Removed_ads_and_pairs_of_nothing_are_left_out()
    {
        await FillAsync();
        await SpoilAsync((1, 2), (2, 2), (3, 2), (4, 2));
        await engine.Database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                SqlitePairSets.Seen.Add(session, [(1L, 77L), (88, 1)]);
                return true;
            },
            Token);

        await engine.Catalog.RemoveAdAsync("a2", Noon, Token);

        Assert.Empty(await CompareAsync(2));
    }

    [Fact]
    public async Task What_a_server_rolls_up_meanwhile_is_no_difference()
    {
        await FillAsync();
        for (var round = 0; round < 20; round++)
        {
            var server = RollPackagesUpAsync($"new{round}-", 3);
            Assert.Empty(await CompareAsync(1));
            await server;
        }

        Assert.Empty(await CompareAsync(1));
    }

    [Fact]
    public async Task A_page_is_read_from_its_place_on_and_no_further()
    {
        await FillAsync();

        var (page, plan) = await engine.Database.ReadAsync(
            session =>
            {
                using var statement = session.Once($"EXPLAIN QUERY PLAN {SqlitePairSets.Seen.ListText}");
                return (SqlitePairSets.Seen.ListNamed(session, after: 1, enough: 4), statement.Rows().Select(row => row.Text(3)).ToList());
            },
            Token);

        Assert.Equal(3, page?.Place);
        Assert.Equal(["q a1", "q a2", "q a3", "r a1", "r a2", "r a3"], page?.Pairs.Select(pair => $"{pair.Package} {pair.AdId}"));
        Assert.StartsWith("SEARCH package_ads USING INTEGER PRIMARY KEY", plan[0], StringComparison.Ordinal);
        Assert.DoesNotContain(plan, line => line.Contains("SCAN", StringComparison.Ordinal) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    /// <summary>Every ad in every package: twelve pairs, numbered from 1 in their order.</summary>
    private async Task FillAsync()
    {
        await engine.AddAdsAsync("p1", Ads);
        await engine.AppendAsync([.. Packages.SelectMany(package => Ads.Select(ad => Event(ad, package: package)))]);
        await engine.RollAllAsync();
    }

    private Task<bool> SpoilAsync(params (long Package, int Ad)[] pairs) => engine.Database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            foreach (var (package, ad) in pairs)
            {
                var ads = new NumberSet();
                ads.Add(ad);
                SqlitePairSets.Seen.Clear(session, [new PairRow(package, ads)]);
            }

            return true;
        },
        Token);

    /// <summary>Goes on as a server does, but for so many new packages: a comparison page by page must not have to run after them for ever.</summary>
    private async Task RollPackagesUpAsync(string name, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await engine.AppendAsync(Event("a1", package: $"{name}{number}"), Event("a2", package: "p"));
            await engine.RollAllAsync();
        }
    }

    private async Task<List<string>> CompareAsync(int atOnce) =>
        [.. (await new SqlitePairLedger(engine.Database, atOnce, atOnce, atOnce).CompareAsync(Token)).Select(pair => pair.ToString())];
}
