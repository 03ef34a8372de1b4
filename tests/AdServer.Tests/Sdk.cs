using System.Globalization;
using System.Text;
using System.Text.Json;
using AdServer.Common;

namespace AdServer.Tests;

/// <summary>
/// The SDK in an app on a device: asks for ads and reports what happened to them.
/// <code>
/// var sdk = new Sdk(host, "com.example.game");
/// await sdk.ReportsAsync(adId, "view", seconds: 7.5);
/// </code>
/// </summary>
internal sealed class Sdk(AdServerHost host, string packageName = Sdk.Package)
{
    public const string Package = "com.example.game";

    /// <summary>Asks for the next ad.</summary>
    public Task<Answer> AskAsync() => host.GetAsync($"/ads/random?packageName={Uri.EscapeDataString(packageName)}");

    /// <summary>Asks for the next ad, which there must be, and returns its identity.</summary>
    public async Task<string> NextAdAsync() => (await AskAsync()).Succeeds().Text("_id");

    /// <summary>Sends an event as the SDK does.</summary>
    public async Task<Answer> SendAsync(
        string adId, string type = "view", double seconds = 0, DateTimeOffset? at = null, string? eventId = null)
    {
        using var body = Json(Event(adId, type, seconds, at, eventId));
        return await host.SendAsync(HttpMethod.Post, "/ad_event", body);
    }

    /// <summary>Sends an event that must be logged.</summary>
    public async Task ReportsAsync(
        string adId, string type = "view", double seconds = 0, DateTimeOffset? at = null, string? eventId = null) =>
        (await SendAsync(adId, type, seconds, at, eventId)).Is(201, """{"message":"Event logged"}""");

    /// <summary>Sends events in one request, all of which must be logged.</summary>
    public async Task ReportsAllAsync(IEnumerable<object> events) =>
        Xunit.Assert.Equal(0, (await host.PostAsync("/ad_events", events)).Succeeds().Number("rejected"));

    /// <summary>The body of an event.</summary>
    public object Event(string adId, string type = "view", double seconds = 0, DateTimeOffset? at = null, string? eventId = null) => new
    {
        adId,
        timestamp = Timestamp(at ?? host.Clock.GetUtcNow()),
        eventId,
        eventDetails = new { packageName, eventType = type, watchDuration = seconds },
    };

    public static string Timestamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A body with the content type that the SDK sends.</summary>
    private static ByteArrayContent Json(object value) =>
        new(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, ApiJson.Options)))
        {
            Headers = { { "Content-Type", "application/json; charset=UTF-8" } },
        };
}
