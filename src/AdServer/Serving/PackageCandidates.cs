using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>The candidates of one package. The lots start as all that may fit and are narrowed by <see cref="NextUnseen"/>.</summary>
/// <param name="all">Everything that may be served in the package.</param>
/// <param name="ads">The ads by slot.</param>
internal sealed class PackageCandidates(Lot all, CatalogAd?[] ads)
{
    /// <summary>Holds every eligible ad that the package has not seen, and maybe some that it has.</summary>
    public Lot Unseen = all;

    /// <summary>Holds every eligible ad, and maybe some that are not.</summary>
    public Lot Eligible = all;

    /// <summary>Drawn from <see cref="Unseen"/>.</summary>
    public Hand Hand { get; } = new();

    public CatalogAd? At(int slot) => ads[slot];
}
