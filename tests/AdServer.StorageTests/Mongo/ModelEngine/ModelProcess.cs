using AdServer.Storage.Mongo;
using MongoDB.Bson;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>
/// One thing that a host does, as steps: it stops before each statement until it is told to go on, so that anybody else may come between.
/// It may die there, sleep there, be answered by a node that is behind, or get no answer to what was executed.
/// </summary>
internal sealed class ModelProcess : IMongoCommands
{
    /// <summary>The deadline of one call.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<TaskCompletionSource> turns = [];
    private readonly ModelServer server;
    private readonly Random random;
    private readonly Func<bool> isCalm;

    public ModelProcess(ModelServer server, Random random, Func<bool> isCalm)
    {
        (this.server, this.random, this.isCalm) = (server, random, isCalm);
        Commands = new MongoRetry(this, Clock, Deadline, random.NextDouble);
    }

    public ModelClock Clock { get; } = new();

    /// <summary>What the stores of this process use.</summary>
    public MongoRetry Commands { get; }

    /// <summary>What it does.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    public ModelProcess Start(Func<ModelProcess, Task> work)
    {
        Work = work(this);
        return this;
    }

    /// <summary>Goes on for one step; says whether there is anything left to do.</summary>
    public bool Step()
    {
        SpinWait.SpinUntil(() => Work.IsCompleted || HasTurn || Clock.WaitsFor(Deadline / 2), TimeSpan.FromSeconds(10));
        if (Work.IsCompleted)
        {
            return false;
        }

        if (HasTurn && (isCalm() || random.NextDouble() > 0.01))
        {
            Take().SetResult();
        }
        else
        {
            // Nobody answers for so long that the caller gives up. What was sent may be executed later.
            Clock.Pass(all: HasTurn);
        }

        return true;
    }

    /// <summary>Lets others come first.</summary>
    public Task PauseAsync() => TurnAsync();

    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        var reply = ModelServer.ListOf(command) is { } list ? await WriteAsync(command, list) : await ReadAsync(command);
        return isCalm() || random.NextDouble() > 0.03 ? reply : throw new MongoUnreachableException("no answer");
    }

    private async Task<BsonDocument> ReadAsync(BsonDocument command)
    {
        await TurnAsync();
        return server.Read(command, isCalm() || random.NextDouble() < 0.8 ? 0 : random.Next(40));
    }

    private async Task<BsonDocument> WriteAsync(BsonDocument command, string list)
    {
        var (met, errors) = (0, new BsonArray());
        foreach (var (statement, index) in command[list].AsBsonArray.Select((statement, index) => (statement.AsBsonDocument, index)))
        {
            await TurnAsync();
            var (found, fault) = server.Write(command.GetElement(0).Name, command[0].AsString, statement);
            met += found;
            _ = fault is { } code ? errors.Add(new BsonDocument { { "index", index }, { "code", code }, { "errmsg", "" } }) : errors;
        }

        return new BsonDocument { { "n", met }, { "writeErrors", errors, errors.Count > 0 }, { "ok", 1.0 } };
    }

    private bool HasTurn
    {
        get
        {
            lock (gate)
            {
                return turns.Count > 0;
            }
        }
    }

    private Task TurnAsync()
    {
        lock (gate)
        {
            var turn = new TaskCompletionSource();
            turns.Add(turn);
            return turn.Task;
        }
    }

    private TaskCompletionSource Take()
    {
        lock (gate)
        {
            var turn = turns[random.Next(turns.Count)];
            turns.Remove(turn);
            return turn;
        }
    }
}
