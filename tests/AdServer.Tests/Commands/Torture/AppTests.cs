using AdServer.Commands.Torture;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>Apps, their ledger and the judgement on a server in memory: an honest one is found honest, whatever breaks, and no false one is.</summary>
public sealed class AppTests : IDisposable
{
    private const int Calls = 400;
    private static readonly Uri Address = new("http://model.example");

    private readonly CancellationTokenSource stop = new();
    private readonly AnswerLedger ledger = new(["id1", "id2"], ["none1", "none2"]);

    public void Dispose() => stop.Dispose();

    [Fact]
    public async Task An_honest_server_whose_calls_break_off_is_found_honest()
    {
        var judgement = await RunAsync(new ModelServer { Called = Count, BreaksBefore = call => call % 7 == 0, BreaksAfter = call => call % 5 == 0 });

        Assert.Empty(judgement.Faults);
        Assert.Equal(0, ledger.Contradicted);
        Assert.Equal((judgement.WithId.Answered, 0L), (judgement.WithId.Counted, judgement.WithId.May));
        Assert.True(judgement.WithId.Answered > Calls / 4);
        Assert.InRange(judgement.WithoutId.Counted, judgement.WithoutId.Answered + 1, judgement.WithoutId.Answered + judgement.WithoutId.May - 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_that_is_answered_and_not_counted_is_found(bool hasId)
    {
        var forgotten = 0;
        var judgement = await RunAsync(new ModelServer
        {
            Called = Count,
            Weight = (call, one) => call > Calls / 2 && (one.EventId is not null) == hasId && Interlocked.Increment(ref forgotten) == 1 ? 0 : 1,
        });

        Assert.Single(judgement.Faults);
        Assert.Equal((hasId ? 1 : 0, hasId ? 0 : 1), (judgement.WithId.Lost, judgement.WithoutId.Lost));
        Assert.Equal(0, judgement.WithId.Doubled + judgement.WithoutId.Doubled);
    }

    [Fact]
    public async Task An_event_that_counts_again_when_it_is_sent_again_is_found()
    {
        var judgement = await RunAsync(new ModelServer { Called = Count, BreaksAfter = call => call % 5 == 0, IsForgetful = true });

        Assert.True(judgement.WithId.Doubled > 0);
        Assert.True(ledger.Contradicted > 0);
        Assert.Equal((0, 0), (judgement.WithoutId.Lost, judgement.WithoutId.Doubled));
    }

    private void Count(int call)
    {
        if (call == Calls)
        {
            stop.Cancel();
        }
    }

    private async Task<Judgement> RunAsync(ModelServer server)
    {
        using var http = new HttpClient(server);
        var calls = new ServerCalls(http, TimeProvider.System);
        var app = new App(1, [() => Address], calls, ledger, new Random(5), new JumpingClock(TimeSpan.FromSeconds(1)));
        await app.RunAsync(stop.Token, CancellationToken.None);
        Assert.Equal(0, app.Unserved);
        return await calls.JudgeAsync(Address, ledger, TestContext.Current.CancellationToken);
    }
}
