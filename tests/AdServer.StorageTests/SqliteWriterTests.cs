using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>When the one thread that writes moves the log into the file.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private const int Much = 8 << 20;

    private readonly SqliteEngine engine = new();

    private long FileLength => new FileInfo(engine.File).Length;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.RunAsync("CREATE TABLE filling (bytes BLOB)");

        // Urgent jobs are counted from the last one in the background.
        await engine.Database.WriteAsync(SqliteLane.Background, _ => true, Token);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task A_large_transaction_is_answered_before_the_log_is_moved_and_so_is_who_waits_behind_it()
    {
        using var queued = new ManualResetEventSlim();
        var large = WriteMuchAsync(queued);
        var next = engine.Database.WriteAsync(SqliteLane.Urgent, _ => FileLength, Token);
        var background = engine.Database.WriteAsync(SqliteLane.Background, _ => FileLength, Token);
        queued.Set();

        Assert.InRange(await large, 0, Much);
        Assert.InRange(await next, 0, Much);
        Assert.InRange(await background, Much, long.MaxValue);
    }

    [Fact]
    public async Task Who_is_urgent_does_not_keep_the_log_from_being_moved()
    {
        using var queued = new ManualResetEventSlim();
        var large = WriteMuchAsync(queued);
        var lengths = Enumerable.Range(0, 20).Select(_ => engine.Database.WriteAsync(SqliteLane.Urgent, _ => FileLength, Token)).ToList();
        queued.Set();

        Assert.InRange(await large, 0, Much);
        Assert.InRange(await lengths[0], 0, Much);
        Assert.InRange(await lengths[8], Much, long.MaxValue);
    }

    [Fact]
    public async Task However_often_the_log_is_moved_the_background_has_its_turn()
    {
        using var queued = new ManualResetEventSlim();
        var done = 0;
        var writes = Enumerable.Range(0, 40).Select(number => engine.Database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                queued.Wait(Token);
                session.Execute($"INSERT INTO filling VALUES (zeroblob({Much / 8}))");
                return ++done;
            },
            Token)).ToList();
        var background = engine.Database.WriteAsync(SqliteLane.Background, _ => done, Token);
        queued.Set();

        Assert.InRange(await background, 1, 20);
        Assert.Equal(40, await writes[^1]);
    }

    [Fact]
    public async Task A_log_that_is_small_stays_where_it_is()
    {
        await engine.RunAsync("INSERT INTO filling VALUES (zeroblob(100000))");

        var before = await engine.Database.WriteAsync(SqliteLane.Background, _ => FileLength, Token);
        await engine.RunAsync("INSERT INTO filling VALUES (zeroblob(100000))");

        Assert.Equal(before, await engine.Database.WriteAsync(SqliteLane.Background, _ => FileLength, Token));
    }

    /// <summary>Fills the log once everything is queued; says how long the file was just before the commit.</summary>
    private Task<long> WriteMuchAsync(ManualResetEventSlim queued) => engine.Database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            queued.Wait(Token);
            session.Execute($"INSERT INTO filling VALUES (zeroblob({Much}))");
            return FileLength;
        },
        Token);
}
