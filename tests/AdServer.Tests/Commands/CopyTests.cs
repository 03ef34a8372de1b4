using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>The command as it is started, on files.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");
    private AdServerHost host = null!;

    private string From => Path.Combine(host.Folder, "adserver.db");

    private string To => Path.Combine(folder.FullName, "new", "adserver.db");

    public async ValueTask InitializeAsync() => host = await AdServerHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_on_the_copy_answers_what_the_one_before_did()
    {
        var portal = new Portal(host);
        await portal.SignUpAsync();
        var adId = await portal.AddAdAsync();
        await new Sdk(host).NextAdAsync();
        await new Sdk(host).ReportsAsync(adId, "view", 7.5, eventId: "once");
        await host.StopAsync();

        var (exitCode, output, error) = await CopyAsync($"sqlite:{From}", To);

        Assert.True(exitCode == 0 && error.Length == 0, output + error);
        Assert.Contains($"1 events, 1 days: sqlite:{To} equals sqlite:{From}.", output, StringComparison.Ordinal);
        await using var copy = await AdServerHost.StartAsync(new() { ["Storage:Path"] = To });
        Assert.Equal(1, (await new Portal(copy).AdStatsAsync(adId)).GetProperty("views").GetInt32());
        Assert.Equal(1, (await new Portal(copy).AdStatsAsync(adId)).GetProperty("deliveries").GetInt32());
        Assert.Equal(200, (await new Sdk(copy).SendAsync(adId, "view", 7.5, eventId: "once")).Status);
    }

    [Fact]
    public async Task A_file_that_a_server_writes_to_is_not_copied()
    {
        var (exitCode, output, error) = await CopyAsync($"sqlite:{From}", To);

        Assert.Equal((1, string.Empty), (exitCode, output));
        Assert.Contains("is in use by another server. Stop that one first", error, StringComparison.Ordinal);
        Assert.False(File.Exists(To));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_and_nothing_is_made()
    {
        var (exitCode, _, error) = await CopyAsync($"sqlite:{To}", From + "2");

        Assert.Equal(1, exitCode);
        Assert.Contains($"There is no store at {To}", error, StringComparison.Ordinal);
        Assert.False(File.Exists(From + "2"));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_said_without_its_password()
    {
        var (exitCode, output, error) = await CopyAsync("mongodb://me:s3cret@127.0.0.1:1/ads", To);

        Assert.Equal((1, string.Empty), (exitCode, output));
        Assert.Contains("MongoDB", error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error, StringComparison.Ordinal);
        Assert.False(File.Exists(To));
    }

    private static async Task<(int ExitCode, string Output, string Error)> CopyAsync(string from, string to)
    {
        await using var process = new ServerProcess(["copy", "--from", from, "--to", $"sqlite:{to}"]);
        return await process.ExitAsync();
    }
}
