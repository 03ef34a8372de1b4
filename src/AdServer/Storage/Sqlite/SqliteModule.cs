using AdServer.Access;
using AdServer.Catalog;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>Front door of the engine: its stores, on one file that the first use opens.</summary>
internal static class SqliteModule
{
    public static IServiceCollection AddSqlite(this IServiceCollection services, string path, StorageAccess access) => services
        .AddSingleton(new StorageLocation(StorageSettings.Sqlite, path))
        .AddSingleton(_ => SqliteDatabase.Open(path, access, SqliteSchema.Store))
        .AddSingleton<ISqliteTransactions>(provider => provider.GetRequiredService<SqliteDatabase>())
        .AddSingleton<ICatalogStore, SqliteCatalogStore>()
        .AddSingleton<IAccessStore, SqliteAccessStore>()
        .AddSingleton<IEventJournal, SqliteEventJournal>()
        .AddSingleton<IStatsStore, SqliteStatsStore>()
        .AddSingleton<ILedgerStore, SqliteLedgerStore>()
        .AddSingleton<ICopySource, SqliteCopySource>()
        .AddSingleton<ICopyTarget, SqliteCopyTarget>();

    /// <summary>Opens the file.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static void OpenSqlite(this IServiceProvider services) => services.GetRequiredService<SqliteDatabase>();
}
