using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary><c>-- verify</c> and <c>-- rebuild</c> as one types them, on the file of a server.</summary>
public sealed class VerifyProcessTests
{
    [Fact]
    public async Task Verify_finds_a_row_that_was_spoiled_and_rebuild_mends_it()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        await new Sdk(host).ReportsAsync(adId);
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, "1 days, 1 events: raw equals rolled up (position 1)"), await RunAsync(host, "verify"));

        await host.StopAsync();
        Spoil(host);

        var (code, found) = await RunAsync(host, "verify");
        Assert.Equal(1, code);
        Assert.Contains(adId, found, StringComparison.Ordinal);
        Assert.EndsWith("1 days, 1 events: 2 differences (position 1)", found, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(host, "rebuild")).ExitCode);
        Assert.Equal(0, (await RunAsync(host, "verify")).ExitCode);
    }

    [Fact]
    public async Task A_day_is_rebuilt_by_the_running_server_and_by_nobody_else_beside_it()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        await new Sdk(host).ReportsAsync(await new Portal(host).AddAdAsync());
        await host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        Spoil(host);
        var url = host.Client.BaseAddress!.ToString();

        Assert.Equal(1, (await RunAsync(host, "verify", "--from", "2026-11-21")).ExitCode);
        Assert.Equal((0, "2026-11-21: rebuilt, raw equals rolled up (position 1)"), await CallAsync("rebuild", "--day", "2026-11-21", "--url", url));
        Assert.Equal((0, "1 days, 1 events: raw equals rolled up (position 1)"), await RunAsync(host, "verify", "--to", "2026-11-21"));
        Assert.Equal((0, "0 days, 0 events: raw equals rolled up (position 0)"), await RunAsync(host, "verify", "--after", "2026-11-21"));
    }

    [Fact]
    public async Task Where_nobody_serves_a_rebuild_says_so()
    {
        var (exitCode, said) = await CallAsync("rebuild", "--day", "2026-11-21", "--url", "http://127.0.0.1:9");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("There is no ad server at http://127.0.0.1:9/, or it went away: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_simulated_devices_raw_equals_rolled_up()
    {
        await using var host = await AdServerHost.StartAsync(realTime: true);
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();

        var (code, said) = await CallAsync("simulate", "--url", host.Client.BaseAddress!.ToString(), "--devices", "20", "--seconds", "3");
        Assert.True(code == 0, said);
        var views = (await new Portal(host).AdStatsAsync(adId)).Number("views");
        await host.StopAsync();

        Assert.True(views > 0);
        Assert.Equal(0, (await RunAsync(host, "verify")).ExitCode);
        Assert.Equal(0, (await RunAsync(host, "rebuild")).ExitCode);
        Assert.Equal(0, (await RunAsync(host, "verify")).ExitCode);
    }

    private static void Spoil(AdServerHost host)
    {
        using var session = SqliteSession.Open(Path.Combine(host.Folder, "adserver.db"), readOnly: false);
        session.Execute("UPDATE daily_ad_stats SET views = 2");
    }

    /// <summary>The exit code, and what was said.</summary>
    private static Task<(int ExitCode, string Said)> RunAsync(AdServerHost host, params string[] command) =>
        CallAsync([.. command, "--Storage:Path", Path.Combine(host.Folder, "adserver.db")]);

    private static async Task<(int ExitCode, string Said)> CallAsync(params string[] command)
    {
        await using var process = new ServerProcess(command);
        var (exitCode, output, error) = await process.ExitAsync();
        Assert.Empty(error);
        return (exitCode, output.Trim());
    }
}
