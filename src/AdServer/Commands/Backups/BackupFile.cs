using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AdServer.Common;

namespace AdServer.Commands.Backups;

/// <summary>
/// The file of a backup: a zip of <c>manifest.json</c> and <c>store.db</c>, whose comment, its last 64 bytes, is the SHA-256 of all bytes before
/// it. Nothing in it is looked at before that fits. It is held open, so that what was checked is what is read.
/// </summary>
internal sealed class BackupFile : IDisposable
{
    private const string ManifestEntry = "manifest.json";
    private const string StoreEntry = "store.db";
    private const int SealLength = 64;
    private const int BlockSize = 1 << 20;

    private readonly string path;
    private readonly FileStream stream;

    private BackupFile(string path, FileStream stream) => (this.path, this.stream) = (path, stream);

    /// <summary>The SHA-256 that names this backup; known once it was checked.</summary>
    public string Seal { get; private set; } = string.Empty;

    public long Length => stream.Length;

    /// <exception cref="StartException">There is no such file, or it cannot be read.</exception>
    public static BackupFile Open(string path)
    {
        try
        {
            return new BackupFile(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                fault is FileNotFoundException or DirectoryNotFoundException ? $"There is no file {path}." : $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Writes a backup; the stream is empty, and at its end on the disk.</summary>
    public static async Task WriteAsync(
        FileStream stream, BackupManifest manifest, string store, Action<int, int> megabytes, CancellationToken cancellation)
    {
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            zip.Comment = new string('0', SealLength);
            await using (var entry = zip.CreateEntry(ManifestEntry).Open())
            {
                await entry.WriteAsync(manifest.ToJson(), cancellation);
            }

            await using var from = File.OpenRead(store);
            await using var to = zip.CreateEntry(StoreEntry, CompressionLevel.Fastest).Open();
            await PumpAsync(from, from.Length, block => to.WriteAsync(block, cancellation), megabytes, cancellation);
        }

        var seal = await HashAsync(stream, megabytes, cancellation);
        stream.Position = stream.Length - SealLength;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(seal), cancellation);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Makes sure that the file is a whole backup, to its last byte, and reads what it says of itself.</summary>
    /// <exception cref="StartException">It is not.</exception>
    public async Task<BackupManifest> CheckAsync(Action<int, int> megabytes, CancellationToken cancellation)
    {
        var start = new byte[16];
        var length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
        if (!start.AsSpan(0, length).StartsWith("PK\u0003\u0004"u8))
        {
            var isStore = start.AsSpan().StartsWith("SQLite format 3"u8);
            throw new StartException(
                $"{path} is no backup{(isStore ? " but a database file. A store is used as it is, with --Storage:Path" : string.Empty)}.");
        }

        Seal = await HashAsync(stream, megabytes, cancellation);
        return Encoding.ASCII.GetString(await ReadEndAsync(cancellation)) == Seal && ReadManifest() is { } manifest
            ? manifest
            : throw new StartException(
                $"{path} is damaged or cut off, or no backup: the checksum at its end does not fit. Nothing was changed. Take another copy of it.");
    }

    /// <summary>Writes the store's file, to the disk.</summary>
    public async Task UnpackAsync(string store, Action<int, int> megabytes, CancellationToken cancellation)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var entry = zip.GetEntry(StoreEntry) ?? throw new StartException($"{path} holds no store.");
        await using var from = await entry.OpenAsync(cancellation);
        await using var to = new FileStream(store, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await PumpAsync(from, entry.Length, block => to.WriteAsync(block, cancellation), megabytes, cancellation);
        to.Flush(flushToDisk: true);
    }

    public void Dispose() => stream.Dispose();

    private async Task<byte[]> ReadEndAsync(CancellationToken cancellation)
    {
        var end = new byte[Math.Min(SealLength, stream.Length)];
        stream.Position = stream.Length - end.Length;
        await stream.ReadExactlyAsync(end, cancellation);
        return end;
    }

    private BackupManifest? ReadManifest()
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        using var entry = zip.GetEntry(ManifestEntry)?.Open();
        return entry is null ? null : BackupManifest.Read(entry);
    }

    /// <summary>The SHA-256 of all but the seal.</summary>
    private static async Task<string> HashAsync(FileStream stream, Action<int, int> megabytes, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        stream.Position = 0;
        await PumpAsync(
            stream,
            Math.Max(stream.Length - SealLength, 0),
            block =>
            {
                hash.AppendData(block.Span);
                return ValueTask.CompletedTask;
            },
            megabytes,
            cancellation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hands on so many bytes of a stream, or what there is of them.</summary>
    private static async Task PumpAsync(
        Stream from, long length, Func<ReadOnlyMemory<byte>, ValueTask> take, Action<int, int> megabytes, CancellationToken cancellation)
    {
        var buffer = new byte[BlockSize];
        for (var done = 0L; done < length;)
        {
            var read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BlockSize, length - done)), cancellation);
            if (read == 0)
            {
                return;
            }

            await take(buffer.AsMemory(0, read));
            done += read;
            megabytes((int)(done / BlockSize), (int)(length / BlockSize));
        }
    }
}
