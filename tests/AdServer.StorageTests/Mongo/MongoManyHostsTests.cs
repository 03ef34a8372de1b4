using AdServer.Catalog;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Storage;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>What a host learns of the events that others commit: each package and ad at least once, whatever happens to the roll meanwhile.</summary>
public sealed class MongoManyHostsTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly ServiceProvider other;

    public MongoManyHostsTests() => other = engine.Open(StorageAccess.Serve);

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await other.OpenStorageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_change_by_one_host_is_listed_to_another()
    {
        var catalog = other.GetRequiredService<ICatalogStore>();
        var since = await catalog.ReadSharedClockAsync(Token);

        await engine.AddAdsAsync("p1", "a1");

        Assert.Equal(
            [new CatalogChange(Performer: Performer()), new CatalogChange(Ad: Ad())],
            await catalog.ListChangesAsync(since, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task The_first_look_gives_a_place_and_later_ones_what_was_committed_since()
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "a3");
        await engine.AppendAsync(Event("a1", package: "old"));
        await engine.RollAllAsync();
        var first = await ReadAsync((await ReadAsync(null)).Place);
        var place = first.Place;

        // The place lies some time back: a node that was behind may have answered what was read after it.
        Assert.Equal(["old a1"], Text(first));
        Assert.Empty((await ReadAsync(place)).Sets);
        await engine.AppendAsync(Event("a1", package: "x"), Event("a2", package: "x"), Event("a1", package: "x"));
        await engine.AppendAsync(Event("a3") with { IsOtherPackage = true });
        var news = await ReadAsync(place);

        Assert.Equal(["(other) a3", "x a1", "x a2"], Text(news));
        Assert.Empty((await ReadAsync(news.Place)).Sets);
    }

    [Fact]
    public async Task What_was_rolled_between_two_looks_is_not_missed()
    {
        await engine.AddAdsAsync("p1", "a1");
        var place = (await ReadAsync(null)).Place;
        for (var number = 0; number < 5; number++)
        {
            await engine.AppendAsync(Event("a1", package: $"x{number}"));
            await engine.RollAllAsync();
        }

        await engine.AppendAsync(Event("a1", package: "tail"));

        Assert.Equal(["tail a1", "x0 a1", "x1 a1", "x2 a1", "x3 a1", "x4 a1"], Text(await ReadAsync(place)));
    }

    [Theory]
    [InlineData("rolls")]
    [InlineData("journal journal")]
    [InlineData("ad_events")]
    [InlineData("journal journal journal ad_events")]
    [InlineData("rolls journal journal ad_events")]
    public async Task A_look_at_a_node_that_is_behind_loses_nothing(string behind)
    {
        await engine.AddAdsAsync("p1", "a1");
        var place = (await ReadAsync(null)).Place;
        await using var past = await engine.Gateway.TakeSnapshotAsync(Token);
        await engine.AppendAsync(Event("a1", package: "x"));
        await engine.RollAllAsync();

        var seen = new HashSet<string>();
        foreach (var collection in behind.Split(' '))
        {
            engine.Faults.Next("find aggregate", collection, Fault.ReadFrom(past));
        }

        for (var look = 0; look < 6; look++)
        {
            var news = await ReadAsync(place);
            seen.UnionWith(Text(news));
            place = news.Place;
        }

        Assert.Equal(["x a1"], seen);
    }

    [Fact]
    public async Task The_tail_of_a_roll_that_was_closed_and_not_applied_is_seen()
    {
        await engine.AddAdsAsync("p1", "a1");
        var place = (await ReadAsync(null)).Place;
        await engine.AppendAsync(Event("a1", package: "x"));
        await engine.Journal.NextRollAsync(10, Token);

        var news = await ReadAsync(place);
        Assert.Equal(["x a1"], Text(news));
        await engine.RollAllAsync();

        Assert.Empty((await ReadAsync(news.Place)).Sets);
    }

    [Fact]
    public async Task An_event_that_hits_three_hosts_at_the_same_moment_counts_once()
    {
        await engine.AddAdsAsync("p1", "a1");
        await using var third = engine.Open(StorageAccess.Serve);
        await third.OpenStorageAsync();
        IEventJournal[] journals = [engine.Journal, other.GetRequiredService<IEventJournal>(), third.GetRequiredService<IEventJournal>()];
        AdEvent[] events = [.. Enumerable.Range(0, 20).Select(number => Event("a1", id: $"e{number}"))];

        var answers = await Task.WhenAll(events.SelectMany(one => journals.Select(journal =>
            Task.Run(async () => (one.EventId, Outcome: (await journal.AppendAsync([one], Token))[0]), Token))));

        Assert.Equal(events.Select(one => one.EventId).Order(), answers.Where(one => one.Outcome == AppendOutcome.Stored).Select(one => one.EventId).Order());
        Assert.Equal(events.Length, (await engine.ReadTotalAsync()).Events.Events);
        await engine.RollAllAsync();
        Assert.Equal(events.Length, (await engine.ReadTotalAsync()).Events.Events);
    }

    [Fact]
    public async Task An_address_that_signs_up_at_three_hosts_at_the_same_moment_is_one_performer()
    {
        await using var third = engine.Open(StorageAccess.Serve);
        await third.OpenStorageAsync();
        ICatalogStore[] catalogs = [engine.Catalog, other.GetRequiredService<ICatalogStore>(), third.GetRequiredService<ICatalogStore>()];

        var answers = await Task.WhenAll(catalogs.Select((catalog, number) =>
            Task.Run(() => catalog.AddPerformerAsync(Performer($"p{number}", "ann@example.com"), Token), Token)));

        Assert.Single(answers, answer => answer.Added);
        Assert.Single(answers.Select(answer => answer.Performer.Id).Distinct());
    }

    private Task<PackageAdsNews> ReadAsync(PackageAdsPlace? place) =>
        other.GetRequiredService<IServingStore>().ReadNewPackageAdsAsync(place, Token);

    private static IEnumerable<string> Text(PackageAdsNews news) =>
        news.Sets.SelectMany(set => set.AdIds.Select(ad => $"{set.Package} {ad}")).Distinct().Order(StringComparer.Ordinal);
}
