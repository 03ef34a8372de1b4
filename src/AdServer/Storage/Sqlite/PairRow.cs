namespace AdServer.Storage.Sqlite;

/// <summary>Some of the ads of a package.</summary>
/// <param name="Place">The row's key: rows of a block of ads stand together, so that what a removed ad left behind does.</param>
/// <param name="Ads">The ads, less the first number of the block.</param>
internal readonly record struct PairRow(long Place, NumberSet Ads)
{
    private const int PackageBits = 32;

    /// <summary>Which ads.</summary>
    public long Block => Place >> PackageBits;

    /// <summary>The package's number.</summary>
    public long Package => Place & ((1L << PackageBits) - 1);

    public IEnumerable<(long Package, long Ad)> Pairs
    {
        get
        {
            var (package, first) = (Package, Block * SqlitePairSets.PerRow);
            return Ads.Numbers.Select(number => (package, first + number));
        }
    }

    public static long PlaceOf(long block, long package) => (block << PackageBits) | package;
}

/// <summary>What a look for some ads found, how far it saw, and whether that was the end.</summary>
internal sealed record PairSight(IReadOnlyList<PairRow> Found, long Reached, bool IsEnd);
