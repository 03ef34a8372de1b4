using System.Text;
using System.Text.Json;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary><c>GET /ads/random</c> where deliveries are signed.</summary>
public sealed class SignedRandomAdTests
{
    private const string On = "--Serving:SignDeliveries=true";
    private const int Requests = 200;

    [Fact]
    public async Task Each_delivery_carries_the_signature_of_its_ad_app_and_second()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a"), ServingData.Ad("b")], settings: On);
        var signed = host.Get<SignedDeliveries>();
        for (var second = 0; second < 20; second++)
        {
            host.Clock.Now = ServingData.Noon.AddSeconds(second);
            var answer = await host.AskAsync("?packageName=%20com.example.app%20");
            var ad = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

            Assert.Equal(
                DeliveryProof.Verified, signed.Check(ad.Text("delivery"), ad.Text("_id"), "com.example.app", host.Clock.Now));
            Assert.Equal($"{host.Clock.Now.ToUnixTimeSeconds()}", ad.Text("delivery").Split('.')[1]);
        }
    }

    [Fact]
    public async Task Where_there_is_no_key_the_ad_is_handed_out_without_a_signature()
    {
        await using var host = await ServingHost.StartAsync([ServingData.Ad("a")], settings: On);
        // Whatever the host is just asking for at its start is over then, and it asks no more.
        ((MemorySigningKeyStore)host.Get<ISigningKeyStore>()).IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => host.Get<SigningKeyRefresher>().PollAsync(TestContext.Current.CancellationToken));
        host.Get<SigningKeys>().Take([]);

        var answer = await host.AskAsync("?packageName=com.example.app");

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Encoding.UTF8.GetString(host.Get<CatalogRefresher>().Current.Find("a")!.Body), text);
    }

    [Fact]
    public async Task A_signed_delivery_allocates_no_more_than_one_that_is_not_signed()
    {
        await using var off = await ServingHost.StartAsync([ServingData.Ad("a")]);
        await using var on = await ServingHost.StartAsync([ServingData.Ad("a")], settings: On);

        Assert.Equal(await MeasureAsync(off), await MeasureAsync(on));
    }

    /// <summary>The bytes that a request allocates, the least of some turns: whatever is compiled or pooled meanwhile adds to others.</summary>
    private static async Task<long> MeasureAsync(ServingHost host)
    {
        var (ads, least) = (host.Get<RandomAd>(), long.MaxValue);
        for (var turn = 0; turn < 10; turn++)
        {
            var requests = Array.ConvertAll(new int[Requests], _ => NewRequest());
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var request in requests)
            {
                // Answered without waiting, so it stays on this thread.
                Assert.True(ads.HandleAsync(request).IsCompletedSuccessfully);
            }

            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Requests);
            await Task.WhenAll(requests.Select(request => request.Response.BodyWriter.CompleteAsync().AsTask()));
        }

        return least;
    }

    private static DefaultHttpContext NewRequest()
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?packageName=com.example.app");
        http.Response.Body = Stream.Null;
        return http;
    }
}
