using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Tokens in MongoDB. See <see cref="MongoPerformers"/> for <c>changedAt</c> and <c>change</c>.</summary>
/// <param name="commands">The engine; it tries again what failed in passing.</param>
/// <param name="clock">Names changes.</param>
internal sealed class MongoTokenStore(IMongoCommands commands, TimeProvider clock) : ITokenStore
{
    public const string Collection = "tokens";

    /// <summary>The field that a session alone has.</summary>
    public const string SubjectField = "subject";

    private static readonly string[] Ends = ["expiresAt", "graceUntil", "revokedAt"];

    private static readonly string[] Optional = ["performerId", "scopes", .. Ends, "lastUsedAt", SubjectField, "stamp"];

    private static readonly BsonDocument Stamp = new("changedAt", true);

    public async Task<bool> AddTokenAsync(AccessToken token, CancellationToken cancellation)
    {
        // Finds what an attempt without an answer has added; a document that has only one of the two stands against the insert.
        var filter = new BsonDocument { { "_id", token.Id }, { "hash", token.Hash } };
        var fields = Write(token);
        fields.Remove("_id");
        fields.Remove("hash");
        var add = MongoWrites.Update(Collection, filter, new() { { "$setOnInsert", fields }, { "$currentDate", Stamp } }, upsert: true);
        return !(await commands.RunAsync(add, cancellation)).IsDuplicate();
    }

    public async Task<bool> PutTokenAsync(AccessToken token, CancellationToken cancellation)
    {
        var fields = Write(token);
        fields.Remove("_id");
        var update = new BsonDocument { { "$set", fields }, { "$currentDate", Stamp } };
        update.Add("$unset", new BsonDocument(Optional.Where(name => !fields.Contains(name)).Select(name => new BsonElement(name, string.Empty))));
        var put = MongoWrites.Update(Collection, new("_id", token.Id), update, upsert: true);
        // A second try, because two that add the same one meet as well.
        return !(await commands.RunAsync(put, cancellation)).IsDuplicate() || !(await commands.RunAsync(put, cancellation)).IsDuplicate();
    }

    public async Task<AccessToken?> FindTokenAsync(string id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } document ? Read(document) : null;

    public async Task<bool> RevokeTokenAsync(string id, DateTimeOffset at, CancellationToken cancellation)
    {
        var change = Ids.New(clock.Now());
        var filter = new BsonDocument { { "_id", id }, { "revokedAt", BsonNull.Value } };
        var fields = new BsonDocument { { "revokedAt", MongoFields.Instant(at) }, { "change", change } };
        var revoke = MongoWrites.Update(Collection, filter, new() { { "$set", fields }, { "$currentDate", Stamp } });
        return (await commands.RunAsync(revoke, cancellation)).HasFound()
            || (await FindAsync(id, cancellation))?.GetValue("change", BsonNull.Value) == change;
    }

    public async Task ShortenTokenAsync(string id, DateTimeOffset graceUntil, CancellationToken cancellation)
    {
        var update = new BsonDocument { { "$min", new BsonDocument("graceUntil", MongoFields.Instant(graceUntil)) }, { "$currentDate", Stamp } };
        (await commands.RunAsync(MongoWrites.Update(Collection, new("_id", id), update), cancellation)).ThrowIfFailed();
    }

    public async Task RevokeSessionsAsync(Subject subject, DateTimeOffset at, CancellationToken cancellation)
    {
        var filter = new BsonDocument { { SubjectField, $"{subject}" }, { "revokedAt", BsonNull.Value } };
        var update = new BsonDocument { { "$set", new BsonDocument("revokedAt", MongoFields.Instant(at)) }, { "$currentDate", Stamp } };
        (await commands.RunAsync(MongoWrites.Update(Collection, filter, update, multi: true), cancellation)).ThrowIfFailed();
    }

    public async Task RemoveSessionsAsync(DateTimeOffset expiredBefore, CancellationToken cancellation)
    {
        var filter = new BsonDocument
        {
            { SubjectField, new BsonDocument("$gt", string.Empty) },
            { "expiresAt", new BsonDocument("$lt", MongoFields.Instant(expiredBefore)) },
        };
        (await commands.RunAsync(MongoWrites.Delete(Collection, filter), cancellation)).ThrowIfFailed();
    }

