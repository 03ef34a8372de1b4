using AdServer.Storage.Mongo;
using AdServer.StorageTests.Mongo.ModelEngine;
using MongoDB.Bson;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// A MongoDB in memory, and the network to it. A command takes time, each of its statements is executed for itself, and others come
/// between. It may be lost, be executed long after its sender gave up or died, be executed and not answered, be refused by an engine that
/// passes its role on, or be answered by a node that is behind.
/// </summary>
internal sealed class MongoNetwork(Accidents accidents, Life world)
{
    private static readonly int[] Refusals = [10107, 91, 189, 50];
    private const int Conflict = 112;
    private const int MostBehind = 40;

    private readonly ModelServer server = new();

    private Accidents Accidents => accidents;

    private Life World => world;

    /// <summary>Until when the engine answers nobody.</summary>
    public TimeSpan AwayUntil { get; set; }

    /// <summary>What a mutation makes of a write that is about to be executed: it, or another in its place, after what nobody asked for.</summary>
    public Func<BsonDocument, IEnumerable<BsonDocument>> Rewrite { get; set; } = command => [command];

    public IReadOnlyList<BsonDocument> List(string collection) => server.List(collection);

    /// <summary>The way of one life to the engine.</summary>
    /// <param name="life">Who is answered.</param>
    /// <param name="isFresh">Whether no node that is behind answers.</param>
    public IMongoCommands Connect(Life life, bool isFresh = false) => new Link(this, life, isFresh);

    private void Arrive(BsonDocument command, Call call)
    {
        if (accidents.Happen("a command is lost", 0.3) || IsAway())
        {
            call.Fail(new MongoUnreachableException("no answer"));
            return;
        }

        if (accidents.Happen("a command is refused", 0.3))
        {
            call.Fail(Refusal());
            return;
        }

        Execute(command, call);
    }

    private void Execute(BsonDocument command, Call call)
    {
        if (ModelServer.ListOf(command) is not null)
        {
            var commands = Rewrite(command).ToList();
            Write([.. commands.SelectMany(one => Statements(one, ReferenceEquals(one, commands[^1])))], 0, new Outcome(), call);
        }
        else
        {
            var behind = !call.IsFresh && accidents.Happen("a node that is behind answers", 3) ? accidents.Random.Next(MostBehind) : 0;
            call.Answer(server.Read(command, behind));
        }
    }

    private static IEnumerable<Statement> Statements(BsonDocument command, bool isAsked) =>
        command[ModelServer.ListOf(command)].AsBsonArray.Select((one, index) =>
            new Statement(command.GetElement(0).Name, command[0].AsString, one.AsBsonDocument, isAsked ? index : null));

    private MongoCommandException Refusal() => new(Refusals[accidents.Random.Next(Refusals.Length)], "refused on purpose");

    private bool IsAway()
    {
        var isAway = !accidents.IsCalm && world.Scheduler.Now < AwayUntil;
        if (isAway)
        {
            accidents.Note("a command finds the engine away");
        }

        return isAway;
    }

    /// <summary>Executes one statement after the other, with time between them.</summary>
    private void Write(IReadOnlyList<Statement> statements, int index, Outcome outcome, Call call)
    {
        if (index == statements.Count)
        {
            call.Answer(outcome.Reply());
            return;
        }

        var one = statements[index];
        if (accidents.Happen("a statement meets a conflict", 0.2))
        {
            outcome.Add(one.Index, (0, Conflict));
        }
        else
        {
            outcome.Add(one.Index, server.Write(one.Verb, one.Collection, one.Body));
        }

        var next = index + 1;
        world.Scheduler.After(
            accidents.Delay(), world, $"has executed {one.Verb} {one.Collection} {next}", () => Write(statements, next, outcome, call));
    }

    /// <summary>One statement of a write, and its place in the command that was sent; none if it was added to that.</summary>
    private sealed record Statement(string Verb, string Collection, BsonDocument Body, int? Index);

    /// <summary>What the statements of a write came to.</summary>
    private sealed class Outcome
    {
        private readonly BsonArray errors = [];
        private int met;

        public void Add(int? index, (int Met, int? Fault) one)
        {
            met += index is null ? 0 : one.Met;
            if (one.Fault is { } code && index is { } place)
            {
                errors.Add(new BsonDocument { { "index", place }, { "code", code }, { "errmsg", "" } });
            }
        }

        public BsonDocument Reply() => new() { { "n", met }, { "writeErrors", errors, errors.Count > 0 }, { "ok", 1.0 } };
    }

    private sealed class Link(MongoNetwork network, Life life, bool isFresh) : IMongoCommands
    {
        public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
        {
            var sent = command.DeepClone().AsBsonDocument;
            var call = new Call(network, life, isFresh, $"{sent.GetElement(0).Name} {sent[0]}");
            // Some are on their way for longer than anybody waits, and are executed all the same.
            var delay = network.Accidents.Happen("a command arrives late", 0.2)
                ? network.Accidents.Within(TimeSpan.FromSeconds(8))
                : network.Accidents.Delay();
            network.World.Scheduler.After(delay, network.World, $"receives from {life.Name}: {call.What}", () => network.Arrive(sent, call));
            return call.Reply;
        }
    }

    /// <summary>A command whose sender waits for the reply, which may get lost.</summary>
    private sealed class Call(MongoNetwork network, Life life, bool isFresh, string what)
    {
        private readonly TaskCompletionSource<BsonDocument> reply = new();

        public Task<BsonDocument> Reply => reply.Task;

        public bool IsFresh => isFresh;

        public string What => what;

        public void Answer(BsonDocument document)
        {
            if (network.Accidents.Happen("a command is executed and not answered"))
            {
                Fail(new MongoUnreachableException("no answer, but it was executed"));
                return;
            }

            if (network.Accidents.Happen("a command is executed and answered as refused", 0.3))
            {
                Fail(network.Refusal());
                return;
            }

            life.Scheduler.After(network.Accidents.Delay(), life, $"is answered: {what}", () => reply.SetResult(document));
        }

        public void Fail(Exception fault) =>
            life.Scheduler.After(network.Accidents.Delay(), life, $"is not answered: {what}", () => reply.SetException(fault));
    }
}
