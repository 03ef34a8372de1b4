using AdServer.Common;
using AdServer.Storage.Mongo;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>The binding to the C driver: what comes back, what errors are, and what is bounded.</summary>
public sealed class MongocTests : IAsyncDisposable
{
    /// <summary>Of whatever is not about a bound: a machine with much to do is slow.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ScriptedServer server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_command_goes_out_and_its_reply_comes_back_as_they_are()
    {
        var sent = new BsonDocument { { "insert", "ads" }, { "text", "schön, \U0001F600" }, { "n", 5_000_000_000L }, { "bytes", new byte[70_000] } };
        server.Answer = command => Task.FromResult<BsonDocument?>(ScriptedServer.Ok(new BsonElement("echo", command)));
        await using var commands = Connect();

        var reply = await commands.RunAsync(sent, Token);

        var echo = reply["echo"].AsBsonDocument;
        Assert.Equal("adserver", echo["$db"].AsString);
        Assert.All(sent, element => Assert.Equal(element.Value, echo[element.Name]));
    }

    [Fact]
    public async Task A_refusal_has_the_code_of_the_server()
    {
        server.Answer = _ => Task.FromResult<BsonDocument?>(ScriptedServer.Error(10107));
        await using var commands = Connect();

        var refusal = await Assert.ThrowsAsync<MongoCommandException>(() => commands.RunAsync(new BsonDocument("ping", 1), Token));

        Assert.Equal(10107, refusal.Code);
    }

    [Fact]
    public async Task A_write_that_no_majority_has_is_a_refusal()
    {
        var error = new BsonDocument { { "code", 64 }, { "errmsg", "waiting for replication timed out" } };
        server.Answer = _ => Task.FromResult<BsonDocument?>(ScriptedServer.Ok(new("n", 1), new("writeConcernError", error)));
        await using var commands = Connect();

        var refusal = await Assert.ThrowsAsync<MongoCommandException>(() => commands.RunAsync(new BsonDocument("insert", "ads"), Token));

        Assert.Equal(64, refusal.Code);
    }

    [Fact]
    public async Task Errors_of_single_statements_are_in_the_reply()
    {
        var error = new BsonDocument { { "index", 3 }, { "code", 11000 }, { "errmsg", "there is one" } };
        server.Answer = _ => Task.FromResult<BsonDocument?>(ScriptedServer.Ok(new BsonElement("writeErrors", new BsonArray { error })));
        await using var commands = Connect();

        var reply = await commands.RunAsync(new BsonDocument("insert", "ads"), Token);

        Assert.Equal([(3, 11000)], reply.WriteErrors());
        Assert.Same(reply, reply.ThrowIfFailed(expected: 11000));
        Assert.Throws<MongoCommandException>(() => reply.ThrowIfFailed());
    }

