using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Tests.Commands.Torture;

/// <summary>A server as it should be, that counts in memory; and one that errs when a test wants it to.</summary>
internal sealed class ModelServer : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, bool> known = new();
    private readonly ConcurrentDictionary<(string AdId, string Type), long> counts = new();
    private int calls;

    /// <summary>Whether a call (by its number, from 1) breaks off before anything is done.</summary>
    public Predicate<int> BreaksBefore { get; init; } = _ => false;

    /// <summary>Whether a call breaks off when all is done.</summary>
    public Predicate<int> BreaksAfter { get; init; } = _ => false;

    /// <summary>How often an event of a call counts: once.</summary>
    public Func<int, EventRequest, long> Weight { get; init; } = (_, _) => 1;

    /// <summary>Whether it forgets which identities it knows.</summary>
    public bool IsForgetful { get; init; }

    /// <summary>Is told of each call with events.</summary>
    public Action<int> Called { get; init; } = _ => { };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        return path switch
        {
            "/ads/random" => new HttpResponseMessage(HttpStatusCode.NoContent),
            "/ad_event" => await TakeAsync(
                async () => [(await request.Content!.ReadFromJsonAsync<EventRequest>(ApiJson.Options, cancellationToken))!],
                results => new HttpResponseMessage(results[0].Result == "logged" ? HttpStatusCode.Created : HttpStatusCode.OK)),
            "/ad_events" => await TakeAsync(
                async () => (await request.Content!.ReadFromJsonAsync<EventRequest[]>(ApiJson.Options, cancellationToken))!,
                results => Json(new BatchAnswer(0, 0, 0, results))),
            _ => Json(new AdStatsResponse(path, new(null, null), Stats(path.Split('/')[2]), DateTimeOffset.UnixEpoch, default, true)),
        };
    }

    private async Task<HttpResponseMessage> TakeAsync(Func<Task<EventRequest[]>> read, Func<EventResult[], HttpResponseMessage> answer)
    {
        var events = await read();
        var call = Interlocked.Increment(ref calls);
        Called(call);
        Break(BreaksBefore(call));
        var results = events.Select(one => Take(call, one)).ToArray();
        Break(BreaksAfter(call));
        return answer(results);
    }

    private EventResult Take(int call, EventRequest one)
    {
        if (one.EventId is { } id && !known.TryAdd(id, true) && !IsForgetful)
        {
            return new EventResult("duplicate");
        }

        var weight = Weight(call, one);
        counts.AddOrUpdate((one.AdId, one.EventDetails.EventType), weight, (_, count) => count + weight);
        return new EventResult("logged");
    }

    private AdStats Stats(string adId)
    {
        return new AdStats(Count("view"), Count("click"), Count("skip"), Count("exit"), 0, 0, 0, 0);

        long Count(string type) => counts.GetValueOrDefault((adId, type));
    }

    private static void Break(bool isBroken)
    {
        if (isBroken)
        {
            throw new HttpRequestException("The server was killed");
        }
    }

    private static HttpResponseMessage Json<T>(T body) => new() { Content = JsonContent.Create(body, options: ApiJson.Options) };
}
