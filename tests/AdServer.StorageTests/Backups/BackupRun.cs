using AdServer.Commands;
using AdServer.Common;
using AdServer.Storage;
using Xunit;

namespace AdServer.StorageTests.Backups;

/// <summary>One start of <c>backup</c> or <c>restore</c>: its exit code and what it said, refusals too.</summary>
internal sealed record BackupRun(int ExitCode, string Text)
{
    /// <summary>Backs up beside the server.</summary>
    public static Task<BackupRun> BackUpAsync(TestEngine engine, string file, bool isForced = false) =>
        RunAsync(engine, new Invocation.Backup(file, isForced, []), isOpened: true);

    public static Task<BackupRun> RestoreAsync(TestEngine engine, string file) =>
        RunAsync(engine, new Invocation.Restore(file, []), isOpened: false);

    /// <summary>That it went well.</summary>
    public BackupRun Require()
    {
        Assert.True(ExitCode == 0, Text);
        return this;
    }

    private static async Task<BackupRun> RunAsync(TestEngine engine, Invocation invocation, bool isOpened)
    {
        engine.Said.GetStringBuilder().Clear();
        await using var services = engine.Open(StorageAccess.ReadOnly);
        try
        {
            if (isOpened)
            {
                await services.OpenStorageAsync();
            }

            return new BackupRun(await services.RunCommandAsync(invocation), engine.Said.ToString());
        }
        catch (StartException refusal)
        {
            return new BackupRun(invocation.ExitCodeOfFault, refusal.Message);
        }
    }
}
