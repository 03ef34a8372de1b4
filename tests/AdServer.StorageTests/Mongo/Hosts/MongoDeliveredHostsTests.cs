using AdServer.Events;
using AdServer.Serving;
using AdServer.StorageTests.Mongo.Wire;
using AdServer.Tests;
using AdServer.Tests.Events;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>Two servers on one database: an ad that one hands out, and whose events come to the other.</summary>
public sealed class MongoDeliveredHostsTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();
    private readonly JournalGate gate = new();
    private readonly MongoGateway gateway;
    private AdServerHost one = null!;
    private AdServerHost other = null!;
    private string adId = null!;

    public MongoDeliveredHostsTests() => gateway = engine.NewGateway();

    public async ValueTask InitializeAsync()
    {
        one = await AdServerHost.StartAsync(new() { ["ConnectionStrings:MongoDb"] = engine.Uri });
        other = await AdServerHost.StartAsync(new() { ["ConnectionStrings:MongoDb"] = engine.UriOf(gateway) }, gate.Install);
        await new Portal(one).SignUpAsync();
        adId = await new Portal(one).AddAdAsync();
        await new Sdk(one).NextAdAsync();
        await one.Get<DeliveryWriter>().FlushAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await one.DisposeAsync();
        await gateway.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task The_other_knows_by_one_question_and_tells_apart_what_nobody_handed_out()
    {
        using var questions = gateway.Faults.Every("find", "delivered_ads", async call => await call.ExecuteNowAsync());

        await new Sdk(other).ReportsAsync(adId);
        await new Sdk(other, "com.example.stranger").ReportsAsync(adId);
        await new Sdk(other).ReportsAsync(adId);
        await new Sdk(other, "com.example.stranger").ReportsAsync(adId);

        Assert.Equal([TrafficFlaw.None, TrafficFlaw.NotDelivered, TrafficFlaw.None, TrafficFlaw.NotDelivered], gate.Stored.Select(stored => stored.Flaw));
        Assert.Equal(2, questions.Count);
    }

    [Fact]
    public async Task A_host_that_starts_later_knows_it_without_a_question()
    {
        await other.RestartAsync();
        using var questions = gateway.Faults.Every("find", "delivered_ads", async call => await call.ExecuteNowAsync());

        await new Sdk(other).ReportsAsync(adId);

        Assert.Equal(TrafficFlaw.None, Assert.Single(gate.Stored).Flaw);
        Assert.Equal(0, questions.Count);
    }

    [Fact]
    public async Task While_the_database_is_away_what_is_not_known_is_not_held_against_an_event()
    {
        // The other knows the ad; its events go to the spool.
        await new Sdk(other, "com.example.stranger").ReportsAsync(adId);
        using (gateway.Faults.Every("find insert update", null, Fault.Answer(13)))
        {
            await new Sdk(other).ReportsAsync(adId);
        }

        Assert.Equal([TrafficFlaw.NotDelivered, TrafficFlaw.None], gate.Stored.Select(stored => stored.Flaw));
    }
}
