using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>What the writing connection keeps in memory is what the file says.</summary>
public sealed class SqliteTailTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "a1", "a2");
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task A_roll_holds_the_same_events_at_hand_as_in_the_file()
    {
        var odd = Event("a2", EventType.Skip, "e2", "x", day: -1) with
        {
            Identity = Guid.NewGuid(),
            DeviceId = "d\u00e9",
            UserAgent = "u",
            IsOtherPackage = true,
            Flaw = TrafficFlaw.Repeat,
            Revision = 3,
            IsVerified = true,
        };
        await engine.AppendAsync(Event(id: "e1"), odd, Event(id: "e1"), Event(id: "e3"));
        await engine.AppendAsync(Event(id: "e2"), Event(id: "e4"), Event());

        var atHand = await engine.Journal.NextRollAsync(4, Token);
        var read = await engine.Journal.NextRollAsync(4, Token);

        Assert.Equal(["e1", "e2", "e3", "e4"], atHand!.Events.Select(one => one.EventId));
        Assert.Equal(atHand.Events, read!.Events);
        await engine.Stats.ApplyAsync(atHand, Token);
        Assert.Null(Assert.Single((await engine.Journal.NextRollAsync(4, Token))!.Events).EventId);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    public async Task Events_of_a_batch_keep_their_order_and_duplicates_leave_no_hole(int stored)
    {
        // Every third one comes twice.
        var ids = Enumerable.Range(0, stored).SelectMany(number => Enumerable.Repeat($"e{number:00}", number % 3 == 0 ? 2 : 1)).ToList();

        var outcomes = await engine.AppendAsync([.. ids.Select(id => Event(id: id))]);

        Assert.Equal(ids.Select((id, place) => place > 0 && ids[place - 1] == id), outcomes.Select(outcome => outcome == AppendOutcome.Duplicate));
        var positions = await engine.Database.ReadAsync(
            session =>
            {
                using var select = session.Kept("SELECT seq, event_id FROM ad_events ORDER BY seq");
                return select.Rows().Select(row => (row.Int(0), row.Text(1))).ToList();
            },
            Token);
        Assert.Equal(ids.Distinct().Select((id, place) => (place + 1L, id)), positions);
        var roll = await engine.Journal.NextRollAsync(stored - 1, Token);
        Assert.Equal(ids.Distinct().SkipLast(1), roll!.Events.Select(one => one.EventId));
    }

    [Fact]
    public async Task What_was_not_committed_is_in_no_roll()
    {
        await engine.AppendAsync(Event(id: "e1"));
        await engine.FillDiskAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => engine.AppendAsync([.. Enumerable.Range(0, 5000).Select(number => Event(id: $"lost{number}"))]));
        await engine.FreeDiskAsync();
        await engine.AppendAsync(Event(id: "e2"));

        Assert.Equal(["e1", "e2"], (await engine.Journal.NextRollAsync(9, Token))!.Events.Select(one => one.EventId));
    }

    [Fact]
    public async Task More_than_is_kept_at_hand_is_read()
    {
        for (var batch = 0; batch < 51; batch++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 1000).Select(number => Event(watched: (1000 * batch) + number))]);
        }

        foreach (var size in new[] { 700, 40_000 })
        {
            var atHand = await engine.Journal.NextRollAsync(size, Token);
            Assert.Equal(size, atHand!.Events.Count);
            Assert.Equal((await engine.Journal.NextRollAsync(size, Token))!.Events, atHand.Events);
            await engine.Stats.ApplyAsync(atHand, Token);
        }
    }

    [Fact]
    public async Task An_event_that_was_taken_out_of_the_file_by_hand_is_in_no_roll()
    {
        await engine.AppendAsync(Event(id: "e1"), Event(id: "e2"), Event(id: "e3"));
        await engine.RunAsync("DELETE FROM ad_events WHERE event_id = 'e2'");

        Assert.Equal(["e1", "e3"], (await engine.Journal.NextRollAsync(9, Token))!.Events.Select(one => one.EventId));
    }

    [Fact]
    public async Task An_ad_whose_number_is_known_counts_no_more_once_it_was_removed()
    {
        await engine.AppendAsync(Event("a1"), Event("a2"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        await engine.AppendAsync(Event("a1"), Event("a2"));
        await engine.RollAllAsync();

        Assert.Equal([1, 2], await ViewsAsync());
    }

    [Fact]
    public async Task The_number_of_a_package_that_was_not_committed_is_not_kept()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Database.WriteAsync<bool>(
            SqliteLane.Urgent,
            session => new SqlitePackageNumbers(session).Of("x") > 0 ? throw new InvalidOperationException("broken off") : true,
            Token));

        await engine.AppendAsync(Event(package: "y"), Event(package: "x"));
        await engine.RollAllAsync();

        Assert.Equal([1, 1], await ViewsAsync());
        Assert.Equal(2, await engine.Database.ReadAsync(
            session => session.Number("SELECT count(*) FROM daily_package_stats JOIN packages ON number = package_number"), Token));
    }

    [Theory]
    [InlineData(10_000, "urgent, sweep, roll")]
    [InlineData(10_001, "roll, urgent, sweep")]
    public async Task Rolls_come_before_further_events_while_two_full_ones_wait(int waiting, string order)
    {
        using var free = new ManualResetEventSlim();
        var run = new List<string>();
        var busy = engine.Database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                for (var seq = 1; seq <= waiting; seq++)
                {
                    session.Tail!.Add(seq, Event());
                }

                free.Wait();
                return true;
            },
            Token);
        var sweep = NoteAsync(SqliteLane.Background, "sweep");
        var roll = NoteAsync(SqliteLane.Roll, "roll");
        var urgent = NoteAsync(SqliteLane.Urgent, "urgent");

        free.Set();

        await Task.WhenAll(busy, sweep, roll, urgent);
        Assert.Equal(order, string.Join(", ", run));

        Task NoteAsync(SqliteLane lane, string name) => engine.Database.WriteAsync(
            lane,
            _ =>
            {
                run.Add(name);
                return true;
            },
            Token);
    }

    private Task<List<long>> ViewsAsync() => engine.Database.ReadAsync(
        session =>
        {
            using var select = session.Once("SELECT views FROM daily_package_stats ORDER BY ad_number, package_number");
            return select.Rows().Select(row => row.Int(0)).ToList();
        },
        Token);
}
