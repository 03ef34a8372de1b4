using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>
/// Changes that are made from what is stored (read, merge, replace if nobody else did) wait for each other on this host, so that they
/// do not chase each other. Other hosts are met by trying again.
/// </summary>
internal sealed class CatalogChanges : IDisposable
{
    /// <summary>How often a change is made again on top of another host's before the caller is told.</summary>
    private const int MostTries = 20;

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Makes a change when it is its turn.</summary>
    /// <param name="change">Reads, merges and replaces; gives nothing if somebody else was faster.</param>
    /// <param name="busy">The error when others were faster each time.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<(ApiError? Error, T? Made)> MakeAsync<T>(
        Func<Task<(ApiError? Error, T? Made)?>> change, ApiError busy, CancellationToken cancellation)
        where T : class
    {
        await turn.WaitAsync(cancellation);
        try
        {
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                if (await change() is { } made)
                {
                    return made;
                }
            }

            return (busy, null);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
