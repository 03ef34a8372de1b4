using AdServer.Access;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Commands.Demo;
using AdServer.Commands.Simulation;
using AdServer.Commands.Torture;
using AdServer.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Front door of the commands: what the command line can do beside serving.</summary>
internal static class CommandsModule
{
    /// <summary>Registers the commands. The stores they ask for, and nothing else, must be registered too.</summary>
    public static IServiceCollection AddCommands(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => CommandConsole.Output());
        // A command says on the console what it does; a server's own log takes the place of this one.
        services.TryAddSingleton(provider => new AuditLog(
            provider.GetRequiredService<IAuditStore>(), provider.GetRequiredService<TimeProvider>(), NullLogger<AuditLog>.Instance));
        return services
            .AddTransient<VerifyCommand>()
            .AddTransient<RebuildCommand>()
            .AddTransient<RemoteRebuildCommand>()
            .AddTransient<RerateCommand>()
            .AddTransient<RemoteRerateCommand>()
            .AddTransient<CopyCommand>()
            .AddTransient<BackupCommand>()
            .AddTransient<RestoreCommand>()
            .AddTransient<SimulateCommand>()
            .AddTransient<TortureCommand>()
            .AddTransient<IDemoStore, DemoStore>()
            .AddTransient<DemoData>();
    }

    /// <summary>Says what is to be said, on the error stream if it is a refusal; the value is the exit code.</summary>
    public static int Tell(this Invocation.Answer answer)
    {
        (answer.ExitCode == ExitCodes.Done ? CommandConsole.Output() : CommandConsole.Error()).Line(answer.Text);
        return answer.ExitCode;
    }

    /// <summary>Runs a command that neither serves nor prints a document, ended in good order by Ctrl-C; the value is the exit code.</summary>
    public static async Task<int> RunCommandAsync(this IServiceProvider services, Invocation invocation)
    {
        using var interruption = new Interruption();
        var console = services.GetRequiredService<IAnsiConsole>();
        try
        {
            return await RunAsync(services, invocation, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            console.Line("Interrupted. Nothing is half done: it can be run again.");
            return ExitCodes.Interrupted;
        }
        catch (StoreUnavailableException exception)
        {
            console.Line(exception.Message);
            return invocation.ExitCodeOfFault;
        }
    }

    private static Task<int> RunAsync(IServiceProvider services, Invocation invocation, CancellationToken cancellation) => invocation switch
    {
        Invocation.Verify verify => services.GetRequiredService<VerifyCommand>().RunAsync(verify.Days, cancellation),
        Invocation.Rebuild { Url: { } url } remote => services.GetRequiredService<RemoteRebuildCommand>().RunAsync(url, remote.Days, cancellation),
        Invocation.Rebuild rebuild => services.GetRequiredService<RebuildCommand>().RunAsync(rebuild.Days, cancellation),
        Invocation.Rerate { Url: { } url } remote => services.GetRequiredService<RemoteRerateCommand>().RunAsync(url, remote.Days, cancellation),
        Invocation.Rerate rerate => services.GetRequiredService<RerateCommand>().RunAsync(rerate.Days, cancellation),
        Invocation.Copy => services.GetRequiredService<CopyCommand>().RunAsync(cancellation),
        Invocation.Backup backup => services.GetRequiredService<BackupCommand>().RunAsync(backup.File, backup.IsForced, cancellation),
        Invocation.Restore restore => RestoreAsync(services, restore.File, cancellation),
        Invocation.Simulate simulate => services.GetRequiredService<SimulateCommand>().RunAsync(simulate.Options, cancellation),
        Invocation.Torture torture => services.GetRequiredService<TortureCommand>().RunAsync(torture.Options, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(invocation), "runs in a host of its own"),
    };

    /// <summary>What reads the store to verify it is made when there is one.</summary>
    private static async Task<int> RestoreAsync(IServiceProvider services, string file, CancellationToken cancellation)
    {
        await services.GetRequiredService<RestoreCommand>().RunAsync(file, cancellation);
        return await services.GetRequiredService<VerifyCommand>().RunAsync(DaySpan.All, cancellation);
    }
}
