using System.Diagnostics.Metrics;
using AdServer.Events;
using AdServer.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>Which events share a batch, in which order batches are answered, and that everybody is answered. An event is a letter.</summary>
public sealed class JournalWriterTests : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualClock clock = new();
    private readonly HandJournal journal = new();
    private readonly List<string> published = [];
    private JournalWriter writer;

    public JournalWriterTests() => writer = NewWriter(journal);

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task The_next_batch_is_asked_for_during_a_commit_and_takes_what_waits_when_its_turn_comes()
    {
        var first = Append("a");
        Assert.Equal("a", journal.Asked[0].Take());
        Task<LogOutcome>[] others = [Append("b"), Append("c")];
        Assert.Equal(2, journal.Asked.Count);
        journal.Asked[0].Commit();
        others = [.. others, Append("de")];

        Assert.Equal("bcde", journal.Asked[1].Take());
        journal.Asked[1].Commit();

        Assert.All(await Task.WhenAll([first, .. others]), outcome => Assert.Equal(LogOutcome.Committed, outcome));
        Assert.Equal(["a", "bcde"], published);
        Assert.Equal((2, 0), (journal.Asked.Count, writer.Waiting));
    }

    [Fact]
    public async Task Batches_are_published_and_answered_in_the_order_of_their_commits()
    {
        Task<LogOutcome>[] answers = [Append("a"), Append("b")];
        journal.Asked[0].Take();
        answers = [.. answers, Append("c")];
        journal.Asked[1].Take();

        journal.Asked[1].Commit();
        Assert.Empty(published);
        Assert.Equal(3, writer.Waiting);
        journal.Asked[0].Commit();

        await Task.WhenAll(answers);
        Assert.Equal(["ab", "c"], published);
    }

    [Theory]
    [InlineData("a", true, true)]
    [InlineData("ab", true, false)]
    [InlineData("a", false, false)]
    public async Task Only_whoever_sent_a_single_event_goes_on_where_a_journal_that_gathers_answers(string letters, bool gathers, bool stays)
    {
        var to = new HandJournal { IsGathering = gathers };
        writer = NewWriter(to);
        var answered = Append(letters).ContinueWith(
            _ => Environment.CurrentManagedThreadId, TestContext.Current.CancellationToken, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        if (gathers)
        {
            to.Asked[0].Take();
        }

        var thread = new Thread(to.Asked[0].Commit);
        thread.Start();

        Assert.Equal(stays, thread.ManagedThreadId == await answered);
    }

    [Fact]
    public async Task A_log_that_fails_keeps_nobody_from_being_answered()
    {
        writer = NewWriter(journal, log: new FailingLog());
        var first = Append("a");
        journal.Asked[0].Take();
        journal.Asked[0].Fail();
        Assert.Equal(LogOutcome.StoreUnavailable, await first);

        var second = Append("b");
        journal.Asked[1].Take();
        journal.Asked[1].Commit();

        Assert.Equal(LogOutcome.Committed, await second);
        await writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_waits_is_refused_when_the_journal_fails_before_it_took_it()
    {
        Task<LogOutcome>[] answers = [Append("a"), Append("b")];
        journal.Asked[0].Fail();

        Assert.All(await Task.WhenAll(answers), outcome => Assert.Equal(LogOutcome.StoreUnavailable, outcome));
        Assert.Throws<InvalidOperationException>(journal.Asked[0].Take);
        Assert.NotNull(writer.Outage.Since);
        var later = Append("c");
        Assert.Equal("c", journal.Asked[1].Take());
        journal.Asked[1].Commit();
        Assert.Equal(LogOutcome.Committed, await later);
        Assert.Null(writer.Outage.Since);
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task A_batch_that_fails_refuses_its_own_events_only()
    {
        var first = Append("a");
        journal.Asked[0].Take();
        var second = Append("b");
        journal.Asked[0].Fail();
        Assert.Equal("b", journal.Asked[1].Take());
        journal.Asked[1].Commit();

        Assert.Equal((LogOutcome.StoreUnavailable, LogOutcome.Committed), (await first, await second));
        Assert.Equal(["b"], published);
    }

    [Fact]
    public async Task More_than_a_batch_is_asked_for_again_and_again()
    {
        writer = NewWriter(journal, maxBatch: 2);
        Task<LogOutcome>[] answers = [Append("a"), Append("bcd"), Append("e")];

        Assert.Equal("abcd", journal.Asked[0].Take());
        Assert.Equal("e", journal.Asked[1].Take());
        Assert.Equal(2, journal.Asked.Count);
        journal.Asked[0].Commit();
        journal.Asked[1].Commit();

        Assert.All(await Task.WhenAll(answers), outcome => Assert.Equal(LogOutcome.Committed, outcome));
    }

    [Fact]
    public async Task Whoever_waits_for_all_before_waits_for_both_batches_on_their_way()
    {
        var first = Append("a");
        journal.Asked[0].Take();
        var second = Append("b");
        journal.Asked[1].Take();
        var flushed = Now(writer.FlushAsync);
        Assert.Equal(string.Empty, journal.Asked[2].Take());
        // It has nothing to lose: what the store says of it is nobody's matter.
        journal.Asked[2].Fail();
        journal.Asked[1].Commit();
        Assert.False(flushed.IsCompleted);

        journal.Asked[0].Commit();

        Assert.Equal(LogOutcome.Committed, await flushed);
        Assert.Equal((LogOutcome.Committed, LogOutcome.Committed), (await first, await second));
        Assert.Null(writer.Outage.Since);
    }

    [Fact]
    public async Task Whoever_stops_takes_nothing_more_in_and_answers_what_was_taken_in()
    {
        var first = Append("a");
        journal.Asked[0].Take();
        var second = Append("b");

        var stopped = writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(LogOutcome.QueueFull, await Append("c"));
        journal.Asked[0].Commit();
        Assert.Equal(LogOutcome.Committed, await first);
        Assert.False(stopped.IsCompleted);
        Assert.Equal("b", journal.Asked[1].Take());
        journal.Asked[1].Commit();
        await stopped;

        Assert.Equal(LogOutcome.Committed, await second);
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task A_stop_waits_no_longer_than_the_host_does()
    {
        _ = Append("a");
        using var patience = new CancellationTokenSource();
        var stopped = writer.StopAsync(patience.Token);
        Assert.False(stopped.IsCompleted);

        await patience.CancelAsync();

        await stopped;
    }

    [Fact]
    public async Task However_much_waits_when_the_store_closes_all_of_it_is_refused()
    {
        writer = NewWriter(journal, maxBatch: 1);
        var answers = Enumerable.Range(0, 20_000).Select(_ => Append("a")).ToList();

        journal.IsClosed = true;
        journal.Asked[0].Take();
        journal.Asked[0].Commit();

        Assert.Equal(LogOutcome.Committed, await answers[0]);
        Assert.All(await Task.WhenAll(answers.Skip(1)), outcome => Assert.Equal(LogOutcome.StoreUnavailable, outcome));
        Assert.Equal(0, writer.Waiting);
    }

    [Fact]
    public async Task A_journal_that_does_not_gather_has_one_batch_at_a_time()
    {
        var oneByOne = new HandJournal { IsGathering = false };
        writer = NewWriter(oneByOne);
        Task<LogOutcome>[] answers = [Append("a"), Append("b"), Append("c")];
        Assert.Single(oneByOne.Asked);

        oneByOne.Asked[0].Commit();

        Assert.Equal(["a", "bc"], oneByOne.Asked.Select(batch => string.Concat(batch.Events.Select(one => one.EventId))));
        oneByOne.Asked[1].Commit();
        Assert.All(await Task.WhenAll(answers), outcome => Assert.Equal(LogOutcome.Committed, outcome));
    }

    [Fact]
    public async Task The_time_of_a_commit_is_not_the_time_before_it()
    {
        var times = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, heard) =>
        {
            if (instrument.Name == "adserver.events.commit_duration" && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                heard.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, time, _, _) => times.Add(time));
        listener.Start();

        var answer = Append("a");
        clock.Advance(TimeSpan.FromSeconds(5));
        journal.Asked[0].Take();
        clock.Advance(TimeSpan.FromSeconds(1));
        journal.Asked[0].Commit();

        await answer;
        Assert.Equal([1.0], times);
    }

    private JournalWriter NewWriter(HandJournal to, int maxBatch = 2000, ILogger<JournalWriter>? log = null)
    {
        var metrics = new EventMetrics(services.GetRequiredService<IMeterFactory>());
        var made = new JournalWriter(to, new EventsSettings { MaxBatch = maxBatch }, metrics, clock, log ?? NullLogger<JournalWriter>.Instance);
        made.Committed += events => published.Add(string.Concat(events.Select(one => one.EventId)));
        return made;
    }

    private Task<LogOutcome> Append(string letters) => Now(() =>
    {
        var pending = writer.Rent();
        foreach (var letter in letters)
        {
            pending.Add(ServingData.Event("ad", "com.example.app") with { EventId = $"{letter}" });
        }

        return writer.AppendAsync(pending);
    });

    /// <summary>Asks so that what the journal answers is passed on at once: the context of a test would do it later.</summary>
    private static Task<LogOutcome> Now(Func<ValueTask<LogOutcome>> ask)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return ask().AsTask();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class FailingLog : ILogger<JournalWriter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The log is full");
    }
}
