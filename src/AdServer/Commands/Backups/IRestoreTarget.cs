using AdServer.Common;

namespace AdServer.Commands.Backups;

/// <summary>An empty store that a backup is put into.</summary>
internal interface IRestoreTarget
{
    /// <summary>Which store it is, for people; holds no password.</summary>
    string Name { get; }

    /// <summary>The newest version of the tables that this program knows.</summary>
    int Schema { get; }

    /// <summary>Refuses a store that is in use, as far as that can be seen, or that holds anything but what this backup has put there.</summary>
    /// <param name="backup">Which backup it is: the same words for the same backup.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartException">It is refused: the message says what to do.</exception>
    Task<IRestoreSite> ClaimAsync(string backup, CancellationToken cancellation);
}

/// <summary>The right to fill a store. Disposed of, it leaves no file but the store.</summary>
internal interface IRestoreSite : IAsyncDisposable
{
    /// <summary>Where the file of the backup is to be unpacked; nobody takes it for a store.</summary>
    string File { get; }

    /// <summary>Checks the unpacked file, then makes it the store. Killed at any moment it leaves nothing that a server would start on, or all of it.</summary>
    /// <exception cref="StartException">The file is refused: the message says why.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot take it.</exception>
    Task FillAsync(CancellationToken cancellation);
}
