using System.Globalization;
using AdServer.Access;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>
/// Two servers on which an advertiser has the same, and one of which has another advertiser beside it, busy with the same apps: whatever the
/// first one reads is the same on both, to the byte. So nothing that it reads tells whether there is another.
/// </summary>
public sealed class TenantInferenceTests(TenantInferenceTests.Worlds worlds) : IClassFixture<TenantInferenceTests.Worlds>
{
    /// <summary>Every route that an advertiser may read, and the ways to ask.</summary>
    public static TheoryData<string> Questions =>
    [
        .. RouteTable.All.Where(rule => rule is { Method: "GET", Door: RouteDoor.Token } && rule.Admits(Role.Advertiser.May) && rule.Rate == RateClass.Management)
            .Where(rule => !rule.Pattern.StartsWith("/swagger", StringComparison.Ordinal))
            .Select(rule => rule.Pattern),
        "/ads/{id}/explain?packageName=com.example.game", "/ads/{id}/explain?packageName=com.example.neighbour", "/ads/{id}/explain?packageName=com.example.new",
        "/ads?limit=1", "/ads?limit=1000", "/performers?limit=1", "/performers?limit=1000",
        "/ads?sort=-name&limit=1", "/ads?search=bob", "/ads?status=active", "/ads?performerId=019a", "/performers?sort=email&limit=1", "/performers?search=bob",
        "/stats?groupBy=ad", "/stats?groupBy=performer", "/stats?groupBy=package", "/stats?groupBy=day", "/stats?groupBy=eventType", "/stats?groupBy=ad,package",
        "/stats?groupBy=package,day", "/stats?groupBy=package&traffic=net", "/stats?packageName=com.example.game", "/stats?packageName=com.example.neighbour",
        "/stats?groupBy=ad&format=csv", "/stats?groupBy=package&format=csv&limit=1", "/stats?groupBy=day&asOf=2026-11-20T12:00:00Z",
        "/stats?groupBy=ad&sort=-views&names=true", "/stats?groupBy=package&sort=-events&limit=1", "/stats?groupBy=package&sort=-requests", "/stats?groupBy=performer&names=true&format=csv",
        "/stats?groupBy=ad&traffic=verified", "/ads/{id}/stats?traffic=net", "/ads/{id}/stats/daily?format=csv", "/performers/{id}/stats/daily?traffic=net",
    ];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task What_an_advertiser_reads_is_the_same_with_and_without_a_neighbour(string question)
    {
        var (first, second) = (await worlds.Alone.AskAsync(question), await worlds.Beside.AskAsync(question));

        Assert.Equal(first, second);
        Assert.DoesNotContain("404", first[..3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/ads", "bob@example.com")]
    [InlineData("PUT", "/performers/{id}", "bob@example.com")]
    [InlineData("POST", "/performers", "bob@example.com")]
    [InlineData("POST", "/performers/check-email", "bob@example.com")]
    public async Task What_an_advertiser_tries_to_write_is_answered_the_same(string method, string path, string email)
    {
        var body = path == "/ads" ? Portal.NewAd(email: email) : new { name = "Bob", email };

        Assert.Equal(await worlds.Alone.AskAsync(path, method, body), await worlds.Beside.AskAsync(path, method, body));
    }

    /// <summary>Both servers, for all questions: no answer changes anything.</summary>
    public sealed class Worlds : IAsyncLifetime
    {
        internal World Alone { get; } = new(hasNeighbour: false);

        internal World Beside { get; } = new(hasNeighbour: true);

        public async ValueTask InitializeAsync()
        {
            await Alone.StartAsync();
            await Beside.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Alone.DisposeAsync();
            await Beside.DisposeAsync();
        }
    }

    /// <summary>A server on which one advertiser, and perhaps a neighbour, has an ad and events.</summary>
    internal sealed class World(bool hasNeighbour) : IAsyncDisposable
    {
        private readonly List<(string Id, string Name)> names = [];
        private ClosedHost closed = null!;
        private string token = null!;
        private string performer = null!;
        private string ad = null!;

        public async Task StartAsync()
        {
            closed = await ClosedHost.StartAsync();
            if (hasNeighbour)
            {
                await closed.AddPerformerAsync("bob@example.com");
                await ReportAsync(await closed.AddAdAsync("bob@example.com"), "com.example.game", 3);
                await ReportAsync(await closed.AddAdAsync("bob@example.com"), "com.example.neighbour", 2);
            }

            performer = await closed.AddPerformerAsync("ann@example.com");
            ad = await closed.AddAdAsync("ann@example.com");
            token = await closed.MakeTokenAsync("advertiser", new { performerId = performer });
            names.AddRange([(performer, "performer"), (ad, "ad")]);
            await ReportAsync(ad, "com.example.game", 1);
        }

        /// <summary>The whole answer as text, without what each server makes up by itself.</summary>
        public async Task<string> AskAsync(string path, string method = "GET", object? body = null)
        {
            var id = path.StartsWith("/ads", StringComparison.Ordinal) ? ad : performer;
            var answer = await closed.SendAsync(token, method, path.Replace("{id}", id, StringComparison.Ordinal), body);
            var headers = answer.Response.Headers.NonValidated
                .Where(header => header.Key is not "Date" && !header.Key.StartsWith("RateLimit", StringComparison.Ordinal))
                .Select(header => $"{header.Key}: {header.Value}");
            var text = System.Text.RegularExpressions.Regex.Replace(answer.Text, "\"traceId\":\"[^\"]*\"", string.Empty);
            return names.Aggregate(
                string.Create(CultureInfo.InvariantCulture, $"{answer.Status}\n{string.Join('\n', headers.Order(StringComparer.Ordinal))}\n{text}"),
                (said, known) => said.Replace(known.Id, known.Name, StringComparison.Ordinal));
        }

        public ValueTask DisposeAsync() => closed.DisposeAsync();

        private async Task ReportAsync(string adId, string package, int times)
        {
            var sdk = new Sdk(closed.Host, package);
            for (var time = 0; time < times; time++)
            {
                await sdk.ReportsAsync(adId, "view", seconds: 3);
            }
        }
    }
}
