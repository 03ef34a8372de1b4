using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>Changes credentials one after the other, whoever else changes them: reads, changes, and writes unless somebody was faster.</summary>
internal sealed class Credentials(ICredentialStore store, TimeProvider clock)
{
    /// <summary>Nobody changes one credential this often at once.</summary>
    private const int MostTries = 20;

    private static readonly TimeSpan LifeOfInvitation = TimeSpan.FromDays(7);
    private static readonly TimeSpan LifeOfReset = TimeSpan.FromHours(1);

    /// <summary>Makes a link; nothing if there are too many already.</summary>
    public async Task<(string Secret, DateTimeOffset ExpiresAt)?> AddLinkAsync(Subject subject, LinkKind kind, CancellationToken cancellation)
    {
        var (now, secret) = (clock.Now(), LinkSecret.New());
        var link = new SignInLink(TokenSecret.Hash(secret), kind, now + (kind == LinkKind.Invitation ? LifeOfInvitation : LifeOfReset));
        return await ChangeAsync(subject, held => held.With(link, now), cancellation) is null ? null : (secret, link.ExpiresAt);
    }

    /// <summary>Sets a password by a link and uses the link up, in one step; false if it was used before, or has expired.</summary>
    public async Task<bool> SetPasswordAsync(Subject subject, string link, string password, CancellationToken cancellation)
    {
        var now = clock.Now();
        var stamp = Ids.New(now);
        return await ChangeAsync(subject, held => held.Using(link, password, stamp, now), cancellation) is not null;
    }

    /// <summary>Ends the links that were not used.</summary>
    public Task DropLinksAsync(Subject subject, CancellationToken cancellation) =>
        ChangeAsync(subject, held => held.WithoutLinks(), cancellation);

    /// <summary>Puts another hash of the same password in the place of one, if that is still there.</summary>
    public Task RehashAsync(Subject subject, string before, string password, CancellationToken cancellation) =>
        ChangeAsync(subject, held => held.Rehashed(before, password), cancellation);

    private async Task<Credential?> ChangeAsync(Subject subject, Func<Credential, Credential?> change, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var held = await store.FindCredentialAsync(subject, cancellation) ?? new Credential(subject, Version: 0);
            var next = change(held);
            // The same: an attempt of ours was executed without an answer.
            if (next is null || ReferenceEquals(next, held) || await store.ReplaceCredentialAsync(next, cancellation))
            {
                return next;
            }
        }

        throw new StoreUnavailableException("The credential is being changed by others; try again");
    }
}
