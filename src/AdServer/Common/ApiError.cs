using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace AdServer.Common;

/// <summary>
/// The one shape of every error: an RFC 9457 problem that also carries the string <c>error</c>, which older clients show.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">What went wrong, in words for the person who reads it; never the text of an exception.</param>
/// <param name="RetryAfter">Seconds after which asking again makes sense, for 503 and 429.</param>
internal sealed record ApiError(int Status, string Error, int? RetryAfter = null) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    /// <summary>Seconds that a caller is asked to wait when the store or the queue cannot take more.</summary>
    public const int BusyRetryAfter = 1;

    int? IStatusCodeHttpResult.StatusCode => Status;

    public static ApiError BadRequest(string error) => new(StatusCodes.Status400BadRequest, error);

    public static ApiError NotFound(string error) => new(StatusCodes.Status404NotFound, error);

    public static ApiError Conflict(string error) => new(StatusCodes.Status409Conflict, error);

    public static ApiError Unavailable(string error) => new(StatusCodes.Status503ServiceUnavailable, error, BusyRetryAfter);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(ApiProblem), ["application/problem+json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        response.Headers.XContentTypeOptions = "nosniff";
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var title = ReasonPhrases.GetReasonPhrase(Status);
        var problem = new ApiProblem(title, Status, Error, httpContext.TraceIdentifier);
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Options);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}

/// <summary>How routes say in the API's document which errors they answer.</summary>
internal static class ApiErrorMetadata
{
    public static RouteHandlerBuilder ProducesError(this RouteHandlerBuilder route, int status) =>
        route.Produces<ApiProblem>(status, "application/problem+json");
}

/// <summary>The body of an error.</summary>
/// <param name="Title">The name of the status.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="TraceId">Names the request in the log.</param>
internal sealed record ApiProblem(string Title, int Status, string Error, string TraceId);
