using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// A statistics query as pipelines, one per collection. A row that includes a roll after the position comes back by name, with its
/// <c>through</c>, beside the sums in which it is: only so can the tail be added once (law 11).
/// </summary>
/// <param name="commands">The engine.</param>
/// <param name="query">What is asked.</param>
/// <param name="position">The last roll that was applied when the reading began.</param>
/// <param name="gone">Ads to leave out.</param>
internal sealed class MongoStatsQuery(MongoRetry commands, StatsQuery query, long position, IReadOnlySet<string> gone)
{
    /// <summary>
    /// Rows of one command. The next one adds up the rest anew, so they are many; a reply that has no room for them is cut, and read on from there.
    /// </summary>
    private const int MostRows = 20_000;

    private static readonly string[] Counts = ["$counts.view", "$counts.click", "$counts.skip", "$counts.exit", "$watchDurationSum"];

    private static readonly Source AdRows = new(
        MongoDerived.AdRows, [.. Counts.Select(Sum)], sums => new Measures(ReadCounts(sums), 0, 0, 0));

    /// <summary>What counts as invalid traffic, by reason; taken out of what the other rows say.</summary>
    private static readonly Source Invalid = new(
        MongoDerived.Invalid,
        [
            .. from flaw in InvalidCounts.Flaws
               from field in Counts
               select Sum(IfClass((TrafficClass)flaw, field)),
        ],
        sums => Measures.Without(InvalidCounts.Flaws
            .Select((flaw, index) => InvalidCounts.Of(flaw, ReadCounts(sums[(Counts.Length * index)..])))
            .Aggregate((sum, one) => sum + one)));

    /// <summary>Verified events, and no others.</summary>
    private static readonly Source Verified = new(
        MongoDerived.Invalid, [.. Counts.Select(field => Sum(IfClass(TrafficClass.Verified, field)))], sums => new Measures(ReadCounts(sums), 0, 0, 0));

    private static readonly Source Deliveries = new(MongoCounters.Deliveries, [Sum("$deliveries")], sums => new Measures(default, sums[0], 0, 0));

    private static readonly Source Requests = new(
        MongoCounters.Requests, [Sum("$requests"), Sum("$fills")], sums => new Measures(default, 0, sums[0], sums[1]));

    private readonly List<Source> sources =
    [
        Events(query),
        .. query.HasRevisions ? [Revisions(query.AsOf)] : Array.Empty<Source>(),
        .. query.IsNet ? [Invalid] : query.IsVerified ? [Verified] : Array.Empty<Source>(),
        .. query.HasDeliveries ? [Deliveries] : Array.Empty<Source>(),
        .. query.HasRequests ? [Requests] : Array.Empty<Source>(),
    ];

    /// <summary>Of each collection the first limit + 1 rows after the query's place, or all it has.</summary>
    public Task<MongoStatsRows> ReadPageAsync(CancellationToken cancellation) => ReadAsync(query, cancellation);

    /// <summary>One row per collection: the sum over all that the filter takes, on whatever page.</summary>
    public Task<MongoStatsRows> ReadTotalAsync(CancellationToken cancellation) =>
        ReadAsync(query with { GroupBy = [], After = null }, cancellation);

    /// <summary>What is in the revisions that are too late, taken away; the highest of the others.</summary>
    private static Source Revisions(DateTimeOffset? asOf)
    {
        if (asOf is not { } time)
        {
            return new Source(MongoDerived.Revisions, [("$max", "$revision")], sums => new Measures(default, 0, 0, 0, (int)sums[0]));
        }

        var isLate = new BsonDocument("$gt", new BsonArray { "$time", MongoFields.Instant(time) });
        BsonValue If(BsonValue late, BsonValue inTime) => new BsonDocument("$cond", new BsonArray { isLate, late, inTime });
        return new Source(
            MongoDerived.Revisions,
            [.. Counts.Select(field => Sum(If(field, 0L))), ("$max", If(0, "$revision"))],
            sums => new Measures(-ReadCounts(sums), 0, 0, 0, (int)sums[^1]));
    }

