using AdServer.Commands.Copying;
using AdServer.Commands.Torture;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Storage.Mongo;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdServer.Storage;

/// <summary>The one switch between the engines. Everybody else knows the store by the interfaces of the modules that need it.</summary>
internal static partial class StorageModule
{
    /// <summary>
    /// Registers the stores of the engine that <c>Storage:Kind</c> names: where it is not set, MongoDB if there is a place for it, else SQLite.
    /// The store is opened by <see cref="OpenStorageAsync"/>.
    /// </summary>
    /// <exception cref="StartException">The settings name no engine, or not how to reach it.</exception>
    public static IServiceCollection AddStorage(
        this IServiceCollection services, IConfiguration configuration, string contentRootPath, StorageAccess access = StorageAccess.Serve)
    {
        var settings = configuration.Read<StorageSettings>("Storage");
        settings.Checked(settings.Fault());
        services.TryAddSingleton(TimeProvider.System);
        var kind = settings.Kind ?? (MongoSettings.AreIn(configuration) ? StorageSettings.Mongo : StorageSettings.Sqlite);
        return kind.Equals(StorageSettings.Mongo, StringComparison.OrdinalIgnoreCase)
            ? services.AddMongo(configuration, settings, contentRootPath, access)
            : services.AddSqlite(Path.GetFullPath(settings.Path, contentRootPath), access);
    }

    /// <summary>Registers what takes away the databases of <c>torture</c>, which has no store of its own process.</summary>
    public static IServiceCollection AddScratchDatabases(this IServiceCollection services) =>
        services.AddSingleton<IScratchDatabases, MongoScratchDatabases>();

    /// <summary>Opens the store (else the first use does), so that what is wrong with it is said before anything else starts.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static async Task<StorageLocation> OpenStorageAsync(this IServiceProvider services)
    {
        var location = services.GetRequiredService<StorageLocation>();
        var log = services.GetService<ILoggerFactory>()?.CreateLogger("AdServer.Store") ?? NullLogger.Instance;
        LogOpening(log, location.Where);
        if (location.Kind == StorageSettings.Mongo)
        {
            await services.OpenMongoAsync();
        }
        else
        {
            services.OpenSqlite();
        }

        LogOpen(log, location.Where);
        return location;
    }

    /// <summary>Registers what a copy needs of its two ends, each of which is a set of services of its own: both are opened.</summary>
    /// <exception cref="StartException">One of them cannot be used, or both are the same.</exception>
    public static async Task<IServiceCollection> AddCopyAsync(this IServiceCollection services, IServiceProvider from, IServiceProvider to)
    {
        if (from.GetRequiredService<StorageLocation>() == to.GetRequiredService<StorageLocation>())
        {
            throw new StartException("--from and --to name the same store. Name another one with --to: it is made if there is none.");
        }

        // The source first: nothing is made for a copy that has nothing to read.
        await from.OpenStorageAsync();
        await to.OpenStorageAsync();
        return services
            .AddSingleton(from.GetRequiredService<ICopySource>())
            .AddSingleton(to.GetRequiredService<ICopyTarget>())
            .AddSingleton(to.GetRequiredService<IEventJournal>())
            .AddSingleton(to.GetRequiredService<IStatsStore>())
            .AddSingleton(to.GetRequiredService<IServingStore>());
    }

    [LoggerMessage(1, LogLevel.Debug, "Opening the store {Where:l}")]
    private static partial void LogOpening(ILogger log, string where);

    [LoggerMessage(2, LogLevel.Debug, "Opened the store {Where:l}")]
    private static partial void LogOpen(ILogger log, string where);
}

/// <summary>What the store is opened for.</summary>
internal enum StorageAccess
{
    /// <summary>Reading and writing: creates and migrates the schema. Of SQLite as the only process that writes, which takes the lock.</summary>
    Serve,

    /// <summary>Like <see cref="Serve"/>, but only what is there already: a mistyped path must not make an empty store.</summary>
    Maintain,

    /// <summary>Reading beside whoever writes: takes no lock and changes nothing, not even the schema.</summary>
    ReadOnly,

    /// <summary>Reading while nobody writes: takes the lock of SQLite, changes nothing. A database of an older ad server will do, too.</summary>
    CopyFrom,

    /// <summary>Like <see cref="Serve"/>, but as the target of a copy, finished or not.</summary>
    CopyTo,
}

/// <summary>Where the data is, for people.</summary>
/// <param name="Kind">The engine.</param>
/// <param name="Where">The file, or the URI without what is secret.</param>
internal sealed record StorageLocation(string Kind, string Where)
{
    /// <summary>The same with its scheme, as a command line names it.</summary>
    public string Name => Kind == StorageSettings.Sqlite ? $"sqlite:{Where}" : Where;
}
