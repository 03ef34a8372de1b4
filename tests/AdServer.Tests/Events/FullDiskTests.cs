using AdServer.Storage.Sqlite;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>A disk that fills up under load and is freed again: whatever was answered is counted, once.</summary>
public sealed class FullDiskTests
{
    private const int Clients = 16;
    private const int Batches = 40;
    private const int BatchSize = 20;
    private const int Refusals = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task What_was_answered_before_during_and_after_is_counted_once_and_ads_are_served_meanwhile()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var (sdk, adId) = (new Sdk(host), await new Portal(host).AddAdAsync());
        var (answered, refused) = (0, 0);
        var (under, enough) = (NewSignal(), NewSignal());

        var clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(SendAllAsync));
        await under.Task;
        await LimitAsync(host, session => session.Number("PRAGMA page_count"));
        await enough.Task;
        Assert.Equal(200, (await sdk.AskAsync()).Status);
        Assert.Contains("degraded", (await host.GetAsync("/health/ready")).Text, StringComparison.Ordinal);
        await LimitAsync(host, _ => 1_073_741_823);
        await clients;

        Assert.Equal(Clients * Batches * BatchSize, answered);
        Assert.Equal(answered, (await new Portal(host).AdStatsAsync(adId)).Number("views"));

        async Task SendAllAsync(int client)
        {
            for (var batch = 0; batch < Batches;)
            {
                var ids = Enumerable.Range(0, BatchSize).Select(number => $"{client}-{batch}-{number}");
                var answer = await host.PostAsync("/ad_events", ids.Select(id => sdk.Event(adId, eventId: id)));
                if (answer.Status == 200)
                {
                    batch++;
                    Interlocked.Add(ref answered, BatchSize);
                    under.TrySetResult();
                }
                else
                {
                    answer.IsError(503, "The event could not be stored; try again");
                    _ = Interlocked.Increment(ref refused) >= Refusals && enough.TrySetResult();
                }
            }
        }
    }

    /// <summary>Lets the file of the store grow to so many pages: beyond them the engine says that the disk is full.</summary>
    private static Task<bool> LimitAsync(AdServerHost host, Func<SqliteSession, long> pages) => host.Get<SqliteDatabase>().WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            session.Execute($"PRAGMA max_page_count = {pages(session)}");
            return true;
        },
        Token);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
