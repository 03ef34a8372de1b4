using AdServer.Access;
using AdServer.Common;

namespace AdServer.Stats;

/// <summary>What a report asks of the store, and how its answer is shown. Pure.</summary>
/// <param name="Query">The question to the store.</param>
/// <param name="ByType">Whether each row is split by event type, after the other groups.</param>
internal sealed record StatsReport(StatsQuery Query, bool ByType)
{
    private const int MostGroups = 2;
    private const int EventTypes = 4;

    /// <summary>No ad's identity.</summary>
    private const string NoAd = "";

    private const char KeySeparator = '\n';
    private const string EventTypeGroup = "eventtype";

    private static readonly ApiError InvalidGroupBy = ApiError.BadRequest("Invalid groupBy: up to two of ad, performer, package, day, eventType");

    /// <summary>Whether nothing is asked for but the sum over all.</summary>
    public bool IsTotalAlone => Query.GroupBy.Count == 0 && !ByType;

    /// <summary>A row with every field that rows of this report have.</summary>
    public StatsRowResponse Example
    {
        get
        {
            var key = new StatsKey(" ", " ");
            return ByType ? StatsRowResponse.ByType(default, Query, key).First() : StatsRowResponse.Of(default, Query, key);
        }
    }

    /// <summary>Reads the parameters of a request that came now.</summary>
    public static ApiError? TryRead(StatsRequest request, DateTimeOffset now, out StatsReport report)
    {
        report = new StatsReport(new StatsQuery(), ByType: false);
        var invalidPage = PageRequest.TryRead(request.Limit, request.Cursor, out var page);
        if ((DateRange.TryRead(request.From, request.To, out var range) ?? invalidPage) is { } error)
        {
            return error;
        }

        if (!TryReadGroups(request.GroupBy, out var groups, out var byType))
        {
            return InvalidGroupBy;
        }

        var limit = byType ? page.Limit / EventTypes : page.Limit;
        if (limit == 0)
        {
            return ApiError.BadRequest($"Invalid limit: at least {EventTypes} with groupBy=eventType");
        }

        if (!TryReadKey(page.Cursor, out var after))
        {
            return PageRequest.InvalidCursor;
        }

        if (TrafficParameter.TryRead(request.Traffic, request.AsOf, out var traffic) is { } invalidTraffic)
        {
            return invalidTraffic;
        }

        var query = new StatsQuery
        {
            From = range.From,
            To = range.To,
            AdId = Given(request.AdId),
            PerformerId = Given(request.PerformerId),
            PackageName = Given(request.PackageName),
            GroupBy = groups,
            Traffic = traffic,
            After = after,
            Limit = limit,
        };
        var invalidTime = AsOfTime.TryRead(request.AsOf, query, now, out var asked);
        report = new StatsReport(asked, byType);
        return invalidTime;
    }

    /// <summary>The question as far as somebody may ask it. What is not his to see is answered like what does not exist.</summary>
    public StatsReport For(Caller caller)
    {
        if (caller.PerformerId is not { } own)
        {
            return this;
        }

        var asksForOthers = Query.PerformerId is { } asked && !caller.Sees(asked);
        return this with { Query = Query with { PerformerId = own, AdId = asksForOthers ? NoAd : Query.AdId } };
    }

    /// <summary>The rows of the page and the cursor of the next.</summary>
    public (IReadOnlyList<StatsRowResponse> Rows, string? Next) Show(StatsView view)
    {
        if (IsTotalAlone)
        {
            return ([], null);
        }

        var page = view.Rows.Take(Query.Limit).ToList();
        var next = view.Rows.Count > Query.Limit ? PageRequest.Encode($"{page[^1].Key.First}{KeySeparator}{page[^1].Key.Second}") : null;
        var rows = page.SelectMany(row => ByType
            ? StatsRowResponse.ByType(row.Measures, Query, row.Key)
            : [StatsRowResponse.Of(row.Measures, Query, row.Key)]);
        return ([.. rows], next);
    }

    private static bool TryReadGroups(string? text, out IReadOnlyList<StatsGroup> groups, out bool byType)
    {
        var names = (text ?? string.Empty).ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        byType = names.Contains(EventTypeGroup);
        var known = names.Where(name => name != EventTypeGroup).Select(ReadGroup).ToList();
        groups = [.. known.OfType<StatsGroup>()];
        return names.Length <= MostGroups && names.Distinct().Count() == names.Length && groups.Count == known.Count;
    }

    private static StatsGroup? ReadGroup(string name) => name switch
    {
        "ad" => StatsGroup.Ad,
        "performer" => StatsGroup.Performer,
        "package" => StatsGroup.Package,
        "day" => StatsGroup.Day,
        _ => null,
    };

    private static bool TryReadKey(string? cursor, out StatsKey? key)
    {
        var parts = cursor?.Split(KeySeparator);
        key = parts is [var first, var second] ? new StatsKey(first, second) : null;
        return parts is null or [_, _];
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
