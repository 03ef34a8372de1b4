using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands.Backups;

/// <summary>
/// Writes a store into one file, beside running servers. The file appears when it is whole and on the disk; until then, whatever happens, there is
/// only <c>….part</c> beside it, which the next run replaces.
/// </summary>
internal sealed class BackupCommand(IBackupSource source, IAnsiConsole console, TimeProvider clock)
{
    /// <param name="file">The full path.</param>
    /// <param name="isForced">Whether to replace a file that is there.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartException">It cannot be done: the message says why.</exception>
    public async Task<int> RunAsync(string file, bool isForced, CancellationToken cancellation)
    {
        RequireFree(file, isForced);
        var (started, part) = (clock.GetTimestamp(), $"{file}.part");
        try
        {
            var manifest = await WriteAsync(part, cancellation);
            RequireFree(file, isForced);
            File.Move(part, file, overwrite: true);
            console.Line($"{source.Name} is backed up to {file}: {Words(manifest)}, {Megabytes(new FileInfo(file).Length)} MB "
                + $"(the store {Megabytes(manifest.StoreBytes)} MB) in {clock.GetElapsedTime(started).TotalSeconds:0.0} s.");
            return ExitCodes.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The backup cannot be written: {fault.Message.TrimEnd('.')}. Nothing is left of it. It needs room beside {file} for the whole store and for itself.", fault);
        }
    }

    /// <summary>How much a backup holds.</summary>
    public static string Words(BackupManifest manifest) =>
        $"position {manifest.Position.Roll} and {manifest.Position.Tail} events after it, {manifest.Counts.Events} events in all";

    public static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.0}");

    /// <summary>Writes the file, which is locked meanwhile and gone unless it is whole.</summary>
    private async Task<BackupManifest> WriteAsync(string part, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        var stream = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        try
        {
            await using (stream)
            {
                return await FillAsync(stream, $"{part}.db", cancellation);
            }
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private async Task<BackupManifest> FillAsync(FileStream stream, string store, CancellationToken cancellation)
    {
        try
        {
            var takenAt = clock.Now();
            var contents = await source.WriteAsync(store, cancellation);
            var manifest = new BackupManifest(
                BackupManifest.OurFormat, BackupManifest.OurVersion, contents.Schema, source.Name, takenAt, contents.Position, contents.Counts,
                new FileInfo(store).Length);
            await console.WithProgressAsync("Packing megabyte", async steps =>
            {
                await BackupFile.WriteAsync(stream, manifest, store, steps, cancellation);
                return true;
            });
            return manifest;
        }
        finally
        {
            File.Delete(store);
        }
    }

    private static void RequireFree(string file, bool isForced)
    {
        if (Directory.Exists(file))
        {
            throw new StartException($"{file} is a folder. Name a file in it.");
        }

        if (File.Exists(file) && !isForced)
        {
            throw new StartException($"{file} is there already, and is left as it is. Name another file, or replace it with --force.");
        }
    }
}
