using AdServer.Storage.Mongo;
using AdServer.StorageTests.Mongo.ModelEngine;
using MongoDB.Bson;

namespace AdServer.StorageTests.Spool;

/// <summary>The server in memory as a driver that answers at once. It may be away, or carry a command out and not answer.</summary>
internal sealed class PlainServer : IMongoCommands
{
    /// <summary>MongoDB's number for an operation that took longer than it was given: no caller waits for another try.</summary>
    private const int TookTooLong = 50;

    private readonly ModelServer server = new();
    private int asked;

    /// <summary>The code with which a statement on <c>ad_events</c> is refused, if it is: of this document others are told nothing.</summary>
    public Func<BsonDocument, int?> Refuses { get; set; } = _ => null;

    /// <summary>With which code nothing is carried out, while it is away.</summary>
    public int AwayCode { get; set; } = TookTooLong;

    /// <summary>Whether nothing is carried out.</summary>
    public bool IsAway { get; set; }

    /// <summary>The collection after whose next insert the server is away: that one is carried out, and not answered.</summary>
    public string? FallsSilentAfter { get; set; }

    /// <summary>How many writes ago the state is from which reads are answered.</summary>
    public int Behind { get; set; }

    /// <summary>Commands that came.</summary>
    public int Asked => asked;

    public IReadOnlyList<BsonDocument> List(string collection) => server.List(collection);

    public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        Interlocked.Increment(ref asked);
        if (IsAway)
        {
            throw new MongoCommandException(AwayCode, "away on purpose");
        }

        var reply = ModelServer.ListOf(command) is { } list ? Write(command, list) : server.Read(command, Behind);
        if (command.GetElement(0).Name == "insert" && command[0] == FallsSilentAfter)
        {
            (IsAway, FallsSilentAfter) = (true, null);
            throw new MongoCommandException(TookTooLong, "silent on purpose");
        }

        return Task.FromResult(reply);
    }

    private BsonDocument Write(BsonDocument command, string list)
    {
        var (met, errors) = (0, new BsonArray());
        foreach (var (index, statement) in command[list].AsBsonArray.Index())
        {
            var (found, fault) = Refusal(command, statement.AsBsonDocument) is { } refusal
                ? (0, refusal)
                : server.Write(command.GetElement(0).Name, command[0].AsString, statement.AsBsonDocument);
            met += found;
            _ = fault is { } code ? errors.Add(new BsonDocument { { "index", index }, { "code", code }, { "errmsg", "as the server says" } }) : errors;
        }

        return new BsonDocument { { "n", met }, { "writeErrors", errors, errors.Count > 0 }, { "ok", 1.0 } };
    }

    private int? Refusal(BsonDocument command, BsonDocument statement) =>
        command.GetElement(0) is { Name: "insert", Value: var collection } && collection == "ad_events" ? Refuses(statement) : null;
}
