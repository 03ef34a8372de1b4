using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdServer.Storage.Mongo;

/// <summary>Front door of the engine: its stores, on one database.</summary>
internal static class MongoModule
{
    /// <exception cref="StartException">The settings cannot be used.</exception>
    public static IServiceCollection AddMongo(
        this IServiceCollection services, IConfiguration configuration, StorageSettings storage, string contentRootPath, StorageAccess access)
    {
        var settings = MongoSettings.Read(configuration);
        services.AddSingleton(new StorageLocation(StorageSettings.Mongo, settings.Redacted));
        services.AddSingleton(provider => new MongoDatabase(settings, storage, access, LogOf(provider)));
        services.AddSingleton(provider => Patient(provider.GetRequiredService<MongoDatabase>(), storage.Deadline, access));
        services.AddSingleton<IMongoCommands>(provider => provider.GetRequiredService<MongoRetry>());
        services.AddSingleton<ICatalogStore, MongoCatalogStore>();
        services.AddSingleton<IAccessStore, MongoAccessStore>();
        services.AddSingleton<MongoEventJournal>();
        services.AddSingleton<IEventJournal>(provider => provider.GetRequiredService<MongoEventJournal>());
        services.AddSingleton(provider => new MongoSpools(provider.GetRequiredService<MongoRetry>(), provider.GetService<SqliteSpool>()));
        services.AddSingleton<IStatsStore, MongoStatsStore>();
        services.AddSingleton<ILedgerStore, MongoLedgerStore>();
        if (access == StorageAccess.Serve)
        {
            services.AddSpool(storage.SpoolFile(contentRootPath), storage.MaxSpoolBytes);
        }

        return services;
    }

    /// <summary>Opens the database, and the spool before it: that is the quicker to say what is wrong.</summary>
    /// <exception cref="StartException">One of them cannot be used.</exception>
    public static Task OpenMongoAsync(this IServiceProvider services)
    {
        services.OpenSpool();
        return services.GetRequiredService<MongoDatabase>().OpenAsync();
    }

    /// <summary>The clock of the server may be held still or moved; how long an engine takes is measured in real time.</summary>
    private static MongoRetry Patient(MongoDatabase database, TimeSpan deadline, StorageAccess access) =>
        new(access == StorageAccess.ReadOnly ? new MongoReadOnly(database) : database, TimeProvider.System, deadline);

    private static ILogger LogOf(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger<MongoDatabase>() ?? NullLogger<MongoDatabase>.Instance;
}
