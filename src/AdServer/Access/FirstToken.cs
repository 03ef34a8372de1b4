using AdServer.Common;

namespace AdServer.Access;

/// <summary>
/// Sees to it that there is an administrator's token: the one of <c>Access:BootstrapToken</c>, else on the first start a random one, which is
/// written to the console once and to no log. That one is made when the host listens: one that could not start has made nothing.
/// </summary>
internal sealed partial class FirstToken(
    ITokenStore store, TokenDirectory directory, AuditLog audit, AccessSettings settings, TextWriter console, TimeProvider clock, ILogger<FirstToken> log)
    : IHostedLifecycleService
{
    /// <summary>The identity of the token that the setting gives.</summary>
    public const string BootstrapId = "bootstrap";

    /// <summary>The identity of the token that is made; of several hosts that start together one makes it.</summary>
    public const string MadeId = "first";

    public Task StartAsync(CancellationToken cancellationToken) =>
        settings.BootstrapToken is { } secret ? PutAsync(secret, cancellationToken) : Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) =>
        settings.Mode == AccessMode.Tokens && !directory.Valid.Any(IsAdministrator) ? MakeAsync(cancellationToken) : Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether somebody with this token can make others.</summary>
    public static bool IsAdministrator(AccessToken token) => token.ToCaller().May.HasFlag(Permissions.ManageAccess);

    private async Task PutAsync(string secret, CancellationToken cancellation)
    {
        var wanted = New(BootstrapId, "Access:BootstrapToken", secret);
        var before = await store.FindTokenAsync(BootstrapId, cancellation);
        if (before?.Hash == wanted.Hash)
        {
            // An end is for ever: the setting is no way round it.
            if (!before.IsValid(clock.Now()))
            {
                LogEnded();
            }

            directory.Take(before);
            return;
        }

        if (!await RecordAsync(before, wanted, () => store.PutTokenAsync(wanted, cancellation), cancellation))
        {
            throw new StartException("Access:BootstrapToken is the secret of another token. Set it to one of its own, or to none: that token stays what it is.");
        }

        directory.Take(wanted);
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        var secret = TokenSecret.New();
        var made = New(MadeId, "first administrator", secret);
        // One that ended, by whatever hand, gives its place.
        var before = await store.FindTokenAsync(MadeId, cancellation);
        var isMine = await RecordAsync(
            before,
            made,
            () => before?.IsValid(clock.Now()) == false ? store.PutTokenAsync(made, cancellation) : store.AddTokenAsync(made, cancellation),
            cancellation);
        if (!isMine)
        {
            return;
        }

        directory.Take(made);
        await console.WriteLineAsync(
            $"""

            The administrator's token, shown this once and kept nowhere:

                {secret}

            Send it as "Authorization: Bearer <token>". Lost it? Start once with Access:BootstrapToken set to one of your own.
            To sign in with a password: open this server in a browser and choose "Nobody has a password yet?" (README, "Sign in").

            """);
    }

    private Task<bool> RecordAsync(AccessToken? before, AccessToken after, Func<Task<bool>> make, CancellationToken cancellation) => audit.RecordAsync(
        AuditOrigin.Server,
        new AuditChange(AuditAction.BootstrapToken, after.Id)
        {
            Before = before is null ? null : TokenResponse.Of(before, null),
            After = TokenResponse.Of(after, null),
        },
        make,
        made => made,
        cancellation);

    private AccessToken New(string id, string name, string secret) =>
        new(id, name, TokenSecret.Hash(secret), Role.Administrator.Name, clock.Now());

    [LoggerMessage(LogLevel.Warning, "Access:BootstrapToken names a token that was revoked or has ended; it opens nothing. Set it to a new secret, or to none")]
    private partial void LogEnded();
}
