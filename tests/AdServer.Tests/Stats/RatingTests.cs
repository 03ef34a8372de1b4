using AdServer.Commands;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Rules are changed, a server is started with them, and rates history anew: over HTTP, and as a command that asks it to.</summary>
public sealed class RatingTests : IAsyncLifetime
{
    private AdServerHost host = null!;
    private string adId = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The server of the new rules, on the events of the old ones: a click that took a day, and a view.</summary>
    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(new() { ["Traffic:Rules"] = "impossibleWatch" });
        var performerId = await new Portal(host).SignUpAsync();
        adId = await new Portal(host).AddAdAsync();
        var view = new AdEvent
        {
            AdId = adId,
            PerformerId = performerId,
            PackageName = Sdk.Package,
            Timestamp = "now",
            Day = UtcDay.Of(host.Clock.GetUtcNow()),
            Type = EventType.View,
            WatchDuration = 1000,
            CreatedAt = host.Clock.GetUtcNow(),
        };
        await host.Get<IEventJournal>().AppendAsync([view, view with { Flaw = TrafficFlaw.Robot, UserAgent = "app" }, view with { Type = EventType.Click, WatchDuration = 86_400_000 }], Token);
        await host.Get<RollUpService>().RollAllAsync(Token);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_day_is_rated_by_the_rules_of_now_and_says_what_changed()
    {
        var before = await new Portal(host).AdStatsAsync(adId);
        var answer = await host.PostAsync("/stats/rerate?day=2026-11-21", null);

        answer.Is(200, """{"day":"2026-11-21","events":3,"changed":2,"changes":[{"from":"none","to":"impossibleWatch","events":1},{"from":"robot","to":"none","events":1}]}""");
        var net = await new Portal(host).AdStatsAsync(adId, "?traffic=net");
        Assert.Equal((2, 0, 1), (net.Number("views"), net.Number("clicks"), net.GetProperty("invalid").Number("impossibleWatch")));
        Assert.Equal(before.GetRawText(), (await new Portal(host).AdStatsAsync(adId)).GetRawText());
        Assert.True((await new Portal(host).ReadAsync("/stats/verify")).GetProperty("ok").GetBoolean());
        (await host.PostAsync("/api/stats/rerate?day=2026-11-21", null)).Is(200, """{"day":"2026-11-21","events":3,"changed":0,"changes":[]}""");
    }

    [Fact]
    public async Task The_command_asks_a_running_server_day_by_day()
    {
        var said = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(said) });
        var days = new DaySpan(UtcDay.Parse("2026-11-20"), UtcDay.Parse("2026-11-21"));

        Assert.Equal(ExitCodes.Done, await new RemoteRerateCommand(console).RunAsync(host.Client.BaseAddress!, days, Token));
        Assert.Contains("2026-11-20: 0 events, none is rated otherwise", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("2026-11-21: 3 events, 2 are rated otherwise: 1 from none to", said.ToString(), StringComparison.Ordinal);

        using var pass = host.Get<LedgerGate>().TryEnter();
        Assert.Equal(ExitCodes.Failed, await new RemoteRerateCommand(console).RunAsync(host.Client.BaseAddress!, days, Token));
        Assert.Contains("a rating is running on this server", said.ToString().ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_whose_raw_events_are_not_kept_is_refused()
    {
        await host.Get<IRetentionStore>().RaiseRawSinceAsync(UtcDay.Parse("2026-11-21"), Token);

        Assert.Equal((400, "Raw events are kept since 2026-11-21: earlier days are not rated"), await RefusalAsync("/stats/rerate?day=2026-11-20"));
        Assert.Equal(200, (await host.PostAsync("/stats/rerate?day=2026-11-21", null)).Status);
    }

    [Fact]
    public async Task One_at_a_time_is_let_in_and_a_day_must_be_named()
    {
        Assert.Equal((400, "Missing or invalid day: the one to rate anew, such as 2026-11-20"), await RefusalAsync("/stats/rerate"));
        Assert.Equal((400, "Missing or invalid day: the one to rate anew, such as 2026-11-20"), await RefusalAsync("/stats/rerate?day=2026-02-30"));
        using var pass = host.Get<LedgerGate>().TryEnter();
        Assert.Equal(
            (409, "A verification, a rebuild or a rating is running on this server. Try again when it has ended"), await RefusalAsync("/stats/rerate?day=2026-11-21"));
    }

    private async Task<(int, string?)> RefusalAsync(string path)
    {
        var answer = await host.PostAsync(path, null);
        return (answer.Status, answer.Error);
    }
}
