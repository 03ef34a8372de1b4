using AdServer.Common;

namespace AdServer.Access;

/// <summary>Makes the changes of tokens: noted in the audit without secret and hash, written, known to this host.</summary>
internal sealed class TokenChanges(ITokenStore store, TokenDirectory directory, AuditLog audit, TimeProvider clock)
{
    /// <summary>The most tokens that have not ended: all are in memory.</summary>
    private const int MostTokens = 10_000;

    private static readonly ApiError NotFound = ApiError.NotFound("Token not found");
    private static readonly ApiError TooMany = ApiError.Conflict($"There are {MostTokens} tokens already; revoke some");
    private static readonly ApiError Last = ApiError.Conflict("This is the last token that can make others; make another one first");

    /// <summary>A request has made a token when it came before, and whoever has its secret was told then.</summary>
    public static ApiError MadeBefore(string id) => ApiError.Conflict(
        $"This {IdempotencyKeys.Header} has made the token {id}; its secret was shown once. If it was lost, revoke that token and ask with another key");

    /// <summary>Adds a token with a new secret, which is in the answer and nowhere else.</summary>
    public async Task<(ApiError? Error, TokenMade? Made)> AddAsync(
        IdempotentCall call, Func<string, AccessToken> make, AuditOrigin origin, CancellationToken cancellation)
    {
        if (await FindMadeAsync(call, cancellation) is not null)
        {
            return (MadeBefore(call.ObjectId), null);
        }

        if (directory.Valid.Count() >= MostTokens)
        {
            return (TooMany, null);
        }

        var secret = TokenSecret.New();
        var token = make(secret);
        var details = TokenResponse.Of(token, null);
        var change = new AuditChange(AuditAction.CreateToken, token.Id) { PerformerId = token.PerformerId, After = details };
        if (!await audit.RecordAsync(origin, change, () => store.AddTokenAsync(token, cancellation), added => added, cancellation))
        {
            // Another host was faster with the same request.
            return (MadeBefore(token.Id), null);
        }

        directory.Take(token);
        return (null, new TokenMade(secret, details));
    }

    /// <summary>Makes another token like one that goes on for a grace time.</summary>
    public async Task<(ApiError? Error, TokenMade? Made)> RotateAsync(
        string id, IdempotentCall call, TimeSpan grace, AuditOrigin origin, CancellationToken cancellation)
    {
        if (await FindMadeAsync(call, cancellation) is { } before)
        {
            // Whoever made it may have died before the old one was told its end.
            await ShortenAsync(id, before.CreatedAt + grace);
            return (MadeBefore(call.ObjectId), null);
        }

        if (directory.Valid.FirstOrDefault(token => token.Id == id) is not { } old)
        {
            return (NotFound, null);
        }

        var now = clock.Now();
        var shortened = old with { GraceUntil = old.GraceUntil < now + grace ? old.GraceUntil : now + grace };
        var change = new AuditChange(AuditAction.RotateToken, id)
        {
            PerformerId = old.PerformerId,
            Before = new AuditedRotation(old.EndsAt, null),
            After = new AuditedRotation(shortened.EndsAt, call.ObjectId),
        };
        return await audit.RecordAsync(
            origin, change, () => RotateAsync(old, call, now + grace, now, origin, cancellation), made => made.Made is not null, cancellation);
    }

    /// <summary>Revokes a token; the error if it was not.</summary>
    public async Task<ApiError?> RevokeAsync(string id, AuditOrigin origin, CancellationToken cancellation)
    {
        var known = directory.Valid.FirstOrDefault(token => token.Id == id);
        if (known is not null && FirstToken.IsAdministrator(known) && !directory.Valid.Any(other => other.Id != id && FirstToken.IsAdministrator(other)))
        {
            return Last;
        }

        // A session ends by signing out.
        if (await store.FindTokenAsync(id, cancellation) is not { RevokedAt: null, Session: null } token)
        {
            return NotFound;
        }

        var now = clock.Now();
        var change = new AuditChange(AuditAction.RevokeToken, id) { PerformerId = token.PerformerId, Before = TokenResponse.Of(token, null) };
        if (!await audit.RecordAsync(origin, change, () => store.RevokeTokenAsync(id, now, cancellation), revoked => revoked, cancellation))
        {
            return NotFound;
        }

        directory.Take(token with { RevokedAt = now });
        return null;
    }

    private async Task<AccessToken?> FindMadeAsync(IdempotentCall call, CancellationToken cancellation) =>
        call.IsRepeat ? await store.FindTokenAsync(call.ObjectId, cancellation) : null;

    private async Task<(ApiError? Error, TokenMade? Made)> RotateAsync(
        AccessToken old, IdempotentCall call, DateTimeOffset end, DateTimeOffset now, AuditOrigin origin, CancellationToken cancellation)
    {
        var made = await AddAsync(
            call,
            secret => old with { Id = call.ObjectId, Hash = TokenSecret.Hash(secret), CreatedAt = now, LastUsedAt = null, GraceUntil = null },
            origin,
            cancellation);
        if (made.Made is null)
        {
            return made;
        }

        // The new one is there first: whoever is answered nothing still has the old one.
        await ShortenAsync(old.Id, end);
        return made;
    }

    /// <summary>Ends a token whose place another one has taken; nobody who hangs up prevents it.</summary>
    private async Task ShortenAsync(string id, DateTimeOffset end)
    {
        await store.ShortenTokenAsync(id, end, CancellationToken.None);
        if (directory.Valid.FirstOrDefault(token => token.Id == id) is { } old)
        {
            directory.Take(old with { GraceUntil = end });
        }
    }

    /// <summary>What rotating a token changes of it.</summary>
    /// <param name="ExpiresAt">When it ends.</param>
    /// <param name="RotatedTo">The token that takes its place.</param>
    private sealed record AuditedRotation(DateTimeOffset? ExpiresAt, string? RotatedTo);
}
