using System.Text.Json.Nodes;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>POST <c>/ads</c> (route 6) and the ad document (routes 7 to 9).</summary>
public sealed class AdCreationTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const string Missing = "Missing required fields (adName, performerEmail, adDetails)";
    private const string MissingDetails = "Missing adDetails fields";
    private const string InvalidTimes = "Invalid skipTime or exitTime";
    private const string InvalidUrls = "Invalid URLs";
    private const string InvalidBudget = "Invalid budget";
    private const string InvalidPackages =
        "Invalid packages: {\"allow\":[…],\"deny\":[…]} with package names or patterns such as com.example.*";

    private const string InvalidStart = "Invalid startsAt: an ISO-8601 instant";

    /// <summary>What is done to a good body (path and value), and why it is refused then. <c>-</c> takes the member away.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { "adName", "-", Missing },
        { "adName", "null", Missing },
        { "adName", "\" \"", Missing },
        { "performerEmail", "-", Missing },
        { "performerEmail", "null", Missing },
        { "performerEmail", "\"\"", Missing },
        { "performerEmail", "7", "performerEmail must be a string" },
        { "performerEmail", "\"ann\\u0000@example.com\"", "performerEmail must not contain control characters" },
        { "performerEmail", $"\"{new string('e', 243)}@example.com\"", "performerEmail must be at most 254 characters" },
        { "adDetails", "-", Missing },
        { "adDetails", "null", Missing },
        { "adDetails", "{}", MissingDetails },
        { "adDetails", "\"x\"", MissingDetails },
        { "adDetails.videoUrl", "-", MissingDetails },
        { "adDetails.targetUrl", "null", MissingDetails },
        { "adDetails.budget", "-", MissingDetails },
        { "adDetails.skipTime", "-", MissingDetails },
        { "adDetails.exitTime", "null", MissingDetails },
        { "adDetails.skipTime", "-1", InvalidTimes },
        { "adDetails.skipTime", "\"-0.5\"", InvalidTimes },
        { "adDetails.skipTime", "\"five\"", InvalidTimes },
        { "adDetails.skipTime", "\"\"", InvalidTimes },
        { "adDetails.skipTime", "\"nan\"", InvalidTimes },
        { "adDetails.skipTime", "\"inf\"", InvalidTimes },
        { "adDetails.exitTime", "\"Infinity\"", InvalidTimes },
        { "adDetails.exitTime", "\"-inf\"", InvalidTimes },
        { "adDetails.exitTime", "\"1e999\"", InvalidTimes },
        { "adDetails.exitTime", "1e999", InvalidTimes },
        { "adDetails.exitTime", "true", InvalidTimes },
        { "adDetails.exitTime", "[5]", InvalidTimes },
        { "adDetails.exitTime", "\"0x10\"", InvalidTimes },
        { "adDetails.exitTime", "\"1,5\"", InvalidTimes },
        { "adDetails.videoUrl", "\"httpfoo:bar\"", InvalidUrls },
        { "adDetails.videoUrl", "\"http:cdn.example.com/v.mp4\"", InvalidUrls },
        { "adDetails.videoUrl", "\"http://\"", InvalidUrls },
        { "adDetails.videoUrl", "\"ftp://cdn.example.com/v.mp4\"", InvalidUrls },
        { "adDetails.videoUrl", "\"javascript:alert(1)\"", InvalidUrls },
        { "adDetails.videoUrl", "\"//cdn.example.com/v.mp4\"", InvalidUrls },
        { "adDetails.videoUrl", "\"cdn.example.com/v.mp4\"", InvalidUrls },
        { "adDetails.videoUrl", "\"/v.mp4\"", InvalidUrls },
        { "adDetails.videoUrl", "\"\"", InvalidUrls },
        { "adDetails.targetUrl", "7", InvalidUrls },
        { "adDetails.targetUrl", "\"https://shop.example.com/a b\"", InvalidUrls },
        { "adDetails.budget", "\"huge\"", InvalidBudget },
        { "adDetails.budget", "\"\"", InvalidBudget },
        { "adDetails.budget", "2", InvalidBudget },
        { "adDetails.budget", "\"low,high\"", InvalidBudget },
        { "adName", "5", "adName must be a string" },
        { "adName", "\"a\\u0007b\"", "adName must not contain control characters" },
        { "adName", $"\"{new string('n', 201)}\"", "adName must be at most 200 characters" },
        { "adDetails.videoUrl", $"\"https://cdn.example.com/{new string('v', 2048)}\"", "videoUrl must be at most 2048 characters" },
        { "adDetails.targetUrl", $"\"https://cdn.example.com/{new string('v', 2048)}\"", "targetUrl must be at most 2048 characters" },
        { "status", "\"gone\"", "Invalid status: active or paused" },
        { "startsAt", "\"tomorrow\"", InvalidStart },
        { "startsAt", "1700000000", InvalidStart },
        { "endsAt", "\"2026-13-01\"", "Invalid endsAt: an ISO-8601 instant" },
        { "packages", "[]", InvalidPackages },
        { "packages", "{\"allow\":\"com.example\"}", InvalidPackages },
        { "packages", "{\"deny\":[5]}", InvalidPackages },
        { "packages", "{\"allow\":[\" \"]}", InvalidPackages },
        { "packages", "{\"allow\":[\"com.*.example\"]}", InvalidPackages },
        { "packages", "{\"deny\":[\"com example\"]}", InvalidPackages },
        { "packages", $"{{\"deny\":[\"{new string('p', 256)}\"]}}", InvalidPackages },
        { "packages", $"{{\"allow\":[{string.Join(',', Enumerable.Repeat("\"a\"", 1001))}]}}", InvalidPackages },
    };

    /// <summary>Bodies with two faults: the first in the contract's order is told.</summary>
    public static TheoryData<string, string, string, string, int, string> Ordered => new()
    {
        { "adName", "-", "performerEmail", "\"nobody@example.com\"", 400, Missing },
        { "performerEmail", "\"nobody@example.com\"", "adDetails", "{}", 404, "Performer not found" },
        { "performerEmail", "\"nonsense\"", "adDetails.budget", "\"huge\"", 404, "Performer not found" },
        { "adDetails.budget", "-", "adDetails.skipTime", "-1", 400, MissingDetails },
        { "adDetails.skipTime", "-1", "adDetails.videoUrl", "\"x\"", 400, InvalidTimes },
        { "adDetails.targetUrl", "\"x\"", "adDetails.budget", "\"huge\"", 400, InvalidUrls },
    };

    /// <summary>Values as clients write them, and how they are read back.</summary>
    public static TheoryData<string, string, string, string> Accepted => new()
    {
        { "adDetails.skipTime", "\"7.5\"", "skipTime", "7.5" },
        { "adDetails.skipTime", "5.0", "skipTime", "5" },
        { "adDetails.exitTime", "\" 5 \"", "exitTime", "5" },
        { "adDetails.exitTime", "0", "exitTime", "0" },
        { "adDetails.exitTime", "1e2", "exitTime", "100" },
        { "adDetails.budget", "\" HIGH\"", "budget", "\"high\"" },
        { "adDetails.budget", "\"Medium\"", "budget", "\"medium\"" },
        { "adDetails.videoUrl", "\" HTTP://CDN.example.com:8080/v?a=b#c \"", "videoUrl", "\"HTTP://CDN.example.com:8080/v?a=b#c\"" },
        { "adDetails.targetUrl", "\"http://[::1]/x\"", "targetUrl", "\"http://[::1]/x\"" },
        { "adDetails.targetUrl", "\"https://example.com/ü?q=%20\"", "targetUrl", "\"https://example.com/ü?q=%20\"" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_new_ad_is_checked_field_by_field(string path, string value, string error)
    {
        var before = (await shared.Host.GetAsync("/ads")).Text;

        (await shared.Host.PostAsync("/ads", Body((path, value)))).IsError(400, error);
        (await shared.Host.PostAsync("/api/ads", Body((path, value)))).IsError(400, error);

        Assert.Equal(before, (await shared.Host.GetAsync("/ads")).Text);
    }

    [Theory]
    [MemberData(nameof(Ordered))]
    public async Task The_first_fault_in_the_order_of_the_contract_is_told(
        string one, string oneValue, string other, string otherValue, int status, string error) =>
        (await shared.Host.PostAsync("/ads", Body((one, oneValue), (other, otherValue)))).IsError(status, error);

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task Values_are_read_as_clients_write_them(string path, string value, string field, string read)
    {
        var created = await shared.Host.PostAsync("/ads", Body((path, value)));
        var id = created.Succeeds().Text("adId");

        created.Is(201, $$"""{"message":"Ad created successfully","adId":"{{id}}"}""");
        var details = (await shared.Host.GetAsync($"/ads/{id}")).Json.GetProperty("adDetails");
        Assert.Equal(read, details.GetProperty(field).GetRawText());
    }

    [Fact]
    public async Task The_ad_document_has_every_field_that_the_clients_read()
    {
        await using var host = await AdServerHost.StartAsync();
        var portal = new Portal(host);
        var performerId = await portal.SignUpAsync("Ann@example.com");
        var adId = await portal.AddAdAsync(" Spring sale ", "high", "ANN@EXAMPLE.COM ");

        var ad = await portal.AdAsync(adId);

        var expected = $$"""
            {
              "_id": "{{adId}}", "name": "Spring sale", "adName": "Spring sale", "performerId": "{{performerId}}",
              "performerName": "Ann", "performerEmail": "Ann@example.com",
              "adDetails": {
                "videoUrl": "https://cdn.example.com/video.mp4", "targetUrl": "https://shop.example.com/",
                "budget": "high", "skipTime": 5, "exitTime": 30 },
              "status": "active", "createdAt": "2026-11-21T10:00:00.000Z", "updatedAt": "2026-11-21T10:00:00.000Z"
            }
            """;
        (await host.GetAsync($"/ads/{adId}")).Is(200, expected);
        (await host.GetAsync("/api/ads")).Is(200, $"[{expected}]");
        (await new Sdk(host).AskAsync()).Is(200, expected);
        Assert.Equal(adId, ad.Text("_id"));
    }

    [Theory]
    [InlineData("GET", "/ads/unknown")]
    [InlineData("DELETE", "/ads/unknown")]
    [InlineData("GET", "/ads/unknown/stats")]
    [InlineData("GET", "/ads/unknown/stats/daily")]
    [InlineData("GET", "/ads/%01")]
    [InlineData("GET", "/ads/RANDOM1")]
    public async Task An_unknown_ad_is_a_404(string method, string path)
    {
        (await shared.Host.SendAsync(new HttpMethod(method), path)).IsError(404, "Ad not found");
        (await shared.Host.SendAsync(new HttpMethod(method), "/api" + path)).IsError(404, "Ad not found");
    }

    private static string Body(params (string Path, string Value)[] changes)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(Portal.NewAd())!;
        foreach (var (path, value) in changes)
        {
            var names = path.Split('.');
            var parent = (names.Length == 1 ? body : body[names[0]]!).AsObject();
            parent.Remove(names[^1]);
            if (value != "-")
            {
                parent.Add(names[^1], JsonNode.Parse(value));
            }
        }

        return body.ToJsonString();
    }
}
