using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>A statistics query as SQL over one table: which rows it takes, and their keys. Texts are ours; values are always put.</summary>
internal sealed class SqliteStatsQuery(SqliteSession session, StatsQuery query)
{
    private static readonly string[] CountColumns = ["views", "clicks", "skips", "exits", "watch_duration_sum"];

    /// <summary>An ad that was swept has no rows, so the few that still wait for it are all there is to leave out.</summary>
    private const string NotRemoved = "s.ad_id NOT IN (SELECT id FROM ads WHERE removed_at IS NOT NULL AND swept = 0)";

    private static readonly Keys Named = new("s.ad_id", "s.performer_id", "s.package_name", "s.date");

    private static readonly Keys Numbered = new("a.id", "a.performer_id", "p.name", "s.date");

    private static readonly Source AdRows = new(
        $"daily_ad_stats s WHERE {NotRemoved}", Named, Counts(), row => new Measures(SqliteDerived.ReadCounts(row, 2), 0, 0, 0));

    /// <summary>Verified events, and no others.</summary>
    private static readonly Source Verified = AdRows with
    {
        From = FormattableString.Invariant($"daily_invalid_stats s WHERE {NotRemoved} AND s.flaw = {(int)TrafficClass.Verified}"),
    };

    /// <summary>All rows by package, day by day. In this order, and in those of the other two, whatever the engine thinks of the tables' sizes.</summary>
    private static readonly Source PackageRows = AdRows with
    {
        From = "daily_package_stats s CROSS JOIN ads a ON a.number = s.ad_number CROSS JOIN packages p ON p.number = s.package_number WHERE a.removed_at IS NULL",
        Keys = Numbered,
    };

    /// <summary>Those of one package, or package by package in the order of their names.</summary>
    private static readonly Source RowsOfPackages = PackageRows with
    {
        From = "packages p CROSS JOIN daily_package_stats s ON s.package_number = p.number CROSS JOIN ads a ON a.number = s.ad_number WHERE a.removed_at IS NULL",
    };

    /// <summary>Those of an ad or of a performer's ads, whose own rows tell the days.</summary>
    private static readonly Source PackageRowsOfAds = PackageRows with
    {
        From =
            """
            ads a CROSS JOIN daily_ad_stats d ON d.ad_id = a.id
            CROSS JOIN daily_package_stats s ON s.date = d.date AND s.ad_number = a.number
            CROSS JOIN packages p ON p.number = s.package_number WHERE a.removed_at IS NULL
            """,
        Keys = Numbered with { Day = "d.date" },
    };

    /// <summary>Those of one package and an ad, or a performer's ads: a look for each day.</summary>
    private static readonly Source PackageRowsOfAdsAndPackage = PackageRowsOfAds with
    {
        From =
            """
            packages p CROSS JOIN ads a CROSS JOIN daily_ad_stats d ON d.ad_id = a.id
            CROSS JOIN daily_package_stats s ON s.date = d.date AND s.ad_number = a.number AND s.package_number = p.number
            WHERE a.removed_at IS NULL
            """,
    };

    /// <summary>What counts as invalid traffic, by reason; taken out of what the other rows say.</summary>
    private static readonly Source Invalid = AdRows with
    {
        From = $"daily_invalid_stats s WHERE {NotRemoved}",
        Sums = string.Join(", ", InvalidCounts.Flaws.Select(flaw => Counts($" FILTER (WHERE s.flaw = {(int)flaw})"))),
        Read = row => Measures.Without(InvalidCounts.Flaws
            .Select((flaw, index) => InvalidCounts.Of(flaw, SqliteDerived.ReadCounts(row, 2 + (CountColumns.Length * index))))
            .Aggregate((sum, one) => sum + one)),
    };

    /// <summary>All totals of deliveries, day by day.</summary>
    private static readonly Source Deliveries = new(
        SqliteDeliveries.All, Numbered, "coalesce(sum(e.value), 0)", row => new Measures(default, row.Int(2), 0, 0));

    /// <summary>Those of an ad, of a performer's ads, or ad by ad.</summary>
    private static readonly Source DeliveriesOfAds = Deliveries with
    {
        From = SqliteDeliveries.OfAds,
        Sums = $"coalesce(sum({SqliteDeliveries.Total}), 0)",
    };

