using AdServer.Commands;
using AdServer.Commands.Copying;
using AdServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace AdServer.StorageTests.Copying;

/// <summary>One start of the command: its exit code and what it said.</summary>
internal sealed record CopyRun(int ExitCode, string Text)
{
    /// <summary>Copies one engine's store into another's; <paramref name="adjust"/> has the last word on what the command gets of the target.</summary>
    public static async Task<CopyRun> StartAsync(TestEngine from, TestEngine to, Action<IServiceCollection, IServiceProvider>? adjust = null)
    {
        await from.StopAsync();
        await to.StopAsync();
        await using var source = from.Open(StorageAccess.CopyFrom);
        await using var target = to.Open(StorageAccess.CopyTo);
        await using var said = new StringWriter();
        var services = await new ServiceCollection()
            .AddSingleton(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(said) }))
            .AddCommands()
            .AddCopyAsync(source, target);
        adjust?.Invoke(services, target);
        await using var command = services.BuildServiceProvider();
        var exitCode = await command.RunCommandAsync(new Invocation.Copy(new CopyAddress([]), new CopyAddress([]), []));
        return new CopyRun(exitCode, said.ToString());
    }

    /// <summary>Everything that a copy would move out of a store, in a form that is the same on every engine.</summary>
    public static async Task<StoreContents> ReadAsync(TestEngine engine)
    {
        await engine.StopAsync();
        await using var services = engine.Open(StorageAccess.CopyFrom);
        return await StoreContents.ReadAsync(services.GetRequiredService<ICopySource>());
    }
}
