using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>
/// Lets people in. An address that nobody has, one without a password and a wrong password are one answer after the same work: the same look-ups, and
/// always two passwords verified, since a developer and a performer may share an address.
/// </summary>
internal sealed class SignInCheck(
    People people,
    ICredentialStore store,
    Credentials credentials,
    Passwords passwords,
    Guesses guesses,
    Sessions sessions,
    SignInMetrics metrics)
{
    /// <summary>Looked up where there is nobody.</summary>
    private static readonly Subject Nobody = new(SubjectKind.Developer, "nobody");

    private static readonly ApiError Wrong = new(StatusCodes.Status401Unauthorized, "E-mail address or password is wrong");
    public static readonly ApiError Busy = ApiError.Unavailable("Too many people sign in at once; try again");

    /// <summary>Begins a session, or says why not.</summary>
    public async Task<(ApiError? Error, (string Secret, AccessToken Session)? Session)> TryAsync(
        string emailKey, string password, CallerNetwork network, CancellationToken cancellation)
    {
        if (guesses.Begin(emailKey, network) is { } wait)
        {
            return (metrics.Locked(TooEarly(wait)), null);
        }

        if (sessions.AreTooMany)
        {
            guesses.GiveBack(emailKey, network);
            return (metrics.Busy(Busy), null);
        }

        try
        {
            return await VerifyAsync(emailKey, password, network, cancellation);
        }
        catch (StoreUnavailableException)
        {
            guesses.GiveBack(emailKey, network);
            throw;
        }
    }

    private async Task<(ApiError? Error, (string Secret, AccessToken Session)? Session)> VerifyAsync(
        string emailKey, string password, CallerNetwork network, CancellationToken cancellation)
    {
        var (developer, performer) = await people.FindByEmailAsync(emailKey, cancellation);
        var first = await store.FindCredentialAsync(developer?.Subject ?? Nobody, cancellation);
        var second = await store.FindCredentialAsync(performer?.Subject ?? Nobody, cancellation);
        var verdicts = await passwords.RunAsync(
            () => new Verdicts(passwords.Verify(first?.Password, password), passwords.Verify(second?.Password, password)), cancellation);
        if (verdicts is null)
        {
            guesses.GiveBack(emailKey, network);
            return (metrics.Busy(Busy), null);
        }

        var session = verdicts.Developer != PasswordVerdict.Wrong ? await BeginAsync(developer!, first!, verdicts.Developer, password, cancellation)
            : verdicts.Performer != PasswordVerdict.Wrong ? await BeginAsync(performer!, second!, verdicts.Performer, password, cancellation)
            : null;
        if (session is null)
        {
            return (metrics.Refused(Wrong), null);
        }

        Settle(emailKey, network, isOfAnother: verdicts.Developer == PasswordVerdict.Wrong && first is { Password: not null });
        metrics.Accepted();
        return (null, session);
    }

    /// <summary>Whoever shares an administrator's address does not begin his guesses at that password anew by signing in as himself.</summary>
    private void Settle(string emailKey, CallerNetwork network, bool isOfAnother)
    {
        if (isOfAnother)
        {
            guesses.GiveBack(emailKey, network);
        }
        else
        {
            guesses.Clear(emailKey, network);
        }
    }

    private async Task<(string Secret, AccessToken Session)?> BeginAsync(
        Person person, Credential credential, PasswordVerdict verdict, string password, CancellationToken cancellation)
    {
        // For want of a turn it is hashed anew the next time.
        if (verdict == PasswordVerdict.RightButOld && await passwords.RunAsync(() => passwords.Hash(password), cancellation) is { } hash)
        {
            await credentials.RehashAsync(person.Subject, credential.Password!, hash, cancellation);
        }

        return await sessions.BeginAsync(person, credential.Stamp, cancellation);
    }

    private static ApiError TooEarly(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        return new ApiError(StatusCodes.Status429TooManyRequests, $"Too many wrong passwords; try again in {seconds} s", seconds);
    }

    private sealed record Verdicts(PasswordVerdict Developer, PasswordVerdict Performer);
}
