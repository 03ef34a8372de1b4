using AdServer.Commands.Copying;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The document <c>meta {_id: "copy"}</c>: which source a database is copied from, and how far that is. It is set after the rows are durable; an
/// attempt that arrives late sets it back, and then rows are added again, which changes nothing.
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

    /// <summary>The mark of a copy of this source, made in a database that is empty.</summary>
    /// <exception cref="StartException">The database holds something else.</exception>
    public async Task<CopyMark> BeginAsync(string source, CancellationToken cancellation)
    {
        if (await FindAsync(MongoSchema.Meta, Filter, cancellation) is { } found)
        {
            var of = found.Text("source");
            return of == source ? Read(found) : throw new StartException(
                $"{settings.Redacted} is a copy of {of}, and this one is of {source}. Name an empty database, or go on with {of}.");
        }

        foreach (var collection in MongoSchema.Names)
        {
            if (await FindAsync(collection, [], cancellation) is not null)
            {
                throw new StartException($"{settings.Redacted} holds data that no copy has put there. Name another database: it is made if there is none.");
            }
        }

        await WriteAsync(CopyMark.Start, new BsonDocument("$setOnInsert", new BsonDocument("source", source)), cancellation);
        return CopyMark.Start;
    }

    public Task ReplaceAsync(CopyMark mark, CancellationToken cancellation) => WriteAsync(mark, [], cancellation);

    private async Task WriteAsync(CopyMark mark, BsonDocument change, CancellationToken cancellation)
    {
        var fields = new BsonDocument
        {
            { "stage", mark.Stage.ToString() }, { "place", mark.Place }, { "done", mark.Done }, { "isFinished", mark.IsFinished },
        };
        var update = MongoWrites.Update(MongoSchema.Meta, Filter, change.Add("$set", fields), upsert: true);
        (await commands.RunAsync(update, cancellation)).ThrowIfFailed();
    }

    private static CopyMark Read(BsonDocument document) => new(
        Enum.Parse<CopyStage>(document.Text("stage")), document.Text("place"), document["done"].ToInt64(), document["isFinished"].AsBoolean);

    private async Task<BsonDocument?> FindAsync(string collection, BsonDocument filter, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", collection }, { "filter", filter }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
