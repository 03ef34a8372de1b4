using AdServer.Access;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Developers in MongoDB. A removed one stays as a mark without name and address: that is how a removal that is tried again knows itself.</summary>
/// <param name="commands">The engine; it tries again what failed in passing.</param>
/// <param name="clock">For marks.</param>
internal sealed class MongoAccessStore(IMongoCommands commands, TimeProvider clock) : IAccessStore
{
    public const string Collection = "developers";

    /// <summary>How often an address may be taken when we write and free when we look.</summary>
    private const int MostTries = 20;

    public async Task<(Developer Developer, bool Added)> AddDeveloperAsync(Developer developer, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (!(await commands.RunAsync(MongoWrites.Insert(Collection, Write(developer)), cancellation)).IsDuplicate())
            {
                return (developer, true);
            }

            // Ours is an insert that was executed without an answer.
            if (await FindDeveloperByEmailAsync(developer.EmailKey, cancellation) is { } held)
            {
                return (held, held.Id == developer.Id);
            }

            if (await FindAsync(new("_id", developer.Id), cancellation) is { } before)
            {
                return before.Has("removedAt") ? (developer, false) : (Read(before), true);
            }
        }

        throw new StoreUnavailableException("The MongoDB server says that an e-mail address is taken, and does not say by whom");
    }

    public async Task<Developer?> FindDeveloperAsync(string id, CancellationToken cancellation) =>
        await FindAsync(new() { { "_id", id }, { "removedAt", BsonNull.Value } }, cancellation) is { } document ? Read(document) : null;

    public async Task<Developer?> FindDeveloperByEmailAsync(string emailKey, CancellationToken cancellation) =>
        await FindAsync(new("emailKey", emailKey), cancellation) is { } document ? Read(document) : null;

    public async Task<IReadOnlyList<Developer>> ListDevelopersAsync(int limit, CancellationToken cancellation) =>
        await new MongoList(commands, Collection, "createdAt")
            .ReadAsync(new("removedAt", BsonNull.Value), after: null, limit, cancellation: cancellation)
            .Select(Read).ToListAsync(cancellation);

    public async Task<bool> RemoveDeveloperAsync(string id, CancellationToken cancellation)
    {
        var change = Ids.New(clock.Now());
        var filter = new BsonDocument { { "_id", id }, { "removedAt", BsonNull.Value } };
        var update = new BsonDocument
        {
            { "$set", new BsonDocument { { "removedAt", MongoFields.Instant(clock.Now()) }, { "change", change } } },
            { "$unset", new BsonDocument { { "name", "" }, { "email", "" }, { "emailKey", "" } } },
        };
        return (await commands.RunAsync(MongoWrites.Update(Collection, filter, update), cancellation)).HasFound()
            || (await FindAsync(new("_id", id), cancellation))?.GetValue("change", BsonNull.Value) == change;
    }

    public static BsonDocument Write(Developer developer) => new()
    {
        { "_id", developer.Id },
        { "name", developer.Name },
        { "email", developer.Email },
        { "emailKey", developer.EmailKey },
        { "createdAt", MongoFields.Instant(developer.CreatedAt) },
    };

    public static Developer Read(BsonDocument document) =>
        new(document.Text("_id"), document.Text("name"), document.Text("email"), document.Instant("createdAt"));

    private async Task<BsonDocument?> FindAsync(BsonDocument filter, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Collection }, { "filter", filter }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
