namespace AdServer.Commands.Torture;

/// <summary>Many apps at once, which can be halted with nothing on its way.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Connections = 32;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource giveUp = new();
    private readonly AnswerLedger ledger;
    private readonly TimeProvider clock;
    private readonly App[] apps;
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public Load(IReadOnlyList<Victim> victims, ServerCalls calls, AnswerLedger ledger, int seed, TimeProvider clock)
    {
        (this.ledger, this.clock) = (ledger, clock);
        Func<Uri?>[] servers = [.. victims.Select(victim => new Func<Uri?>(() => victim.Address))];
        apps = [.. Enumerable.Range(0, Connections).Select(number =>
            new App(number, servers, calls, ledger, new Random(unchecked((seed * 31) + number)), clock))];
    }

    /// <summary>Requests for an ad that were refused, though nothing is wrong with them.</summary>
    public int Unserved => apps.Sum(app => app.Unserved);

    public void Start()
    {
        stop.Dispose();
        stop = new CancellationTokenSource();
        running = Task.WhenAll(apps.Select(app => Task.Run(() => app.RunAsync(stop.Token, giveUp.Token), CancellationToken.None)));
    }

    /// <summary>Ends when all that has begun is answered: some server must listen.</summary>
    public async Task HaltAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Ends when so many more events were answered.</summary>
    public async Task PassAsync(int events, CancellationToken cancellation)
    {
        for (var goal = ledger.Answered + events; ledger.Answered < goal;)
        {
            await Task.Delay(Look, clock, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await giveUp.CancelAsync();
        await stop.CancelAsync();
        await running;
        giveUp.Dispose();
        stop.Dispose();
    }
}
