using AdServer.Common;
using AdServer.Storage.Mongo;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>What is tried again, for how long, and what callers get in the end.</summary>
public sealed class MongoRetryTests
{
    private static readonly BsonDocument Command = new("ping", 1);

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> PassingCodes => [10107, 11600, 11602, 91, 189, 13435, 112, 6, 7, 89, 9001, 262, 133, 134, 202, 462, 11601, 13388];

    [Theory]
    [MemberData(nameof(PassingCodes))]
    public async Task A_passing_state_is_waited_out(int code)
    {
        var driver = new Driver(attempt => attempt < 3 ? throw new MongoCommandException(code, "") : new BsonDocument("ok", 1));

        Assert.Equal(1, (await Retry(driver).RunAsync(Command, Token))["ok"]);
        Assert.Equal(3, driver.Attempts);
    }

    [Fact]
    public async Task No_answer_is_tried_again()
    {
        var driver = new Driver(attempt => attempt == 1 ? throw new MongoUnreachableException("") : new BsonDocument("ok", 1));

        await Retry(driver).RunAsync(Command, Token);

        Assert.Equal(2, driver.Attempts);
    }

    [Fact]
    public async Task A_statement_that_met_a_passing_state_is_tried_again_with_all_others()
    {
        var driver = new Driver(attempt => attempt == 1 ? Failed(11000, 112) : Failed(11000, 11000));

        var reply = await Retry(driver).RunAsync(Command, Token);

        Assert.Equal([11000, 11000], reply.WriteErrors().Select(error => error.Code));
    }

    [Fact]
    public async Task What_the_server_refuses_for_what_it_is_comes_back_at_once()
    {
        var driver = new Driver(_ => throw new MongoCommandException(11000, ""));

        Assert.Equal(11000, (await Assert.ThrowsAsync<MongoCommandException>(() => Retry(driver).RunAsync(Command, Token))).Code);
        Assert.Equal(1, driver.Attempts);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    [InlineData(14031)]
    [InlineData(8000)]
    [InlineData(4711)]
    public async Task A_state_that_only_an_operator_ends_is_a_store_that_is_away_at_once(int code)
    {
        var driver = new Driver(_ => throw new MongoCommandException(code, ""));

        var away = await Assert.ThrowsAsync<StoreUnavailableException>(() => Retry(driver).RunAsync(Command, Token));

        Assert.Contains($"(error {code})", away.Message, StringComparison.Ordinal);
        Assert.Equal(1, driver.Attempts);
    }

    [Fact]
    public async Task A_statement_that_met_a_state_of_the_server_is_a_store_that_is_away_whatever_became_of_the_others()
    {
        var driver = new Driver(_ => Failed(11000, 121, 14031));

        var away = await Assert.ThrowsAsync<StoreUnavailableException>(() => Retry(driver).RunAsync(Command, Token));

        Assert.Contains("no room left on its disk. Make room there (error 14031)", away.Message, StringComparison.Ordinal);
        Assert.IsNotType<MongoRefusalException>(away.InnerException);
    }

    [Theory]
    [InlineData(121)]
    [InlineData(4711)]
    public async Task A_statement_that_is_refused_for_what_it_holds_is_told_apart_and_quoted_nowhere(int code)
    {
        var driver = new Driver(_ => Failed(11000, code));

        var away = await Assert.ThrowsAsync<StoreUnavailableException>(() => Retry(driver).RunAsync(Command, Token));

        var refusal = Assert.IsType<MongoRefusalException>(away.InnerException);
        Assert.Equal((code, "ann@example.com is wrong", 1), (refusal.Code, refusal.Words, driver.Attempts));
        Assert.DoesNotContain("ann@example.com", away.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10107, "See in rs.status() why there is none")]
    [InlineData(91, "Its log says more")]
    public async Task A_passing_state_that_stays_says_what_to_look_at(int code, string words)
    {
        var driver = new Driver(_ => throw new MongoCommandException(code, ""));

        var away = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => Retry(driver, TimeSpan.FromMilliseconds(100)).RunAsync(Command, Token));

        Assert.Contains(words, away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_ends_the_retries()
    {
        var driver = new Driver(_ => throw new MongoUnreachableException("connection refused"));

        var away = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => Retry(driver, TimeSpan.FromMilliseconds(200)).RunAsync(Command, Token));

        Assert.Contains("connection refused", away.Message, StringComparison.Ordinal);
        Assert.InRange(driver.Attempts, 2, 12);
    }

    [Fact]
    public async Task A_deadline_ends_an_attempt_that_hangs()
    {
        var driver = new Driver(_ => null);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Retry(driver, TimeSpan.FromMilliseconds(50)).RunAsync(Command, Token));
    }

