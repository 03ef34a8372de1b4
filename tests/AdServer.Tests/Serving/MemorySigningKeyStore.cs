using AdServer.Common;
using AdServer.Serving;

namespace AdServer.Tests.Serving;

/// <summary>Signing keys in memory, perhaps of several hosts; may be away.</summary>
internal sealed class MemorySigningKeyStore : ISigningKeyStore
{
    private readonly SortedDictionary<string, SigningKey> keys = new(StringComparer.Ordinal);

    public bool IsAway { get; set; }

    /// <summary>The store's own time, if other hosts write to it.</summary>
    public DateTimeOffset? SharedClock { get; set; }

    public IReadOnlyCollection<SigningKey> Keys => keys.Values;

    public Task AddSigningKeyAsync(SigningKey key, CancellationToken cancellation)
    {
        Answer();
        keys.TryAdd(key.Id, key);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SigningKey>> ListSigningKeysAsync(CancellationToken cancellation)
    {
        Answer();
        return Task.FromResult<IReadOnlyList<SigningKey>>([.. keys.Values]);
    }

    public Task RemoveSigningKeysAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        Answer();
        ids.ToList().ForEach(id => keys.Remove(id));
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> ReadSigningClockAsync(CancellationToken cancellation)
    {
        Answer();
        return Task.FromResult(SharedClock);
    }

    private void Answer()
    {
        if (IsAway)
        {
            throw new StoreUnavailableException("away");
        }
    }
}
