using System.Diagnostics;
using System.Globalization;
using AdServer.Catalog;
using AdServer.Serving;

namespace AdServer.Benchmarks;

/// <summary>
/// What <see cref="NextUnseen.Pick"/> costs at several sizes of the catalogue. A quarter of the ads has package rules. The sizes take turns
/// of some milliseconds and each is judged by its best turns, so that a machine that others use too gives the same ratios.
/// </summary>
/// <remarks>
/// With one package the processor's caches hold what a pick reads, so that the ratio is that of the work. With many packages in turn it
/// is also that of memory: what 1,000 packages saw of 1,000 ads fits into the caches, of 100,000 ads it does not. So the cost of one read
/// from there is measured in the same run.
/// </remarks>
internal static class PickBenchmark
{
    private const int AppCount = 64;
    private const int Turns = 60;
    private const int PicksPerTurn = 200_000;
    private const double MostRatio = 2;

    private const int UncachedBytes = 64 << 20;

    private static readonly int[] PackageCounts = [1, 1_000];
    private static readonly int[] Sizes = [1_000, 10_000, 100_000];
    private static readonly int[] SeenPercents = [0, 50, 90, 99, 100];
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Prints a table for each number of packages and whether the promise is kept; the exit code says so too.</summary>
    public static int Run(string[] args)
    {
        var packageCounts = args is ["--packages", var count] ? [int.Parse(count, CultureInfo.InvariantCulture)] : PackageCounts;
        var catalogs = Array.ConvertAll(Sizes, size => MakeCatalog(size));
        Console.WriteLine($"One read of memory beyond the caches: {UncachedRead.Nanoseconds(UncachedBytes):F0} ns");
        var kept = Array.ConvertAll(packageCounts, packages => IsKept(catalogs, packages));
        return Array.TrueForAll(kept, one => one) ? 0 : 1;
    }

    private static bool IsKept(CatalogSnapshot[] catalogs, int packages)
    {
        var kept = true;
        Console.WriteLine($"\n{packages:N0} package(s) in turn\n{"seen",6} {"ads",8} {"ns/pick",9} {"ratio",6} {"bytes/pick",11}");
        foreach (var percent in SeenPercents)
        {
            var sides = Array.ConvertAll(catalogs, catalog => new Side(catalog, packages, percent));
            for (var turn = 0; turn < Turns; turn++)
            {
                Array.ForEach(sides, side => side.TakeTurn());
            }

            foreach (var side in sides)
            {
                var ratio = side.Nanoseconds / sides[0].Nanoseconds;
                kept &= ratio <= MostRatio && side.Bytes == 0;
                Console.WriteLine($"{percent,4} % {side.Ads,8:N0} {side.Nanoseconds,9:F1} {ratio,6:F2} {side.Bytes,11:F1}");
            }
        }

        Console.WriteLine($"{(kept ? "Kept" : "Broken")}: at most {MostRatio} times the cost of 1,000 ads, no allocation.");
        return kept;
    }

    private static CatalogSnapshot MakeCatalog(int size) =>
        CatalogSnapshot.Empty.With([.. Enumerable.Range(0, size).Select(number => new CatalogChange(Ad: MakeAd(number)))]);

    private static Ad MakeAd(int number) => new()
    {
        Id = $"{number}",
        Name = $"Ad {number}",
        PerformerId = "performer",
        Details = new AdDetails("https://v.example/1.mp4", "https://t.example", (Budget)(1 + (number % 3)), 5, 30),
        Packages = (number % 16) switch
        {
            0 => new PackageRules([$"com.example.app{number % AppCount}"], []),
            1 => new PackageRules(["com.example.*"], []),
            2 => new PackageRules(["com.*", "org.*"], ["com.bad.*"]),
            3 => new PackageRules([], [$"com.example.app{number % AppCount}"]),
            _ => PackageRules.Everywhere,
        },
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    /// <summary>One size of the catalogue with one fraction seen.</summary>
    private sealed class Side
    {
        private readonly PackageCandidates[] candidates;
        private readonly SlotSet[] seen;
        private readonly Random random = Random.Shared;
        private readonly List<double> turns = [];

        public Side(CatalogSnapshot catalog, int packages, int percentSeen)
        {
            Ads = catalog.Slots;
            var all = new Candidates(catalog, Now);
            candidates = [.. Enumerable.Range(0, packages).Select(index => all.For(new Package($"com.example.app{index}", index + 1)))];
            seen = [.. candidates.Select(_ => new SlotSet())];
            var shuffled = new Random(1);
            var slots = Enumerable.Range(0, Ads).ToArray();
            foreach (var set in seen)
            {
                shuffled.Shuffle(slots);
                set.Add(slots.AsSpan(0, (int)((long)Ads * percentSeen / 100)), Ads);
            }

            // Narrows the lots and lets the compiler finish.
            TakeTurn();
            turns.Clear();
        }

        public int Ads { get; }

        /// <summary>Of the last turn, per pick.</summary>
        public double Bytes { get; private set; }

        /// <summary>Per pick, in the best twentieth of the turns.</summary>
        public double Nanoseconds => turns.Order().ElementAt(Turns / 20);

        public void TakeTurn()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (int pick = 0, index = 0; pick < PicksPerTurn; pick++, index = index + 1 == seen.Length ? 0 : index + 1)
            {
                NextUnseen.Pick(candidates[index], seen[index], random);
            }

            var time = Stopwatch.GetElapsedTime(started);
            Bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)PicksPerTurn;
            turns.Add(time.TotalNanoseconds / PicksPerTurn);
        }
    }
}
