using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The collections and their indexes, and the document in <c>meta</c> that says which version a database has. It is written before
/// anything else, so that what has our names but not this document is of somebody else.
/// </summary>
internal static class MongoSchema
{
    public const int Version = 5;
    public const string Meta = "meta";

    /// <summary>The version that added <c>delivered_ads</c>.</summary>
    private const int FirstDelivered = 3;

    private const string VersionId = "schema";
    private const string ProbeId = "writable";

    /// <summary>Milliseconds.</summary>
    private const int LongestProbe = 3000;

    /// <summary>Our names, which older servers use too; in each of them, every index beside the one on <c>_id</c>.</summary>
    private static readonly Dictionary<string, MongoIndex[]> Collections = new()
    {
        ["performers"] =
        [
            new("emailKey", ["emailKey"], IsUnique: true), new("created", ["createdAt", "_id"]), new("changed", ["changedAt", "_id"]),
        ],
        ["developers"] = [new("emailKey", ["emailKey"], IsUnique: true), new("created", ["createdAt", "_id"])],
        [MongoTokenStore.Collection] =
        [
            new("hash", ["hash"], IsUnique: true), new("changed", ["changedAt", "_id"]),
            new(MongoTokenStore.SubjectField, [MongoTokenStore.SubjectField], IsSparse: true),
        ],
        [MongoAuditStore.Collection] =
        [
            new("time", ["at", "_id"]), new("object", ["objectKind", "objectId", "at", "_id"]), new("kind", ["objectKind", "at", "_id"]),
            new("actor", ["actorId", "at", "_id"]),
        ],
        [MongoAuditStore.Ends] = [],
        [MongoIdempotencyStore.Collection] = [new("caller", ["callerId"]), new("created", ["createdAt"])],
        [MongoCredentialStore.Collection] = [new("link", [MongoCredentialStore.LinkHashes], IsSparse: true)],
        [MongoSigningKeyStore.Collection] = [],
        ["ads"] =
        [
            new("created", ["createdAt", "_id"]), new("changed", ["changedAt", "_id"]), new("performer", ["performerId", "createdAt", "_id"]),
            new("swept", ["swept", "removedAt"]),
        ],
        ["ad_events"] =
        [
            new("batch", ["batch", "place"]), new("dayBatch", ["day", "batch", "place"]), new("adBatch", ["adId", "batch", "place"]),
            new("removedOn", [MongoEvents.RemovedOn], IsSparse: true), new("device", ["deviceId"], IsSparse: true),
        ],
        ["journal"] = [new("roll", ["roll", "_id"])],
        ["rolls"] = [],
        [MongoSpools.Collection] = [],
        [MongoRawSince.Collection] = [],
        ["events_by_day"] = [],
        ["daily_ad_stats"] = [new("performerDate", ["performerId", "date"]), new("date", ["date", "_id"])],
        ["daily_ad_revisions"] = [new("performerDate", ["performerId", "date"]), new("date", ["date", "_id"])],
        ["daily_package_stats"] =
        [
            new("performerDate", ["performerId", "date"]), new("packageDate", ["packageName", "date"]), new("date", ["date", "_id"]),
        ],
        ["daily_invalid_stats"] =
        [
            new("performerDate", ["performerId", "date"]), new("packageDate", ["packageName", "date"]), new("date", ["date", "_id"]),
        ],
        ["packages"] = [],
        ["package_ads"] = [new("ad", ["adId"])],
        [MongoDeliveredStore.Collection] = [new("ad", ["adId"])],
        ["daily_deliveries"] = [new("performerDate", ["performerId", "date"]), new("date", ["date"])],
        ["daily_requests"] = [new("packageDate", ["packageName", "date"])],
    };

    /// <summary>The collections of a store, without <see cref="Meta"/>.</summary>
    public static IEnumerable<string> Names => Collections.Keys;

