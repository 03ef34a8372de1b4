using AdServer.Catalog;
using AdServer.Common;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>What was handed out, in memory and on its way into the store.</summary>
public sealed class DeliveredAdsTests
{
    private readonly MemoryDeliveredStore store = new();
    private readonly DeliveredAds delivered;
    private readonly CatalogSnapshot catalog = ServingData.Catalog(6000);

    public DeliveredAdsTests() => delivered = ServingData.Delivered(store);

    [Fact]
    public async Task A_pair_is_known_at_once_and_written_once()
    {
        Note("x", "1");
        Note("x", "1");
        Note("y", "1");

        Assert.True(delivered.Contains(new("x", 1), catalog.Find("1")!));
        Assert.False(delivered.Contains(new("x", 1), catalog.Find("2")!));
        await FlushAsync();
        await FlushAsync();
        Note("x", "1");
        await FlushAsync();

        Assert.Equal([("x", "1"), ("y", "1")], store.Pairs);
        Assert.Equal(2, delivered.Pairs);
    }

    [Fact]
    public async Task What_a_store_that_is_away_misses_it_gets_when_it_is_back()
    {
        store.IsAway = true;
        Note("x", "1");
        await Assert.ThrowsAsync<StoreUnavailableException>(FlushAsync);
        Note("x", "2");
        await Assert.ThrowsAsync<StoreUnavailableException>(FlushAsync);

        store.IsAway = false;
        await FlushAsync();

        Assert.Equal([("x", "1"), ("x", "2")], store.Pairs);
    }

    [Fact]
    public async Task What_comes_while_pairs_are_written_goes_with_the_next_flush()
    {
        var next = 2;
        store.Meanwhile = () => Note("x", $"{next++}");
        Note("x", "1");

        await FlushAsync();
        Assert.Equal([("x", "1")], store.Pairs);
        await FlushAsync();

        Assert.Equal([("x", "1"), ("x", "2")], store.Pairs);
    }

    [Fact]
    public async Task Many_pairs_are_written_in_parts()
    {
        for (var number = 1; number <= 10; number++)
        {
            foreach (var ad in catalog.Ads)
            {
                delivered.Note(new($"x{number}", number), ad);
            }
        }

        await FlushAsync();

        Assert.Equal(60_000, store.Pairs.Distinct().Count());
        Assert.InRange(store.MostAtOnce, 50_000, 50_000 + catalog.Ads.Count - 1);
    }

    [Fact]
    public void Noting_what_is_known_allocates_nothing()
    {
        Note("x", "7");
        var (package, ad) = (new Package("x", 1), catalog.Find("7")!);
        delivered.Note(package, ad);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < 1000; time++)
        {
            delivered.Note(package, ad);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_note_while_it_is_flushed()
    {
        var ads = catalog.Ads.ToArray();
        var noting = Enumerable.Range(0, 4).Select(of => Task.Run(() => Array.ForEach(ads, ad => delivered.Note(new($"x{of % 2}", 1 + (of % 2)), ad)))).ToArray();
        while (!Array.TrueForAll(noting, task => task.IsCompleted))
        {
            await FlushAsync();
            await Task.Yield();
        }

        await Task.WhenAll(noting);
        await FlushAsync();

        Assert.Equal((12_000, 12_000), (store.Pairs.Count, store.Pairs.Distinct().Count()));
    }

    private void Note(string package, string adId) => delivered.Note(new(package, package == "x" ? 1 : 2), catalog.Find(adId)!);

    private Task FlushAsync() => delivered.FlushAsync(TestContext.Current.CancellationToken);
}