    public async Task NoteUsesAsync(IReadOnlyCollection<TokenUse> uses, CancellationToken cancellation)
    {
        foreach (var some in uses.Chunk(MongoVerbs.MostStatements))
        {
            var statements = some.Select(Note);
            var update = new BsonDocument { { "update", Collection }, { "updates", new BsonArray(statements) }, { "ordered", false } }.Durable();
            (await commands.RunAsync(update, cancellation)).ThrowIfFailed();
        }
    }

    public IAsyncEnumerable<AccessToken> ListTokensAsync(DateTimeOffset? changedSince, CancellationToken cancellation)
    {
        var from = changedSince is { } moment ? (moment - MongoCatalogStore.Overlap, string.Empty) : ((DateTimeOffset, string)?)null;
        return new MongoList(commands, Collection, "changedAt").ReadAsync([], from, cancellation: cancellation).Select(Read);
    }

    public IAsyncEnumerable<AccessToken> ListLivingTokensAsync(DateTimeOffset at, CancellationToken cancellation)
    {
        var ends = Ends.Select(end => new BsonDocument(
            "$or", new BsonArray { new BsonDocument(end, BsonNull.Value), new BsonDocument(end, new BsonDocument("$gte", MongoFields.Instant(at))) }));
        return new MongoList(commands, Collection, "changedAt").ReadAsync(new("$and", new BsonArray(ends)), null, cancellation: cancellation).Select(Read);
    }

    public async Task<DateTimeOffset?> ReadTokenClockAsync(CancellationToken cancellation) =>
        (await commands.RunAsync(new BsonDocument("hello", 1), cancellation)).Instant("localTime");

    /// <summary>A use of a session is told to other hosts, which would take it for idle; not each minute.</summary>
    private static BsonDocument Note(TokenUse use)
    {
        var max = new BsonDocument("$max", new BsonDocument("lastUsedAt", MongoFields.Instant(use.At)));
        if (!use.IsSession)
        {
            return MongoVerbs.Statement(new("_id", use.TokenId), max);
        }

        var old = new BsonArray
        {
            new BsonDocument("lastUsedAt", BsonNull.Value),
            new BsonDocument("lastUsedAt", new BsonDocument("$lte", MongoFields.Instant(use.At - SessionMark.NotedEvery))),
        };
        return MongoVerbs.Statement(new() { { "_id", use.TokenId }, { "$or", old } }, max.Add("$currentDate", Stamp));
    }

    public static BsonDocument Write(AccessToken token)
    {
        var document = new BsonDocument
        {
            { "_id", token.Id },
            { "name", token.Name },
            { "hash", token.Hash },
            { "role", token.Role },
            { "createdAt", MongoFields.Instant(token.CreatedAt) },
            { "packages", new BsonArray(token.Packages) },
            { "performerId", token.PerformerId, token.PerformerId is not null },
        };
        document.Add("scopes", () => new BsonArray(TokenScopes.Names(token.Scopes!.Value)), token.Scopes is not null);
        document.Add("expiresAt", () => MongoFields.Instant(token.ExpiresAt!.Value), token.ExpiresAt is not null);
        document.Add("graceUntil", () => MongoFields.Instant(token.GraceUntil!.Value), token.GraceUntil is not null);
        document.Add("revokedAt", () => MongoFields.Instant(token.RevokedAt!.Value), token.RevokedAt is not null);
        document.Add("lastUsedAt", () => MongoFields.Instant(token.LastUsedAt!.Value), token.LastUsedAt is not null);
        document.Add(SubjectField, () => $"{token.Session!.Subject}", token.Session is not null);
        document.Add("stamp", () => token.Session!.Stamp, token.Session is not null);
        return document;
    }

    public static AccessToken Read(BsonDocument document) =>
        new(document.Text("_id"), document.Text("name"), document.Text("hash"), document.Text("role"), document.Instant("createdAt"))
        {
            PerformerId = document.Has("performerId") ? document.Text("performerId") : null,
            Packages = [.. document["packages"].AsBsonArray.Select(name => name.AsString)],
            Scopes = document.Has("scopes") ? TokenScopes.Read(document["scopes"].AsBsonArray.Select(name => name.AsString)) : null,
            ExpiresAt = document.InstantOrNull("expiresAt"),
            GraceUntil = document.InstantOrNull("graceUntil"),
            RevokedAt = document.InstantOrNull("revokedAt"),
            LastUsedAt = document.InstantOrNull("lastUsedAt"),
            Session = document.Has(SubjectField) ? new SessionMark(Subject.Parse(document.Text(SubjectField)), document.Text("stamp")) : null,
        };

    private async Task<BsonDocument?> FindAsync(string id, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Collection }, { "filter", new BsonDocument("_id", id) }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
