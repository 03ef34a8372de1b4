using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Storage;

/// <summary>The one switch between the engines. Everybody else knows the store by the interfaces of the modules that need it.</summary>
internal static class StorageModule
{
    /// <summary>Registers the stores that <c>Storage:Kind</c> names. The file is opened by <see cref="OpenStorage"/>.</summary>
    /// <exception cref="StartException">The settings name no engine.</exception>
    public static IServiceCollection AddStorage(
        this IServiceCollection services, IConfiguration configuration, string contentRootPath, StorageAccess access = StorageAccess.Serve)
    {
        var settings = configuration.Read<StorageSettings>("Storage");
        settings.Checked(settings.Fault());
        var path = Path.GetFullPath(settings.Path, contentRootPath);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new StorageLocation(StorageSettings.Sqlite, path));
        services.AddSingleton(_ => SqliteDatabase.Open(path, access));
        services.AddSingleton<ICatalogStore, SqliteCatalogStore>();
        services.AddSingleton<IAccessStore, SqliteAccessStore>();
        services.AddSingleton<IEventJournal, SqliteEventJournal>();
        services.AddSingleton<IStatsStore, SqliteStatsStore>();
        services.AddSingleton<ILedgerStore, SqliteLedgerStore>();
        return services;
    }

    /// <summary>Opens the store (else the first use does), so that what is wrong with it is said before anything else starts.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static StorageLocation OpenStorage(this IServiceProvider services)
    {
        services.GetRequiredService<SqliteDatabase>();
        return services.GetRequiredService<StorageLocation>();
    }
}

/// <summary>What the store is opened for.</summary>
internal enum StorageAccess
{
    /// <summary>Reading and writing, as the only process that writes: takes the lock, creates and migrates the schema.</summary>
    Serve,

    /// <summary>Like <see cref="Serve"/>, but only what is there already: a mistyped path must not make an empty store.</summary>
    Maintain,

    /// <summary>Reading beside whoever writes: takes no lock and changes nothing, not even the schema.</summary>
    ReadOnly,
}

/// <summary>Where the data is, for people.</summary>
/// <param name="Kind">The engine.</param>
/// <param name="Where">The file.</param>
internal sealed record StorageLocation(string Kind, string Where);
