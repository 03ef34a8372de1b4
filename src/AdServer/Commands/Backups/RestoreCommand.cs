using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands.Backups;

/// <summary>
/// Fills an empty store from a file that <see cref="BackupCommand"/> wrote. All of the file is checked before anything else is looked at; the
/// store is there when it is whole. Stopped at any moment it can be started again.
/// </summary>
internal sealed class RestoreCommand(IRestoreTarget target, IAnsiConsole console, TimeProvider clock)
{
    /// <exception cref="StartException">It cannot be done: the message says why, and what to do.</exception>
    public async Task RunAsync(string path, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        using var file = BackupFile.Open(path);
        var manifest = await console.WithProgressAsync("Checking megabyte", steps => file.CheckAsync(steps, cancellation));
        if (manifest.Fault(target.Schema) is { } fault)
        {
            throw new StartException($"{path} {fault}");
        }

        await using var site = await target.ClaimAsync($"the backup {file.Seal}", cancellation);
        console.Line($"Restoring {manifest.Source} as it was at {ApiJson.Format(manifest.TakenAt)}: {BackupCommand.Words(manifest)}.");
        await UnpackAsync(file, site.File, cancellation);
        await site.FillAsync(cancellation);
        console.Line($"{target.Name} is restored from {path}: {manifest.Counts.Events} events, {BackupCommand.Megabytes(manifest.StoreBytes)} MB "
            + $"in {clock.GetElapsedTime(started).TotalSeconds:0.0} s. Verifying it:");
    }

    private async Task UnpackAsync(BackupFile file, string store, CancellationToken cancellation)
    {
        try
        {
            await console.WithProgressAsync("Unpacking megabyte", async steps =>
            {
                await file.UnpackAsync(store, steps, cancellation);
                return true;
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The backup cannot be unpacked to {store}: {fault.Message.TrimEnd('.')}. Nothing is left of it.", fault);
        }
    }
}
