using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Http.Features;

namespace AdServer.Events;

/// <summary>Forgetting a device. One request at a time: a store may have to look at every event. No id of a device is ever logged.</summary>
internal sealed class DeviceEndpoints(IDeviceStore devices, JournalWriter writer, AuditLog audit, TimeProvider clock)
{
    /// <summary>So long a caller waits for the roll-up, which runs each second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly ApiError InvalidId = ApiError.BadRequest(
        $"Invalid device ID: must be 1 to {EventIntake.MaxDeviceIdLength} characters");

    private static readonly ApiError Busy = ApiError.Conflict("A device is being erased on this server. Try again when that has ended");
    private static readonly ApiError NotStored = ApiError.Unavailable("Events that wait could not be stored; try again");

    private int taken;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/devices/{deviceId}", AnswerAsync).WithTags("Events").Produces<DeviceErasure>()
            .ProducesError(StatusCodes.Status400BadRequest).ProducesError(StatusCodes.Status409Conflict)
            .ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Forgets a device: its events keep counting, without its id and user agent. May be repeated");

    private static Task<IResult> AnswerAsync(string deviceId, HttpContext http, DeviceEndpoints endpoints, AuditOrigin origin, CancellationToken cancellation) =>
        endpoints.EraseAsync(AsSent(http) ?? deviceId, origin, cancellation);

    /// <summary>The text as it was sent. Routing decodes all but <c>%2F</c>, after which nobody can tell it from <c>%252F</c>.</summary>
    private static string? AsSent(HttpContext http)
    {
        var path = http.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0];
        return path is null ? null : Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }

    private async Task<IResult> EraseAsync(string deviceId, AuditOrigin origin, CancellationToken cancellation)
    {
        var id = deviceId.Trim();
        if (id.Length is 0 or > EventIntake.MaxDeviceIdLength || FieldRules.HasControl(id))
        {
            return InvalidId;
        }

        if (Interlocked.Exchange(ref taken, 1) != 0)
        {
            return Busy;
        }

        try
        {
            // What was queued before this request is committed then.
            if (await writer.FlushAsync() != LogOutcome.Committed)
            {
                return NotStored;
            }

            var change = new AuditChange(AuditAction.EraseDevice, ObjectId: null);
            return TypedResults.Ok(await audit.RecordAsync(origin, change, () => FinishAsync(devices.Erase(id), cancellation), _ => true, cancellation));
        }
        finally
        {
            Volatile.Write(ref taken, 0);
        }
    }

    private async Task<DeviceErasure> FinishAsync(IErasure erasure, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        for (var (events, entries) = (0L, 0L); ;)
        {
            var step = await erasure.StepAsync(cancellation);
            (events, entries) = (events + step.Events, entries + step.BucketEntries);
            if (step.Waiting == 0 || clock.GetElapsedTime(started) >= Patience)
            {
                return DeviceErasure.Of(events, entries, step);
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }
}

/// <summary>What was done to forget a device.</summary>
/// <param name="Events">Raw events that have lost the device's id and user agent.</param>
/// <param name="BucketEntries">The same of the copies of events that are kept by day.</param>
/// <param name="Complete">Whether nothing that was answered before the request holds the device any more, but for backups.</param>
/// <param name="Reason">Why not, and what to do.</param>
internal sealed record DeviceErasure(long Events, long BucketEntries, bool Complete, string? Reason)
{
    public static DeviceErasure Of(long events, long entries, ErasureStep last) => new(events, entries, last is { Waiting: 0, AreSpooled: false }, last switch
    {
        { AreSpooled: true } => "A server holds answered events that are not in the database yet (see \"complete\" in statistics); ask again when it has stored them",
        { Waiting: > 0 } => "Events of the device are not rolled up yet; ask again in a minute",
        _ => null,
    });
}
