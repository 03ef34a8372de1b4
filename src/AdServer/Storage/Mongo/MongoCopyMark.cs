using AdServer.Commands.Copying;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The document <c>meta {_id: "copy"}</c>: which source a database is copied from, and how far that is. It is set after the rows are durable; an
/// attempt that arrives late sets it back, and then rows are added again, which changes nothing. Once it says that the copy is finished, it stays.
/// </summary>
internal sealed class MongoCopyMark(IMongoCommands commands, MongoSettings settings)
{
    private const string Id = "copy";

    private static readonly BsonDocument Filter = new("_id", Id);

    /// <summary>Refuses a database that a copy has not finished.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public async Task RequireFinishedAsync(CancellationToken cancellation)
    {
        if (await FindAsync(MongoSchema.Meta, Filter, cancellation) is { } found && !Read(found).IsFinished)
        {
            throw new StartException(
                $"{settings.Redacted} is a copy of {found.Text("source")} that is not finished. Start the same -- copy or -- restore again: it goes on where it was stopped.");
        }
    }

    /// <summary>Whether a copy may write to the database: not to one that it has finished, which servers may use by now.</summary>
    /// <exception cref="StartException">The database holds something else: it is left as it is, its version and its indexes too.</exception>
    public async Task<bool> IsToWriteAsync(CancellationToken cancellation)
    {
        if (await FindAsync(MongoSchema.Meta, Filter, cancellation) is { } found)
        {
            return !Read(found).IsFinished;
        }

        await RequireEmptyAsync(cancellation);
        return true;
    }

    /// <summary>The mark of a copy of this source, made in a database that is empty.</summary>
    /// <exception cref="StartException">The database holds something else.</exception>
    public async Task<CopyMark> BeginAsync(string source, CancellationToken cancellation)
    {
        if (await FindAsync(MongoSchema.Meta, Filter, cancellation) is { } found)
        {
            return found.Text("source") == source ? Read(found) : throw Other(found.Text("source"), source);
        }

        await RequireEmptyAsync(cancellation);
        await ClaimAsync(source, cancellation);
        return CopyMark.Start;
    }

    /// <summary>Sets the mark on.</summary>
    /// <exception cref="StartException">Another run of the same copy has finished it.</exception>
    public async Task ReplaceAsync(CopyMark mark, CancellationToken cancellation)
    {
        var filter = new BsonDocument(Filter).Add("isFinished", new BsonDocument("$ne", true));
        var update = MongoWrites.Update(MongoSchema.Meta, filter, new BsonDocument("$set", Write(mark)));
        // Our own last write may have been carried out without an answer: then it is finished, too.
        if (!(await commands.RunAsync(update, cancellation)).HasFound() && !mark.IsFinished)
        {
            throw new StartException($"Another run of this copy has finished {settings.Redacted} meanwhile: servers may be started on it. This run ends.");
        }
    }

    /// <summary>Of two copies that begin at once the first is in the mark; for another source the filter finds nothing, and the <c>_id</c> is taken.</summary>
    private async Task ClaimAsync(string source, CancellationToken cancellation)
    {
        var filter = new BsonDocument(Filter).Add("source", source);
        var update = MongoWrites.Update(MongoSchema.Meta, filter, new BsonDocument("$setOnInsert", Write(CopyMark.Start)), upsert: true);
        if ((await commands.RunAsync(update, cancellation)).IsDuplicate())
        {
            var found = await FindAsync(MongoSchema.Meta, Filter, cancellation);
            throw Other(found?.Text("source") ?? "another store", source);
        }
    }

    private async Task RequireEmptyAsync(CancellationToken cancellation)
    {
        foreach (var collection in MongoSchema.Names)
        {
            if (await FindAsync(collection, [], cancellation) is not null)
            {
                throw new StartException($"{settings.Redacted} holds data that no copy has put there. Name another database: it is made if there is none.");
            }
        }
    }

    private StartException Other(string of, string source) =>
        new($"{settings.Redacted} is a copy of {of}, and this one is of {source}. Name an empty database, or go on with {of}.");

    private static BsonDocument Write(CopyMark mark) => new()
    {
        { "stage", mark.Stage.ToString() }, { "place", mark.Place }, { "done", mark.Done }, { "isFinished", mark.IsFinished },
    };

    private static CopyMark Read(BsonDocument document) => new(
        Enum.Parse<CopyStage>(document.Text("stage")), document.Text("place"), document["done"].ToInt64(), document["isFinished"].AsBoolean);

    private async Task<BsonDocument?> FindAsync(string collection, BsonDocument filter, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", collection }, { "filter", filter }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