    /// <summary>All totals of requests, day by day.</summary>
    private static readonly Source Requests = new(
        "daily_requests s CROSS JOIN packages p ON p.number = s.package_number WHERE true",
        Numbered,
        "coalesce(sum(s.requests), 0), coalesce(sum(s.fills), 0)",
        row => new Measures(default, 0, row.Int(2), row.Int(3)));

    /// <summary>Those of one package, or package by package in the order of their names.</summary>
    private static readonly Source RequestsOfPackages = Requests with
    {
        From = "packages p CROSS JOIN daily_requests s ON s.package_number = p.number WHERE true",
    };

    /// <summary>Those that are read along the key of their table, where the days lie together.</summary>
    private static readonly Source[] AlongDays = [PackageRows, Deliveries, Requests];

    private readonly List<Source> sources =
    [
        Events(query),
        .. query.HasRevisions ? [Revisions(query.AsOf)] : Array.Empty<Source>(),
        .. query.IsNet ? [Invalid] : query.IsVerified ? [Verified] : Array.Empty<Source>(),
        .. query.HasDeliveries ? [IsByAd(query) ? DeliveriesOfAds : Deliveries] : Array.Empty<Source>(),
        .. query.HasRequests ? [IsPackageByPackage(query) ? RequestsOfPackages : Requests] : Array.Empty<Source>(),
    ];

    private string? FirstDay => query.From?.ToString();

    /// <summary>Whether it is a page of days that begins where another one ended, and not before the first day.</summary>
    private bool HasPlaceInDays => query.GroupBy is [StatsGroup.Day, ..] && query.After is { First: var day } && string.CompareOrdinal(day, FirstDay) >= 0;

    /// <summary>The first day as it is said where the place does not say it better: of two lower bounds the engine takes the day, and would read from its beginning.</summary>
    private string? FirstDayOfPage => HasPlaceInDays ? null : FirstDay;

    /// <summary>The texts of the page's statements, for a look at how the engine runs them.</summary>
    public IEnumerable<string> PageTexts => sources.Select(PageText);

    /// <summary>
    /// The text of the tail's statement. The plus keeps the engine from taking the index by day, which it thinks is narrower: the tail is
    /// a second of events, and a range of days may be all there are.
    /// </summary>
    public string TailText(long after) =>
        $"{SqliteEvents.Select} s WHERE s.seq > {after}{Filter(Named with { Day = "+s.day" }, FirstDay, withPackage: false)}";

    /// <summary>For each source its first limit + 1 rows after the query's place.</summary>
    public IEnumerable<StatsRow>[] ReadPage() => [.. sources.Select(ReadPage)];

    /// <summary>The sum over all that the filter takes, on whatever page.</summary>
    public Measures ReadTotal()
    {
        var total = default(Measures);
        foreach (var source in sources.Select(InAnyOrder))
        {
            using var select = session.Once($"SELECT '', '', {source.Sums} FROM {source.From}{AllDays(source)}{Filter(source.Keys, FirstDay)}");
            total += PutFilter(select, FirstDay).Rows().Select(source.Read).Single();
        }

        return total;
    }

    /// <summary>The events after a position that the query takes; the package is left to whoever folds them.</summary>
    public IEnumerable<AdEvent> ReadTail(long after)
    {
        using var select = session.Once(TailText(after));
        foreach (var row in PutFilter(select, FirstDay, withPackage: false).Rows())
        {
            yield return SqliteEvents.Read(row);
        }
    }

    /// <summary>The same rows as they lie: a sum needs no order.</summary>
    private Source InAnyOrder(Source source) => source.From switch
    {
        var from when from == RowsOfPackages.From && query.PackageName is null => source with { From = PackageRows.From },
        var from when from == RequestsOfPackages.From && query.PackageName is null => source with { From = Requests.From },
        var from when from == DeliveriesOfAds.From && query is { AdId: null, PerformerId: null } => Deliveries,
        _ => source,
    };

    /// <summary>All events; of verified counts these say only that there is a row.</summary>
    private static Source Events(StatsQuery query)
    {
        var ofAds = query.AdId is not null || query.PerformerId is not null;
        var rows = !query.ByPackage ? AdRows
            : ofAds ? query.PackageName is null ? PackageRowsOfAds : PackageRowsOfAdsAndPackage
            : IsPackageByPackage(query) ? RowsOfPackages
            : PackageRows;
        return query.IsVerified ? rows with { Read = _ => default } : rows;
    }

    private static bool IsByAd(StatsQuery query) =>
        query.AdId is not null || query.PerformerId is not null || query.GroupBy is [StatsGroup.Ad, ..];

