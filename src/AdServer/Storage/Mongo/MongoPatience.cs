using AdServer.Common;

namespace AdServer.Storage.Mongo;

/// <summary>Pauses between looks at something that has to change, growing, until the deadline. In real time, like <see cref="MongoRetry"/>.</summary>
internal sealed class MongoPatience(TimeProvider clock, TimeSpan deadline)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly long started = clock.GetTimestamp();
    private TimeSpan pause = TimeSpan.FromMilliseconds(2);

    /// <summary>How long it has been.</summary>
    public TimeSpan Waited => clock.GetElapsedTime(started);

    /// <summary>Whether there is less time left than has passed.</summary>
    public bool IsHalfOver => Waited > deadline / 2;

    /// <exception cref="StoreUnavailableException">The deadline has passed.</exception>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        if (Waited > deadline)
        {
            throw new StoreUnavailableException($"The MongoDB server shows old data for {deadline.TotalSeconds:0.#} s");
        }

        await Task.Delay(pause, clock, cancellation);
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }
}
