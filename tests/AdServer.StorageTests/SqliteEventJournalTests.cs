using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>The next batch of events is made when the one writer comes to it, and not before.</summary>
public sealed class SqliteEventJournalTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();
    private readonly ManualResetEventSlim free = new();
    private readonly List<int> batches = [];

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        free.Set();
        await engine.DisposeAsync();
        free.Dispose();
    }

    [Fact]
    public async Task What_is_appended_while_the_writer_is_busy_is_one_batch()
    {
        var writer = NewWriter();
        var busy = OccupyAsync();
        var answers = Enumerable.Range(0, 5).Select(number => AppendAsync(writer, $"e{number}")).ToList();
        Assert.DoesNotContain(answers, answer => answer.IsCompleted);

        free.Set();

        Assert.All(await Task.WhenAll(answers), outcome => Assert.Equal(LogOutcome.Committed, outcome));
        Assert.True(await busy);
        Assert.Equal([5], batches);
        Assert.Equal(5, (await engine.Journal.NextRollAsync(10, Token))!.Events.Count);
    }

    [Fact]
    public async Task A_file_that_closes_takes_the_batch_it_was_asked_for_and_the_others_are_refused()
    {
        var writer = NewWriter(maxBatch: 2);
        _ = OccupyAsync();
        var answers = Enumerable.Range(0, 9).Select(number => AppendAsync(writer, $"e{number}")).ToList();

        var database = engine.Database;
        var closing = Task.Run(engine.StopAsync, Token);
        await ClosesAsync(database);
        free.Set();
        await closing;

        var outcomes = await Task.WhenAll(answers);
        Assert.All(outcomes.Take(2), outcome => Assert.Equal(LogOutcome.Committed, outcome));
        Assert.All(outcomes.Skip(2), outcome => Assert.Equal(LogOutcome.StoreUnavailable, outcome));
        Assert.Equal([2], batches);
        await engine.OpenAsync();
        Assert.Equal(["e0", "e1"], (await engine.Journal.NextRollAsync(10, Token))!.Events.Select(one => one.EventId));
    }

    private JournalWriter NewWriter(int maxBatch = 2000)
    {
        var settings = new EventsSettings { MaxBatch = maxBatch };
        var writer = new JournalWriter(engine.Journal, settings, Meters.OfEvents, engine.Clock, NullLogger<JournalWriter>.Instance);
        writer.Committed += events => batches.Add(events.Count);
        return writer;
    }

    private static Task<LogOutcome> AppendAsync(JournalWriter writer, string id)
    {
        var pending = writer.Rent();
        pending.Add(Event(id: id));
        return writer.AppendAsync(pending).AsTask();
    }

    /// <summary>Keeps the writer's thread until it is set free; what is asked for later comes later.</summary>
    private Task<bool> OccupyAsync() => engine.Database.WriteAsync(
        SqliteLane.Urgent,
        _ =>
        {
            free.Wait();
            return true;
        },
        CancellationToken.None);

    /// <summary>Completes when the file takes no more jobs.</summary>
    private static async Task ClosesAsync(SqliteDatabase database) =>
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            while (!Token.IsCancellationRequested)
            {
                _ = database.WriteAsync(SqliteLane.Background, _ => true, CancellationToken.None);
                await Task.Yield();
            }
        });
}
