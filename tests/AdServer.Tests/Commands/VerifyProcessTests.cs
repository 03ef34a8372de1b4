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
        using (var session = SqliteSession.Open(Path.Combine(host.Folder, "adserver.db"), readOnly: false))
        {
            session.Execute("UPDATE daily_ad_stats SET views = 2");
        }

        var (code, found) = await RunAsync(host, "verify");
        Assert.Equal(1, code);
        Assert.Contains(adId, found, StringComparison.Ordinal);
        Assert.EndsWith("1 days, 1 events: 1 differences (position 1)", found, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(host, "rebuild")).ExitCode);
        Assert.Equal(0, (await RunAsync(host, "verify")).ExitCode);
    }

    /// <summary>The exit code, and what was said.</summary>
    private static async Task<(int ExitCode, string Said)> RunAsync(AdServerHost host, string command)
    {
        await using var process = new ServerProcess([command, "--Storage:Path", Path.Combine(host.Folder, "adserver.db")]);
        var (exitCode, output, error) = await process.ExitAsync();
        Assert.Empty(error);
        return (exitCode, output.Trim());
    }
}
