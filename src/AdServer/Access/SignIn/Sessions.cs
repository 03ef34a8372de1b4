using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>Begins and ends sessions, here at once and on other hosts with their next look at the tokens.</summary>
internal sealed class Sessions(ITokenStore store, ICredentialStore credentials, TokenDirectory directory, TimeProvider clock)
{
    /// <summary>The most of one subject; the next one ends the oldest.</summary>
    public const int MostOfOne = 10;

    /// <summary>The most in all: they are in memory.</summary>
    public const int Most = 10_000;

    public bool AreTooMany => directory.Sessions.Count() >= Most;

    /// <summary>Begins a session with a password; nothing if that was changed, or the subject removed, at the same moment.</summary>
    public async Task<(string Secret, AccessToken Session)?> BeginAsync(Person person, string stamp, CancellationToken cancellation)
    {
        var (now, secret, subject) = (clock.Now(), TokenSecret.New(), person.Subject);
        var session = new AccessToken(Ids.New(now), person.Name, TokenSecret.Hash(secret), subject.Role.Name, now)
        {
            PerformerId = subject.PerformerId,
            ExpiresAt = now + SessionMark.Longest,
            Session = new SessionMark(subject, stamp),
        };
        if (!await store.AddTokenAsync(session, cancellation))
        {
            throw new InvalidOperationException("A random token was taken, which does not happen");
        }

        // Whoever changed the password has ended the sessions that were there before this one, or is seen here.
        if ((await credentials.FindCredentialAsync(subject, cancellation))?.Stamp != stamp)
        {
            await EndAsync(session, cancellation);
            return null;
        }

        directory.Take(session);
        await EndOldestAsync(subject, cancellation);
        return (secret, session);
    }

    public async Task EndAsync(AccessToken session, CancellationToken cancellation)
    {
        var now = clock.Now();
        await store.RevokeTokenAsync(session.Id, now, cancellation);
        directory.Take(session with { RevokedAt = now });
    }

    /// <summary>Ends all of a subject, those that other hosts began, too.</summary>
    public async Task EndAllAsync(Subject subject, CancellationToken cancellation)
    {
        var now = clock.Now();
        await store.RevokeSessionsAsync(subject, now, cancellation);
        foreach (var session in Of(subject).ToList())
        {
            directory.Take(session with { RevokedAt = now });
        }
    }

    /// <summary>The subject was removed: nobody signs in as it any more. A second call does no harm.</summary>
    public async Task ForgetAsync(Subject subject, CancellationToken cancellation)
    {
        await credentials.RemoveCredentialAsync(subject, cancellation);
        await EndAllAsync(subject, cancellation);
    }

    private IEnumerable<AccessToken> Of(Subject subject) => directory.Sessions.Where(session => session.Session!.Subject == subject);

    private async Task EndOldestAsync(Subject subject, CancellationToken cancellation)
    {
        foreach (var old in Of(subject).OrderByDescending(session => session.CreatedAt).ThenByDescending(session => session.Id, StringComparer.Ordinal).Skip(MostOfOne).ToList())
        {
            await EndAsync(old, cancellation);
        }
    }
}