    /// <summary>All events; of verified counts these say only that there is a row.</summary>
    private static Source Events(StatsQuery query)
    {
        var rows = query.ByPackage ? AdRows with { Collection = MongoDerived.PackageRows } : AdRows;
        return query.IsVerified ? rows with { Read = _ => default } : rows;
    }

    private static BsonDocument IfClass(TrafficClass one, string field) =>
        new("$cond", new BsonArray { new BsonDocument("$eq", new BsonArray { "$flaw", MongoEvents.NameOf(one) }), field, 0L });

    private static (string By, BsonValue Of) Sum(BsonValue of) => ("$sum", of);

    private static (string By, BsonValue Of) Sum(string field) => ("$sum", field);

    private static DayCounts ReadCounts(long[] sums) => new(sums[0], sums[1], sums[2], sums[3], sums[4]);

    private async Task<MongoStatsRows> ReadAsync(StatsQuery asked, CancellationToken cancellation)
    {
        var rows = new MongoStatsRows([], []);
        foreach (var source in sources)
        {
            await ReadAsync(asked, source, rows, cancellation);
        }

        return rows;
    }

    private async Task ReadAsync(StatsQuery asked, Source source, MongoStatsRows rows, CancellationToken cancellation)
    {
        for (var (left, place) = (asked.Limit + 1L, asked); left > 0;)
        {
            var most = (int)Math.Min(left, MostRows);
            var page = await commands.AggregateAsync(source.Collection, Pipeline(place, source, most), most, cancellation);
            foreach (var document in page.Documents)
            {
                rows.Add(KeyOf(document), source.Read([.. source.Fields.Select((_, index) => document[$"s{index}"].ToInt64())]), document["late"]);
            }

            left = page.Documents.Count < most && page.IsEnd ? 0 : left - page.Documents.Count;
            place = left == 0 ? place : place with { After = rows.Rows[^1].Key };
        }
    }

    /// <summary>Adds up twice: by key and late row, then by key, with the late rows of a key as a list.</summary>
    private BsonArray Pipeline(StatsQuery asked, Source source, int most)
    {
        var isLate = new BsonDocument("$gt", new BsonArray { new BsonDocument("$ifNull", new BsonArray { "$through", 0L }), position });
        var first = new BsonDocument
        {
            {
                "_id", new BsonDocument
                {
                    { "a", FieldOf(asked, 0) is { } one ? $"${one}" : new BsonDocument("$literal", "") },
                    { "b", FieldOf(asked, 1) is { } two ? $"${two}" : new BsonDocument("$literal", "") },
                    { "late", new BsonDocument("$cond", new BsonArray { isLate, "$_id", "" }) },
                }
            },
            { "through", new BsonDocument("$max", "$through") },
        };
        var isName = new BsonDocument("$ne", new BsonArray { "$_id.late", "" });
        var second = new BsonDocument
        {
            { "_id", new BsonDocument { { "a", "$_id.a" }, { "b", "$_id.b" } } },
            {
                "late", new BsonDocument("$push", new BsonDocument("$cond", new BsonArray
                {
                    isName, new BsonDocument { { "row", "$_id.late" }, { "through", "$through" } }, BsonNull.Value,
                }))
            },
        };
        foreach (var (field, index) in source.Fields.Select((field, index) => (field, index)))
        {
            first.Add($"s{index}", new BsonDocument(field.By, field.Of));
            second.Add($"s{index}", new BsonDocument(field.By, $"$s{index}"));
        }

        return
        [
            new BsonDocument("$match", Filter(asked)),
            new BsonDocument("$group", first),
            new BsonDocument("$group", second),
            new BsonDocument("$sort", new BsonDocument { { "_id.a", 1 }, { "_id.b", 1 } }),
            new BsonDocument("$limit", most),
        ];
    }

