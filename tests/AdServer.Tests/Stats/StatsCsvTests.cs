using System.Net.Http.Headers;
using System.Text.Json;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Reports as CSV: the same rows and numbers as in JSON, and nothing that a spreadsheet would run.</summary>
public sealed class StatsCsvTests(StatsScene scene) : IClassFixture<StatsScene>
{
    private const string LineEnd = "\r\n";

    /// <summary>Reports whose JSON and CSV are compared: where they are, and where JSON has their rows.</summary>
    public static TheoryData<string, string> Reports => new()
    {
        { "/stats?groupBy=ad", "rows" },
        { "/stats?groupBy=performer,day", "rows" },
        { "/stats?groupBy=package", "rows" },
        { "/stats?groupBy=package,eventType", "rows" },
        { "/stats?groupBy=day,eventType&limit=8", "rows" },
        { "/stats?groupBy=ad&adId=unknown", "rows" },
        { "/ads/{ad}/stats/daily?from=2026-11-01&to=2026-11-30", "days" },
        { "/performers/{performer}/stats/daily?", "days" },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task The_csv_holds_the_rows_of_the_json(string path, string member)
    {
        path = path.Replace("{ad}", scene.Events[0].Ad, StringComparison.Ordinal).Replace("{performer}", scene.Events[0].Performer, StringComparison.Ordinal);
        var rows = (await scene.Host.GetAsync(path)).Succeeds().GetProperty(member).EnumerateArray().ToList();

        var csv = await scene.Host.GetAsync(path + "&format=csv");

        Assert.Equal((200, "text/csv"), (csv.Status, csv.MediaType));
        Assert.EndsWith(LineEnd, csv.Text, StringComparison.Ordinal);
        var lines = csv.Text.Split(LineEnd)[..^1];
        var columns = lines[0].Split(',');
        Assert.All(rows, row => Assert.Equal(row.Members(), columns.Where(column => row.TryGetProperty(column, out _)).Order(StringComparer.Ordinal)));
        Assert.True(rows.Count == 0 || columns.All(column => rows.Exists(row => row.TryGetProperty(column, out _))));
        Assert.Equal(
            rows.Select(row => string.Join(',', columns.Select(column => row.TryGetProperty(column, out var value) ? value.ToString() : string.Empty))),
            lines[1..]);
    }

    [Fact]
    public async Task Without_groups_the_csv_is_the_total()
    {
        var total = (await scene.Host.GetAsync("/stats?performerId=" + scene.Events[0].Performer)).Succeeds().GetProperty("totals");

        var lines = (await scene.Host.GetAsync("/stats?format=csv&performerId=" + scene.Events[0].Performer)).Text.Split(LineEnd)[..^1];

        var columns = lines[0].Split(',');
        Assert.Equal(total.Members(), columns.Order(StringComparer.Ordinal));
        Assert.Equal([string.Join(',', columns.Select(column => total.GetProperty(column).ToString()))], lines[1..]);
        Assert.NotEqual(0, total.GetProperty("events").GetInt64());
    }

    [Theory]
    [InlineData("text/csv", "", "text/csv")]
    [InlineData("text/csv;q=0.9, application/json;q=0.1", "", "text/csv")]
    [InlineData("application/json, text/csv;q=0.5", "", "application/json")]
    [InlineData("*/*", "", "application/json")]
    [InlineData("application/json", "&format=csv", "text/csv")]
    [InlineData("text/csv", "&format=JSON", "application/json")]
    public async Task Format_decides_and_without_it_Accept(string accept, string format, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/stats?groupBy=ad" + format);
        request.Headers.Accept.ParseAdd(accept);

        var answer = await Answer.ReadAsync(await scene.Host.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((200, type), (answer.Status, answer.MediaType));
    }

    [Fact]
    public async Task The_next_page_is_named_in_a_header()
    {
        var json = (await scene.Host.GetAsync("/stats?groupBy=day&limit=1")).Succeeds();
        var first = await scene.Host.GetAsync("/stats?groupBy=day&limit=1&format=csv");
        var last = await scene.Host.GetAsync("/stats?groupBy=day&limit=1000&format=csv");

        Assert.Equal(json.Text("nextCursor"), first.Header("X-Next-Cursor"));
        Assert.Null(last.Header("X-Next-Cursor"));
    }

    [Theory]
    [InlineData("/stats?groupBy=day")]
    [InlineData("/ads/{ad}/stats/daily?")]
    [InlineData("/performers/{performer}/stats/daily?")]
    public async Task The_moment_and_the_position_are_in_headers(string path)
    {
        path = path.Replace("{ad}", scene.Events[0].Ad, StringComparison.Ordinal).Replace("{performer}", scene.Events[0].Performer, StringComparison.Ordinal);
        var json = (await scene.Host.GetAsync(path)).Succeeds();

        var csv = await scene.Host.GetAsync(path + "&format=csv");

        var position = json.GetProperty("position");
        Assert.Equal(json.Text("asOf"), csv.Header("X-As-Of"));
        Assert.Equal(("true", JsonValueKind.True), (csv.Header("X-Complete"), json.GetProperty("complete").ValueKind));
        Assert.Equal($"roll={position.Number("roll")}, tail={position.Number("tail")}", csv.Header("X-Position"));
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("=HYPERLINK(\"http://evil.example\",\"x\")")]
    public async Task A_package_that_looks_like_a_formula_is_defused(string package)
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        await new Sdk(host, package).ReportsAsync(await new Portal(host).AddAdAsync());

        var line = (await host.GetAsync("/stats?groupBy=package&format=csv")).Text.Split(LineEnd)[1];
        var json = (await host.GetAsync("/stats?groupBy=package")).Json.GetProperty("rows")[0];

        Assert.DoesNotContain(line.TrimStart('"')[0], "=+-@");
        Assert.Equal(package, json.Text("packageName"));
    }

    [Fact]
    public async Task Commas_and_quotes_stay_inside_their_field()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        await new Sdk(host, "a,\"b\";c").ReportsAsync(await new Portal(host).AddAdAsync());

        var line = (await host.GetAsync("/stats?groupBy=package&format=csv")).Text.Split(LineEnd)[1];

        Assert.StartsWith("\"a,\"\"b\"\";c\",1,1,", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_json_whatever_was_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stats?groupBy=colour");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));

        var answer = await Answer.ReadAsync(await scene.Host.Client.SendAsync(request, TestContext.Current.CancellationToken));

        answer.IsError(400, "Invalid groupBy: up to two of ad, performer, package, day, eventType");
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }
}
