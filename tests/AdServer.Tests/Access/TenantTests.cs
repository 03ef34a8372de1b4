using AdServer.Access;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>An advertiser sees and changes what is his, and cannot tell what is another's from what does not exist.</summary>
public sealed class TenantTests : IAsyncLifetime
{
    private ClosedHost closed = null!;
    private string own = null!;
    private string foreign = null!;
    private string ownAd = null!;
    private string foreignAd = null!;
    private string token = null!;

    public async ValueTask InitializeAsync()
    {
        closed = await ClosedHost.StartAsync();
        own = await closed.AddPerformerAsync("ann@example.com");
        foreign = await closed.AddPerformerAsync("bob@example.com");
        ownAd = await closed.AddAdAsync("ann@example.com");
        foreignAd = await closed.AddAdAsync("bob@example.com");
        token = await closed.MakeTokenAsync("advertiser", new { performerId = own });
        await new Sdk(closed.Host).ReportsAsync(ownAd);
        await new Sdk(closed.Host).ReportsAllAsync([new Sdk(closed.Host).Event(foreignAd), new Sdk(closed.Host).Event(foreignAd, "click")]);
    }

    public ValueTask DisposeAsync() => closed.DisposeAsync();

    public static TheoryData<string, string> RoutesOfThings =>
        [.. RouteTable.All.Where(rule => rule.Pattern.Contains("{id}", StringComparison.Ordinal) && rule.Needs != Permissions.ManageAccess)
            .Select(rule => new TheoryDataRow<string, string>(rule.Method, rule.Pattern))];

    [Theory]
    [MemberData(nameof(RoutesOfThings))]
    public async Task A_thing_of_another_answers_like_one_that_does_not_exist(string method, string pattern)
    {
        var other = pattern.StartsWith("/ads", StringComparison.Ordinal) ? foreignAd : foreign;

        var (theirs, none) = (await CallAsync(other), await CallAsync("00000000-0000-7000-8000-000000000000"));

        Assert.Equal((none.Status, Body(none)), (theirs.Status, Body(theirs)));
        Assert.True(theirs.Status is 404 or 403);
        // It is still there.
        Assert.Equal(200, (await closed.GetAsync(ClosedHost.Root, $"/ads/{foreignAd}")).Status);

        Task<Answer> CallAsync(string id) =>
            closed.SendAsync(token, method, Path(id), method == "PUT" ? new { name = "Mine" } : null);

        // Whatever is missing in a question is said before anything is looked up.
        string Path(string id) => pattern.Replace("{id}", id, StringComparison.Ordinal) + (pattern.EndsWith("/explain", StringComparison.Ordinal) ? "?packageName=com.example.app" : "");
    }

    [Theory]
    [InlineData("/ads")]
    [InlineData("/ads?limit=100")]
    [InlineData("/performers")]
    [InlineData("/performers?limit=100")]
    [InlineData("/stats?groupBy=ad")]
    [InlineData("/stats?groupBy=performer")]
    [InlineData("/stats?groupBy=ad,day")]
    [InlineData("/stats?groupBy=package")]
    [InlineData("/stats")]
    public async Task Lists_and_reports_hold_nothing_of_another(string path)
    {
        var answer = (await closed.GetAsync(token, path)).Has(200).Text;
        var all = (await closed.GetAsync(ClosedHost.Root, path)).Has(200).Text;

        Assert.DoesNotContain(foreignAd, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(foreign, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("bob@example.com", answer, StringComparison.Ordinal);
        Assert.NotEqual(all, answer);
    }

    [Fact]
    public async Task Reports_about_another_are_those_about_nobody()
    {
        foreach (var filter in new[] { $"adId={foreignAd}", $"performerId={foreign}", $"performerId={foreign}&adId={foreignAd}", $"performerId={foreign}&adId={ownAd}" })
        {
            var totals = (await closed.GetAsync(token, $"/stats?{filter}&groupBy=day")).Has(200).Json;

            Assert.Equal((0, 0), (totals.GetProperty("totals").Number("events"), totals.GetProperty("rows").GetArrayLength()));
        }

        Assert.Equal(1, (await closed.GetAsync(token, "/stats")).Has(200).Json.GetProperty("totals").Number("events"));
        Assert.Equal(1, (await closed.GetAsync(token, $"/stats?performerId={own}")).Has(200).Json.GetProperty("totals").Number("events"));
    }

    [Fact]
    public async Task A_cursor_of_a_longer_list_leads_to_nothing_of_another()
    {
        var cursor = (await closed.GetAsync(ClosedHost.Root, "/performers?limit=1")).Has(200).Json.Text("nextCursor");

        var next = (await closed.GetAsync(token, $"/performers?limit=10&cursor={Uri.EscapeDataString(cursor)}")).Has(200).Json;

        Assert.Equal(0, next.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task An_ad_can_be_added_to_oneself_alone_and_nobody_learns_who_else_there_is()
    {
        var (theirs, none) = (await AddAsync("bob@example.com"), await AddAsync("nobody@example.com"));

        Assert.Equal((404, Body(none)), (theirs.Status, Body(theirs)));
        Assert.Equal(201, (await AddAsync("Ann@example.com")).Status);
        Assert.Equal(403, (await closed.SendAsync(token, "POST", "/performers/check-email", new { email = "bob@example.com" })).Status);
        Assert.Equal(403, (await closed.SendAsync(token, "PUT", $"/performers/{own}", new { email = "bob@example.com" })).Status);
        Assert.Equal(200, (await closed.SendAsync(token, "PUT", $"/performers/{own}", new { name = "Anna" })).Status);

        Task<Answer> AddAsync(string email) => closed.SendAsync(token, "POST", "/ads", Portal.NewAd(email: email));
    }

    [Fact]
    public async Task What_is_his_an_advertiser_reads_changes_and_removes()
    {
        Assert.Equal(200, (await closed.GetAsync(token, $"/ads/{ownAd}/stats")).Status);
        Assert.Equal(200, (await closed.GetAsync(token, $"/performers/{own}/stats/daily")).Status);
        Assert.Equal(200, (await closed.SendAsync(token, "PUT", $"/ads/{ownAd}", new { name = "New" })).Status);
        Assert.Equal(200, (await closed.SendAsync(token, "DELETE", $"/ads/{ownAd}")).Status);
        Assert.Equal(404, (await closed.GetAsync(token, $"/ads/{ownAd}")).Status);
    }

    /// <summary>The body without what names the request.</summary>
    private static string Body(Answer answer) =>
        string.Join(',', answer.Json.EnumerateObject().Where(member => member.Name != "traceId").Select(member => $"{member.Name}={member.Value}"));
}
