using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AdServer.Events;
using AdServer.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>
/// Many requests at once and a journal with a thread of its own, which fails now and then, before or after it took a batch; in the midst of
/// it the writer is stopped. Whatever happens, each event is committed once or not at all, and its request is told which.
/// </summary>
public sealed class JournalWriterLoadTests : IDisposable
{
    private const int Clients = 64;
    private const int Requests = 400;
    private const int StopAfter = Clients * Requests * 3 / 4;

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HandJournal journal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BlockingCollection<AskedBatch> asked = [];
    private readonly List<string> committed = [];
    private readonly ConcurrentDictionary<string, bool> seen = new();
    private readonly List<string> published = [];
    private readonly ConcurrentQueue<string> blamed = new();
    private readonly ConcurrentDictionary<LogOutcome, int> outcomes = new();
    private readonly JournalWriter writer;
    private int untaken;
    private int publishing;
    private int sent;
    private Task? stopped;

    public JournalWriterLoadTests()
    {
        var metrics = new EventMetrics(services.GetRequiredService<IMeterFactory>());
        // Now and then full, and a batch is less than what waits.
        var settings = new EventsSettings { MaxBatch = 20, QueueCapacity = Clients * 2 };
        writer = new JournalWriter(journal, settings, metrics, TimeProvider.System, NullLogger<JournalWriter>.Instance);
        writer.Committed += Publish;
        journal.Arrived = batch =>
        {
            BlameIf(Interlocked.Increment(ref untaken) > 1, "two batches are asked for and not taken");
            asked.Add(batch);
        };
    }

    public void Dispose()
    {
        asked.Dispose();
        services.Dispose();
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_event_is_committed_once_or_not_at_all_and_its_request_is_told_which(int seed)
    {
        var committing = Task.Factory.StartNew(
            () => CommitAll(new Random(seed)), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var clients = Enumerable.Range(0, Clients)
            .Select(client => Task.Run(() => SendAllAsync(client, new Random(seed + client)), TestContext.Current.CancellationToken));
        await Task.WhenAll(clients);
        await stopped!;
        asked.CompleteAdding();
        await committing;

        Assert.Empty(blamed);
        Assert.Equal(committed, published);
        Assert.Distinct(committed);
        Assert.Equal(0, writer.Waiting);
        // All three happen, or this shows little.
        Assert.Equal(3, outcomes.Count);
    }

    private async Task SendAllAsync(int client, Random random)
    {
        for (var request = 0; request < Requests; request++)
        {
            var pending = writer.Rent();
            var ids = Enumerable.Range(0, random.Next(1, 4)).Select(number => $"{client}-{request}-{number}").ToList();
            ids.ForEach(id => pending.Add(ServingData.Event("ad", "com.example.app") with { EventId = id }));
            var appended = writer.AppendAsync(pending);
            if (random.Next(10) == 0 && await writer.FlushAsync() != LogOutcome.QueueFull)
            {
                BlameIf(!appended.IsCompleted, "all before was answered, but not this");
            }

            var outcome = await appended;
            outcomes[outcome] = 1;
            ids.ForEach(id => BlameIf((outcome == LogOutcome.Committed) != seen.ContainsKey(id), $"{id} is answered {outcome}"));
            BlameIf(outcome == LogOutcome.Committed && pending.Outcomes.Count != ids.Count, "an event has no outcome");
            writer.Return(pending);
            if (Interlocked.Increment(ref sent) == StopAfter)
            {
                stopped = StopAsync();
            }
        }
    }

    private async Task StopAsync()
    {
        await writer.StopAsync(CancellationToken.None);
        var count = seen.Count;
        BlameIf(await writer.FlushAsync() != LogOutcome.QueueFull, "a writer that stopped takes something in");
        BlameIf(seen.Count != count, "a writer that stopped goes on");
    }

    private void CommitAll(Random random)
    {
        foreach (var batch in asked.GetConsumingEnumerable())
        {
            Interlocked.Decrement(ref untaken);
            var chance = random.Next(20);
            if (chance > 0)
            {
                batch.Take();
            }

            if (chance > 1)
            {
                committed.AddRange(batch.Events.Select(one => one.EventId!));
                batch.Commit();
            }
            else
            {
                batch.Fail();
            }
        }
    }

    private void Publish(IReadOnlyList<AdEvent> batch)
    {
        BlameIf(Interlocked.Increment(ref publishing) > 1, "two batches are published at once");
        foreach (var one in batch)
        {
            published.Add(one.EventId!);
            seen[one.EventId!] = true;
        }

        Interlocked.Decrement(ref publishing);
    }

    private void BlameIf(bool isWrong, string why)
    {
        if (isWrong)
        {
            blamed.Enqueue(why);
        }
    }
}
