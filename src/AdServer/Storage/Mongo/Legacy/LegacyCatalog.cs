using AdServer.Access;
using AdServer.Catalog;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>
/// Performers, developers and ads of an older ad server as ours, all in memory as a server has them. What this server would refuse of an ad is kept, but
/// paused: its statistics stay, and nobody is shown it until somebody has looked.
/// </summary>
internal sealed class LegacyCatalog
{
    private readonly Dictionary<string, Performer> performersByEmail = [];
    private readonly Dictionary<string, Performer> performersById = [];
    private readonly Dictionary<string, Ad> ads = [];

    private LegacyCatalog()
    {
    }

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Performer> Performers => [.. performersByEmail.Values];

    public IReadOnlyList<Developer> Developers { get; private set; } = [];

    public IReadOnlyList<Ad> Ads => [.. ads.Values];

    public LegacyTally Tally { get; } = new();

    public static async Task<LegacyCatalog> LoadAsync(LegacyReader reader, CancellationToken cancellation)
    {
        var catalog = new LegacyCatalog();
        (await ListAsync(reader, MongoPerformers.Collection, cancellation)).ForEach(catalog.AddPerformer);
        catalog.AddDevelopers(await ListAsync(reader, MongoAccessStore.Collection, cancellation));
        (await ListAsync(reader, MongoAds.Collection, cancellation)).ForEach(catalog.AddAd);
        return catalog;
    }

    public Ad? FindAd(string id) => ads.GetValueOrDefault(id);

    private static async Task<List<BsonDocument>> ListAsync(LegacyReader reader, string collection, CancellationToken cancellation)
    {
        var all = await reader.ListAsync(collection, [], cancellation).ToListAsync(cancellation);
        return [.. all.OrderBy(document => document.MadeAt())];
    }

    /// <summary>The older server told addresses apart by their case, and a race could add one twice: the first one gets the ads of all.</summary>
    private void AddPerformer(BsonDocument document)
    {
        if (Contact(document, "performers") is not var (id, name, email))
        {
            return;
        }

        var made = document.MadeAt();
        var performer = new Performer(id, name, email, made, document.Moment("updatedAt", "updated_at") ?? made, Version: 1);
        if (!performersByEmail.TryAdd(performer.EmailKey, performer))
        {
            Tally.Change("performers", "the address belongs to an earlier one, which got the ads", id);
        }

        performersById[id] = performersByEmail[performer.EmailKey];
    }

    private void AddDevelopers(IEnumerable<BsonDocument> documents)
    {
        var developers = new Dictionary<string, Developer>();
        foreach (var document in documents)
        {
            if (Contact(document, "developers") is var (id, name, email)
                && !developers.TryAdd(EmailAddress.Key(email), new Developer(id, name, email, document.MadeAt())))
            {
                Tally.LeaveOut("developers", "the address belongs to an earlier one", id);
            }
        }

        Developers = [.. developers.Values];
    }

    private void AddAd(BsonDocument document)
    {
        if (document.Id("_id") is not { } id)
        {
            Tally.LeaveOut("ads", "there is no identity", $"{document["_id"]}");
        }
        else if (FindPerformer(document) is not { } performer)
        {
            Tally.LeaveOut("ads", "the performer is not in the database", id);
        }
        else if (!ads.TryAdd(id, LegacyAd.Read(document, id, performer.Id, Tally)))
        {
            Tally.LeaveOut("ads", "the identity belongs to another one", id);
        }
    }

    private Performer? FindPerformer(BsonDocument ad) =>
        (ad.Id("performerId") is { } id ? performersById.GetValueOrDefault(id) : null)
        ?? (ad.Words("performerEmail") is { } email ? performersByEmail.GetValueOrDefault(EmailAddress.Key(email)) : null);

    /// <summary>What performers and developers have in common; nothing without an identity or an address.</summary>
    private (string Id, string Name, string Email)? Contact(BsonDocument document, string what)
    {
        if (document.Id("_id") is not { } id)
        {
            Tally.LeaveOut(what, "there is no identity", $"{document["_id"]}");
            return null;
        }

        if (document.Words("email") is not { } email)
        {
            Tally.LeaveOut(what, "there is no e-mail address", id);
            return null;
        }

        return (id, document.Words("name") ?? "(no name)", email);
    }
}
