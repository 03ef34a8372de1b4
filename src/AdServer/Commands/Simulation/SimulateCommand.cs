using Spectre.Console;

namespace AdServer.Commands.Simulation;

/// <summary>
/// Behaves like many installations of the SDK and reports what came of it. Exit code 1 if anything went wrong; stopping it early
/// is no error.
/// </summary>
internal sealed class SimulateCommand(IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(SimulateOptions options, CancellationToken cancellation)
    {
        using var http = CommandHttp.NewClient(AnswerWithin).With(ServerToken.Read());
        if (await ProblemAsync(http, options.Url, cancellation) is { } problem)
        {
            console.Line(problem);
            return ExitCodes.Failed;
        }

        console.Line($"{options.Devices} devices in {options.Packages} packages at {options.Url} for {options.Duration.TotalSeconds} s, {options.Speed} times as fast as people.");
        var tally = new Tally();
        var started = clock.GetTimestamp();
        await RunDevicesAsync(new SdkClient(http, options, clock, tally), options, tally, cancellation);
        SimulationReport.Write(console, tally, clock.GetElapsedTime(started));
        return tally.Errors == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task RunDevicesAsync(SdkClient sdk, SimulateOptions options, Tally tally, CancellationToken cancellation)
    {
        using var ended = new CancellationTokenSource(options.Duration, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, cancellation);
        var devices = Task.WhenAll(Enumerable.Range(0, options.Devices).Select(number => DeviceOf(number, sdk, options).RunAsync(stop.Token)));
        if (console.IsWatched())
        {
            await console.Status().StartAsync("starting", context => ShowAsync(context, devices, tally));
        }

        await devices;
    }

    private Device DeviceOf(int number, SdkClient sdk, SimulateOptions options) => new(
        sdk,
        $"com.example.game{(number % options.Packages) + 1:00}",
        new Random(unchecked((options.Seed * 1_000_003) + (number * 7_919))),
        options.Speed,
        clock);

    private async Task ShowAsync(StatusContext context, Task devices, Tally tally)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        while (!devices.IsCompleted)
        {
            var (requests, events) = (tally.Requests, tally.Events());
            await Task.WhenAny(devices, timer.WaitForNextTickAsync(CancellationToken.None).AsTask());
            context.Status($"{tally.Requests - requests} ad requests/s, {tally.Events() - events} events/s, {tally.Errors} errors");
        }
    }

    private static async Task<string?> ProblemAsync(HttpClient http, Uri server, CancellationToken cancellation)
    {
        var health = new Uri(server, "health/ready");
        try
        {
            using var response = await http.GetAsync(health, cancellation);
            return response.IsSuccessStatusCode ? null : $"The server is not ready: {health} answers {(int)response.StatusCode}.";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return cancellation.IsCancellationRequested
                ? "Stopped before it began."
                : $"No server answers at {health}. Start one with: dotnet run --project src/AdServer";
        }
    }
}
