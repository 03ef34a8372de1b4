using AdServer.Common;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;

namespace AdServer.Web;

/// <summary>Gives a JSON body to every failure that no handler has worded: exceptions, and what the framework answers by a bare status.</summary>
internal sealed partial class ErrorAnswers(TimeProvider clock, ILogger<ErrorAnswers> log)
{
    /// <summary>How long the log keeps quiet about a store that stays away.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    private static readonly ApiError Internal = new(StatusCodes.Status500InternalServerError, "Internal server error");
    private static readonly ApiError StoreAway = ApiError.Unavailable("The store is not available");

    private long loudAgainAt;

    public static ApiError NotFound { get; } = ApiError.NotFound("Not found");

    /// <summary>Whether the answer is an error that nobody has given a body.</summary>
    public static bool IsBare(HttpResponse response) =>
        response.StatusCode >= StatusCodes.Status400BadRequest
        && !response.HasStarted && response.ContentType is null && response.ContentLength is null;

    /// <summary>Writes the body of a bare error; does nothing to any other answer.</summary>
    public static Task FillInAsync(HttpContext context)
    {
        var response = context.Response;
        if (!IsBare(response))
        {
            return Task.CompletedTask;
        }

        // Routing names the methods of the mapped endpoints, and HEAD is served wherever GET is.
        if (response.Headers.Allow is [{ } allow] && allow.Contains(HttpMethods.Get, StringComparison.Ordinal))
        {
            response.Headers.Allow = $"{allow}, {HttpMethods.Head}";
        }

        return WordFor(response.StatusCode).ExecuteAsync(context);
    }

    /// <summary>Answers a request whose handler threw. Nobody is answered who has gone away or was already being answered.</summary>
    public async Task AnswerAsync(HttpContext context, Exception failure)
    {
        if (IsGone(context, failure))
        {
            SetStatus(context, StatusCodes.Status499ClientClosedRequest);
            return;
        }

        var answer = Judge(context, failure);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        SafetyHeaders.Clear(context);
        try
        {
            await answer.ExecuteAsync(context);
        }
        catch (Exception late) when (IsGone(context, late))
        {
            SetStatus(context, StatusCodes.Status499ClientClosedRequest);
        }
    }

    private static bool IsGone(HttpContext context, Exception failure) =>
        failure is ConnectionResetException
        || (failure is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    private ApiError Judge(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case StoreUnavailableException:
                WarnOnceInAWhile(failure);
                return StoreAway;
            case TooMuchException asked:
                return ApiError.Unavailable(asked.Message);
            case BadHttpRequestException refused:
                return WordFor(refused.StatusCode);
            default:
                LogFailure(context.TraceIdentifier, (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText, failure);
                return Internal;
        }
    }

    private void WarnOnceInAWhile(Exception failure)
    {
        var now = clock.GetUtcNow().UtcTicks;
        var due = Interlocked.Read(ref loudAgainAt);
        if (now >= due && Interlocked.CompareExchange(ref loudAgainAt, now + QuietTime.Ticks, due) == due)
        {
            LogStoreAway(failure);
        }
    }

    private static ApiError WordFor(int status) => status switch
    {
        StatusCodes.Status400BadRequest => ApiError.BadRequest("Bad request"),
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => new ApiError(status, "Method not allowed"),
        StatusCodes.Status413PayloadTooLarge => new ApiError(status, "Request body is too large"),
        StatusCodes.Status415UnsupportedMediaType => new ApiError(status, "Content-Type must be application/json"),
        StatusCodes.Status500InternalServerError => Internal,
        StatusCodes.Status503ServiceUnavailable => ApiError.Unavailable("Service unavailable"),
        _ => new ApiError(status, ReasonPhrases.GetReasonPhrase(status)),
    };

    private static void SetStatus(HttpContext context, int status)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = status;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Request {TraceId} to {Route} failed")]
    private partial void LogFailure(string traceId, string? route, Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "The store is not available; callers are answered 503. Further failures are not logged for a minute")]
    private partial void LogStoreAway(Exception failure);
}
