using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Commands.Backups;

/// <summary>A store that can be written into one file while servers go on with it.</summary>
internal interface IBackupSource
{
    /// <summary>Which store it is, for people; holds no password.</summary>
    string Name { get; }

    /// <summary>
    /// Writes the store into a new file, as it is at one position: everything that was answered before the call is in it, nothing is in it by
    /// half. The file is checked, and nobody has it open afterwards; of a call that fails nothing is left.
    /// </summary>
    /// <exception cref="StartException">The store cannot be backed up: the message says why and what to do.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    Task<BackupContents> WriteAsync(string file, CancellationToken cancellation);
}

/// <summary>What is in the file of a backup.</summary>
/// <param name="Schema">The version of its tables.</param>
/// <param name="Position">The last roll that was applied, and how many events come after it.</param>
/// <param name="Counts">How many rows of each kind.</param>
internal sealed record BackupContents(int Schema, StatsPosition Position, CopyCounts Counts);
