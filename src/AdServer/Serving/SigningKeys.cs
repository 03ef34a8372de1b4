using System.Collections.Frozen;

namespace AdServer.Serving;

/// <summary>The signing keys in memory, so that no request waits for the store.</summary>
internal sealed class SigningKeys
{
    private volatile Ring ring = new([]);

    /// <summary>Takes in the keys as they are now.</summary>
    public void Take(IEnumerable<SigningKey> keys) => ring = new Ring([.. keys.OrderByDescending(key => key.SignsFrom).ThenBy(key => key.Id, StringComparer.Ordinal)]);

    /// <summary>The key that signs now: the one that began last. Nothing if none may.</summary>
    public SigningKey? Signing(DateTimeOffset now)
    {
        foreach (var key in ring.Newest)
        {
            if (key.Signs(now))
            {
                return key;
            }
        }

        return null;
    }

    public SigningKey? Find(ReadOnlySpan<char> id) => ring.ById.TryGetValue(id, out var key) ? key : null;

    /// <summary>The keys of one moment.</summary>
    private sealed class Ring
    {
        public Ring(SigningKey[] newest)
        {
            Newest = newest;
            ById = newest.ToFrozenDictionary(key => key.Id, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public SigningKey[] Newest { get; }

        public FrozenDictionary<string, SigningKey>.AlternateLookup<ReadOnlySpan<char>> ById { get; }
    }
}
