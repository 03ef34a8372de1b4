using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Catalog;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage.Mongo.Legacy;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace AdServer.Storage.Mongo;

/// <summary>Front door of the engine: its stores, on one database.</summary>
internal static class MongoModule
{
    /// <summary>What a copy or a backup gives a command at least: it counts whole collections, and nobody waits for the answer to a request.</summary>
    private static readonly TimeSpan CopyDeadline = TimeSpan.FromMinutes(1);

    /// <exception cref="StartException">The settings cannot be used.</exception>
    public static IServiceCollection AddMongo(
        this IServiceCollection services, IConfiguration configuration, StorageSettings asked, string contentRootPath, StorageAccess access)
    {
        var isCopy = access is StorageAccess.CopyFrom or StorageAccess.CopyTo or StorageAccess.ReadOnly;
        var storage = isCopy && asked.Deadline < CopyDeadline ? asked with { Deadline = CopyDeadline } : asked;
        var settings = MongoSettings.Read(configuration);
        services.AddSingleton(settings);
        services.AddSingleton(new StorageLocation(StorageSettings.Mongo, settings.Redacted));
        services.AddSingleton(provider => new MongoDatabase(settings, storage, access, LogOf(provider)));
        services.AddSingleton(provider => Patient(provider.GetRequiredService<MongoDatabase>(), storage.Deadline, access));
        services.AddSingleton<IMongoCommands>(provider => provider.GetRequiredService<MongoRetry>());
        services.AddSingleton<ICatalogStore, MongoCatalogStore>();
        services.AddSingleton<IAccessStore, MongoAccessStore>();
        services.AddSingleton<ITokenStore, MongoTokenStore>();
        services.AddSingleton<IAuditStore, MongoAuditStore>();
        services.AddSingleton<IIdempotencyStore, MongoIdempotencyStore>();
        services.AddSingleton<ICredentialStore, MongoCredentialStore>();
        services.AddSingleton<ISigningKeyStore, MongoSigningKeyStore>();
        services.AddSingleton<MongoEventJournal>();
        services.AddSingleton<IEventJournal>(provider => provider.GetRequiredService<MongoEventJournal>());
        services.AddSingleton(provider => new MongoSpools(provider.GetRequiredService<MongoRetry>(), provider.GetService<SqliteSpool>()));
        services.AddSingleton<MongoPackages>();
        services.AddSingleton<MongoStatsStore>();
        services.AddSingleton<IStatsStore>(provider => provider.GetRequiredService<MongoStatsStore>());
        services.AddSingleton<ISweepStore>(provider => provider.GetRequiredService<MongoStatsStore>());
        services.AddSingleton<IServingStore>(provider => provider.GetRequiredService<MongoStatsStore>());
        services.AddSingleton<IDeliveredStore, MongoDeliveredStore>();
        services.AddSingleton<ILedgerStore, MongoLedgerStore>();
        services.AddSingleton<IDeviceStore, MongoDeviceStore>();
        services.AddSingleton<IRetentionStore, MongoRetentionStore>();
        services.AddSingleton<IRatingStore, MongoRatingStore>();
        services.AddSingleton<ICopySource>(provider => provider.GetRequiredService<MongoDatabase>().IsLegacy
            ? ActivatorUtilities.CreateInstance<LegacySource>(provider)
            : ActivatorUtilities.CreateInstance<MongoCopySource>(provider));
        services.AddSingleton<ICopyTarget, MongoCopyTarget>();
        services.AddSingleton<IBackupSource, MongoBackupSource>();
        services.AddSingleton<IRestoreTarget>(provider => new MongoRestoreTarget(
            clock => new ServiceCollection().AddSingleton(clock).AddMongo(configuration, asked, contentRootPath, StorageAccess.CopyTo).BuildServiceProvider(),
            provider.GetRequiredService<StorageLocation>(),
            provider.GetRequiredService<IAnsiConsole>(),
            provider.GetRequiredService<TimeProvider>()));
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
        new(access is StorageAccess.ReadOnly or StorageAccess.CopyFrom ? new MongoReadOnly(database) : database, TimeProvider.System, deadline, MongoChance.Next);

    private static ILogger LogOf(IServiceProvider services) =>
        services.GetService<ILoggerFactory>()?.CreateLogger<MongoDatabase>() ?? NullLogger<MongoDatabase>.Instance;
}
