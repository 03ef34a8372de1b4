using System.Buffers;
using System.Text.Json;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>The routes by which devices report. They are answered when the events are durable, and not before.</summary>
internal sealed class EventEndpoints(
    CatalogRefresher catalog,
    AdLookup lookup,
    KnownPackages packages,
    TrafficRating rating,
    IDeliveryProofs proofs,
    AccessSettings access,
    JournalWriter writer,
    EventMetrics metrics,
    TimeProvider clock)
{
    private static readonly byte[] Logged = Body("Event logged");
    private static readonly byte[] AlreadyLogged = Body("Event already logged");

    private static readonly ApiError QueueFull = ApiError.Unavailable("Too many events are waiting; try again");
    private static readonly ApiError NotStored = ApiError.Unavailable("The event could not be stored; try again");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<EventEndpoints>();
        routes.MapPost("/ad_event", (Delegate)endpoints.LogOneAsync).WithTags("Events").Accepts<EventRequest>("application/json")
            .Produces<EventAnswer>(StatusCodes.Status201Created).Produces<EventAnswer>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status404NotFound)
            .ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Records one event: 201 when it is durable, 200 if its eventId was recorded before");
        routes.MapPost("/ad_events", (Delegate)endpoints.LogManyAsync).WithTags("Events").Accepts<IReadOnlyList<EventRequest>>("application/json")
            .Produces<BatchAnswer>().ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Records up to 1,000 events; each is answered for itself");
    }

    private async Task LogOneAsync(HttpContext http)
    {
        var (error, raw) = await JsonBody.ReadAsync(http.Request, EventReader.EventLimit, EventReader.ReadOne);
        if (error is not null)
        {
            await error.ExecuteAsync(http);
            return;
        }

        var (refused, accepted) = await DecideAsync(raw, SenderOf(http), http.RequestAborted);
        if (refused is not null)
        {
            metrics.Rejected(refused);
            await new ApiError(refused.Status, refused.Error).ExecuteAsync(http);
            return;
        }

        var pending = writer.Rent();
        metrics.Accepted(accepted!);
        pending.Add(accepted!);
        var outcome = await AppendAsync(pending);
        var duplicate = outcome == LogOutcome.Committed && pending.Outcomes[0] == AppendOutcome.Duplicate;
        writer.Return(pending);
        await AnswerAsync(http, outcome, duplicate);
    }

    /// <summary>Decides with the ads that this host knows, and again if the store knows one more.</summary>
    private async ValueTask<(DropReason? Refused, AdEvent? Accepted)> DecideAsync(RawEvent raw, EventSender sender, CancellationToken cancellation)
    {
        var decided = Decide(raw, catalog.Current, clock.Now(), sender);
        return decided.Refused == DropReason.UnknownAd && await LookUpAsync(raw, cancellation)
            ? Decide(raw, catalog.Current, clock.Now(), sender)
            : decided;
    }

    /// <summary>Decides about an event, and whether it is a verified one: what its signature is worth is never a reason to refuse it.</summary>
    private (DropReason? Refused, AdEvent? Accepted) Decide(in RawEvent raw, CatalogSnapshot snapshot, DateTimeOffset now, EventSender sender)
    {
        var decided = EventIntake.Decide(raw, snapshot, packages, now, sender);
        if (decided.Accepted is not { } one)
        {
            return decided;
        }

        var proof = proofs.Check(raw.Delivery.Text, one.AdId, one.PackageName, now);
        metrics.Checked(proof);
        return proof == DeliveryProof.Verified ? (null, one with { IsVerified = true }) : decided;
    }

    private static Task AnswerAsync(HttpContext http, LogOutcome outcome, bool duplicate)
    {
        if (outcome != LogOutcome.Committed)
        {
            return Failure(outcome).ExecuteAsync(http);
        }

        var response = http.Response;
        var body = duplicate ? AlreadyLogged : Logged;
        response.StatusCode = duplicate ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        // The server flushes at the end of the request, head and body together.
        response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }

    private async Task LogManyAsync(HttpContext http)
    {
        var pending = writer.Rent();
        var (error, refusals) = await ReadManyAsync(http, pending);
        if (error is not null)
        {
            writer.Return(pending);
            await error.ExecuteAsync(http);
            return;
        }

        var outcome = pending.Events.Count > 0 ? await AppendAsync(pending)
            : refusals!.Count > 0 && refusals.TrueForAll(refusal => refusal == DropReason.Undecided) ? LogOutcome.StoreUnavailable
            : LogOutcome.Committed;
        if (SharedThread.IsCurrent)
        {
            // Of a thousand events one may have been accepted, but the answer is about all of them.
            await Task.Yield();
        }

        var answer = outcome == LogOutcome.Committed ? BatchAnswer.Of(refusals!, pending.Outcomes) : null;
        writer.Return(pending);
        await (answer is null ? Failure(outcome).ExecuteAsync(http) : http.Response.WriteAsJsonAsync(answer, ApiJson.Options));
    }

    /// <summary>
    /// Reads a batch and decides each event; those that are accepted are added to the pending ones. A method of its own, so that the texts
    /// of refused events, of which nobody counts the bytes any more, are let go before the others wait for their commit.
    /// </summary>
    private async ValueTask<(ApiError? Error, List<DropReason?>? Refusals)> ReadManyAsync(HttpContext http, PendingAppend pending)
    {
        var (error, raws) = await JsonBody.ReadAsync(http.Request, EventReader.BatchLimit, EventReader.ReadBatch);
        if (error is not null || raws is null)
        {
            return (error ?? ApiError.BadRequest($"Request body must be an array of at most {EventReader.MostEvents} events"), null);
        }

        var (snapshot, now, sender) = (catalog.Current, clock.Now(), SenderOf(http));
        var decided = raws.ConvertAll(raw => Decide(raw, snapshot, now, sender));
        if (decided.Exists(one => one.Refused == DropReason.UnknownAd))
        {
            await DecideAgainAsync(raws, decided, sender, http.RequestAborted);
        }

        return (null, decided.ConvertAll(one => Take(one, pending)));
    }

    /// <summary>Asks the store for an ad that this host does not know; says whether it knows it now.</summary>
    private async Task<bool> LookUpAsync(RawEvent raw, CancellationToken cancellation)
    {
        try
        {
            return await lookup.FindAsync(raw.AdId.Text!.Trim(), cancellation);
        }
        catch (StoreUnavailableException)
        {
            metrics.Unavailable(1);
            throw;
        }
    }

    /// <summary>Asks the store for the ads of a batch that this host does not know, and decides anew about their events.</summary>
    private async Task DecideAgainAsync(
        List<RawEvent> raws, List<(DropReason? Refused, AdEvent? Accepted)> decided, EventSender sender, CancellationToken cancellation)
    {
        var places = Enumerable.Range(0, raws.Count).Where(place => decided[place].Refused == DropReason.UnknownAd).ToList();
        var adIds = places.Select(place => raws[place].AdId.Text!.Trim()).Distinct(StringComparer.Ordinal);
        var answers = await Task.WhenAll(adIds.Select(async adId => (AdId: adId, Known: await IsKnownAsync(adId, cancellation))));
        var known = answers.ToDictionary(answer => answer.AdId, answer => answer.Known, StringComparer.Ordinal);
        var (snapshot, now) = (catalog.Current, clock.Now());
        foreach (var place in places)
        {
            decided[place] = known[raws[place].AdId.Text!.Trim()] switch
            {
                true => Decide(raws[place], snapshot, now, sender),
                false => decided[place],
                null => (DropReason.Undecided, null),
            };
        }
    }

    /// <summary>Whether there is such an ad; nothing if that cannot be said now.</summary>
    private async Task<bool?> IsKnownAsync(string adId, CancellationToken cancellation)
    {
        try
        {
            return await lookup.FindAsync(adId, cancellation);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Why an event of a batch is refused; nothing if it was accepted, which adds it to the pending ones.</summary>
    private DropReason? Take((DropReason? Refused, AdEvent? Accepted) decided, PendingAppend pending)
    {
        if (decided.Refused is null)
        {
            metrics.Accepted(decided.Accepted!);
            pending.Add(decided.Accepted!);
        }
        else
        {
            metrics.Rejected(decided.Refused);
        }

        return decided.Refused;
    }

    /// <summary>Rates accepted events and has them committed; what was not stored is forgotten before anybody is told.</summary>
    private async ValueTask<LogOutcome> AppendAsync(PendingAppend pending)
    {
        await rating.RateAsync(pending);
        var outcome = await writer.AppendAsync(pending);
        rating.Settle(pending, outcome);
        CountAnswers(outcome, pending);
        return outcome;
    }

    private EventSender SenderOf(HttpContext http) =>
        new(UserAgents.Of(http.Request.Headers.UserAgent), access.RequireAppKey ? Caller.Of(http) : null);

    private void CountAnswers(LogOutcome outcome, PendingAppend pending)
    {
        if (outcome != LogOutcome.Committed)
        {
            metrics.Unavailable(pending.Events.Count);
            return;
        }

        for (var place = 0; place < pending.Events.Count; place++)
        {
            metrics.Answered(pending.Events[place], pending.Outcomes[place]);
        }
    }

    private static ApiError Failure(LogOutcome outcome) => outcome == LogOutcome.QueueFull ? QueueFull : NotStored;

    private static byte[] Body(string message) => JsonSerializer.SerializeToUtf8Bytes(new EventAnswer(message), ApiJson.Options);
}
