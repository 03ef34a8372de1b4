using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>
/// Ends sessions that should have ended already: a process may have died between changing a password, or removing somebody, and ending the
/// sessions. And deletes those that ended long ago. Every host does it; twice is as good as once.
/// </summary>
internal sealed class SessionService(
    People people, ICredentialStore credentials, Sessions sessions, ITokenStore store, TokenDirectory directory, TimeProvider clock, ILogger<SessionService> log)
    : PeriodicSweep("Ended sessions cannot be deleted, and until they can they stay", Every, clock, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private readonly TimeProvider clock = clock;

    public override async Task SweepAsync(CancellationToken cancellation)
    {
        foreach (var ofOne in directory.Sessions.GroupBy(session => session.Session!.Subject).ToList())
        {
            var stamp = await people.FindAsync(ofOne.Key, cancellation) is null ? null : (await credentials.FindCredentialAsync(ofOne.Key, cancellation))?.Stamp;
            foreach (var session in ofOne.Where(session => session.Session!.Stamp != stamp))
            {
                await sessions.EndAsync(session, cancellation);
            }
        }

        var before = clock.Now() - TokenDirectory.KeptFor;
        await store.RemoveSessionsAsync(before, cancellation);
        directory.Forget(before);
    }
}
