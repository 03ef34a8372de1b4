using System.Text;
using AdServer.Catalog;
using AdServer.Tests.Serving;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>What is served: each ad rendered once per version, carried from snapshot to snapshot, and changes in whatever order they arrive.</summary>
public sealed class CatalogSnapshotTests
{
    private static readonly Performer Ann = new("performer", "Ann", "ann@example.com", ServingData.Noon, ServingData.Noon, 1);

    private readonly CatalogSnapshot before = CatalogSnapshot.Empty.With(
        [new CatalogChange(Performer: Ann), new CatalogChange(Ad: ServingData.Ad("a")), new CatalogChange(Ad: ServingData.Ad("b"))]);

    [Fact]
    public void An_ad_that_did_not_change_keeps_its_bytes_and_its_slot()
    {
        var after = before.With([new CatalogChange(Ad: ServingData.Ad("a") with { Name = "New", Version = 2 }), new CatalogChange(Ad: ServingData.Ad("c"))]);

        Assert.Same(before.Find("b"), after.Find("b"));
        Assert.Equal(before.Find("a")!.Slot, after.Find("a")!.Slot);
        Assert.Contains("\"name\":\"New\"", Body(after, "a"), StringComparison.Ordinal);
        Assert.Equal(3, after.Ads.Select(ad => ad.Slot).Distinct().Count());
    }

    [Fact]
    public void A_performer_who_is_renamed_is_so_on_each_of_his_ads_and_on_no_other()
    {
        var theirs = before.With([new CatalogChange(Ad: ServingData.Ad("c") with { PerformerId = "somebody" })]);

        var after = theirs.With([new CatalogChange(Performer: Ann with { Name = "Anna", Version = 2 })]);

        Assert.All(["a", "b"], id => Assert.Contains("\"performerName\":\"Anna\"", Body(after, id), StringComparison.Ordinal));
        Assert.Same(theirs.Find("c"), after.Find("c"));
    }

    [Fact]
    public void What_arrives_late_is_left_out()
    {
        var newer = before.With([new CatalogChange(Ad: ServingData.Ad("a") with { Version = 3 }), new CatalogChange(RemovedId: "b")]);

        var after = newer.With(
            [new CatalogChange(Ad: ServingData.Ad("a") with { Name = "Old", Version = 2 }), new CatalogChange(Ad: ServingData.Ad("b") with { Version = 2 })]);

        Assert.Same(newer.Find("a"), after.Find("a"));
        Assert.Null(after.Find("b"));
        Assert.True(after.Slots >= 2, "The slot of a removed ad is not given again");
    }

    [Fact]
    public async Task Changes_that_arrive_together_share_one_rebuild_and_each_is_served_when_it_is_said_so()
    {
        await using var host = await ServingHost.StartAsync([]);
        var catalog = host.Get<CatalogRefresher>();
        var snapshots = 0;
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        catalog.Published += _ =>
        {
            if (Interlocked.Increment(ref snapshots) == 1)
            {
                begun.Set();
                goOn.Wait(TestContext.Current.CancellationToken);
            }
        };

        var first = catalog.ApplyAsync(new CatalogChange(Ad: ServingData.Ad("first")));
        begun.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(0, 50).Select(number => catalog.ApplyAsync(new CatalogChange(Ad: ServingData.Ad($"{number}")))).ToList();
        Assert.False(first.IsCompleted || rest.Exists(change => change.IsCompleted));
        goOn.Set();
        await Task.WhenAll([first, .. rest]);

        Assert.Equal(2, snapshots);
        Assert.Equal(51, catalog.Current.Ads.Count);
    }

    private static string Body(CatalogSnapshot snapshot, string adId) => Encoding.UTF8.GetString(snapshot.Find(adId)!.Body);
}
