using AdServer.Common;

namespace AdServer.Access;

/// <summary>Writes each minute, and at shutdown, when tokens were used. Only that may be lost in a crash.</summary>
internal sealed partial class TokenUseWriter(ITokenStore store, TokenDirectory directory, TimeProvider clock, ILogger<TokenUseWriter> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Outage outage = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes what is left.
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var uses = directory.TakeUses();
        if (uses.Count == 0)
        {
            return;
        }

        try
        {
            await store.NoteUsesAsync(uses, cancellation);
            outage.End();
        }
        catch (Exception fault)
        {
            // A stop that interrupts this writes them once more: that does no harm twice.
            directory.GiveBack(uses);
            if (fault is OperationCanceledException)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            if (outage.Begin(clock.Now(), fault))
            {
                LogKept(fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "When tokens were used cannot be written and is kept in memory until it can")]
    private partial void LogKept(Exception fault);
}
