using AdServer.Access.SignIn;

namespace AdServer.Access;

/// <summary>A token as it is kept: everything but its secret. The sessions of people who have signed in are tokens, too.</summary>
/// <param name="Id">Its identity, which is no secret.</param>
/// <param name="Name">What its administrator calls it.</param>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal digits; unique.</param>
/// <param name="Role">The name of its role.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record AccessToken(string Id, string Name, string Hash, string Role, DateTimeOffset CreatedAt)
{
    /// <summary>The performer of an advertiser's token.</summary>
    public string? PerformerId { get; init; }

    /// <summary>The package names or patterns of an app's key.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Which of its role's permissions it has; absent: all.</summary>
    public Permissions? Scopes { get; init; }

    /// <summary>When it ends; absent: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it ends because another one was made to take its place; absent: none was. That other one has its <see cref="ExpiresAt"/>, not this.</summary>
    public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>When it was revoked. It stays as a mark: other hosts must hear of it.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last used, to about a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whose session this is; absent: a token that somebody made.</summary>
    public SessionMark? Session { get; init; }

    /// <summary>When it ends unless it is used again; absent: never.</summary>
    public DateTimeOffset? EndsAt =>
        Earlier(Earlier(ExpiresAt, GraceUntil), Session is null ? null : (LastUsedAt ?? CreatedAt) + SessionMark.Idle);

    public bool IsValid(DateTimeOffset now) => RevokedAt is null && !(EndsAt <= now);

    /// <summary>The token with the earlier of two ends that are known of it, and the later use.</summary>
    public AccessToken EndingWith(AccessToken other) => this with
    {
        RevokedAt = RevokedAt ?? other.RevokedAt,
        ExpiresAt = Earlier(ExpiresAt, other.ExpiresAt),
        GraceUntil = Earlier(GraceUntil, other.GraceUntil),
        LastUsedAt = other.LastUsedAt > LastUsedAt || LastUsedAt is null ? other.LastUsedAt : LastUsedAt,
    };

    /// <summary>Whoever sends it. A role that this program does not know may nothing.</summary>
    public Caller ToCaller()
    {
        var role = Access.Role.Find(Role);
        var may = (role?.May ?? Permissions.None) & (Scopes ?? Permissions.All);
        return new Caller(Name, may)
        {
            TokenId = Id,
            Role = Role,
            Subject = Session?.Subject,

            // An advertiser's token without a performer, which cannot be made, would see nothing rather than all.
            PerformerId = role == Access.Role.Advertiser ? PerformerId ?? string.Empty : null,
            Packages = role == Access.Role.App ? Packages : null,
        };
    }

    /// <summary>Of two ends the earlier one; absent: never.</summary>
    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}

/// <summary>What makes a token a session: it goes with a cookie, and ends with its subject, with the subject's password, and by being idle.</summary>
/// <param name="Subject">Who has signed in.</param>
/// <param name="Stamp">The password that he has signed in with (<see cref="Credential.Stamp"/>).</param>
internal sealed record SessionMark(Subject Subject, string Stamp)
{
    /// <summary>How long a session goes on without being used.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>How long it goes on at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>How old the last use that other hosts know of may be: each writes it as seldom.</summary>
    public static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(5);
}
