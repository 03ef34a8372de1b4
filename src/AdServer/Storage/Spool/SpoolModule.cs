using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Mongo;
using AdServer.Storage.Sqlite;

namespace AdServer.Storage.Spool;

/// <summary>Front door of the spool: a journal before the engine's own, and what empties it. Only for a host that serves.</summary>
internal static class SpoolModule
{
    public static void AddSpool(this IServiceCollection services, string path, long mostBytes)
    {
        services.AddSingleton(_ => SqliteSpool.Open(path, mostBytes));
        services.AddSingleton(provider => new SpooledJournal(
            provider.GetRequiredService<MongoEventJournal>(),
            provider.GetRequiredService<SqliteSpool>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SpooledJournal>>()));
        services.AddSingleton<IEventJournal>(provider => provider.GetRequiredService<SpooledJournal>());
        services.AddSingleton<SpoolMetrics>();
        services.AddSingleton<SpoolDrainService>();
        services.AddHostedService(provider => provider.GetRequiredService<SpoolDrainService>());
        services.AddHealthChecks().AddCheck<SpoolHealth>("spool");
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static void OpenSpool(this IServiceProvider services) => services.GetService<SqliteSpool>();
}
