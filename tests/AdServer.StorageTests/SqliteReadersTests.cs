using AdServer.Common;
using AdServer.Storage;
using AdServer.Storage.Sqlite;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>Reports may take long; what keeps the server going must not wait for them.</summary>
public sealed class SqliteReadersTests : IDisposable
{
    /// <summary>A query that never ends by itself.</summary>
    private const string Endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");

    private string Path => System.IO.Path.Combine(folder.FullName, "adserver.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_report_that_takes_too_long_is_broken_off_and_says_so()
    {
        using var file = SqliteSession.Open(Path, readOnly: false);
        using var readers = new SqliteReaders(() => SqliteSession.Open(Path, readOnly: true), TimeSpan.FromMilliseconds(50));

        var fault = await Assert.ThrowsAsync<TooMuchException>(() => readers.RunAsync(session => session.Number(Endless), Samples.Token));

        Assert.Contains("fewer days", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, await readers.RunAsync(session => session.Number("SELECT 1"), Samples.Token));
    }

    [Fact]
    public async Task However_many_reports_run_other_reading_goes_on()
    {
        using var database = SqliteDatabase.Open(Path, StorageAccess.Serve, SqliteSchema.Store);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Samples.Token);
        var reports = Enumerable.Range(0, 20)
            .Select(_ => database.ReportAsync(session => session.Number(Endless), patience.Token)).ToList();

        Assert.Equal(1, await database.ReadAsync(session => session.Number("SELECT 1"), Samples.Token));

        Assert.DoesNotContain(reports, report => report.IsCompleted);
        await patience.CancelAsync();
        foreach (var report in reports)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => report);
        }
    }
}
