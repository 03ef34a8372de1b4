using AdServer.Common;
using AdServer.Storage.Mongo;
using AdServer.StorageTests.Spool;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>Copies that meet at one target: one source fills it, and what is finished stays finished.</summary>
public sealed class MongoCopyMarkTests
{
    private readonly PlainServer server = new();

    [Theory]
    [InlineData("a", true)]
    [InlineData("b", false)]
    public async Task Of_two_copies_that_begin_at_once_only_those_of_one_source_go_on(string source, bool goesOn)
    {
        var second = Mark(new Interrupted(server, async () => await Mark(server).BeginAsync("a", Token)));

        var fault = await Record.ExceptionAsync(() => second.BeginAsync(source, Token));

        Assert.Equal(goesOn ? null : "mongodb://h/adserver is a copy of a, and this one is of b. Name an empty database, or go on with a.", fault?.Message);
        Assert.Equal("a", Assert.Single(server.List("meta"))["source"]);
    }

    [Fact]
    public async Task A_run_of_the_same_copy_that_comes_late_does_not_open_a_finished_one_again()
    {
        var (first, late) = (Mark(server), Mark(server));
        var begun = await first.BeginAsync("a", Token);
        await late.BeginAsync("a", Token);
        await first.ReplaceAsync(begun.Finish(), Token);

        await Assert.ThrowsAsync<StartException>(() => late.ReplaceAsync(begun.NextStage(), Token));

        await first.RequireFinishedAsync(Token);
        await late.ReplaceAsync(begun.Finish(), Token);
    }

    private static MongoCopyMark Mark(IMongoCommands commands) => new(commands, new MongoSettings(MongoUri.Parse("mongodb://h")!, "adserver"));

    /// <summary>A process that stops before its first write until another has done something.</summary>
    private sealed class Interrupted(IMongoCommands commands, Func<Task> other) : IMongoCommands
    {
        private bool isOver;

        public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
        {
            if (command.GetElement(0).Name == "update" && !isOver)
            {
                isOver = true;
                await other();
            }

            return await commands.RunAsync(command, cancellation);
        }
    }
}
