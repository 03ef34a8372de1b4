using AdServer.Events;

namespace AdServer.Commands.Simulation;

/// <summary>
/// One installation of the SDK: asks for two ads at once when it starts, shows one, preloads the next. After no ad it asks again in
/// 2 s, after an error in 5 s, for ever. A call that has begun is always finished, so that every event sent has its answer.
/// </summary>
internal sealed class Device(SdkClient sdk, string package, Random random, double speed, TimeProvider clock)
{
    public static readonly TimeSpan RetryAfterNoAd = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(5);

    private const double LongestPause = 50;

    public async Task RunAsync(CancellationToken stop)
    {
        // People do not start their games in the same instant.
        await PauseAsync(LongestPause * random.NextDouble(), stop);
        var loading = stop.IsCancellationRequested ? [] : new List<Task<HeldAd?>> { LoadAsync(stop), LoadAsync(stop) };
        var sent = Task.CompletedTask;
        while (!stop.IsCancellationRequested)
        {
            var loaded = await Task.WhenAny(loading);
            loading.Remove(loaded);
            if (await loaded is { } ad)
            {
                await sent;
                sent = await ShowAsync(ad, stop);
            }

            loading.Add(LoadAsync(stop));
            await PauseAsync(LongestPause * random.NextDouble(), stop);
        }

        await Task.WhenAll([sent, .. loading]);
    }

    private async Task<HeldAd?> LoadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (answer, ad) = await sdk.RequestAdAsync(package);
            if (answer == AdAnswer.Ad)
            {
                return ad;
            }

            await WaitAsync(answer == AdAnswer.NoAd ? RetryAfterNoAd : RetryAfterError, stop);
        }

        return null;
    }

    /// <summary>Completes when the ad was watched, with the sending of what is reported; an app that ends meanwhile reports nothing.</summary>
    private async Task<Task> ShowAsync(HeldAd ad, CancellationToken stop)
    {
        var showing = Showing.Of(ad, random);
        await PauseAsync(showing.WatchDuration, stop);
        return stop.IsCancellationRequested ? Task.CompletedTask : SendAsync(ad, showing);
    }

    private async Task SendAsync(HeldAd ad, Showing showing)
    {
        foreach (var type in showing.Events)
        {
            await sdk.SendEventAsync(ad, package, type, showing.WatchDuration);
        }
    }

    /// <summary>Waits for what people do, faster than they do it.</summary>
    private Task PauseAsync(double seconds, CancellationToken stop) => WaitAsync(TimeSpan.FromSeconds(seconds / speed), stop);

    /// <summary>Waits, or returns early when told to stop.</summary>
    private Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        Task.Delay(time, clock, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

/// <summary>How somebody looks at an ad.</summary>
/// <param name="Events">What the SDK reports about it, in this order.</param>
/// <param name="WatchDuration">Seconds watched, the end card included.</param>
internal sealed record Showing(IReadOnlyList<EventType> Events, double WatchDuration)
{
    /// <summary>Of 100 ads about 66 are watched, 18 skipped, 6 clicked, 8 left, and 2 cannot be played.</summary>
    public static Showing Of(HeldAd ad, Random random) => random.Next(100) switch
    {
        < 66 => new([EventType.View], Seconds(15, 15, random)),
        < 84 => new([EventType.Skip], Seconds(ad.SkipTime, 10, random)),
        < 90 => new([EventType.Click, EventType.View], Seconds(8, 22, random)),
        < 98 => new([EventType.Exit], Seconds(ad.ExitTime, 5, random)),
        _ => new([EventType.Exit], 0),
    };

    private static double Seconds(double atLeast, double upTo, Random random) =>
        Math.Round(Math.Clamp(atLeast, 0, 120) + (upTo * random.NextDouble()), 3);
}
