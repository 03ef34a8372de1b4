using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Catalog;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
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
        .AddSingleton<ITokenStore, SqliteTokenStore>()
        .AddSingleton<IAuditStore, SqliteAuditStore>()
        .AddSingleton<IIdempotencyStore, SqliteIdempotencyStore>()
        .AddSingleton<ICredentialStore, SqliteCredentialStore>()
        .AddSingleton<ISigningKeyStore, SqliteSigningKeyStore>()
        .AddSingleton<IEventJournal, SqliteEventJournal>()
        .AddSingleton<SqliteStatsStore>()
        .AddSingleton<IStatsStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<ISweepStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<IServingStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<IDeliveredStore, SqliteDeliveredStore>()
        .AddSingleton<ILedgerStore, SqliteLedgerStore>()
        .AddSingleton<IDeviceStore, SqliteDeviceStore>()
        .AddSingleton<IRetentionStore, SqliteRetentionStore>()
        .AddSingleton<IRatingStore, SqliteRatingStore>()
        .AddSingleton<ICopySource, SqliteCopySource>()
        .AddSingleton<ICopyTarget, SqliteCopyTarget>()
        .AddSingleton<IBackupSource, SqliteBackupSource>()
        .AddSingleton<IRestoreTarget, SqliteRestoreTarget>();

    /// <summary>The stores of a file beside the configured store, at one end of a copy.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static ServiceProvider OpenSqliteFile(string path, StorageAccess access, TimeProvider clock)
    {
        var services = new ServiceCollection().AddSingleton(clock).AddSqlite(path, access).BuildServiceProvider();
        try
        {
            services.OpenSqlite();
            return services;
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static void OpenSqlite(this IServiceProvider services) => services.GetRequiredService<SqliteDatabase>();
}
