namespace AdServer.Access;

/// <summary>A token as it is kept: everything but its secret.</summary>
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

    /// <summary>When it was revoked. It stays as a mark: other hosts must hear of it.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last used, to about a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public bool IsValid(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);

    /// <summary>The token with the earlier of two ends that are known of it.</summary>
    public AccessToken EndingWith(AccessToken other) => this with
    {
        RevokedAt = RevokedAt ?? other.RevokedAt,
        ExpiresAt = other.ExpiresAt < ExpiresAt || ExpiresAt is null ? other.ExpiresAt : ExpiresAt,
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

            // An advertiser's token without a performer, which cannot be made, would see nothing rather than all.
            PerformerId = role == Access.Role.Advertiser ? PerformerId ?? string.Empty : null,
            Packages = role == Access.Role.App ? Packages : null,
        };
    }
}
