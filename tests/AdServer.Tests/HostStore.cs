using AdServer.Storage.Sqlite;
using Xunit;

namespace AdServer.Tests;

/// <summary>
/// Where the host of a test keeps its data: a file in the host's folder. The tests of storage compile the same tests of endpoints with a class of
/// this name that is a database of MongoDB.
/// </summary>
internal sealed class HostStore : IAsyncDisposable
{
    /// <summary>What ends a test because there is no store to be had; nothing: there is one.</summary>
    public static Exception? Missing { get; }

    /// <summary>Tells the host.</summary>
    public Dictionary<string, string?> Settings { get; } = new() { ["Storage:Path"] = "adserver.db" };

    /// <summary>Makes the rows of a day say five views too many.</summary>
    public static Task SpoilAdRowsAsync(AdServerHost host, string day) =>
        RunAsync(host, $"UPDATE daily_ad_stats SET views = views + 5 WHERE date = '{day}'");

    /// <summary>Takes the events out of the buckets of a day.</summary>
    public static Task EmptyBucketsAsync(AdServerHost host, string day) => RunAsync(host, $"UPDATE events_by_day SET events = '[]' WHERE date = '{day}'");

    /// <summary>Takes away what a day's rows by package say.</summary>
    public static Task DeletePackageRowsAsync(AdServerHost host, string day) => RunAsync(host, $"DELETE FROM daily_package_stats WHERE date = '{day}'");

    private static Task<bool> RunAsync(AdServerHost host, string sql) => host.Get<SqliteDatabase>().WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            session.Execute(sql);
            return true;
        },
        TestContext.Current.CancellationToken);

    /// <summary>The file goes with the folder.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