    /// <summary>Whether a database is an older ad server's: it has our names and not our version.</summary>
    /// <exception cref="StartException">A newer server wrote it, or there is nothing.</exception>
    public static async Task<bool> IsLegacyAsync(IMongoCommands commands, MongoSettings settings, CancellationToken cancellation)
    {
        if (await FindVersionAsync(commands, cancellation) is not null || (await ListOurNamesAsync(commands, cancellation)).Count == 0)
        {
            await RequireAsync(commands, settings, cancellation);
            return false;
        }

        return true;
    }

    /// <summary>Refuses a database that is not ours or that a newer server wrote; tells whether it is a new one.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public static async Task<bool> CheckAsync(IMongoCommands commands, MongoSettings settings, CancellationToken cancellation)
    {
        if (await FindVersionAsync(commands, cancellation) is { } version)
        {
            return IsNew(version, settings);
        }

        var strangers = await ListOurNamesAsync(commands, cancellation);
        if (strangers.Count == 0)
        {
            return true;
        }

        // The version is written before any collection is made: a host that started at the same moment may have done both since the first look.
        return await FindVersionAsync(commands, cancellation) is { } written ? IsNew(written, settings) : throw new StartException(
            $"The database {settings.Redacted} holds collections of an older ad server ({string.Join(", ", strangers)}), and is left as it is. "
            + "Name another database in the connection string; \"-- copy --from <uri of the old one> --to <uri of the new one>\" takes the data over.");
    }

    /// <summary>A database that has a version is not new; one of a newer server is refused.</summary>
    private static bool IsNew(int version, MongoSettings settings) => version <= Version ? false : throw new StartException(
        $"The database {settings.Redacted} was written by a newer server (schema {version}; this one knows up to {Version}). Start that one.");

    /// <summary>Refuses a database that is not ours, that a newer server wrote, or that is new.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public static async Task RequireAsync(IMongoCommands commands, MongoSettings settings, CancellationToken cancellation)
    {
        if (await CheckAsync(commands, settings, cancellation))
        {
            throw new StartException($"There is no store at {settings.Redacted}. A server makes it at its first start.");
        }
    }

    /// <summary>Marks a new database as ours. Of several hosts that start together the first one does.</summary>
    public static async Task ClaimAsync(IMongoCommands commands, CancellationToken cancellation)
    {
        var document = new BsonDocument { { "_id", VersionId }, { "version", Version } };
        var insert = new BsonDocument { { "insert", Meta }, { "documents", new BsonArray { document } } }.Durable();
        (await commands.RunAsync(insert, cancellation)).ThrowIfFailed(expected: MongoReply.DuplicateKey);
    }

    /// <summary>
    /// Says that this program's version writes here: an older one does not start any more. What version 2 added (<c>daily_ad_revisions</c> and an
    /// event's <c>revision</c>) is absent from what was there before, which means that it came before its day was closed. Of what version 3 added
    /// <c>delivered_ads</c> is filled before, by a start that dies as often as it does; an event's <c>flaw</c> and <c>daily_invalid_stats</c> are
    /// absent where nobody rated it, which means that it counts as valid; what retention needs (<c>raw_since</c>, <c>thinned</c>, <c>removedOn</c>) is
    /// absent where nothing was removed. Version 4 added <c>tokens</c>, version 5 <c>audit</c>, <c>idempotency_keys</c>,
    /// <c>credentials</c> and <c>signing_keys</c>; a token without a <c>subject</c> is no session; an event's <c>verified</c> and its
    /// rows are absent where nobody signed, which means that it is not.
    /// </summary>
    public static async Task RaiseAsync(IMongoCommands commands, Func<Task> fillDelivered, CancellationToken cancellation)
    {
        if (await HasNoDeliveredAsync(commands, cancellation))
        {
            await fillDelivered();
        }

        var update = MongoWrites.Update(
            Meta, new BsonDocument("_id", VersionId), new BsonDocument("$max", new BsonDocument("version", Version)));
        (await commands.RunAsync(update, cancellation)).ThrowIfFailed();
    }

