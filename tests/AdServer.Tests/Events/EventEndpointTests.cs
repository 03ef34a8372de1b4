using System.Text;
using System.Text.Json;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>POST <c>/ad_event</c> (route 12): the case files through the host, and bodies that are no event at all.</summary>
public sealed class EventEndpointTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private const int MostBytes = 64 * 1024;

    public static TheoryData<string> Refusals => EventCases.Refusals;

    public static TheoryData<string> AcceptedNames => EventCases.AcceptedNames;

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_event_is_told_why_alone_and_in_a_batch(string label)
    {
        var cases = EventCases.Refused(label, shared.AdId);
        foreach (var text in cases.Events)
        {
            (await shared.Host.PostAsync("/ad_event", text)).IsError(cases.Status, cases.BodyError);
            (await shared.Host.PostAsync("/api/ad_event", text)).IsError(cases.Status, cases.BodyError);
        }

        var batch = (await shared.Host.PostAsync("/ad_events", $"[{string.Join(',', cases.Events)}]")).Succeeds();
        Assert.Equal((0, 0, cases.Events.Count), (batch.Number("logged"), batch.Number("duplicates"), batch.Number("rejected")));
        Assert.All(
            batch.GetProperty("results").EnumerateArray(),
            result => Assert.Equal(("rejected", label, cases.Error), (result.Text("result"), result.Text("reason"), result.Text("error"))));
        Assert.Equal(0, (await new Portal(shared.Host).ReadAsync($"/stats?adId={shared.AdId}")).GetProperty("totals").Number("events"));
    }

    [Theory]
    [MemberData(nameof(AcceptedNames))]
    public async Task An_accepted_event_is_logged_and_counts_for_its_day_its_type_and_its_package(string name)
    {
        var portal = new Portal(shared.Host);
        var adId = await portal.AddAdAsync();
        var (receivedAt, text, expect) = EventCases.Find(name, adId);
        shared.Host.Clock.Set(receivedAt);

        (await shared.Host.PostAsync("/ad_event", text)).Is(201, """{"message":"Event logged"}""");

        await CountsAsync("day", "date", "day");
        await CountsAsync("eventType", "eventType", "type");
        await CountsAsync("package", "packageName", "packageName");
        if (expect.TryGetProperty("watchDuration", out var milliseconds))
        {
            Assert.Equal(milliseconds.GetInt64() / 1000.0, (await portal.ReadAsync($"/stats?adId={adId}")).GetProperty("totals").Number("watchDuration"));
        }

        async Task CountsAsync(string group, string field, string expected)
        {
            if (expect.TryGetProperty(expected, out var value))
            {
                var rows = (await portal.ReadAsync($"/stats?adId={adId}&groupBy={group}")).GetProperty("rows").EnumerateArray();
                var row = Assert.Single(rows, row => row.Number("events") > 0);
                Assert.Equal((value.GetString(), 1), (row.Text(field), row.Number("events")));
            }
        }
    }

    [Fact]
    public async Task An_event_of_64_KB_is_taken_and_one_byte_more_is_a_413()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        var text = JsonSerializer.Serialize(new Sdk(host).Event(adId));

        Assert.Equal(201, (await host.PostAsync("/ad_event", text + new string(' ', MostBytes - text.Length))).Status);
        (await host.PostAsync("/ad_event", text + new string(' ', MostBytes + 1 - text.Length))).IsError(413, "Request body is larger than 64 KB");

        var chunked = new StreamContent(new UnseekableStream(Encoding.UTF8.GetBytes(text + new string(' ', 2 * MostBytes))))
        {
            Headers = { { "Content-Type", "application/json" } },
        };
        (await host.SendAsync(HttpMethod.Post, "/ad_event", chunked)).IsError(413, "Request body is larger than 64 KB");
        Assert.Equal(1, (await new Portal(host).AdStatsAsync(adId)).Number("views"));
    }

    [Fact]
    public async Task The_log_holds_nothing_of_an_event()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync("secret@example.com", "Secret");
        var adId = await new Portal(host).AddAdAsync(email: "secret@example.com");
        var details = new { packageName = "secret.package", eventType = "view", watchDuration = 1, deviceId = "secret-device" };
        await host.PostAsync("/ad_event?secret=1", new { adId, timestamp = "secret time", eventId = "secret-id", eventDetails = details });
        await host.PostAsync("/ad_event", new { adId, timestamp = "secret time", eventDetails = details with { eventType = "secret" } });
        await host.GetAsync("/ads/random?packageName=secret.package");

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.Contains("secret", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A body whose length nobody knows before it is read.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
