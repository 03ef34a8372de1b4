using AdServer.Access;
using AdServer.Catalog;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The commands on <c>ads</c>. An ad is written as <c>pending</c>, which nobody sees, and settled once its performer is known to stay;
/// a removed one keeps its mark <c>removedAt</c> for ever. See <see cref="MongoPerformers"/> for <c>changedAt</c> and <c>change</c>.
/// </summary>
internal sealed class MongoAds(IMongoCommands commands)
{
    public const string Collection = "ads";

    private static readonly BsonDocument Stamp = new("changedAt", true);

    /// <summary>Fields that an ad may have or not.</summary>
    private static readonly string[] Optional = ["startsAt", "endsAt", "packages"];

    /// <summary>Those that everybody sees.</summary>
    public static BsonDocument Live => new() { { "removedAt", BsonNull.Value }, { "pending", BsonNull.Value } };

    /// <summary>Writes it where nobody sees it yet. An ad of this identity that is there stays as it is; false if that one was removed.</summary>
    public async Task<bool> AddPendingAsync(Ad ad, CancellationToken cancellation)
    {
        var document = Write(ad).Add("pending", true);
        return !(await commands.RunAsync(MongoWrites.Insert(Collection, document), cancellation)).IsDuplicate()
            || (await FindDocumentAsync(ad.Id, cancellation))?.Has("removedAt") != true;
    }

    /// <summary>Lets everybody see it; says whether it is there.</summary>
    public async Task<bool> SettleAsync(string id, CancellationToken cancellation)
    {
        var filter = new BsonDocument { { "_id", id }, { "removedAt", BsonNull.Value } };
        var update = new BsonDocument { { "$unset", new BsonDocument("pending", "") }, { "$currentDate", Stamp } };
        // There with its mark: it was settled by an attempt without an answer, and removed since.
        return (await commands.RunAsync(MongoWrites.Update(Collection, filter, update), cancellation)).HasFound()
            || await FindDocumentAsync(id, cancellation) is not null;
    }

    /// <summary>Takes back one that was not settled.</summary>
    public async Task DropPendingAsync(string id, CancellationToken cancellation) =>
        (await commands.RunAsync(MongoWrites.Delete(Collection, new() { { "_id", id }, { "pending", true } }), cancellation)).ThrowIfFailed();

    /// <summary>Takes back all of a performer that were not settled.</summary>
    public async Task DropAllPendingAsync(string performerId, CancellationToken cancellation) =>
        (await commands.RunAsync(MongoWrites.Delete(Collection, new() { { "performerId", performerId }, { "pending", true } }), cancellation))
        .ThrowIfFailed();

    /// <summary>Whether a performer has ads, by a read.</summary>
    public async Task<bool> HasAnyAsync(string performerId, CancellationToken cancellation)
    {
        var find = new BsonDocument
        {
            { "find", Collection },
            { "filter", Live.Add("performerId", performerId) },
            { "projection", new BsonDocument("_id", 1) },
            { "limit", 1 },
            { "singleBatch", true },
        };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().Any();
    }

    /// <summary>
    /// Whether a performer has ads, by a write that touches them: what a read says may be old, what a durable write finds is not. The ads
    /// count as changed, which costs other hosts a look at them.
    /// </summary>
    public async Task<bool> TouchAllAsync(string performerId, CancellationToken cancellation) =>
        (await commands.RunAsync(
            MongoWrites.Update(Collection, Live.Add("performerId", performerId), new("$currentDate", Stamp), multi: true), cancellation))
        .HasFound();

    /// <summary>An ad that everybody sees.</summary>
    public async Task<Ad?> FindAsync(string id, CancellationToken cancellation) =>
        await FindDocumentAsync(id, cancellation) is { } document && IsLive(document) ? Read(document) : null;

    /// <summary>Replaces all but what never changes, if the version before is held.</summary>
    /// <param name="ad">The next version.</param>
    /// <param name="change">Names this call.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ChangeOutcome> ReplaceAsync(Ad ad, string change, CancellationToken cancellation)
    {
        var fields = Fields(ad).Add("change", change);
        var update = new BsonDocument { { "$set", fields }, { "$currentDate", Stamp } };
        if (Optional.Where(field => !fields.Contains(field)).ToList() is { Count: > 0 } absent)
        {
            update.Add("$unset", new BsonDocument(absent.Select(field => new BsonElement(field, ""))));
        }

        var filter = Live.Add("_id", ad.Id).Add("version", ad.Version - 1);
        return (await commands.RunAsync(MongoWrites.Update(Collection, filter, update), cancellation)).HasFound()
            ? ChangeOutcome.Done
            : Judge(await FindDocumentAsync(ad.Id, cancellation), ad.Version, change);
    }

    /// <summary>Marks it as removed, if it has this version or none is asked for.</summary>
    public async Task<ChangeOutcome> RemoveAsync(string id, long? version, DateTimeOffset at, string change, CancellationToken cancellation)
    {
        var mark = new BsonDocument { { "removedAt", MongoFields.Instant(at) }, { "change", change } };
        var update = new BsonDocument { { "$set", mark }, { "$currentDate", Stamp } };
        var filter = Live.Add("_id", id).Add("version", version ?? 0, version is not null);
        if ((await commands.RunAsync(MongoWrites.Update(Collection, filter, update), cancellation)).HasFound())
        {
            return ChangeOutcome.Done;
        }

        var held = await FindDocumentAsync(id, cancellation);
        return held?.GetValue("change", BsonNull.Value) == change ? ChangeOutcome.Done
            : version is null || held is null || !IsLive(held) ? ChangeOutcome.Missing
            : ChangeOutcome.Stale;
    }

