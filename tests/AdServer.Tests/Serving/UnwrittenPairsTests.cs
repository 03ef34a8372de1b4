using AdServer.Catalog;
using AdServer.Serving;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Pairs wait by package until they are taken: each once, and none is left behind.</summary>
public sealed class UnwrittenPairsTests
{
    private readonly UnwrittenPairs unwritten = new(10);
    private readonly CatalogAd[] ads = [.. ServingData.Catalog(2000).Ads];

    [Fact]
    public void Packages_are_taken_in_the_order_in_which_they_began_to_wait_each_with_all_of_its_ads()
    {
        Assert.Null(unwritten.Take());
        Add("y", 2, ads[0]);
        Add("x", 1, ads[1]);
        Add("y", 2, ads[2]);
        Assert.Equal(2, unwritten.PackagesWaiting);

        AssertTaken("y", ads[0], ads[2]);
        Add("y", 2, ads[3]);
        AssertTaken("x", ads[1]);
        AssertTaken("y", ads[3]);
        Assert.Equal((0, null), (unwritten.PackagesWaiting, unwritten.Take()));
    }

    [Fact]
    public void More_than_room_is_kept_for_comes_out_whole_and_so_does_what_follows()
    {
        Array.ForEach(ads, ad => Add("x", 1, ad));
        AssertTaken("x", ads);
        Add("x", 1, ads[7]);
        AssertTaken("x", ads[7]);
    }

    [Fact]
    public async Task Each_comes_out_once_while_many_add_and_somebody_takes()
    {
        const int Rounds = 100;
        var taken = new List<PackageAds>();
        using var together = new Barrier(5);
        var adding = Enumerable.Range(0, 4).Select(of => Task.Factory.StartNew(() => AddAll(of), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        together.SignalAndWait(TestContext.Current.CancellationToken);
        while (!Array.TrueForAll(adding, task => task.IsCompleted))
        {
            TakeInto(taken);
        }

        await Task.WhenAll(adding);
        while (TakeInto(taken))
        {
        }

        foreach (var name in (string[])["x", "y"])
        {
            var sets = taken.Where(set => set.Package == name).ToList();
            Assert.True(sets.Count > 1, $"{name} came out at once: nobody took while others added");
            Assert.Equal(ads.Select(ad => (ad.Ad.Id, Rounds)).Order(), sets.SelectMany(set => set.AdIds).CountBy(id => id).Select(one => (one.Key, one.Value)).Order());
        }

        Assert.Equal(0, unwritten.PackagesWaiting);

        void AddAll(int of)
        {
            together.SignalAndWait(TestContext.Current.CancellationToken);
            for (var place = of; place < Rounds * ads.Length; place += 4)
            {
                Add("x", 1, ads[place % ads.Length]);
                Add("y", 2, ads[place % ads.Length]);
            }
        }
    }

    private bool TakeInto(List<PackageAds> taken)
    {
        if (unwritten.Take() is not { } set)
        {
            return false;
        }

        taken.Add(set);
        return true;
    }

    private void Add(string package, int index, CatalogAd ad) => unwritten.Add(new Package(package, index), ad);

    private void AssertTaken(string package, params CatalogAd[] expected)
    {
        var taken = unwritten.Take();
        Assert.Equal(package, taken?.Package);
        Assert.Equal(expected.Select(ad => ad.Ad.Id), taken!.AdIds);
    }
}
