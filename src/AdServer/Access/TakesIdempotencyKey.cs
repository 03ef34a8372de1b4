using AdServer.Common;

namespace AdServer.Access;

/// <summary>Says of a route, in the API's document too, that it takes the header <c>Idempotency-Key</c>.</summary>
internal sealed record TakesIdempotencyKey;

/// <summary>How routes say that they take the header.</summary>
internal static class IdempotencyMetadata
{
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder route) => route
        .WithMetadata(new TakesIdempotencyKey())
        .ProducesError(StatusCodes.Status409Conflict)
        .ProducesError(StatusCodes.Status422UnprocessableEntity);
}