    [Fact]
    public async Task Who_gives_up_is_told_so_and_not_that_the_store_is_away()
    {
        using var giveUp = new CancellationTokenSource();
        var driver = new Driver(_ =>
        {
            giveUp.Cancel();
            throw new MongoUnreachableException("");
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Retry(driver).RunAsync(Command, giveUp.Token));
    }

    [Fact]
    public async Task A_pause_is_a_part_by_chance_of_a_bound_that_doubles_to_its_highest()
    {
        var (clock, chances) = (new HurriedClock(), new Queue<double>([0, 0.25, 0.5, 0.75, 0.5, 0.5, 0.5]));
        var driver = new Driver(attempt => attempt < 8 ? throw new MongoCommandException(112, "") : new BsonDocument("ok", 1));

        await new MongoRetry(driver, clock, Deadline, chances.Dequeue).RunAsync(Command, Token);

        Assert.Equal([10, 40, 120, 160, 250, 250], clock.Pauses.Select(pause => pause.TotalMilliseconds));
    }

    [Fact]
    public async Task Callers_that_collide_do_not_go_on_in_step()
    {
        var random = new Random(16);
        var tries = new List<(int Round, TimeSpan Moment)>();
        for (var caller = 0; caller < 16; caller++)
        {
            var clock = new HurriedClock();
            var driver = new Driver(attempt => attempt < 6 ? throw new MongoCommandException(112, "") : new BsonDocument("ok", 1));
            await new MongoRetry(driver, clock, Deadline, random.NextDouble).RunAsync(Command, Token);
            tries.AddRange(clock.Moments.Index());
        }

        // The first attempts were together. Pauses are whole milliseconds, and the first one has twenty.
        Assert.All(tries.GroupBy(one => one.Round), round => Assert.InRange(round.Select(one => one.Moment).Distinct().Count(), 10, 16));
    }

    private static BsonDocument Failed(params int[] codes) => new()
    {
        { "ok", 1 },
        {
            "writeErrors",
            new BsonArray(codes.Select((code, index) => new BsonDocument { { "index", index }, { "code", code }, { "errmsg", "ann@example.com is wrong" } }))
        },
    };

    private static MongoRetry Retry(Driver driver, TimeSpan? deadline = null) =>
        new(driver, TimeProvider.System, deadline ?? Deadline, () => 1);

    /// <summary>Answers by the number of the attempt; nothing is an answer that never comes.</summary>
    private sealed class Driver(Func<int, BsonDocument?> answer) : IMongoCommands
    {
        public int Attempts { get; private set; }

        public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation) =>
            answer(++Attempts) is { } reply ? Task.FromResult(reply) : new TaskCompletionSource<BsonDocument>().Task;
    }

    /// <summary>Every pause is over at once, and noted; deadlines never come.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        /// <summary>When each pause was over.</summary>
        public IEnumerable<TimeSpan> Moments => Pauses.Select((_, index) => Pauses.Take(index + 1).Aggregate((sum, pause) => sum + pause));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= Deadline)
            {
                return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
            }

            Pauses.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
