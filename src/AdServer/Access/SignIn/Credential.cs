namespace AdServer.Access.SignIn;

/// <summary>What a subject can sign in with: a password as its hash, and links that set one. It changes as a whole, version by version.</summary>
/// <param name="Subject">Whose it is.</param>
/// <param name="Version">Counts the changes; a change names the version after the one that it was made from, so that none is lost.</param>
internal sealed record Credential(Subject Subject, long Version)
{
    /// <summary>The most links to a new password that somebody has asked for and not used: a stranger can ask, too.</summary>
    public const int MostResets = 3;

    /// <summary>The hash of the password, with its salt and its cost; absent: none was set yet.</summary>
    public string? Password { get; init; }

    /// <summary>Names the password: a session that began with another one has ended. Empty as long as there is none.</summary>
    public string Stamp { get; init; } = string.Empty;

    /// <summary>The links that were not used; some may have expired.</summary>
    public IReadOnlyList<SignInLink> Links { get; init; } = [];

    /// <summary>Whether this link may be used.</summary>
    public bool Admits(string hash, DateTimeOffset now) => Links.Any(link => link.Hash == hash && link.ExpiresAt > now);

    /// <summary>
    /// With one more link. An invitation takes the place of those before it; of resets, which anybody can ask for, the earlier ones stay, and
    /// there is nothing when there are too many: so nobody makes worthless what was sent to somebody else. Added before: the same.
    /// </summary>
    public Credential? With(SignInLink link, DateTimeOffset now)
    {
        if (Links.Contains(link))
        {
            return this;
        }

        var kept = Links.Where(one => one.ExpiresAt > now && !(one.Kind == link.Kind && link.Kind == LinkKind.Invitation)).ToList();
        return link.Kind == LinkKind.Reset && kept.Count(one => one.Kind == LinkKind.Reset) >= MostResets
            ? null
            : this with { Version = Version + 1, Links = [.. kept, link] };
    }

    /// <summary>Without links; the same if there is none.</summary>
    public Credential WithoutLinks() => Links.Count == 0 ? this : this with { Version = Version + 1, Links = [] };

    /// <summary>With the password that a link sets. It uses up all links. Nothing if the link may not be used; used by this very call: the same.</summary>
    public Credential? Using(string hash, string password, string stamp, DateTimeOffset now) =>
        Stamp == stamp ? this
        : Admits(hash, now) ? this with { Version = Version + 1, Password = password, Stamp = stamp, Links = [] }
        : null;

    /// <summary>With another hash of the same password. Nothing if the password is another one by now.</summary>
    public Credential? Rehashed(string before, string password) =>
        Password == password ? this
        : Password == before ? this with { Version = Version + 1, Password = password }
        : null;
}

/// <summary>A link that lets its holder set a password, once.</summary>
/// <param name="Hash">SHA-256 of its secret.</param>
/// <param name="Kind">Why it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record SignInLink(string Hash, LinkKind Kind, DateTimeOffset ExpiresAt);

/// <summary>Why a link was made.</summary>
internal enum LinkKind
{
    /// <summary>An administrator let somebody in.</summary>
    Invitation,

    /// <summary>Somebody has forgotten the password, or says so.</summary>
    Reset,
}
