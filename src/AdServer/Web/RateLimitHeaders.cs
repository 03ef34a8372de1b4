using AdServer.Access;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AdServer.Web;

/// <summary>Tells people's programs how much of their limit is left. Apps do not read it.</summary>
internal sealed class RateLimitHeaders(RequestDelegate next, IOptions<RateLimiterOptions> options, AccessSettings settings, RouteRules rules)
{
    public Task InvokeAsync(HttpContext http)
    {
        var rate = RateLimits.ClassOf(http, rules);
        if (rate is RateClass.Management or RateClass.SignIn
            && RateLimits.LimitOf(rate, settings) is { } limit
            && options.Value.GlobalLimiter!.GetStatistics(http) is { } left)
        {
            RateLimits.Write(http.Response, limit.Limit, left.CurrentAvailablePermits, limit.Seconds);
        }

        return next(http);
    }
}
