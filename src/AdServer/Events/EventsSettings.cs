namespace AdServer.Events;

/// <summary>The settings <c>Events:…</c>.</summary>
internal sealed record EventsSettings
{
    /// <summary>The most events that wait for their commit; more are answered 503. Bounds the memory.</summary>
    public int QueueCapacity { get; init; } = 50_000;

    /// <summary>About how many events are committed together; a request's events are never split.</summary>
    public int MaxBatch { get; init; } = 2_000;

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        { QueueCapacity: < EventReader.MostEvents } => $"Events:QueueCapacity must be at least {EventReader.MostEvents}",
        { MaxBatch: < 1 } => "Events:MaxBatch must be at least 1",
        _ => null,
    };
}
