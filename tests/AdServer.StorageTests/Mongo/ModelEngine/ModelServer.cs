using System.Collections.Immutable;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Documents = System.Collections.Immutable.ImmutableSortedDictionary<MongoDB.Bson.BsonValue, MongoDB.Bson.BsonDocument>;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>
/// A server in memory: collections of documents that change one at a time, by the few commands that our stores use, as the manual says
/// they work. It remembers the states of its past, so that a read can be answered by a node that is behind.
/// </summary>
internal sealed class ModelServer
{
    private const int DuplicateKey = 11000;
    private const int Remembered = 40;

    private static readonly Documents None = Documents.Empty.WithComparers(ModelValues.Order);

    private readonly Lock gate = new();
    private readonly Queue<ImmutableDictionary<string, Documents>> past = [];
    private ImmutableDictionary<string, Documents> present = ImmutableDictionary<string, Documents>.Empty;

    /// <summary>The commands that consist of statements, each of which is executed for itself.</summary>
    public static string? ListOf(BsonDocument command) => command.GetElement(0).Name switch
    {
        "insert" => "documents",
        "update" => "updates",
        "delete" => "deletes",
        _ => null,
    };

    /// <summary>The documents of a collection now.</summary>
    public IReadOnlyList<BsonDocument> List(string collection)
    {
        lock (gate)
        {
            return [.. Of(present, collection).Values];
        }
    }

    /// <summary>Answers a read from the present, or from a state so many writes ago.</summary>
    public BsonDocument Read(BsonDocument command, int behind = 0)
    {
        lock (gate)
        {
            var state = behind == 0 || past.Count == 0 ? present : past.ElementAt(Math.Max(0, past.Count - behind));
            var documents = Of(state, command[0].AsString).Values.AsEnumerable();
            var found = command.GetElement(0).Name switch
            {
                "find" => Find(documents, command),
                "aggregate" => ModelPipeline.Run(documents, command["pipeline"].AsBsonArray),
                var name => throw new NotSupportedException(name),
            };
            var batch = new BsonArray(found.Select(document => document.DeepClone()));
            return new BsonDocument { { "cursor", new BsonDocument { { "id", 0L }, { "firstBatch", batch } } }, { "ok", 1.0 } };
        }
    }

    /// <summary>Executes one statement of a write; returns the documents that met it, or the code of its error.</summary>
    public (int Met, int? Fault) Write(string verb, string collection, BsonDocument statement)
    {
        // As a driver does: text that cannot be encoded is refused.
        statement = BsonSerializer.Deserialize<BsonDocument>(statement.ToBson());
        lock (gate)
        {
            return verb switch
            {
                "insert" => Insert(collection, statement),
                "update" => Update(collection, statement),
                "delete" => Delete(collection, statement["q"].AsBsonDocument),
                _ => throw new NotSupportedException(verb),
            };
        }
    }

    private static IEnumerable<BsonDocument> Find(IEnumerable<BsonDocument> documents, BsonDocument command)
    {
        var found = documents.Where(document => ModelFilter.Takes(command["filter"].AsBsonDocument, document));
        return (command.TryGetValue("sort", out var sort) ? ModelPipeline.Sort(found, sort.AsBsonDocument) : found).Take(command["limit"].ToInt32());
    }

    private (int Met, int? Fault) Insert(string collection, BsonDocument document)
    {
        if (Of(present, collection).ContainsKey(document["_id"]))
        {
            return (0, DuplicateKey);
        }

        Put(collection, document);
        return (1, null);
    }

    private (int Met, int? Fault) Update(string collection, BsonDocument statement)
    {
        var (filter, change) = (statement["q"].AsBsonDocument, statement["u"].AsBsonDocument);
        var met = Of(present, collection).Values.Where(document => ModelFilter.Takes(filter, document)).ToList();
        foreach (var document in statement["multi"].AsBoolean ? met : met.Take(1))
        {
            Put(collection, ModelUpdate.Apply(document, change));
        }

        return met.Count > 0 || !statement["upsert"].AsBoolean
            ? (met.Count, null)
            : Insert(collection, ModelUpdate.Apply(ModelUpdate.Begin(filter), change, isInsert: true));
    }

    private (int Met, int? Fault) Delete(string collection, BsonDocument filter)
    {
        var met = Of(present, collection).Where(pair => ModelFilter.Takes(filter, pair.Value)).Select(pair => pair.Key).ToList();
        foreach (var id in met)
        {
            Remember(collection, documents => documents.Remove(id));
        }

        return (met.Count, null);
    }

    private void Put(string collection, BsonDocument document) =>
        Remember(collection, documents => documents.SetItem(document["_id"], document));

    /// <summary>Keeps the present as a past, and goes on with what is changed. Documents are replaced, never changed.</summary>
    private void Remember(string collection, Func<Documents, Documents> change)
    {
        past.Enqueue(present);
        if (past.Count > Remembered)
        {
            past.Dequeue();
        }

        present = present.SetItem(collection, change(Of(present, collection)));
    }

    private static Documents Of(ImmutableDictionary<string, Documents> state, string collection) => state.GetValueOrDefault(collection, None);
}
