using AdServer.Access;
using AdServer.Catalog;
using AdServer.Commands;
using AdServer.Commands.Demo;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Web;

var invocation = CommandLine.Parse(args);
try
{
    return invocation switch
    {
        Invocation.Answer answer => answer.Tell(),
        Invocation.Serve serve => await Program.ServeAsync(serve),
        Invocation.OpenApi openApi => await Program.PrintOpenApiAsync(openApi),
        Invocation.Verify verify => await Program.RunAsync(verify, verify.Configuration, StorageAccess.ReadOnly),
        Invocation.Rebuild { Url: null } rebuild => await Program.RunAsync(rebuild, rebuild.Configuration, StorageAccess.Maintain),
        Invocation.Rerate { Url: null } rerate => await Program.RunAsync(rerate, rerate.Configuration, StorageAccess.Maintain),
        Invocation.Backup backup => await Program.RunAsync(backup, backup.Configuration, StorageAccess.ReadOnly),
        Invocation.Restore restore => await Program.RunAsync(restore, restore.Configuration, StorageAccess.ReadOnly),
        Invocation.Copy copy => await Program.CopyAsync(copy),
        var other => await Program.RunAsync(other, configuration: [], access: null),
    };
}
catch (StartException reason)
{
    return new Invocation.Answer(reason.Message, invocation.ExitCodeOfFault).Tell();
}

/// <summary>The composition root: each module's Add… and Map…, in the order of the modules.</summary>
internal sealed partial class Program
{
    /// <summary>The whole server, not started.</summary>
    /// <param name="args">Settings of the command line.</param>
    /// <param name="adjust">Has the last word.</param>
    /// <param name="mode">Whether callers need tokens, unless <c>Access:Mode</c> says so.</param>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null, AccessMode mode = AccessMode.Tokens)
    {
        // Settings are read once. Watching their folder would wake the process at each write to the store, which is in there by default.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.AddWeb();
        builder.Services.AddAccess(builder.Configuration, mode);
        builder.Services.AddCatalog(builder.Configuration);
        builder.Services.AddEvents(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddStats(builder.Configuration);
        builder.Services.AddServing(builder.Configuration);
        builder.Services.AddCommands();
        builder.Services.AddScratchDatabases();
        builder.Services.AddStorage(builder.Configuration, builder.Environment.ContentRootPath);
        builder.Services.AddStartupLine("Store", services => services.GetRequiredService<StorageLocation>().Where);
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseWeb();
        app.UseAccess();
        app.UseRateLimits();
        app.MapAccess();
        app.MapCatalog();
        app.MapEvents();
        app.MapStats();
        app.MapServing();
        app.MapWeb();
        return app;
    }

    private static async Task<int> ServeAsync(Invocation.Serve serve)
    {
        SocketThreads.Prefer();
        var app = Build(serve.Configuration, mode: serve.Demo ? AccessMode.Open : AccessMode.Tokens);
        await app.Services.OpenStorageAsync();
        if (serve.Demo)
        {
            await app.Services.GetRequiredService<DemoData>().FillAsync(CancellationToken.None);
        }

        return await app.RunWebAsync();
    }

    /// <summary>Prints the document of the server as configured, but on a store of its own: the real one may be in use.</summary>
    private static async Task<int> PrintOpenApiAsync(Invocation.OpenApi openApi)
    {
        var folder = Directory.CreateTempSubdirectory("adserver-openapi-");
        try
        {
            var path = Path.Combine(folder.FullName, "adserver.db");
            return await OpenApi.PrintAsync(Build([.. openApi.Configuration, "--Storage:Kind=sqlite", $"--Storage:Path={path}"]), Console.Out);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs a command that serves nothing, on the store if it needs one.</summary>
    private static async Task<int> RunAsync(Invocation command, string[] configuration, StorageAccess? access)
    {
        var builder = WebApplication.CreateSlimBuilder(configuration);
        builder.Services.AddCommands();
        builder.Services.AddScratchDatabases();
        if (access is { } needed)
        {
            builder.Services.AddStorage(builder.Configuration, builder.Environment.ContentRootPath, needed);
        }

        if (command is Invocation.Rerate { Url: null })
        {
            builder.Services.AddTrafficRules(builder.Configuration, builder.Environment.ContentRootPath);
            builder.Services.AddSingleton<DayRating>();
        }

        await using var services = builder.Services.BuildServiceProvider();
        // What is to be restored is not there yet.
        if (access is not null && command is not Invocation.Restore)
        {
            await services.OpenStorageAsync();
        }

        return await services.RunCommandAsync(command);
    }

    /// <summary>Runs a copy: its two stores are two sets of services, and the command gets the few that it needs of each.</summary>
    private static async Task<int> CopyAsync(Invocation.Copy copy)
    {
        await using var from = OpenEnd([.. copy.Configuration, .. copy.From.Configuration], StorageAccess.CopyFrom);
        await using var to = OpenEnd([.. copy.Configuration, .. copy.To.Configuration], StorageAccess.CopyTo);
        var both = await new ServiceCollection().AddCommands().AddCopyAsync(from, to);
        await using var services = both.BuildServiceProvider();
        return await services.RunCommandAsync(copy);
    }

    private static ServiceProvider OpenEnd(string[] configuration, StorageAccess access)
    {
        var builder = WebApplication.CreateSlimBuilder(configuration);
        return new ServiceCollection().AddStorage(builder.Configuration, builder.Environment.ContentRootPath, access).BuildServiceProvider();
    }
}
