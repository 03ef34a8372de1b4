namespace AdServer.Storage.Mongo.Legacy;

/// <summary>What of an older ad server's data could not be taken over as it is: how often, why, and an identity to look at.</summary>
internal sealed class LegacyTally
{
    private readonly SortedDictionary<string, (long Count, string First)> reasons = new(StringComparer.Ordinal);

    /// <summary>Each reason in words.</summary>
    public IReadOnlyList<string> Lines => [.. reasons.Select(reason => $"{reason.Key}: {reason.Value.Count} (the first is {reason.Value.First})")];

    public void LeaveOut(string what, string why, string id) => Add($"Left out, {what}: {why}", id);

    public void Change(string what, string how, string id) => Add($"Changed, {what}: {how}", id);

    private void Add(string reason, string id)
    {
        var (count, first) = reasons.GetValueOrDefault(reason, (0, id));
        reasons[reason] = (count + 1, first);
    }
}
