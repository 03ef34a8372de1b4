using Xunit;

namespace AdServer.Tests.Commands;

/// <summary><c>-- backup</c> and <c>-- restore</c> as one types them, beside a server.</summary>
public sealed class BackupProcessTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");
    private AdServerHost host = null!;
    private string adId = string.Empty;

    private string Backup => Path.Combine(folder.FullName, "new", "backup.zip");

    private string Served => Path.Combine(host.Folder, "adserver.db");

    private string Restored => Path.Combine(folder.FullName, "restored", "adserver.db");

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        adId = await new Portal(host).AddAdAsync();
        await new Sdk(host).ReportsAsync(adId, "view", 7.5, eventId: "once");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_on_what_was_restored_answers_what_the_one_before_did()
    {
        var backup = await RunAsync("backup", Backup, Served);
        await new Sdk(host).ReportsAsync(adId, "view", 7.5, eventId: "later");
        var restore = await RunAsync("restore", Backup, Restored);

        Assert.Equal((0, string.Empty), (backup.ExitCode, backup.Error));
        Assert.StartsWith($"sqlite:{Served} is backed up to {Backup}: position ", backup.Output, StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), (restore.ExitCode, restore.Error));
        Assert.EndsWith("1 days, 1 events: raw equals rolled up (position 1)", restore.Output, StringComparison.Ordinal);
        await using var next = await AdServerHost.StartAsync(new() { ["Storage:Path"] = Restored });
        Assert.Equal(1, (await new Portal(next).AdStatsAsync(adId)).GetProperty("views").GetInt32());
        Assert.Equal(200, (await new Sdk(next).SendAsync(adId, "view", 7.5, eventId: "once")).Status);
        await new Sdk(next).ReportsAsync(adId, "view", 7.5, eventId: "later");
    }

    [Fact]
    public async Task The_store_of_a_running_server_is_not_restored()
    {
        await RunAsync("backup", Backup, Served);

        var (exitCode, output, error) = await RunAsync("restore", Backup, Served);

        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Contains("is in use by another server. Stop that one first", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_before_anything_is_made()
    {
        await RunAsync("backup", Backup, Served);
        var bytes = await File.ReadAllBytesAsync(Backup, TestContext.Current.CancellationToken);
        bytes[^200] ^= 1;
        await File.WriteAllBytesAsync(Backup, bytes, TestContext.Current.CancellationToken);

        var (exitCode, output, error) = await RunAsync("restore", Backup, Restored);

        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.Contains("is damaged or cut off", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Restored)));
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        var backup = await RunAsync("backup", Backup, Restored);
        var restore = await RunAsync("restore", Backup, Restored);

        Assert.Equal((1, $"There is no store at {Restored}. A server makes it at its first start."), (backup.ExitCode, backup.Error));
        Assert.Equal((2, $"There is no file {Backup}."), (restore.ExitCode, restore.Error));
        Assert.Empty(folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_disk_without_room_is_said_and_nothing_is_left()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no other disk that is always full.");
        Directory.CreateDirectory(Path.GetDirectoryName(Backup)!);
        File.CreateSymbolicLink($"{Backup}.part", "/dev/full");

        var (exitCode, _, error) = await RunAsync("backup", Backup, Served);

        Assert.Equal(1, exitCode);
        Assert.Contains("The backup cannot be written: No space left on device", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Backup)!));
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_no_store_or_all_of_it()
    {
        await RunAsync("backup", Backup, Served);
        await using (var killed = Start("restore", Backup, Restored))
        {
            await killed.ReadUntilAsync("Restoring ");
        }

        var isThere = File.Exists(Restored);
        var again = await RunAsync("restore", Backup, Restored);
        Assert.Equal(isThere ? 2 : 0, again.ExitCode);
        Assert.Equal(0, (await RunAsync("verify", null, Restored)).ExitCode);
    }

    private static ServerProcess Start(string command, string? file, string store) =>
        new([command, .. file is null ? Array.Empty<string>() : [file], "--Storage:Path", store]);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string command, string? file, string store)
    {
        await using var process = Start(command, file, store);
        var (exitCode, output, error) = await process.ExitAsync();
        return (exitCode, output.Trim(), error.Trim());
    }
}
