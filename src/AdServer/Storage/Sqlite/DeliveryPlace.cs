namespace AdServer.Storage.Sqlite;

/// <summary>The key of a row of <c>daily_deliveries</c>, in the order of the index by block.</summary>
/// <param name="Block">Which ads: their numbers divided by <see cref="DeliveryRow.Ads"/>.</param>
/// <param name="Day">The day, <c>yyyy-MM-dd</c>.</param>
/// <param name="Process">The number of the process.</param>
internal readonly record struct DeliveryPlace(long Block, string Day, long Process)
{
    /// <summary>Before all rows.</summary>
    public static DeliveryPlace Start { get; } = new(-1, string.Empty, 0);

    /// <summary>Behind all rows.</summary>
    public static DeliveryPlace End { get; } = new(long.MaxValue, string.Empty, 0);
}

/// <summary>What a look for some ads found, how far it saw, and whether that was the end.</summary>
internal sealed record DeliverySight(IReadOnlyList<DeliveryPlace> Found, DeliveryPlace Reached, bool IsEnd);
