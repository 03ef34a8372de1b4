using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Commands.Simulation;

/// <summary>The part of a delivered ad that decides what a device does with it, and what it returns.</summary>
/// <param name="Id">The ad.</param>
/// <param name="SkipTime">After how many seconds it can be skipped.</param>
/// <param name="ExitTime">How many seconds it takes.</param>
/// <param name="Delivery">The signature, if the server signs.</param>
internal sealed record HeldAd(string Id, double SkipTime, double ExitTime, string? Delivery = null);

/// <summary>What the SDK makes of an answer to its request for an ad.</summary>
internal enum AdAnswer
{
    Ad,

    /// <summary>204, and just so any status but success.</summary>
    NoAd,

    /// <summary>No answer, or one that is no ad.</summary>
    Error,
}

/// <summary>The two calls of the SDK, byte for byte as it makes them (but for what it returns of a signed delivery), and what each adds to the tally.</summary>
internal sealed class SdkClient(HttpClient http, SimulateOptions options, TimeProvider clock, Tally tally)
{
    private const string JsonType = "application/json; charset=UTF-8";
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public async Task<(AdAnswer Answer, HeldAd? Ad)> RequestAdAsync(string package)
    {
        tally.Requested();
        try
        {
            using var request = Request(HttpMethod.Get, $"ads/random?packageName={Uri.EscapeDataString(package)}");
            var started = clock.GetTimestamp();
            using var response = await http.SendAsync(request, CancellationToken.None);
            tally.AdLatency.Add(clock.GetElapsedTime(started));
            return response.StatusCode == HttpStatusCode.OK
                ? Filled(Parse(await response.Content.ReadAsByteArrayAsync(CancellationToken.None)))
                : NotFilled(response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or JsonException)
        {
            tally.Erred($"GET ads/random: {KindOf(exception)}");
            return (AdAnswer.Error, null);
        }
    }

    public async Task SendEventAsync(HeldAd ad, string package, EventType type, double watchDuration)
    {
        try
        {
            using var request = Request(HttpMethod.Post, "ad_event");
            request.Content = new ByteArrayContent(Body(ad, package, type, watchDuration));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", JsonType);
            var started = clock.GetTimestamp();
            using var response = await http.SendAsync(request, CancellationToken.None);
            tally.EventLatency.Add(clock.GetElapsedTime(started));
            Answered(type, response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            tally.Answered(type, EventAnswer.None);
            tally.Erred($"POST ad_event: {KindOf(exception)}");
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(options.Url, path));
        request.Headers.ConnectionClose = options.NewConnections;
        return request;
    }

    private byte[] Body(HeldAd ad, string package, EventType type, double watchDuration)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("adId", ad.Id);
            json.WriteString("timestamp", clock.GetUtcNow().UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture));
            if (ad.Delivery is { } delivery)
            {
                json.WriteString("delivery", delivery);
            }

            json.WriteStartObject("eventDetails");
            json.WriteString("packageName", package);
            json.WriteString("eventType", type.ToString().ToLowerInvariant());
            json.WriteNumber("watchDuration", watchDuration);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static HeldAd Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var details = document.RootElement.Member("adDetails");
        return document.RootElement.Member("_id").Text() is { Length: > 0 } id
            && details?.Member("videoUrl").Text() is not null
            && details?.Member("targetUrl").Text() is not null
            && details?.Member("skipTime").Number() is { } skipTime
            && details?.Member("exitTime").Number() is { } exitTime
            ? new HeldAd(id, skipTime, exitTime, document.RootElement.Member("delivery").Text())
            : throw new JsonException();
    }

    private (AdAnswer Answer, HeldAd? Ad) Filled(HeldAd ad)
    {
        tally.Filled();
        return (AdAnswer.Ad, ad);
    }

    private (AdAnswer Answer, HeldAd? Ad) NotFilled(HttpStatusCode status)
    {
        if (status == HttpStatusCode.NoContent)
        {
            tally.NotFilled();
        }
        else
        {
            tally.Erred($"GET ads/random: {(int)status}");
        }

        return (AdAnswer.NoAd, null);
    }

    private void Answered(EventType type, HttpStatusCode status)
    {
        var answer = (int)status switch
        {
            201 => EventAnswer.Logged,
            >= 200 and < 300 => EventAnswer.OtherSuccess,
            >= 500 => EventAnswer.Failed,
            _ => EventAnswer.Refused,
        };
        tally.Answered(type, answer);
        if (answer is EventAnswer.Refused or EventAnswer.Failed)
        {
            tally.Erred($"POST ad_event: {(int)status}");
        }
    }

    private static string KindOf(Exception exception) => exception switch
    {
        JsonException => "answer is no ad",
        TaskCanceledException => "no answer in time",
        HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        HttpRequestException request => request.HttpRequestError.ToString(),
        _ => exception.GetType().Name,
    };
}
