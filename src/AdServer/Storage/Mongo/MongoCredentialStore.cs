using AdServer.Access.SignIn;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Credentials in MongoDB: one document a subject with its links in it, so that a link is used and a password set in one write.</summary>
internal sealed class MongoCredentialStore(IMongoCommands commands) : ICredentialStore
{
    public const string Collection = "credentials";

    /// <summary>What a link is found by.</summary>
    public const string LinkHashes = "links.hash";

    public Task<Credential?> FindCredentialAsync(Subject subject, CancellationToken cancellation) => FindAsync(new("_id", $"{subject}"), cancellation);

    public Task<Credential?> FindCredentialByLinkAsync(string hash, CancellationToken cancellation) => FindAsync(new(LinkHashes, hash), cancellation);

    public async Task<bool> ReplaceCredentialAsync(Credential credential, CancellationToken cancellation)
    {
        var document = Write(credential);
        if (credential.Version == 1)
        {
            return !(await commands.RunAsync(MongoWrites.Insert(Collection, document), cancellation)).IsDuplicate();
        }

        var filter = new BsonDocument { { "_id", document["_id"] }, { "version", credential.Version - 1 } };
        document.Remove("_id");
        return (await commands.RunAsync(MongoWrites.Update(Collection, filter, document), cancellation)).HasFound();
    }

    public async Task RemoveCredentialAsync(Subject subject, CancellationToken cancellation) =>
        (await commands.RunAsync(MongoWrites.Delete(Collection, new("_id", $"{subject}")), cancellation)).ThrowIfFailed();

    public static BsonDocument Write(Credential credential)
    {
        var document = new BsonDocument { { "_id", $"{credential.Subject}" }, { "version", credential.Version }, { "stamp", credential.Stamp } };
        document.Add("password", credential.Password, credential.Password is not null);
        return document.Add("links", () => new BsonArray(credential.Links.Select(WriteLink)), credential.Links.Count > 0);
    }

    public static Credential Read(BsonDocument document) => new(Subject.Parse(document.Text("_id")), document["version"].ToInt64())
    {
        Password = document.Has("password") ? document.Text("password") : null,
        Stamp = document.Text("stamp"),
        Links = document.Has("links") ? [.. document["links"].AsBsonArray.Select(link => ReadLink(link.AsBsonDocument))] : [],
    };

    private static BsonDocument WriteLink(SignInLink link) => new()
    {
        { "hash", link.Hash }, { "kind", MongoFields.Name(link.Kind) }, { "expiresAt", MongoFields.Instant(link.ExpiresAt) },
    };

    private static SignInLink ReadLink(BsonDocument link) => new(link.Text("hash"), link.Named<LinkKind>("kind"), link.Instant("expiresAt"));

    private async Task<Credential?> FindAsync(BsonDocument filter, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Collection }, { "filter", filter }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault() is { } document ? Read(document) : null;
    }
}