    /// <summary>Whether the database was written before deliveries were noted by ad.</summary>
    public static async Task<bool> HasNoDeliveredAsync(IMongoCommands commands, CancellationToken cancellation) =>
        await FindVersionAsync(commands, cancellation) < FirstDelivered;

    /// <summary>Writes something of no meaning: whether this user may, and a majority takes it.</summary>
    public static async Task ProbeAsync(IMongoCommands commands, CancellationToken cancellation)
    {
        var statement = new BsonDocument
        {
            { "q", new BsonDocument("_id", ProbeId) },
            { "u", new BsonDocument("$currentDate", new BsonDocument("at", true)) },
            { "upsert", true },
        };
        var update = new BsonDocument { { "update", Meta }, { "updates", new BsonArray { statement } } }.Durable();
        // Else it would wait for members that are away until the driver gives up, and nobody would know why.
        update[MongoConcerns.Write]["wtimeout"] = LongestProbe;
        (await commands.RunAsync(update, cancellation)).ThrowIfFailed(expected: MongoReply.DuplicateKey);
    }

    /// <summary>Makes the indexes that are missing, also those of a database that is full: this can take long.</summary>
    /// <exception cref="StartException">Documents of somebody's hands stand against a unique one.</exception>
    public static async Task IndexAsync(IMongoCommands commands, MongoSettings settings, CancellationToken cancellation)
    {
        foreach (var (collection, indexes) in Collections.Where(pair => pair.Value.Length > 0))
        {
            var command = new BsonDocument
            {
                { "createIndexes", collection },
                { "indexes", new BsonArray(indexes.Select(index => index.ToDocument())) },
            };
            try
            {
                await commands.RunAsync(command, cancellation);
            }
            catch (MongoCommandException fault) when (fault.Code == MongoReply.DuplicateKey)
            {
                // Without the server's words: they quote the value, which may be an e-mail address.
                var unique = string.Join(", ", indexes.Where(index => index.IsUnique).Select(index => index.Name));
                throw new StartException(
                    $"{settings.Redacted} holds documents in {collection} that the unique index {unique} forbids: the same value twice. Correct them first.");
            }
        }
    }

    private static async Task<int?> FindVersionAsync(IMongoCommands commands, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Meta }, { "filter", new BsonDocument("_id", VersionId) }, { "limit", 1 } }.Deciding();
        var found = (await commands.RunAsync(find, cancellation)).Documents().FirstOrDefault();
        return found?["version"].ToInt32();
    }

    private static async Task<List<string>> ListOurNamesAsync(IMongoCommands commands, CancellationToken cancellation)
    {
        // By name, so that a database with very many collections of others is one short answer.
        var filter = new BsonDocument("name", new BsonDocument("$in", new BsonArray(Collections.Keys)));
        var list = new BsonDocument { { "listCollections", 1 }, { "filter", filter }, { "nameOnly", true } };
        var reply = await commands.RunAsync(list, cancellation);
        return [.. reply.Documents().Select(collection => collection["name"].AsString).Where(Collections.ContainsKey).Order(StringComparer.Ordinal)];
    }
}

/// <summary>
/// An index, whose keys all ascend. Its name stands for its definition: another definition needs another name. A unique or sparse one leaves
/// out documents without the field, such as the marks of what was removed.
/// </summary>
internal sealed record MongoIndex(string Name, string[] Keys, bool IsUnique = false, bool IsSparse = false)
{
    public BsonDocument ToDocument()
    {
        var document = new BsonDocument { { "key", new BsonDocument(Keys.Select(key => new BsonElement(key, 1))) }, { "name", Name } };
        return document.Add("unique", true, IsUnique).Add("sparse", true, IsUnique || IsSparse);
    }
}
