using System.Globalization;
using System.Threading.RateLimiting;
using AdServer.Access;
using AdServer.Common;

namespace AdServer.Web;

/// <summary>
/// How many requests one caller may send: counted by token or key, else by address, apart for each <see cref="RateClass"/>. What is too much is
/// 429 with <c>Retry-After</c>. The headers are those of draft-ietf-httpapi-ratelimit-headers-06; not on the two hot routes.
/// </summary>
internal static class RateLimits
{
    private const int Segments = 10;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>How long somebody who sent too much is asked to wait.</summary>
    private static readonly Dictionary<RateClass, int> RetryAfter = new()
    {
        [RateClass.Serving] = 1,
        [RateClass.Events] = 1,
        [RateClass.Management] = 1,
        [RateClass.SignIn] = 60,
    };

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<Microsoft.AspNetCore.RateLimiting.RateLimiterOptions>().Configure<AccessSettings, RouteRules>((options, settings, rules) =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, RateKey>(http => Partition(http, settings, rules));
            options.OnRejected = (rejected, _) => RefuseAsync(rejected.HttpContext, settings, rules);
        });
    }

    public static void UseRateLimits(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<AccessSettings>();
        if (settings.HasRateLimits)
        {
            app.UseRateLimiter();
            app.UseMiddleware<RateLimitHeaders>();
        }
    }

    /// <summary>The limit of a class and the seconds that it is for; nothing if there is none.</summary>
    public static (int Limit, int Seconds)? LimitOf(RateClass rate, AccessSettings settings) => rate switch
    {
        RateClass.Serving when settings.ServingPerSecond > 0 => (settings.ServingPerSecond, 1),
        RateClass.Events when settings.EventsPerSecond > 0 => (settings.EventsPerSecond, 1),
        RateClass.Management when settings.ManagementPerSecond > 0 => (settings.ManagementBurst, SecondsToRefill(settings)),
        RateClass.SignIn when settings.SignInPerMinute > 0 => (settings.SignInPerMinute, 60),
        _ => null,
    };

    /// <summary>What requests of a route are counted as; those that are no route's are counted as management.</summary>
    public static RateClass ClassOf(HttpContext http, RouteRules rules) =>
        http.GetEndpoint() is RouteEndpoint endpoint ? rules.Of(endpoint)?.Rate ?? RateClass.Management : RateClass.Management;

    private static RateLimitPartition<RateKey> Partition(HttpContext http, AccessSettings settings, RouteRules rules)
    {
        var rate = ClassOf(http, rules);
        if (LimitOf(rate, settings) is not { } limit)
        {
            return RateLimitPartition.GetNoLimiter(default(RateKey));
        }

        var key = KeyOf(http, rate);
        return rate == RateClass.Management
            ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = settings.ManagementBurst,
                TokensPerPeriod = settings.ManagementPerSecond,
                ReplenishmentPeriod = Second,
                AutoReplenishment = false,
            })
            : RateLimitPartition.GetSlidingWindowLimiter(key, _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = limit.Limit,
                Window = rate == RateClass.SignIn ? Minute : Second,
                SegmentsPerWindow = Segments,
                AutoReplenishment = false,
            });
    }

    /// <summary>
    /// By its token, where the route asked for one, else by address. An app key is in every copy of its app: whoever has read it there is told
    /// apart from the others by his address.
    /// </summary>
    private static RateKey KeyOf(HttpContext http, RateClass rate)
    {
        var token = http.Features.Get<Caller>()?.TokenId;
        return new RateKey(rate, token, token is null || rate is RateClass.Serving or RateClass.Events ? CallerNetwork.Of(http) : default);
    }

    private static int SecondsToRefill(AccessSettings settings) =>
        (settings.ManagementBurst + settings.ManagementPerSecond - 1) / settings.ManagementPerSecond;

    private static ValueTask RefuseAsync(HttpContext http, AccessSettings settings, RouteRules rules)
    {
        var rate = ClassOf(http, rules);
        var wait = RetryAfter.GetValueOrDefault(rate, 1);
        if (LimitOf(rate, settings) is { } limit)
        {
            Write(http.Response, limit.Limit, 0, wait);
        }

        return new ValueTask(new ApiError(StatusCodes.Status429TooManyRequests, "Too many requests; try again later", wait).ExecuteAsync(http));
    }

    /// <summary>Says how much is left.</summary>
    public static void Write(HttpResponse response, int limit, long remaining, int reset)
    {
        response.Headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["RateLimit-Remaining"] = remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["RateLimit-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Whose requests are counted together.</summary>
    /// <param name="Rate">The class.</param>
    /// <param name="Token">The token or key.</param>
    /// <param name="Network">Where it calls from.</param>
    internal readonly record struct RateKey(RateClass Rate, string? Token, CallerNetwork Network);
}
