using System.Diagnostics;
using AdServer.Web.Metrics;

namespace AdServer.Web;

/// <summary>
/// The outermost middleware: serves HEAD as GET (Kestrel drops the body), refuses trailing slashes, gives every failure its JSON
/// body and measures the request. A request that is answered without waiting allocates nothing here.
/// </summary>
internal sealed class FrontDoor(RequestDelegate next, ErrorAnswers errors, RequestMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        var rest = Continue(context);
        if (!rest.IsCompletedSuccessfully || ErrorAnswers.IsBare(context.Response))
        {
            return FinishAsync(context, rest, start);
        }

        metrics.Record(context, start);
        return Task.CompletedTask;
    }

    private Task Continue(HttpContext context)
    {
        if (EndsInSlash(context.Request.Path.Value))
        {
            SafetyHeaders.Write(context);
            return ErrorAnswers.NotFound.ExecuteAsync(context);
        }

        try
        {
            return next(context);
        }
        catch (Exception failure)
        {
            return Task.FromException(failure);
        }
    }

    private async Task FinishAsync(HttpContext context, Task rest, long start)
    {
        try
        {
            await rest;
            await ErrorAnswers.FillInAsync(context);
        }
        catch (Exception failure)
        {
            await errors.AnswerAsync(context, failure);
        }

        metrics.Record(context, start);
    }

    /// <summary>Routing would take <c>/ads/</c> for <c>/ads</c>; the contract has one address for each thing.</summary>
    private static bool EndsInSlash(string? path) =>
        path is [_, .., '/']
        && path != WebModule.Prefix + "/"
        && !path.StartsWith(OpenApi.Folder, StringComparison.Ordinal)
        && !path.StartsWith(WebModule.Prefix + OpenApi.Folder, StringComparison.Ordinal);
}