    [Fact]
    public async Task A_dropped_connection_is_no_answer_and_the_next_command_gets_another_one()
    {
        var isFirst = true;
        server.Answer = _ => Task.FromResult(Interlocked.Exchange(ref isFirst, false) ? null : ScriptedServer.Ok());
        await using var commands = Connect();

        await Assert.ThrowsAsync<MongoUnreachableException>(() => commands.RunAsync(new BsonDocument("insert", "ads"), Token));

        Assert.Equal(1, (await commands.RunAsync(new BsonDocument("insert", "ads"), Token))["ok"]);
        Assert.Equal(2, server.Commands.Count(command => command.Contains("insert")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?socketTimeoutMS=0")]
    [InlineData("?socketTimeoutMS=600000")]
    public async Task An_answer_that_does_not_come_is_waited_for_no_longer_than_the_bound_whatever_the_uri_says(string options)
    {
        var never = new TaskCompletionSource<BsonDocument?>();
        server.Answer = _ => never.Task;
        await using var commands = Connect(bound: TimeSpan.FromSeconds(2), options: options);
        var started = TimeProvider.System.GetTimestamp();

        await Assert.ThrowsAsync<MongoUnreachableException>(() => commands.RunAsync(new BsonDocument("insert", "ads"), Token));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task No_more_commands_are_under_way_than_there_are_workers_and_those_that_wait_can_be_cancelled()
    {
        var arrived = new SemaphoreSlim(0);
        var release = new TaskCompletionSource<BsonDocument?>();
        server.Answer = command =>
        {
            arrived.Release();
            return command.Contains("insert") ? release.Task : Task.FromResult<BsonDocument?>(ScriptedServer.Ok());
        };
        await using var commands = Connect(workers: 2);
        using var giveUp = new CancellationTokenSource();

        var running = new[] { commands.RunAsync(new BsonDocument("insert", "a"), Token), commands.RunAsync(new BsonDocument("insert", "b"), Token) };
        await arrived.WaitAsync(Token);
        await arrived.WaitAsync(Token);
        var waiting = commands.RunAsync(new BsonDocument("insert", "c"), giveUp.Token);
        var next = commands.RunAsync(new BsonDocument("ping", 1), Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(next.IsCompleted);
        release.SetResult(ScriptedServer.Ok());
        await Task.WhenAll([.. running, next]);
        Assert.DoesNotContain(server.Commands, command => command.Contains("insert") && command["insert"] == "c");
    }

    [Fact]
    public async Task Disposing_waits_for_what_has_begun_and_refuses_the_rest()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource<BsonDocument?>();
        server.Answer = command =>
        {
            arrived.TrySetResult();
            return command.Contains("insert") ? release.Task : Task.FromResult<BsonDocument?>(ScriptedServer.Ok());
        };
        var commands = Connect(workers: 1);
        var begun = commands.RunAsync(new BsonDocument("insert", "a"), Token);
        var queued = commands.RunAsync(new BsonDocument("insert", "b"), Token);
        await arrived.Task;

        var disposing = commands.DisposeAsync().AsTask();
        // Once the store refuses, it is closing.
        var late = Task.CompletedTask;
        while (!late.IsFaulted)
        {
            late = commands.RunAsync(new BsonDocument("ping", 1), new CancellationToken(canceled: false));
            await Task.Yield();
        }

        Assert.False(disposing.IsCompleted);
        release.SetResult(ScriptedServer.Ok());
        await disposing;
        Assert.Equal(1, (await begun)["ok"]);
        await Assert.ThrowsAsync<MongoUnreachableException>(() => queued);
    }

    [Fact]
    public async Task A_user_that_is_refused_is_error_18_without_the_password()
    {
        server.Answer = _ => Task.FromResult<BsonDocument?>(ScriptedServer.Error(18));
        await using var commands = Connect(user: "reader:s3cret%2F@");

        var refusal = await Assert.ThrowsAsync<MongoCommandException>(() => commands.RunAsync(new BsonDocument("find", "ads"), Token));

        Assert.Equal(18, refusal.Code);
        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_majority_is_asked_for_where_the_uri_says_so()
    {
        await using var commands = Connect(options: "?readConcernLevel=linearizable");

        await commands.RunAsync(new BsonDocument("find", "ads").Deciding(), Token);

        Assert.Equal(new BsonDocument("level", "linearizable"), server.Commands.Last(command => command.Contains("find"))["readConcern"]);
    }

    [Fact]
    public async Task The_hosts_are_those_that_the_driver_knows()
    {
        var uri = MongoUri.Parse($"mongodb://{server.Address},[::1]:27018,other.example:27019/")!;
        await using var commands = new MongocCommands(new MongoSettings(uri, "adserver"), new MongocLimits(1, Bound, Bound));

        Assert.Equal([server.Address, "[::1]:27018", "other.example:27019"], commands.Hosts);
    }

    [Fact]
    public async Task A_hundred_commands_at_once_each_get_their_own_reply()
    {
        server.Answer = command => Task.FromResult<BsonDocument?>(ScriptedServer.Ok(new BsonElement("n", command.GetValue("n", -1))));
        await using var commands = Connect(workers: 8);

        var replies = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(n => commands.RunAsync(new BsonDocument { { "ping", 1 }, { "n", n } }, Token)));

        Assert.Equal(Enumerable.Range(0, 100), replies.Select(reply => reply["n"].AsInt32));
    }

    [Theory]
    [InlineData("?tsl=true", "\"tsl\"")]
    [InlineData("?connectTimeoutMS=soon", "\"connecttimeoutms\"")]
    [InlineData("?tls=maybe", "\"tls\"")]
    public void An_option_that_the_driver_does_not_know_is_refused_and_not_ignored(string options, string named)
    {
        var refusal = Assert.Throws<StartException>(() => Connect(options: options, user: "me:s3cret@"));

        Assert.Contains(named, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("s3cret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?retryWrites=true&w=majority&appName=Cluster0")]
    [InlineData("?retryReads=false&tls=false&maxPoolSize=100&maxIdleTimeMS=60000&heartbeatFrequencyMS=5000&localThresholdMS=20")]
    [InlineData("?readPreference=primary&readConcernLevel=majority&journal=true&wtimeoutMS=1000&directConnection=true")]
    public async Task The_options_that_people_have_work(string options)
    {
        await using var commands = Connect(options: options);

        Assert.Equal(1, (await commands.RunAsync(new BsonDocument("ping", 1), Token))["ok"]);
    }

    [Fact]
    public void A_missing_library_is_named_with_the_packages_that_have_it()
    {
        var refusal = Assert.Throws<StartException>(() => MongocLibrary.Find([new("libno-such.so.0", "libno-such-either.so.0")]));

        Assert.All(
            ["apt-get install libmongoc-1.0-0", "dnf install", "brew install mongo-c-driver", "vcpkg install mongo-c-driver", "libno-such.so.0"],
            words => Assert.Contains(words, refusal.Message, StringComparison.Ordinal));
    }

    private MongocCommands Connect(int workers = 4, TimeSpan? bound = null, string user = "", string options = "")
    {
        var uri = MongoUri.Parse($"mongodb://{user}{server.Address}/{options}")!;
        return new MongocCommands(new MongoSettings(uri, "adserver"), new MongocLimits(workers, bound ?? Bound, bound ?? Bound));
    }
}
