using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// What a copy takes as rows and not as events: days before one, as far as their events were rolled up at a position. Events of these days that
/// came later are copied, and added to the rows by the roll-up.
/// </summary>
/// <param name="Since">Since when raw events are kept.</param>
/// <param name="Position">The last roll whose events are in the rows.</param>
internal sealed record MongoKeptDays(UtcDay? Since, long Position)
{
    public static async Task<MongoKeptDays> ReadAsync(MongoRetry commands, MongoCut? cut, CancellationToken cancellation) => cut is not null
        ? new MongoKeptDays(cut.RawSince, cut.Roll)
        : new MongoKeptDays(
            await new MongoRawSince(commands).ReadAsync(cancellation),
            await new MongoRolls(commands, TimeProvider.System).ReadLastAppliedAsync(cancellation));

    /// <summary>Whether an event of a day, in a roll or in none, is in the rows.</summary>
    public bool Holds(UtcDay day, long? roll) => day < Since && roll <= Position;

    /// <summary>Makes sure that the rows of these days say what they said at the position, which they do but for late events.</summary>
    /// <exception cref="CutMovedException">One of them has been added to.</exception>
    public async Task RequireSameAsync(MongoRetry commands, CancellationToken cancellation)
    {
        foreach (var collection in Since is null ? [] : MongoDerived.All)
        {
            var later = new BsonDocument
            {
                { "date", new BsonDocument("$lt", Since.ToString()) }, { "through", new BsonDocument("$gt", Position) },
            };
            if ((await commands.FindAsync(collection, later, null, 1, new BsonDocument("_id", 1), cancellation)).Documents.Count > 0)
            {
                throw new CutMovedException("Events came for days of which only rows are kept");
            }
        }
    }

    /// <summary>Makes sure that no further day was removed.</summary>
    /// <exception cref="CutMovedException">One was.</exception>
    public async Task RequireKeptAsync(MongoRetry commands, CancellationToken cancellation)
    {
        if (await new MongoRawSince(commands).ReadAsync(cancellation) != Since)
        {
            throw new CutMovedException("Raw events of further days were removed");
        }
    }
}

/// <summary>What was copied of a position is no longer all there: the copy has to begin again.</summary>
internal sealed class CutMovedException(string message) : Exception(message);
