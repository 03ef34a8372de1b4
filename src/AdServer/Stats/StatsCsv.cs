using AdServer.Common;
using CsvHelper;
using Microsoft.Net.Http.Headers;

namespace AdServer.Stats;

/// <summary>Reports as CSV (RFC 4180): the same rows and numbers as in JSON, one column a field that the report has.</summary>
internal static class StatsCsv
{
    /// <summary>Where a CSV answer says how to get the next page.</summary>
    public const string CursorHeader = "X-Next-Cursor";

    /// <summary>Where it says of what moment it is, as <c>asOf</c> does in JSON.</summary>
    public const string AsOfHeader = "X-As-Of";

    /// <summary>Where it says which position in the journal is behind it: <c>roll=61, tail=1</c>.</summary>
    public const string PositionHeader = "X-Position";

    /// <summary>Where it says what <c>closedThrough</c> says in JSON.</summary>
    public const string ClosedThroughHeader = "X-Closed-Through";

    /// <summary>Where it says what <c>complete</c> says in JSON.</summary>
    public const string CompleteHeader = "X-Complete";

    /// <summary>Anybody can make up a package name, and a spreadsheet would run one that begins like a formula.</summary>
    private static readonly CsvWriterOptions Options = new() { Injection = CsvInjection.Escape };

    private static readonly (string Name, Func<StatsRowResponse, object?> Value)[] Columns =
    [
        ("adId", row => row.AdId), ("adName", row => row.AdName), ("performerId", row => row.PerformerId), ("performerName", row => row.PerformerName),
        ("packageName", row => row.PackageName), ("date", row => row.Date),
        ("revision", row => row.Revision),
        ("eventType", row => row.EventType?.ToString().ToLowerInvariant()), ("events", row => row.Events), ("views", row => row.Views),
        ("clicks", row => row.Clicks), ("skips", row => row.Skips), ("exits", row => row.Exits),
        ("invalidRobot", row => row.Invalid?.Robot), ("invalidNotDelivered", row => row.Invalid?.NotDelivered),
        ("invalidImpossibleWatch", row => row.Invalid?.ImpossibleWatch), ("invalidRepeat", row => row.Invalid?.Repeat),
        ("invalidRate", row => row.Invalid?.Rate), ("watchDuration", row => row.WatchDuration),
        ("avgWatchDuration", row => row.AvgWatchDuration), ("clickThroughRate", row => row.ClickThroughRate),
        ("deliveries", row => row.Deliveries), ("requests", row => row.Requests), ("fills", row => row.Fills), ("noFills", row => row.NoFills),
        ("fillRate", row => row.FillRate),
    ];

    /// <summary>Whether the caller wants CSV: <c>format</c> decides; without it, <c>Accept</c>.</summary>
    public static ApiError? TryRead(string? format, HttpRequest http, out bool csv)
    {
        csv = string.IsNullOrEmpty(format)
            ? http.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).FirstOrDefault() is { } first && IsCsv(first)
            : format.Equals("csv", StringComparison.OrdinalIgnoreCase);
        return string.IsNullOrEmpty(format) || csv || format.Equals("json", StringComparison.OrdinalIgnoreCase)
            ? null
            : ApiError.BadRequest("Invalid format: json or csv");
    }

    /// <summary>The rows as CSV. The columns are those that a row of this report has; an empty report has its groups alone.</summary>
    public static IResult Answer(IReadOnlyList<StatsRowResponse> rows, StatsRowResponse example, CsvHead head)
    {
        var columns = Columns.Where(column => column.Value(example) is not null).ToList();
        var text = new MemoryStream();
        using (var csv = CsvWriter.Create(text, Options, leaveOpen: true))
        {
            csv.WriteHeader([.. columns.Select(column => column.Name)]);
            foreach (var row in rows)
            {
                columns.ForEach(column => csv.WriteField(column.Value(row)));
                csv.EndRecord();
            }
        }

        return new CsvAnswer(text.ToArray(), head);
    }

    private static bool IsCsv(MediaTypeHeaderValue type) => type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase);

    private sealed class CsvAnswer(byte[] text, CsvHead head) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "text/csv; charset=utf-8; header=present";
            response.Headers[AsOfHeader] = ApiJson.Format(head.AsOf);
            if (head.Position is { } position)
            {
                response.Headers[PositionHeader] = FormattableString.Invariant($"roll={position.Roll}, tail={position.Tail}");
            }

            response.Headers[CompleteHeader] = head.IsComplete ? "true" : "false";
            if (head.ClosedThrough is { } day)
            {
                response.Headers[ClosedThroughHeader] = day.ToString();
            }

            if (head.NextCursor is { } next)
            {
                response.Headers[CursorHeader] = next;
            }

            response.ContentLength = text.Length;
            return response.Body.WriteAsync(text, 0, text.Length, httpContext.RequestAborted);
        }
    }
}

/// <summary>What a report says beside its rows: CSV has no place for it but the headers.</summary>
/// <param name="AsOf">When the reading began.</param>
/// <param name="Position">The position in the journal behind it, if the caller may see it.</param>
/// <param name="IsComplete">Whether no answered event is known to be missing.</param>
/// <param name="ClosedThrough">Of sums up to a time, the last day in them.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to get the next page; absent after the last.</param>
internal sealed record CsvHead(
    DateTimeOffset AsOf, StatsPosition? Position, bool IsComplete, UtcDay? ClosedThrough, string? NextCursor = null);
