using System.Collections.Concurrent;

namespace AdServer.Access;

/// <summary>The tokens in memory, so that no request waits for the store to say who sends it.</summary>
internal sealed class TokenDirectory(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, AccessToken> byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> byHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> uses = new(StringComparer.Ordinal);
    private readonly Lock changing = new();

    /// <summary>The tokens that have not ended.</summary>
    public IEnumerable<AccessToken> Valid => byId.Values.Where(token => token.IsValid(clock.GetUtcNow()));

    /// <summary>Whoever has this secret; nothing if it is no token's, or of one that has ended.</summary>
    public Caller? Find(string secret)
    {
        var now = clock.GetUtcNow();
        if (!byHash.TryGetValue(TokenSecret.Hash(secret), out var entry) || !entry.Token.IsValid(now))
        {
            return null;
        }

        uses[entry.Token.Id] = now;
        return entry.Caller;
    }

    /// <summary>Takes in a token as it is now. An end that was heard of is never put off by news that come late; only a new secret begins anew.</summary>
    public void Take(AccessToken token)
    {
        lock (changing)
        {
            if (byId.TryGetValue(token.Id, out var before))
            {
                token = before.Hash == token.Hash ? token.EndingWith(before) : token;
                byHash.TryRemove(before.Hash, out _);
            }

            byId[token.Id] = token;
            byHash[token.Hash] = new Entry(token, token.ToCaller());
        }
    }

    /// <summary>When tokens were used since the last call.</summary>
    public IReadOnlyCollection<TokenUse> TakeUses()
    {
        var taken = new List<TokenUse>();
        foreach (var id in uses.Keys)
        {
            if (uses.TryRemove(id, out var at))
            {
                taken.Add(new TokenUse(id, at));
            }
        }

        return taken;
    }

    /// <summary>Gives uses back that could not be written.</summary>
    public void GiveBack(IEnumerable<TokenUse> taken)
    {
        foreach (var use in taken)
        {
            uses.TryAdd(use.TokenId, use.At);
        }
    }

    /// <summary>When a token was used since <see cref="TakeUses"/>.</summary>
    public DateTimeOffset? LastUse(string id) => uses.TryGetValue(id, out var at) ? at : null;

    private sealed record Entry(AccessToken Token, Caller Caller);
}
