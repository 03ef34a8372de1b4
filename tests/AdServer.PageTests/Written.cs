using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace AdServer.PageTests;

/// <summary>How the page writes the API's numbers for an American, and how its tables read.</summary>
internal static class Written
{
    private static readonly CultureInfo American = CultureInfo.InvariantCulture;

    /// <summary>The columns of the tables of days, by the head that they have.</summary>
    public static readonly (string Head, Func<JsonElement, string> Write)[] OfDays =
    [
        ("Deliveries", row => Count(row, "deliveries")), ("Views", row => Count(row, "views")), ("Clicks", row => Count(row, "clicks")),
        ("CTR", row => Percent(row.Number("clickThroughRate"))), ("Completion", row => Percent(Completion(row))), ("Skips", row => Count(row, "skips")),
        ("Exits", row => Count(row, "exits")), ("Watch time", row => Duration(row.Number("watchDuration"))),
        ("Watch time per view", row => row.Number("avgWatchDuration").ToString("N2", American) + " s"),
    ];

    public static string Count(JsonElement row, string name) => row.GetProperty(name).GetInt64().ToString("N0", American);

    public static string Percent(double value) => value.ToString("N2", American) + " %";

    public static double Completion(JsonElement row)
    {
        var ended = row.Number("views") + row.Number("skips") + row.Number("exits");
        return ended == 0 ? 0 : row.Number("views") / ended * 100;
    }

    /// <summary>By how much a number grew: <c>+12.5 %</c>; nothing where there was none.</summary>
    public static string? Change(double now, double before) =>
        before == 0 ? null : ((now - before) / before * 100).ToString("+#,0.#;-#,0.#;0", American) + " %";

    public static string Duration(double seconds) => seconds switch
    {
        >= 3600 => (seconds / 3600).ToString("#,0.#", American) + " h",
        >= 60 => (seconds / 60).ToString("0.#", American) + " min",
        _ => seconds.ToString("0.#", American) + " s",
    };

    /// <summary>A day: <c>Nov 21, 2026</c>.</summary>
    public static string Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", American).ToString("MMM d, yyyy", American);

    /// <summary>The texts of all cells of a table, its head first; spaces that keep a number and its unit together are like any other.</summary>
    public static Task<string[][]> RowsAsync(this ILocator table) =>
        table.EvaluateAsync<string[][]>("table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent.replace(/\\s+/g, ' ').trim()))");

    /// <summary>A table by its caption.</summary>
    public static ILocator Table(this Reader reader, string caption) => reader.Page.GetByRole(AriaRole.Table, new() { Name = caption, Exact = true });

    /// <summary>The number of a card.</summary>
    public static ILocator Card(this Reader reader, string name) =>
        reader.Page.Locator(".card").Filter(new() { Has = reader.Page.Locator("dt", new() { HasTextRegex = new($"^{name}(?![a-z ])") }) });
}
