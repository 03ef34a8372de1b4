using AdServer.Access;
using AdServer.Commands;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>Running a command among the services of a host.</summary>
public sealed class CommandsModuleTests : IDisposable
{
    private readonly TextConsole console = new();

    public void Dispose() => console.Dispose();

    private async Task<int> RunAsync(ILedgerStore ledger, Invocation invocation)
    {
        await using var services = new ServiceCollection()
            .AddSingleton<IAnsiConsole>(console.Console)
            .AddSingleton(ledger)
            .AddSingleton<IAuditStore>(new MemoryAudit())
            .AddSingleton<IEventJournal>(new WaitingJournal(0))
            .AddCommands()
            .BuildServiceProvider();
        return await services.RunCommandAsync(invocation);
    }

    [Fact]
    public async Task The_command_that_was_asked_for_runs()
    {
        Assert.Equal(0, await RunAsync(new FakeLedger(), new Invocation.Verify([])));
        Assert.Equal("0 days, 0 events: raw equals rolled up (position 0)", console.Lines[^1]);

        Assert.Equal(0, await RunAsync(new FakeLedger(), new Invocation.Rebuild([])));
        Assert.StartsWith("0 days and the package sets", console.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_store_that_cannot_answer_is_said_so_in_its_own_words_and_is_no_difference(bool verify, int exitCode)
    {
        var ledger = new FakeLedger { Failure = new StoreUnavailableException("The store is locked by a [running] server.") };

        Assert.Equal(exitCode, await RunAsync(ledger, verify ? new Invocation.Verify([]) : new Invocation.Rebuild([])));
        Assert.Equal(["The store is locked by a [running] server."], console.Lines);
    }
}
