using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>When the one thread that writes moves the log into the file, and who tells of what it wrote.</summary>
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

    [Fact]
    public async Task Whoever_waits_for_events_goes_on_one_after_the_other_while_the_writer_goes_on_writing()
    {
        using var queued = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        var order = new List<int>();
        var first = Answered(1, () => held.Wait(Token));
        var second = Answered(2, () => { });
        queued.Set();

        try
        {
            Assert.True(await engine.Database.WriteAsync(SqliteLane.Urgent, _ => true, Token));
            Assert.Empty(order);
        }
        finally
        {
            held.Set();
        }

        Assert.All(await Task.WhenAll(first, second), name => Assert.Equal("SQLite answers", name));
        Assert.Equal([1, 2], order);

        Task<string?> Answered(int number, Action wait) => AfterEvents(
            queued,
            _ =>
            {
                wait();
                order.Add(number);
                return Thread.CurrentThread.Name;
            });
    }

    [Fact]
    public async Task Events_that_fail_or_are_given_up_are_answered_so()
    {
        using var queued = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        var failed = WriteEventsAsync(session => session.Execute("INSERT INTO nowhere VALUES (1)"), queued, Token);
        var left = WriteEventsAsync(_ => { }, queued, gaveUp.Token);
        await gaveUp.CancelAsync();
        queued.Set();

        await Assert.ThrowsAnyAsync<Exception>(() => failed);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.True(await engine.Database.WriteAsync(SqliteLane.Events, _ => true, Token));
    }

    [Fact]
    public async Task Whoever_was_answered_may_close_the_store()
    {
        using var queued = new ManualResetEventSlim();
        var closed = AfterEvents(queued, _ =>
        {
            engine.Database.Dispose();
            return true;
        });
        queued.Set();

        Assert.True(await closed.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Token));
    }

    /// <summary>What is made of a write of events where it is answered.</summary>
    private Task<T> AfterEvents<T>(ManualResetEventSlim queued, Func<Task, T> then) =>
        WriteEventsAsync(_ => { }, queued, Token).ContinueWith(then, Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private Task<bool> WriteEventsAsync(Action<SqliteSession> work, ManualResetEventSlim queued, CancellationToken cancellation) => engine.Database.WriteAsync(
        SqliteLane.Events,
        session =>
        {
            queued.Wait(Token);
            work(session);
            return true;
        },
        cancellation);

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
