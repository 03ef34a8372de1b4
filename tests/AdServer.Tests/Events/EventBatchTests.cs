using System.Text;
using System.Text.Json;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>POST <c>/ad_events</c>: up to a thousand events, each answered for itself and in its place.</summary>
public sealed class EventBatchTests : IAsyncLifetime
{
    private const int MostBytes = 4 * 1024 * 1024;

    private AdServerHost host = null!;
    private Portal portal = null!;
    private Sdk sdk = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync();
        (portal, sdk) = (new Portal(host), new Sdk(host));
        await portal.SignUpAsync();
        adId = await portal.AddAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("/ad_events")]
    [InlineData("/api/ad_events")]
    public async Task One_bad_event_does_not_spoil_the_others(string path)
    {
        var bad = DropReason.All.SelectMany(reason => EventCases.Refused(reason.Label, adId).Events.Select(text => (reason.Label, text))).ToList();
        var good = JsonSerializer.Serialize(sdk.Event(adId));

        var answer = (await host.PostAsync(path, $"[{good},{string.Join($",{good},", bad.Select(one => one.text))},{good}]")).Succeeds();

        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal((bad.Count + 1, 0, bad.Count), (answer.Number("logged"), answer.Number("duplicates"), answer.Number("rejected")));
        Assert.Equal(bad.Select(one => one.Label), results.Where((_, place) => place % 2 == 1).Select(result => result.Text("reason")));
        Assert.All(results.Where((_, place) => place % 2 == 0), result => Assert.Equal("""{"result":"logged"}""", result.GetRawText()));
        Assert.Equal(bad.Count + 1, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task Repeats_inside_a_batch_and_across_batches_count_once()
    {
        object[] batch = [Event("a"), Event("b"), Event("a"), Event(null), Event(null), Event("c")];

        (await host.PostAsync("/ad_events", batch)).Is(200, Answer("logged", "logged", "duplicate", "logged", "logged", "logged"));
        (await host.PostAsync("/ad_events", batch)).Is(200, Answer("duplicate", "duplicate", "duplicate", "logged", "logged", "duplicate"));
        (await host.PostAsync("/ad_event", Event("b"))).Is(200, """{"message":"Event already logged"}""");

        Assert.Equal(7, (await portal.AdStatsAsync(adId)).Number("views"));
        object Event(string? eventId) => sdk.Event(adId, eventId: eventId);
    }

    [Fact]
    public async Task An_eventId_that_was_refused_is_still_free()
    {
        (await sdk.SendAsync(adId, "tap", eventId: "a")).IsError(400, "Invalid eventType");

        await sdk.ReportsAsync(adId, "click", eventId: "a");
    }

    [Fact]
    public async Task An_empty_batch_is_answered()
    {
        (await host.PostAsync("/ad_events", "[]")).Is(200, """{"logged":0,"duplicates":0,"rejected":0,"results":[]}""");
    }

    [Fact]
    public async Task A_thousand_events_are_taken_and_one_more_is_none()
    {
        var thousand = Enumerable.Repeat(sdk.Event(adId), 1000).ToList();

        Assert.Equal(1000, (await host.PostAsync("/ad_events", thousand)).Succeeds().Number("logged"));
        (await host.PostAsync("/ad_events", thousand.Append(sdk.Event(adId)))).IsError(400, "Request body must be an array of at most 1000 events");

        Assert.Equal(1000, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"[]\"")]
    public async Task What_is_no_array_is_a_400(string body) =>
        (await host.PostAsync("/ad_events", body)).IsError(400, "Request body must be an array of at most 1000 events");

    [Theory]
    [InlineData("[{event}")]
    [InlineData("[{event},]")]
    [InlineData("[{event}] x")]
    [InlineData("[{event} {event}]")]
    [InlineData("[{event},{\"adId\":}]")]
    public async Task What_is_broken_anywhere_stores_nothing(string body)
    {
        var text = body.Replace("{event}", JsonSerializer.Serialize(sdk.Event(adId)), StringComparison.Ordinal);

        (await host.PostAsync("/ad_events", text)).IsError(400, "Request body is not valid JSON");

        Assert.Equal(0, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task A_batch_is_read_to_its_end_however_deep_one_event_is()
    {
        var good = JsonSerializer.Serialize(sdk.Event(adId));
        var (open, close) = (new string('[', 1_000_000), new string(']', 1_000_000));

        var answer = (await host.PostAsync("/ad_events", $$"""[{{good}},{"adId":{{open}}{{close}}},{{open}}{{close}},{{good}}]""")).Succeeds();
        (await host.PostAsync("/ad_events", $$"""[{{good}},{"adId":{{open}}""")).IsError(400, "Request body is not valid JSON");

        Assert.Equal(["logged", "rejected", "rejected", "logged"], answer.GetProperty("results").EnumerateArray().Select(result => result.Text("result")));
        Assert.Equal(2, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_spoil_the_whole_body()
    {
        var good = JsonSerializer.Serialize(sdk.Event(adId));
        using var body = new ByteArrayContent([.. Encoding.UTF8.GetBytes($$"""[{{good}},{"adId":" """), 0xC3, .. "\"}]"u8])
        {
            Headers = { { "Content-Type", "application/json" } },
        };

        (await host.SendAsync(HttpMethod.Post, "/ad_events", body)).IsError(400, "Request body is not valid UTF-8");

        Assert.Equal(0, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task A_batch_of_4_MB_is_taken_and_one_byte_more_is_a_413()
    {
        var text = JsonSerializer.Serialize(new[] { sdk.Event(adId) });
        // The client asks before it sends, so that the refusal does not cross the body on its way.
        host.Client.DefaultRequestHeaders.ExpectContinue = true;

        Assert.Equal(200, (await host.PostAsync("/ad_events", text + new string(' ', MostBytes - text.Length))).Status);
        (await host.PostAsync("/ad_events", text + new string(' ', MostBytes + 1 - text.Length))).IsError(413, "Request body is larger than 4096 KB");

        Assert.Equal(1, (await portal.AdStatsAsync(adId)).Number("views"));
    }

    private static string Answer(params string[] results) => JsonSerializer.Serialize(new
    {
        logged = results.Count(result => result == "logged"),
        duplicates = results.Count(result => result == "duplicate"),
        rejected = 0,
        results = results.Select(result => new { result }),
    });
}
