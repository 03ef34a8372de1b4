using System.Threading.Channels;
using AdServer.Common;

namespace AdServer.Access.SignIn;

/// <summary>
/// Hands links to the webhook of <c>Access:LinkWebhook</c>, or writes them to the console, one after the other and a few times if need be. What waits
/// when the process dies is lost: whoever got no link asks again.
/// </summary>
/// <param name="settings">Where to.</param>
/// <param name="console">The console where there is no webhook: never a log.</param>
/// <param name="metrics">What became of them.</param>
/// <param name="clock">For pauses.</param>
/// <param name="log">For failures, without the link.</param>
internal sealed partial class LinkWriter(
    AccessSettings settings, TextWriter console, SignInMetrics metrics, TimeProvider clock, ILogger<LinkWriter> log) : BackgroundService
{
    private const int QueueCapacity = 1000;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    private readonly Channel<LinkMessage> waiting = Channel.CreateBounded<LinkMessage>(QueueCapacity);

    /// <summary>Never where it is sent on to: the operator has named this one.</summary>
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = AnswerWithin };

    /// <summary>Whether links leave the process by themselves, and not through the console.</summary>
    public bool HasWebhook => settings.LinkWebhook is not null;

    /// <summary>Takes a link for delivery. Waits for nothing.</summary>
    public void Send(LinkMessage message)
    {
        if (!waiting.Writer.TryWrite(message))
        {
            metrics.LinkDropped();
        }
    }

    /// <summary>Delivers what waits, if that can be done soon.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(Patience, clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var message in waiting.Reader.ReadAllAsync(stoppingToken))
            {
                await TryDeliverAsync(message, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task TryDeliverAsync(LinkMessage message, CancellationToken cancellation)
    {
        try
        {
            await DeliverAsync(message, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Its words may hold the link.
            metrics.LinkFailed();
            LogFailed(fault.GetType().Name);
        }
    }

    private async Task DeliverAsync(LinkMessage message, CancellationToken cancellation)
    {
        if (settings.LinkWebhook is not { } webhook)
        {
            await console.WriteLineAsync($"\nA link to set a password, for {message.Email}, until {ApiJson.Format(message.ExpiresAt)}:\n\n    {message.Url}\n");
            metrics.LinkDelivered();
            return;
        }

        for (var attempt = 0; ; attempt++)
        {
            var failure = await TryPostAsync(webhook, message, cancellation);
            if (failure is null)
            {
                metrics.LinkDelivered();
                return;
            }

            if (attempt == Pauses.Length)
            {
                metrics.LinkFailed();
                LogFailed(failure);
                return;
            }

            await Task.Delay(Pauses[attempt], clock, cancellation);
        }
    }

    /// <summary>Posts it; why that failed, in words without address or link.</summary>
    private async Task<string?> TryPostAsync(string webhook, LinkMessage message, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.PostAsJsonAsync(webhook, message, ApiJson.Options, cancellation);
            return answer.IsSuccessStatusCode ? null : $"it answered {(int)answer.StatusCode}";
        }
        catch (HttpRequestException fault)
        {
            return $"it cannot be reached ({fault.HttpRequestError})";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"it did not answer within {AnswerWithin.TotalSeconds:0} s";
        }
    }

    [LoggerMessage(LogLevel.Error, "A one-time link was not delivered to the webhook or the console: {Failure}. Whoever waits for it can ask for another one")]
    private partial void LogFailed(string failure);
}