    private static bool IsPackageByPackage(StatsQuery query) =>
        query.PackageName is not null || query.GroupBy is [StatsGroup.Package] or [StatsGroup.Package, StatsGroup.Day];

    private static string Counts(string filter = "") =>
        string.Join(", ", CountColumns.Select(column => $"coalesce(sum(s.{column}){filter}, 0)"));

    /// <summary>The highest revision that is in time; what is in the later ones, taken away.</summary>
    private static Source Revisions(DateTimeOffset? asOf)
    {
        var late = asOf is { } time ? FormattableString.Invariant($"s.time > {time.ToUnixTimeMilliseconds()}") : "false";
        string Late(string column) => $"-coalesce(sum(s.{column}) FILTER (WHERE {late}), 0)";
        return new Source(
            $"daily_ad_revisions s WHERE {NotRemoved}",
            Named,
            $"{Late("views")}, {Late("clicks")}, {Late("skips")}, {Late("exits")}, {Late("watch_duration_sum")}, "
            + $"coalesce(max(s.revision) FILTER (WHERE NOT {late}), 0)",
            row => new Measures(SqliteDerived.ReadCounts(row, 2), 0, 0, 0, (int)row.Int(7)));
    }

    private List<StatsRow> ReadPage(Source source)
    {
        using var select = session.Once(PageText(source));
        PutFilter(select, FirstDayOfPage);
        if (query.After is { } after)
        {
            select.Put(after.First).Put(after.Second);
        }

        return [.. select.Put(query.Limit + 1L).Rows().Select(row => new StatsRow(new StatsKey(row.Text(0), row.Text(1)), source.Read(row)))];
    }

    private string PageText(Source source)
    {
        var (first, second) = (KeyOf(source, 0), KeyOf(source, 1));
        var after = query.After is null ? string.Empty : $" AND ({first}, {second}) > (?, ?)";
        // A constant second key would keep the engine from taking the order of an index.
        var keys = query.GroupBy.Count > 1 ? $"{first}, {second}" : first;
        return $"SELECT {first}, {second}, {source.Sums} FROM {source.From}{(HasPlaceInDays ? null : AllDays(source))}{Filter(source.Keys, FirstDayOfPage)}{after} GROUP BY {keys} ORDER BY {keys} LIMIT ?";
    }

    private string KeyOf(Source source, int index) => query.GroupBy.ElementAtOrDefault(index) switch
    {
        _ when index >= query.GroupBy.Count => "''",
        StatsGroup.Ad => source.Keys.Ad,
        StatsGroup.Performer => source.Keys.Performer,
        StatsGroup.Package => source.Keys.Package,
        StatsGroup.Day => source.Keys.Day,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    private string Filter(Keys keys, string? firstDay, bool withPackage = true) => string.Concat(
        query.AdId is null ? null : $" AND {keys.Ad} = ?",
        query.PerformerId is null ? null : $" AND {keys.Performer} = ?",
        firstDay is null ? null : $" AND {keys.Day} >= ?",
        query.To is null ? null : $" AND {keys.Day} <= ?",
        query.PackageName is null || !withPackage ? null : $" AND {keys.Package} = ?");

    /// <summary>
    /// Where days are asked for without a first one, it is said that every date is greater than the empty text: else the engine would take a narrower index of another order. Never
    /// besides a first day, for then it would begin with the empty text.
    /// </summary>
    private string? AllDays(Source source) => FirstDay is null && AlongDays.Any(along => along.From == source.From) ? " AND s.date >= ''" : null;

    private SqliteStatement PutFilter(SqliteStatement statement, string? firstDay, bool withPackage = true)
    {
        foreach (var text in (string?[])[query.AdId, query.PerformerId, firstDay, query.To?.ToString(), withPackage ? query.PackageName : null])
        {
            _ = text is null ? statement : statement.Put(text);
        }

        return statement;
    }

    /// <summary>A table that answers come from.</summary>
    /// <param name="From">The table as <c>s</c>, with what it is read through, and the condition that leaves out removed ads.</param>
    /// <param name="Keys">What its keys are called.</param>
    /// <param name="Sums">What is added up, from the third column on.</param>
    /// <param name="Read">Reads the sums.</param>
    private sealed record Source(string From, Keys Keys, string Sums, Func<SqliteStatement, Measures> Read);

    /// <summary>Where the keys of a row stand.</summary>
    private sealed record Keys(string Ad, string Performer, string Package, string Day);
}