    private BsonDocument Filter(StatsQuery asked)
    {
        var conditions = new BsonArray { After(asked) };
        void Add(string field, BsonValue? condition) => _ = condition is null ? null : conditions.Add(new BsonDocument(field, condition));
        Add("adId", asked.AdId);
        Add("performerId", asked.PerformerId);
        Add("packageName", asked.PackageName);
        Add("date", asked.From is { } from ? new BsonDocument("$gte", from.ToString()) : null);
        Add("date", asked.To is { } to ? new BsonDocument("$lte", to.ToString()) : null);
        Add("adId", gone.Count > 0 ? new BsonDocument("$nin", new BsonArray(gone)) : null);
        // One ad's rows lie together by _id, in every collection that has ads.
        _ = asked.AdId is { } adId ? conditions.Add(MongoVerbs.BeginsWith(adId)) : null;
        return new BsonDocument("$and", conditions);
    }

    private static BsonDocument After(StatsQuery asked)
    {
        if (asked.After is not { } after || FieldOf(asked, 0) is not { } first)
        {
            return [];
        }

        var beyond = new BsonDocument(first, new BsonDocument("$gt", after.First));
        return FieldOf(asked, 1) is { } second
            ? new BsonDocument("$or", new BsonArray
            {
                beyond, new BsonDocument { { first, after.First }, { second, new BsonDocument("$gt", after.Second) } },
            })
            : beyond;
    }

    private static string? FieldOf(StatsQuery asked, int index) => index >= asked.GroupBy.Count ? null : asked.GroupBy[index] switch
    {
        StatsGroup.Ad => "adId",
        StatsGroup.Performer => "performerId",
        StatsGroup.Package => "packageName",
        StatsGroup.Day => "date",
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    private static StatsKey KeyOf(BsonDocument row) => new(row["_id"]["a"].AsString, row["_id"]["b"].AsString);

    /// <summary>A collection that answers come from.</summary>
    /// <param name="Collection">Its name.</param>
    /// <param name="Fields">What is added up, and how.</param>
    /// <param name="Read">Reads the sums.</param>
    private sealed record Source(string Collection, (string By, BsonValue Of)[] Fields, Func<long[], Measures> Read);
}

/// <summary>What the rows say, and which of them include rolls after the position that the reading began with.</summary>
internal sealed record MongoStatsRows(List<StatsRow> Rows, Dictionary<string, long> Late)
{
    public void Add(StatsKey key, Measures measures, BsonValue late)
    {
        Rows.Add(new StatsRow(key, measures));
        foreach (var row in late.AsBsonArray.OfType<BsonDocument>())
        {
            Late[row["row"].AsString] = row["through"].ToInt64();
        }
    }

    /// <summary>The tail without what these rows include already.</summary>
    public RollUp Without(IEnumerable<MongoSum> tail, StatsQuery query)
    {
        var rest = new RollUp();
        foreach (var sum in tail)
        {
            var ad = new AdDay(sum.Key.AdId, sum.Key.PerformerId, sum.Key.Day);
            if (!Includes(query.ByPackage ? MongoDerived.IdOf(sum.Key) : MongoDerived.IdOf(ad), sum.Roll))
            {
                rest.Add(ad, sum.Counts);
                rest.Add(sum.Key, sum.Counts);
            }

            var revision = new AdRevision(ad.AdId, ad.PerformerId, ad.Day, sum.Revision);
            if (sum.Revision > 0 && !Includes(MongoDerived.IdOf(revision), sum.Roll))
            {
                rest.Add(revision, sum.Counts);
            }

            var ofClass = new ClassDay(ad.AdId, ad.PerformerId, sum.Key.Package, ad.Day, sum.Class);
            if (sum.Class != TrafficClass.None && !Includes(MongoDerived.IdOf(ofClass), sum.Roll))
            {
                rest.Add(ofClass, sum.Counts);
            }
        }

        return rest;
    }

    /// <summary>Whether a row had a roll of the tail in it when it was read.</summary>
    private bool Includes(string row, long? roll) => roll is not null && Late.TryGetValue(row, out var through) && roll <= through;
}
