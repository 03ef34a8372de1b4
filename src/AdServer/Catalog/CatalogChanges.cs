namespace AdServer.Catalog;

/// <summary>
/// Changes that are made from what is stored (read, merge, replace if nobody else did) wait for each other on this host, so that they
/// do not chase each other. Other hosts are met by trying again.
/// </summary>
internal sealed class CatalogChanges : IDisposable
{
    /// <summary>How often a change is made again on top of another host's before the caller is told.</summary>
    public const int MostTries = 20;

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Makes a change when it is its turn.</summary>
    public async Task<T> MakeAsync<T>(Func<Task<T>> change, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await change();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
