using AdServer.Common;
using AdServer.Events;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1 to 4: what an append promises, and how committed events fall into rolls.</summary>
public abstract class EventLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected EventLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Theory]
    [InlineData("com.example.app")]
    [InlineData("with\0nul and \u0001 control")]
    [InlineData("\U0001F600 astral \uFFFD")]
    [InlineData("quote ' \" \\ % _ ?1")]
    [InlineData(" leading and trailing ")]
    public async Task An_event_is_read_exactly_as_it_was_written(string text)
    {
        var written = Event(id: text, package: text, watched: 604_800_000) with { DeviceId = text, Timestamp = text, IsOtherPackage = true, UserAgent = text, Flaw = TrafficFlaw.Rate, IsVerified = true };
        var bare = Event(package: text) with { DeviceId = string.Empty };

        await engine.AppendAsync(written, bare);
        await engine.ReopenAsync();
        var roll = await engine.Journal.NextRollAsync(10, Token);

        Assert.Equal([written, bare], roll!.Events);
    }

    [Fact]
    public async Task Text_that_is_no_unicode_is_refused_rather_than_changed()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => engine.AppendAsync(Event(), Event(package: "half \uD83D a pair")));

        Assert.Null(await engine.Journal.NextRollAsync(10, Token));
    }

    [Fact]
    public async Task A_batch_that_is_made_by_the_append_is_made_once_and_an_empty_one_is_none()
    {
        var made = 0;
        var outcomes = await engine.Journal.AppendWaitingAsync(
            () =>
            {
                made++;
                return [Event(id: "e1"), Event(id: "e1")];
            },
            Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Journal.AppendWaitingAsync(() => throw new InvalidOperationException("No batch"), Token));

        Assert.Equal([AppendOutcome.Stored, AppendOutcome.Duplicate], outcomes);
        Assert.Equal(1, made);
        Assert.Empty(await engine.Journal.AppendWaitingAsync(() => [], Token));
        Assert.Equal(["e1"], (await engine.Journal.NextRollAsync(10, Token))!.Events.Select(one => one.EventId));
    }

    [Fact]
    public async Task A_repeated_event_is_a_duplicate_in_the_same_batch_and_in_later_ones()
    {
        Assert.Equal(
            [AppendOutcome.Stored, AppendOutcome.Duplicate, AppendOutcome.Stored],
            await engine.AppendAsync(Event(id: "e1"), Event(id: "e1"), Event(id: "E1")));
        await engine.ReopenAsync();
        Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event(id: "e1", day: 3)));
        Assert.Equal(2, (await engine.Journal.ReadLagAsync(Token)).Events);
    }

    [Fact]
    public async Task Events_without_an_identity_are_never_duplicates()
    {
        Assert.Equal([AppendOutcome.Stored, AppendOutcome.Stored], await engine.AppendAsync(Event(), Event()));
        Assert.Equal(2, (await engine.Journal.ReadLagAsync(Token)).Events);
    }

    [Fact]
    public async Task Of_64_parallel_appends_of_one_event_exactly_one_is_stored()
    {
        // Opened before: opening blocks, and 64 blocked threads leave none for a server in this process.
        _ = engine.Journal;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => engine.AppendAsync(Event(id: "same")))));

        Assert.Single(outcomes, outcome => outcome[0] == AppendOutcome.Stored);
        Assert.Equal(1, (await engine.Journal.ReadLagAsync(Token)).Events);
    }

    [Fact]
    public async Task An_empty_batch_is_no_batch()
    {
        Assert.Empty(await engine.AppendAsync());
        Assert.Null(await engine.Journal.NextRollAsync(10, Token));
    }

    [Fact]
    public async Task An_append_that_was_cancelled_before_it_began_stores_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => engine.Journal.AppendAsync([Event()], new CancellationToken(canceled: true)));

        Assert.Equal(0, (await engine.Journal.ReadLagAsync(Token)).Events);
    }

    [Fact]
    public async Task The_same_roll_is_given_until_it_is_applied_whatever_arrives_meanwhile()
    {
        await engine.AddAdsAsync("p1", "a1");
        foreach (var id in (string[])["1", "2", "3"])
        {
            await engine.AppendAsync(Event(id: id));
        }

        var first = await engine.Journal.NextRollAsync(2, Token);
        await engine.AppendAsync(Event(id: "4"));
        await engine.ReopenAsync();
        var again = await engine.Journal.NextRollAsync(100, Token);
        await engine.Stats.ApplyAsync(again!, Token);
        var second = await engine.Journal.NextRollAsync(100, Token);

        Assert.Equal("1: 1, 2", Text(first));
        Assert.Equal("1: 1, 2", Text(again));
        Assert.Equal("2: 3, 4", Text(second));
    }

    private static string Text(Roll? roll) => $"{roll!.Number}: {string.Join(", ", roll.Events.Select(one => one.EventId))}";

    [Fact]
    public async Task Callers_that_ask_at_once_get_the_same_roll()
    {
        await engine.AppendAsync([.. Enumerable.Range(0, 20).Select(_ => Event())]);

        var rolls = await Task.WhenAll(Enumerable.Range(1, 8).Select(most => Task.Run(() => engine.Journal.NextRollAsync(most, Token))));

        Assert.Single(rolls.Select(roll => (roll!.Number, roll.Events.Count)).Distinct());
    }

    [Fact]
    public async Task A_roll_is_closed_over_every_event_once_without_a_hole()
    {
        await engine.AddAdsAsync("p1", "a1");
        foreach (var batch in Enumerable.Range(0, 25).Select(number => Event(id: $"{number}")).Chunk(5))
        {
            await engine.AppendAsync(batch);
        }

        var rolls = new List<Roll>();
        while (await engine.Journal.NextRollAsync(10, Token) is { } roll)
        {
            rolls.Add(roll);
            await engine.Stats.ApplyAsync(roll, Token);
        }

        Assert.Equal([1, 2, 3], rolls.Select(roll => roll.Number));
        Assert.Equal(Enumerable.Range(0, 25).Select(number => $"{number}"), rolls.SelectMany(roll => roll.Events).Select(one => one.EventId));
    }

    [Fact]
    public async Task The_lag_tells_the_events_after_the_last_applied_roll_and_the_oldest_of_them()
    {
        await engine.AddAdsAsync("p1", "a1");
        Assert.Equal(new JournalLag(0, 0, null), await engine.Journal.ReadLagAsync(Token));

        await engine.AppendAsync(Event());
        await engine.RollAllAsync();
        await engine.AppendAsync(Event() with { CreatedAt = Noon.AddSeconds(1) });
        await engine.AppendAsync(Event() with { CreatedAt = Noon.AddSeconds(2) });
        await engine.Journal.NextRollAsync(10, Token);

        Assert.Equal(new JournalLag(1, 2, Noon.AddSeconds(1)) { HasOpenRoll = true }, await engine.Journal.ReadLagAsync(Token));
    }

    [Fact]
    public async Task A_full_disk_stores_nothing_of_a_batch_and_reading_and_later_writing_go_on()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(id: "before"));
        var large = Enumerable.Range(0, 500).Select(number => Event(id: $"{number}") with { DeviceId = new string('x', 500) }).ToArray();

        await engine.FillDiskAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.AppendAsync(large));
        var between = await engine.ReadTotalAsync();
        await engine.FreeDiskAsync();

        Assert.Equal(1, between.Events.Events);
        Assert.All(await engine.AppendAsync(large), outcome => Assert.Equal(AppendOutcome.Stored, outcome));
        await engine.RollAllAsync();
        Assert.Equal(501, (await engine.ReadTotalAsync()).Events.Events);
        Assert.Empty(await engine.VerifyAsync());
    }
}

/// <summary>The laws of events on SQLite.</summary>
public sealed class SqliteEventLaws() : EventLaws(new SqliteEngine());

/// <summary>The laws of events on MongoDB.</summary>
public sealed class MongoEventLaws() : EventLaws(new Mongo.MongoEngine());
