using AdServer.Catalog;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>An older ad server's ad as ours.</summary>
internal static class LegacyAd
{
    /// <summary>The ad; paused, with what it lacks put in its place, if this server would refuse it.</summary>
    public static Ad Read(BsonDocument document, string id, string performerId, LegacyTally tally)
    {
        var (details, made) = (document.Part("adDetails"), document.MadeAt());
        var faults = Faults(details).ToList();
        faults.ForEach(fault => tally.Change("ads", $"{fault}, so it is paused", id));
        return new Ad
        {
            Id = id,
            Name = document.Words("adName", "name") ?? "(no name)",
            PerformerId = performerId,
            Details = new AdDetails(
                details.Words("videoUrl") ?? string.Empty,
                details.Words("targetUrl") ?? string.Empty,
                BudgetOf(details) ?? Budget.Low,
                TimeOf(details, "skipTime") ?? 0,
                TimeOf(details, "exitTime") ?? 0),
            Status = faults.Count == 0 ? AdStatus.Active : AdStatus.Paused,
            CreatedAt = made,
            UpdatedAt = document.Moment("updatedAt", "updated_at") ?? made,
        };
    }

    private static IEnumerable<string> Faults(BsonDocument details) =>
        new[]
        {
            IsAddress(details.Words("videoUrl")) ? null : "videoUrl is no http or https address",
            IsAddress(details.Words("targetUrl")) ? null : "targetUrl is no http or https address",
            BudgetOf(details) is null ? "budget is none of low, medium, high" : null,
            TimeOf(details, "skipTime") is null ? "skipTime is no time" : null,
            TimeOf(details, "exitTime") is null ? "exitTime is no time" : null,
        }.OfType<string>();

    private static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.Host.Length > 0;

    private static Budget? BudgetOf(BsonDocument details) => details.Words("budget")?.ToLowerInvariant() switch
    {
        "low" => Budget.Low,
        "medium" => Budget.Medium,
        "high" => Budget.High,
        _ => null,
    };

    private static double? TimeOf(BsonDocument details, string field) => details.Number(field) is >= 0 and var seconds ? seconds : null;
}
