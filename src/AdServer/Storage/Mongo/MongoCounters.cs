using AdServer.Common;
using AdServer.Serving;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>daily_deliveries</c> (<c>_id: adId|date|process</c>) and <c>daily_requests</c> (<c>date|process|package</c>): running
/// totals. They only grow, so the larger one is the newer: a late attempt never puts an old total in place of a new one.
/// </summary>
internal static class MongoCounters
{
    public const string Deliveries = "daily_deliveries";
    public const string Requests = "daily_requests";

    /// <summary>Replaces totals of ads whose performers are known.</summary>
    public static Task ReplaceAsync(
        MongoRetry commands,
        string process,
        IEnumerable<DeliveryTotal> totals,
        IReadOnlyDictionary<string, string> performers,
        CancellationToken cancellation) =>
        commands.UpdateAsync(
            Deliveries,
            from total in totals
            where performers.ContainsKey(total.AdId)
            select Replace(process, total, performers[total.AdId]),
            cancellation);

    public static Task ReplaceAsync(MongoRetry commands, string process, IEnumerable<RequestTotal> totals, CancellationToken cancellation) =>
        commands.UpdateAsync(Requests, totals.Select(total => Replace(process, total)), cancellation);

    /// <summary>The statement that replaces a total of an ad.</summary>
    public static BsonDocument Replace(string process, DeliveryTotal total, string performerId) => MongoVerbs.Statement(
        new BsonDocument("_id", $"{total.AdId}|{total.Day}|{process}"),
        new BsonDocument
        {
            { "$max", new BsonDocument("deliveries", total.Deliveries) },
            {
                "$setOnInsert", new BsonDocument
                {
                    { "adId", total.AdId }, { "performerId", performerId }, { "date", total.Day.ToString() }, { "process", process },
                }
            },
        },
        upsert: true);

    /// <summary>The statement that replaces a total of a package.</summary>
    public static BsonDocument Replace(string process, RequestTotal total) => MongoVerbs.Statement(
        new BsonDocument("_id", $"{total.Day}|{process}|{total.Package}"),
        new BsonDocument
        {
            { "$max", new BsonDocument { { "requests", total.Requests }, { "fills", total.Fills } } },
            {
                "$setOnInsert", new BsonDocument
                {
                    { "packageName", total.Package }, { "date", total.Day.ToString() }, { "process", process },
                }
            },
        },
        upsert: true);

    public static (string Process, DeliveryTotal Total) ReadDeliveries(BsonDocument document) => (
        document.Text("process"), new DeliveryTotal(document.Text("adId"), UtcDay.Parse(document.Text("date")), document["deliveries"].ToInt64()));

    public static (string Process, RequestTotal Total) ReadRequests(BsonDocument document) => (
        document.Text("process"),
        new RequestTotal(
            document.Text("packageName"), UtcDay.Parse(document.Text("date")), document["requests"].ToInt64(), document["fills"].ToInt64()));
}
