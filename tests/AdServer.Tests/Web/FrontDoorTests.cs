using System.Diagnostics;
using AdServer.Web;
using AdServer.Web.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>What the hot routes pay for the pipeline.</summary>
public sealed class FrontDoorTests
{
    [Fact]
    public async Task A_request_that_is_answered_without_waiting_allocates_nothing_at_the_door()
    {
        await using var host = await AdServerHost.StartAsync();
        var door = new FrontDoor(_ => Task.CompletedTask, host.Get<ErrorAnswers>(), host.Get<RequestMetrics>());
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/ads/random" } };
        Pass(door, context);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(door, context);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task A_request_starts_no_activity()
    {
        Activity? seen = null;
        await using var host = await AdServerHost.StartAsync(map: app => app.MapGet("/activity", () =>
        {
            seen = Activity.Current;
            return "looked";
        }));

        var answer = await host.GetAsync("/activity");

        Assert.Equal("looked", answer.Text);
        Assert.Null(seen);
    }

    private static void Pass(FrontDoor door, HttpContext context)
    {
        for (var call = 0; call < 1000; call++)
        {
            _ = door.InvokeAsync(context);
        }
    }
}
