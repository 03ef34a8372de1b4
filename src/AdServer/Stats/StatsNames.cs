using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Stats;

/// <summary>The parameter <c>names</c>: whether rows by ad or performer carry the present names, as this host serves them.</summary>
internal static class StatsNames
{
    private static readonly ApiError Invalid = ApiError.BadRequest("Invalid names: true or false");

    /// <summary>Reads it; blank is false.</summary>
    public static ApiError? TryRead(string? text, out bool names)
    {
        names = false;
        return string.IsNullOrWhiteSpace(text) || bool.TryParse(text, out names) ? null : Invalid;
    }

    /// <summary>The row with the names of what it is about; without where this host does not know it.</summary>
    public static StatsRowResponse With(this StatsRowResponse row, CatalogSnapshot catalog) => row with
    {
        AdName = row.AdId is { } ad ? catalog.Find(ad)?.Ad.Name : null,
        PerformerName = row.PerformerId is { } performer ? catalog.FindPerformer(performer)?.Name : null,
    };

    /// <summary>A row that has the names which rows like it can have.</summary>
    public static StatsRowResponse WithAllNames(this StatsRowResponse row) => row with { AdName = row.AdId, PerformerName = row.PerformerId };
}
