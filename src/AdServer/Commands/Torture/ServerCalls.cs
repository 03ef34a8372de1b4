using System.Net;
using System.Text.Json;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Commands.Torture;

/// <summary>What is asked of a server. Events may go unanswered; all else must succeed.</summary>
internal sealed class ServerCalls(HttpClient http, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private const string Email = "torture@example.com";

    /// <summary>Sends one event, or several as a batch; an answer for each.</summary>
    public async Task<EventReply[]> SendAsync(Uri server, IReadOnlyList<EventRequest> events)
    {
        try
        {
            using var response = events is [var one]
                ? await http.PostAsJsonAsync(new Uri(server, "ad_event"), one, ApiJson.Options, CancellationToken.None)
                : await http.PostAsJsonAsync(new Uri(server, "ad_events"), events, ApiJson.Options, CancellationToken.None);
            return events.Count > 1 && response.StatusCode == HttpStatusCode.OK
                ? Replies((await response.Content.ReadFromJsonAsync<BatchAnswer>(ApiJson.Options, CancellationToken.None))!)
                : All(events, Reply(response.StatusCode));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            return All(events, EventReply.None);
        }
    }

    /// <summary>Asks for an ad, as an app does between two events; says whether the answer can be: an ad, none, or a trouble of the server.</summary>
    public async Task<bool> IsServedAsync(Uri server, string package)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(server, $"ads/random?packageName={package}"), CancellationToken.None);
            return (int)response.StatusCode is 200 or 204 or >= 500;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return true;
        }
    }

    /// <summary>Makes a performer with so many ads.</summary>
    public async Task<IReadOnlyList<string>> AddAdsAsync(Uri server, int count, CancellationToken cancellation)
    {
        await PostAsync(server, "performers", new { name = "Torture", email = Email }, cancellation);
        var ads = new List<string>();
        while (ads.Count < count)
        {
            var details = new { videoUrl = "https://example.com/video.mp4", targetUrl = "https://example.com/", budget = "low", skipTime = 5, exitTime = 30 };
            var answer = await PostAsync(server, "ads", new { adName = $"Ad {ads.Count + 1}", performerEmail = Email, adDetails = details }, cancellation);
            ads.Add(answer.Member("adId").Text()!);
        }

        return ads;
    }

    /// <summary>Ends when no answered event waits on this server for a database that was away.</summary>
    public async Task CompleteAsync(Uri server, string ad, CancellationToken cancellation)
    {
        while (!(await ReadAsync(server, ad, cancellation)).Complete)
        {
            await Task.Delay(Look, clock, cancellation);
        }
    }

    /// <summary>Holds the ledger against what the server counts.</summary>
    public async Task<Judgement> JudgeAsync(Uri server, AnswerLedger ledger, CancellationToken cancellation)
    {
        var counted = new Dictionary<string, AdStats>();
        foreach (var ad in ledger.Ads)
        {
            counted[ad] = (await ReadAsync(server, ad, cancellation)).AdStats;
        }

        return Judgement.Of(ledger.Read(), (ad, type) => Count(counted[ad], type));
    }

    private async Task<AdStatsResponse> ReadAsync(Uri server, string ad, CancellationToken cancellation) =>
        (await http.GetFromJsonAsync<AdStatsResponse>(new Uri(server, $"ads/{ad}/stats"), ApiJson.Options, cancellation))!;

    private static long Count(AdStats stats, EventType type) => type switch
    {
        EventType.View => stats.Views,
        EventType.Click => stats.Clicks,
        EventType.Skip => stats.Skips,
        EventType.Exit => stats.Exits,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private async Task<JsonElement> PostAsync(Uri server, string path, object body, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync(new Uri(server, path), body, cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private static EventReply[] Replies(BatchAnswer answer) => [.. answer.Results.Select(one => one.Result switch
    {
        "logged" => EventReply.Logged,
        "duplicate" => EventReply.Duplicate,
        _ when one.Reason == DropReason.Undecided.Label => EventReply.None,
        _ => EventReply.Refused,
    })];

    private static EventReply Reply(HttpStatusCode status) => (int)status switch
    {
        201 => EventReply.Logged,
        200 => EventReply.Duplicate,
        >= 500 => EventReply.None,
        _ => EventReply.Refused,
    };

    private static EventReply[] All(IReadOnlyList<EventRequest> events, EventReply reply) => [.. events.Select(_ => reply)];
}
