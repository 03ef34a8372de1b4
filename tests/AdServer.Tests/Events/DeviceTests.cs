using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>Forgetting a device: its events count as before, and nothing names it.</summary>
public sealed class DeviceTests : IAsyncLifetime
{
    private const string Device = "device 1/a";

    private readonly JournalGate gate = new();
    private AdServerHost host = null!;
    private string adId = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await AdServerHost.StartAsync(new() { ["Stats:RollUpEvery"] = "00:01:00" }, gate.Install);
        await new Portal(host).SignUpAsync();
        adId = await new Portal(host).AddAdAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/api")]
    public async Task A_device_is_forgotten_and_its_events_count_as_before(string prefix)
    {
        (await ReportAsync(Device)).Succeeds();
        (await ReportAsync("another")).Succeeds();
        await host.Get<RollUpService>().RollAllAsync(Token);

        var first = await host.DeleteAsync($"{prefix}/devices/{Uri.EscapeDataString(Device)}");
        var second = await host.DeleteAsync($"{prefix}/devices/{Uri.EscapeDataString(Device)}");

        first.Is(200, """{"events":1,"bucketEntries":1,"complete":true,"reason":null}""");
        second.Is(200, """{"events":0,"bucketEntries":0,"complete":true,"reason":null}""");
        Assert.Equal(2, (await new Portal(host).AdStatsAsync(adId)).Number("views"));
        Assert.True((await host.GetAsync("/stats/verify")).Json.GetProperty("ok").GetBoolean());
        Assert.DoesNotContain(
            host.Log.Entries,
            entry => !entry.Category.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                && (entry.Message.Contains("device 1", StringComparison.Ordinal) || entry.Message.Contains("device%201", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a b+c?d", "a%20b+c%3Fd")]
    public async Task A_device_is_named_in_the_address_as_it_names_itself(string device, string address)
    {
        (await ReportAsync(device)).Succeeds();
        await host.Get<RollUpService>().RollAllAsync(Token);

        (await host.DeleteAsync($"/api/devices/{address}?x=/y")).Is(200, """{"events":1,"bucketEntries":1,"complete":true,"reason":null}""");
    }

    [Fact]
    public async Task What_was_queued_before_is_waited_for_and_rolled_up()
    {
        gate.Close();
        var report = ReportAsync(Device);
        await gate.Arrived;
        var erasure = host.DeleteAsync($"/devices/{Uri.EscapeDataString(Device)}");
        Assert.False(erasure.IsCompleted);

        gate.Open();
        (await report).Succeeds();
        await host.Get<RollUpService>().RollAllAsync(Token);
        await GoOnAsync(erasure);

        (await erasure).Is(200, """{"events":1,"bucketEntries":1,"complete":true,"reason":null}""");
    }

    [Fact]
    public async Task What_is_not_rolled_up_in_time_is_said()
    {
        (await ReportAsync(Device)).Succeeds();

        var erasure = host.DeleteAsync($"/devices/{Uri.EscapeDataString(Device)}");
        await GoOnAsync(erasure);

        var answer = (await erasure).Json;
        Assert.False(answer.GetProperty("complete").GetBoolean());
        Assert.Equal("Events of the device are not rolled up yet; ask again in a minute", answer.Text("reason"));
    }

    [Theory]
    [InlineData("%20")]
    [InlineData("%01")]
    [InlineData("long")]
    public async Task No_id_of_a_device_is_refused(string id)
    {
        var path = id == "long" ? new string('x', 129) : id;

        (await host.DeleteAsync($"/devices/{path}")).IsError(400, "Invalid device ID: must be 1 to 128 characters");
    }

    private Task<Answer> ReportAsync(string deviceId) => host.PostAsync("/ad_event", new
    {
        adId,
        timestamp = Sdk.Timestamp(host.Clock.GetUtcNow()),
        eventDetails = new { packageName = Sdk.Package, eventType = "view", watchDuration = 1, deviceId },
    });

    /// <summary>Lets time pass, once the erasure is noted and so has begun, until there is an answer: less than the roll-up waits.</summary>
    private async Task GoOnAsync(Task<Answer> erasure)
    {
        while (!erasure.IsCompleted && (await host.GetAsync("/audit?object=device")).Json.GetProperty("items").GetArrayLength() == 0)
        {
            await Task.Yield();
        }

        for (var passed = 0; passed < 120 && !erasure.IsCompleted; passed++)
        {
            await Task.WhenAny(erasure, host.GetAsync("/health/live"));
            host.Clock.Advance(TimeSpan.FromMilliseconds(200));
        }
    }
}
