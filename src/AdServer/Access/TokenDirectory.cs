using System.Collections.Concurrent;

namespace AdServer.Access;

/// <summary>The tokens in memory, so that no request waits for the store to say who sends it.</summary>
internal sealed class TokenDirectory(TimeProvider clock)
{
    /// <summary>How long what has ended is kept: other hosts must hear of its end.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, Entry> byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> byHash = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> uses = new(StringComparer.Ordinal);
    private readonly Lock changing = new();

    /// <summary>The tokens that somebody made and that have not ended.</summary>
    public IEnumerable<AccessToken> Valid => All.Where(token => token.Session is null);

    /// <summary>The sessions that have not ended.</summary>
    public IEnumerable<AccessToken> Sessions => All.Where(token => token.Session is not null);

    private IEnumerable<AccessToken> All
    {
        get
        {
            var now = clock.GetUtcNow();
            return byId.Values.Select(entry => entry.Current).Where(token => token.IsValid(now));
        }
    }

    /// <summary>Whoever has this secret; nothing if it is no token's, or of one that has ended. That of a session goes with a cookie alone.</summary>
    public Caller? Find(string secret, bool isSession = false)
    {
        var now = clock.GetUtcNow();
        if (!byHash.TryGetValue(TokenSecret.Hash(secret), out var entry)
            || entry.Token.Session is not null != isSession
            || !entry.IsValid(now))
        {
            return null;
        }

        entry.Use(now);
        uses[entry.Token.Id] = now;
        return entry.Caller;
    }

    /// <summary>A session by its identity; nothing if it has ended.</summary>
    public AccessToken? FindSession(string? id) =>
        id is not null && byId.TryGetValue(id, out var entry) && entry.Current is { Session: not null } session && session.IsValid(clock.GetUtcNow())
            ? session
            : null;

    /// <summary>Takes in a token as it is now. An end that was heard of is never put off by news that come late; only a new secret begins anew.</summary>
    public void Take(AccessToken token)
    {
        lock (changing)
        {
            if (!byId.TryGetValue(token.Id, out var before))
            {
                // What ended long ago and is not known here is good for nothing: after a start, news tell of it once more.
                if (HasEnded(token, clock.GetUtcNow() - KeptFor))
                {
                    return;
                }
            }
            else
            {
                token = before.Token.Hash == token.Hash ? token.EndingWith(before.Current) : token;
            }

            byHash[token.Hash] = byId[token.Id] = new Entry(token, token.ToCaller());
            // Nobody who looks for a secret waits here: the one that stays is there all the time.
            if (before is not null && before.Token.Hash != token.Hash)
            {
                byHash.TryRemove(before.Token.Hash, out _);
            }
        }
    }

    /// <summary>Forgets what has ended for good before a moment: people sign in every day. The store knows it still, and news bring no token back to life.</summary>
    public void Forget(DateTimeOffset before)
    {
        lock (changing)
        {
            foreach (var entry in byId.Values.Where(entry => HasEnded(entry.Token, before)).ToList())
            {
                byId.TryRemove(entry.Token.Id, out _);
                byHash.TryRemove(entry.Token.Hash, out _);
                uses.TryRemove(entry.Token.Id, out _);
            }
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
                taken.Add(new TokenUse(id, at, byId.TryGetValue(id, out var entry) && entry.Token.Session is not null));
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

    /// <summary>When a token was used last, as far as this host knows.</summary>
    public DateTimeOffset? LastUse(string id) => byId.TryGetValue(id, out var entry) ? entry.Current.LastUsedAt : null;

    /// <summary>For good: a session that is idle or revoked stays until its longest time is over. The tokens of the start may begin anew, and stay.</summary>
    private static bool HasEnded(AccessToken token, DateTimeOffset before) => token.Session is not null
        ? token.ExpiresAt < before
        : (token.EndsAt < before || token.RevokedAt < before) && token.Id is not (FirstToken.BootstrapId or FirstToken.MadeId);

    /// <summary>A token, who has it, and when this host saw it last: what decides whether a session is idle.</summary>
    private sealed class Entry(AccessToken token, Caller caller)
    {
        private long usedAt = long.MinValue;

        public AccessToken Token => token;

        public Caller Caller => caller;

        public AccessToken Current =>
            Volatile.Read(ref usedAt) is var ticks and > 0 && new DateTimeOffset(ticks, TimeSpan.Zero) is var used && !(used <= token.LastUsedAt)
                ? token with { LastUsedAt = used }
                : token;

        public bool IsValid(DateTimeOffset now) => (token.Session is null ? token : Current).IsValid(now);

        public void Use(DateTimeOffset now) => Volatile.Write(ref usedAt, now.UtcTicks);
    }
}