    /// <summary>Ads in order of creation, of one performer or of all.</summary>
    public async Task<IReadOnlyList<Ad>> ListAsync(string? performerId, ListPlace? after, int limit, CancellationToken cancellation)
    {
        var list = new MongoList(commands, Collection, "createdAt");
        var wanted = Live.Add("performerId", performerId, performerId is not null);
        var place = after is { } last ? (last.CreatedAt, last.Id) : ((DateTimeOffset, string)?)null;
        return await list.ReadAsync(wanted, place, limit, cancellation: cancellation).Select(Read).ToListAsync(cancellation);
    }

    public async Task<ILookup<string, string>> ListIdsAsync(IReadOnlyCollection<string> performerIds, CancellationToken cancellation)
    {
        var owned = Live.Add("performerId", new BsonDocument("$in", new BsonArray(performerIds)));
        var found = new MongoList(commands, Collection, "createdAt")
            .ReadAsync(owned, after: null, fields: new("performerId", 1), cancellation: cancellation);
        return (await found.ToListAsync(cancellation)).ToLookup(document => document.Text("performerId"), document => document.Text("_id"));
    }

    /// <summary>Those that were written since a moment of the engine's time, and the marks.</summary>
    public IAsyncEnumerable<CatalogChange> ListChangesAsync((DateTimeOffset Time, string Id)? since, CancellationToken cancellation) =>
        new MongoList(commands, Collection, "changedAt").ReadAsync(new("pending", BsonNull.Value), since, cancellation: cancellation)
            .Select(document => document.Has("removedAt")
                ? new CatalogChange(RemovedId: document.Text("_id"))
                : new CatalogChange(Ad: Read(document)));

    /// <summary>What became of a conditional change that found nothing to change.</summary>
    /// <param name="held">What is there.</param>
    /// <param name="version">The version that was to be made.</param>
    /// <param name="change">The call that was to make it.</param>
    public static ChangeOutcome Judge(BsonDocument? held, long version, string change) =>
        held is null || !IsLive(held) ? ChangeOutcome.Missing
        : held["version"].ToInt64() == version && held.GetValue("change", BsonNull.Value) == change ? ChangeOutcome.Done
        : ChangeOutcome.Stale;

    private static bool IsLive(BsonDocument document) => !document.Has("removedAt") && !document.Has("pending");

    private static BsonDocument Fields(Ad ad)
    {
        var fields = new BsonDocument
        {
            { "name", ad.Name },
            {
                "adDetails", new BsonDocument
                {
                    { "videoUrl", ad.Details.VideoUrl },
                    { "targetUrl", ad.Details.TargetUrl },
                    { "budget", MongoFields.Name(ad.Details.Budget) },
                    { "skipTime", ad.Details.SkipTime },
                    { "exitTime", ad.Details.ExitTime },
                }
            },
            { "status", MongoFields.Name(ad.Status) },
            { "updatedAt", MongoFields.Instant(ad.UpdatedAt) },
            { "version", ad.Version },
        };
        fields.Add("startsAt", () => MongoFields.Instant(ad.StartsAt!.Value), ad.StartsAt is not null);
        fields.Add("endsAt", () => MongoFields.Instant(ad.EndsAt!.Value), ad.EndsAt is not null);
        fields.Add("packages", () => Rules(ad.Packages), !ad.Packages.IsEverywhere);
        return fields;
    }

    private static BsonDocument Rules(PackageRules rules) =>
        new() { { "allow", new BsonArray(rules.Allow) }, { "deny", new BsonArray(rules.Deny) } };

    public static BsonDocument Write(Ad ad) => Fields(ad).Merge(new BsonDocument
    {
        { "_id", ad.Id },
        { "performerId", ad.PerformerId },
        { "createdAt", MongoFields.Instant(ad.CreatedAt) },
    });

    public static Ad Read(BsonDocument document) => new()
    {
        Id = document.Text("_id"),
        Name = document.Text("name"),
        PerformerId = document.Text("performerId"),
        Details = ReadDetails(document["adDetails"].AsBsonDocument),
        Status = document.Named<AdStatus>("status"),
        StartsAt = document.InstantOrNull("startsAt"),
        EndsAt = document.InstantOrNull("endsAt"),
        Packages = document.Has("packages") ? ReadRules(document["packages"].AsBsonDocument) : PackageRules.Everywhere,
        CreatedAt = document.Instant("createdAt"),
        UpdatedAt = document.Instant("updatedAt"),
        Version = document["version"].ToInt64(),
    };

    private static AdDetails ReadDetails(BsonDocument details) => new(
        details.Text("videoUrl"), details.Text("targetUrl"), details.Named<Budget>("budget"),
        details["skipTime"].ToDouble(), details["exitTime"].ToDouble());

    private static PackageRules ReadRules(BsonDocument rules) => new(Patterns(rules["allow"]), Patterns(rules["deny"]));

    private static string[] Patterns(BsonValue patterns) => [.. patterns.AsBsonArray.Select(pattern => pattern.AsString)];

    private async Task<BsonDocument?> FindDocumentAsync(string id, CancellationToken cancellation)
    {
        var find = new BsonDocument { { "find", Collection }, { "filter", new BsonDocument("_id", id) }, { "limit", 1 }, { "singleBatch", true } };
        return (await commands.RunAsync(find.Deciding(), cancellation)).Documents().SingleOrDefault();
    }
}
