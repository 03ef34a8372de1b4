using System.Threading.Channels;

namespace AdServer.Access.SignIn;

/// <summary>
/// Makes the links that people ask for who have forgotten their passwords, after they were answered: the answer is the same whoever asks for
/// whom. Only who has a password can get another one by himself; whoever was never let in needs an invitation.
/// </summary>
internal sealed partial class ResetService(
    People people, ICredentialStore store, Credentials credentials, LinkWriter links, AccessSettings settings, SignInMetrics metrics, ILogger<ResetService> log)
    : BackgroundService
{
    private const int QueueCapacity = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(QueueCapacity);

    /// <summary>Takes a request. Waits for nothing; what is too much is dropped.</summary>
    public void Ask(string emailKey)
    {
        if (!waiting.Writer.TryWrite(emailKey))
        {
            metrics.LinkDropped();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var emailKey in waiting.Reader.ReadAllAsync(stoppingToken))
            {
                await TryMakeAsync(emailKey, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Whoever waits asks again.
        }
    }

    private async Task TryMakeAsync(string emailKey, CancellationToken cancellation)
    {
        try
        {
            var (developer, performer) = await people.FindByEmailAsync(emailKey, cancellation);
            foreach (var person in new[] { developer, performer }.OfType<Person>())
            {
                await MakeAsync(person, cancellation);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            metrics.LinkFailed();
            LogFailed(fault);
        }
    }

    private async Task MakeAsync(Person person, CancellationToken cancellation)
    {
        if ((await store.FindCredentialAsync(person.Subject, cancellation))?.Password is not null
            && await credentials.AddLinkAsync(person.Subject, LinkKind.Reset, cancellation) is var (secret, expiresAt))
        {
            links.Send(new LinkMessage(LinkKind.Reset, person.Email, person.Name, LinkSecret.UrlOf(secret, settings.PublicUrlOrLocal), expiresAt));
        }
    }

    [LoggerMessage(LogLevel.Warning, "A link to a new password could not be made; whoever asked for it can ask again")]
    private partial void LogFailed(Exception fault);
}
