using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>What is answered where there is no such ad or performer, wherever it was asked for.</summary>
internal static class CatalogErrors
{
    public static ApiError AdNotFound { get; } = ApiError.NotFound("Ad not found");

    public static ApiError PerformerNotFound { get; } = ApiError.NotFound("Performer not found");
}
