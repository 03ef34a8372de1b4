using System.Text.Json;
using AdServer.Serving;
using AdServer.Tests;
using AdServer.Tests.Events;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>Two servers on one database, each of which hands out ads whose events come to the other.</summary>
public sealed class MongoSigningHostsTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly JournalGate gate = new();
    private AdServerHost one = null!;
    private AdServerHost other = null!;
    private string adId = null!;

    public async ValueTask InitializeAsync()
    {
        one = await StartAsync();
        other = await StartAsync();
        await new Portal(one).SignUpAsync();
        adId = await new Portal(one).AddAdAsync();
        await other.Get<Catalog.SharedCatalogRefresher>().PollAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await one.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_delivery_that_one_signs_is_verified_by_the_other_also_right_after_the_key_has_changed()
    {
        Assert.Null(await DeliveryAsync(one));
        Advance(SigningKeyRefresher.Lead);
        var first = await DeliveryAsync(one);
        await SendAsync(other, first);
        await SendAsync(one, await DeliveryAsync(other));
        await other.Get<SigningKeyRefresher>().PollAsync(Token);

        // To the first second of the next day, in which nobody has looked yet.
        Advance(one.Clock.GetUtcNow().UtcDateTime.Date.AddDays(1) - one.Clock.GetUtcNow().UtcDateTime);
        var second = await DeliveryAsync(other);
        await SendAsync(one, second);
        await SendAsync(other, first);
        await SendAsync(one, first);

        Assert.NotEqual(first![..8], second![..8]);
        Assert.Equal(Enumerable.Repeat(true, 5), gate.Stored.Select(stored => stored.IsVerified));
        var keys = await one.Get<ISigningKeyStore>().ListSigningKeysAsync(Token);
        Assert.Equal(keys.Count, keys.Select(key => key.Id).Distinct().Count());
    }

    private Task<AdServerHost> StartAsync() => AdServerHost.StartAsync(
        new() { ["ConnectionStrings:MongoDb"] = engine.Uri, ["Serving:SignDeliveries"] = "true" }, gate.Install);

    private void Advance(TimeSpan by)
    {
        one.Clock.Advance(by);
        other.Clock.Advance(by);
    }

    private static async Task<string?> DeliveryAsync(AdServerHost host) =>
        (await new Sdk(host).AskAsync()).Succeeds().TryGetProperty("delivery", out var delivery) ? delivery.GetString() : null;

    private async Task SendAsync(AdServerHost host, string? delivery)
    {
        var body = JsonSerializer.Serialize(new
        {
            adId,
            timestamp = Sdk.Timestamp(host.Clock.GetUtcNow()),
            delivery,
            eventDetails = new { packageName = Sdk.Package, eventType = "view", watchDuration = 5 },
        });
        (await host.PostAsync("/ad_event", body)).Has(201);
    }
}
