using AdServer.Catalog;
using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.StorageTests.Copying;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>From the database of an older ad server, which stays as it is.</summary>
public sealed class LegacyCopyTests : IAsyncDisposable
{
    private readonly MongoEngine old = new();
    private readonly LegacyScene legacy;

    public LegacyCopyTests() => legacy = new LegacyScene(old.Uri);

    public async ValueTask DisposeAsync()
    {
        await legacy.DropAsync();
        await legacy.DisposeAsync();
        await old.DisposeAsync();
    }

    [Fact]
    public async Task What_can_be_taken_over_is_and_the_rest_is_told_by_its_reasons()
    {
        await using var target = new SqliteEngine();
        await legacy.FillAsync();
        var before = await legacy.DumpAsync();

        var run = await CopyRun.StartAsync(old, target);

        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Equal(before, await legacy.DumpAsync());
        Assert.Equal(["Plain", "(no name)"], (await target.Catalog.ListPerformersAsync(null, 10, Token)).OrderByDescending(one => one.Name[0]).Select(one => one.Name));
        Assert.Equal(["d"], (await target.Access.ListDevelopersAsync(10, Token)).Select(one => one.Id));
        Assert.Empty(await target.VerifyAsync());
        foreach (var reason in Reasons)
        {
            Assert.Contains(reason, run.Text, StringComparison.Ordinal);
        }
    }

    private static string[] Reasons =>
    [
        "Left out, performers: there is no e-mail address: 1 (the first is nobody)",
        "Changed, performers: the address belongs to an earlier one, which got the ads: 1 (the first is twin)",
        "Left out, developers: the address belongs to an earlier one: 1 (the first is d2)",
        "Left out, ads: the performer is not in the database: 1 (the first is orphan)",
        "Changed, ads: videoUrl is no http or https address, so it is paused: 1 (the first is odd)",
        "Left out, events: the ad is not in the database: 2 (the first is 2026-11-02 #4)",
        "Left out, events: eventType is none of view, click, skip, exit: 1 (the first is 2026-11-02 #5)",
        "Left out, events: there is no day: 1 (",
        "Changed, events: packageName is no name, so it counts for (other): 1 (the first is 2026-11-02 #3)",
        "Changed, events: watchDuration is no time of at most a week, so it is 0: 1 (the first is 2026-11-02 #2)",
    ];

    [Fact]
    public async Task Ads_are_read_with_what_they_say()
    {
        await using var target = new SqliteEngine();
        await legacy.FillAsync();

        Assert.Equal(0, (await CopyRun.StartAsync(old, target)).ExitCode);

        var expected = new Ad
        {
            Id = LegacyScene.AdId,
            Name = "After an edit",
            PerformerId = LegacyScene.PerformerId,
            Details = new AdDetails("https://example.com/v.mp4", "http://example.com", Budget.High, 5, 30),
            CreatedAt = Noon,
            UpdatedAt = new DateTimeOffset(2026, 11, 22, 0, 0, 1, TimeSpan.Zero),
        };
        Assert.Equal(expected, await target.Catalog.FindAdAsync(LegacyScene.AdId, Token));
        Assert.Equal(LegacyScene.PerformerId, (await target.Catalog.FindAdAsync("of-twin", Token))!.PerformerId);
        Assert.Equal("64b64c0f0000000000000001", (await target.Catalog.FindAdAsync("of-old", Token))!.PerformerId);
        Assert.Equal(AdStatus.Paused, (await target.Catalog.FindAdAsync("odd", Token))!.Status);
    }

    [Fact]
    public async Task Events_count_for_the_day_that_the_older_server_counted_them_for()
    {
        await using var target = new SqliteEngine();
        await legacy.FillAsync();

        Assert.Equal(0, (await CopyRun.StartAsync(old, target)).ExitCode);

        var rows = (await target.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad, StatsGroup.Day] }, Token)).Rows;
        Assert.Equal(
            [
                (LegacyScene.AdId, "2026-11-01", new DayCounts(LegacyScene.Many, 0, 0, 0, LegacyScene.Many / 10 * 45_000)),
                (LegacyScene.AdId, "2026-11-02", new DayCounts(3, 1, 0, 0, 3_500)),
                ("of-old", "2026-11-03", new DayCounts(0, 0, 0, 1, 0)),
                ("of-twin", "2026-11-01", new DayCounts(0, 0, 1, 0, 0)),
            ],
            rows.Select(row => (row.Key.First, row.Key.Second, row.Measures.Events)));
    }

    [Fact]
    public async Task A_copy_that_is_killed_and_started_again_doubles_nothing()
    {
        await using var target = new MongoEngine();
        await using var whole = new SqliteEngine();
        await legacy.FillAsync();
        Assert.Equal(0, (await CopyRun.StartAsync(old, whole)).ExitCode);

        var (deaths, isFinished) = (0, false);
        while (!isFinished)
        {
            try
            {
                isFinished = (await CopyRun.StartAsync(old, target, (services, _) => MortalTarget.Put(services, writes: 1))).ExitCode == 0;
            }
            catch (KilledException)
            {
                Assert.InRange(++deaths, 1, 60);
            }
        }

        Assert.InRange(deaths, 16, 60);
        StoreContents.AssertEqual(await CopyRun.ReadAsync(whole), await CopyRun.ReadAsync(target));
        Assert.Empty(await target.VerifyAsync());
    }

    [Fact]
    public async Task The_old_database_is_no_target()
    {
        await using var source = new SqliteEngine();
        await source.AddAdsAsync("p1", "a1");
        await legacy.FillAsync();
        var before = await legacy.DumpAsync();

        var refusal = await Assert.ThrowsAsync<StartException>(() => CopyRun.StartAsync(source, old));

        Assert.Contains("-- copy --from", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await legacy.DumpAsync());
    }

    [Fact]
    public async Task Nothing_but_a_copy_reads_it()
    {
        await legacy.FillAsync();

        foreach (var access in (StorageAccess[])[StorageAccess.Serve, StorageAccess.Maintain, StorageAccess.ReadOnly])
        {
            await using var services = old.Open(access);
            Assert.Contains("older ad server", (await Assert.ThrowsAsync<StartException>(() => services.OpenStorageAsync())).Message, StringComparison.Ordinal);
        }
    }
}
