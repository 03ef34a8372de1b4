using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>How keys come and go: known to every host before one signs with it, and there for as long as anything can be verified by it.</summary>
public sealed class SigningKeyRefresherTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_host_alone_signs_at_once_and_makes_the_next_key_a_day_ahead()
    {
        using var host = await SigningScene.StartAsync();

        Assert.NotNull(host.Sign());
        Assert.Equal([ServingData.Noon, ServingData.Noon.Date.AddDays(1)], host.Store.Keys.Select(key => key.SignsFrom.DateTime == ServingData.Noon.DateTime ? ServingData.Noon : key.SignsFrom.DateTime));
        Assert.All(host.Store.Keys, key => Assert.Equal(SigningKey.SecretBytes, key.Secret.Length));
        Assert.Equal(2, host.Store.Keys.Select(key => Convert.ToHexString(key.Secret)).Distinct().Count());
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(1, 7)]
    [InlineData(30, 1)]
    public async Task Another_life_of_keys_leaves_no_time_without_one_and_no_delivery_unverified(int before, int after)
    {
        for (var start = 0; start < 40; start++)
        {
            var (store, clock) = (new MemorySigningKeyStore(), new StillClock(ServingData.Noon.AddDays(start)));
            using var old = new SigningScene(store, SigningScene.On with { SigningKeyLife = Day * before }, clock);
            await old.LookAsync();
            var delivery = old.Sign();
            using var changed = new SigningScene(store, SigningScene.On with { SigningKeyLife = Day * after }, clock);
            await changed.LookAsync();

            Assert.Equal(DeliveryProof.Verified, changed.Check(delivery));
            for (var day = 0; day < 70; day++)
            {
                Assert.Equal(DeliveryProof.Verified, changed.Check(changed.Sign()));
                clock.Now += Day;
                await changed.LookAsync();
            }
        }
    }

    [Fact]
    public async Task A_store_that_has_its_keys_is_left_as_it_is()
    {
        using var host = await SigningScene.StartAsync();
        var before = host.Store.Keys.ToList();

        Assert.True(await host.LookAsync());

        Assert.Equal(before, host.Store.Keys);
    }

    [Fact]
    public async Task Of_several_hosts_none_signs_with_the_first_key_before_the_others_must_know_it()
    {
        var (store, clock) = (new MemorySigningKeyStore { SharedClock = ServingData.Noon }, new StillClock(ServingData.Noon));
        using var one = new SigningScene(store, clock: clock);
        using var other = new SigningScene(store, clock: clock);
        await Task.WhenAll(one.LookAsync(), other.LookAsync());

        Assert.Equal((2, null, null), (store.Keys.Count, one.Sign(), other.Sign()));
        clock.Now += SigningKeyRefresher.Lead - TimeSpan.FromSeconds(1);
        Assert.Null(one.Sign());
        clock.Now += TimeSpan.FromSeconds(1);

        Assert.True(SigningKeyRefresher.Lead > SigningKeyRefresher.Every);
        Assert.Equal(DeliveryProof.Verified, other.Check(one.Sign()));
        Assert.Equal(DeliveryProof.Verified, one.Check(other.Sign()));
    }

    /// <summary>One host looks just before each midnight and the other just after it, for a month.</summary>
    [Fact]
    public async Task What_one_host_signs_another_verifies_right_after_each_change_of_the_key_and_until_it_is_too_old()
    {
        var (store, clock) = (new MemorySigningKeyStore { SharedClock = ServingData.Noon.AddYears(1) }, new StillClock(ServingData.Noon));
        using var one = new SigningScene(store, clock: clock);
        using var other = new SigningScene(store, clock: clock);
        await one.LookAsync();
        await other.LookAsync();
        clock.Now += SigningKeyRefresher.Lead;
        var sent = new List<(DateTimeOffset At, string Text)>();
        for (var hour = 0; hour < 24 * 30; hour++)
        {
            var text = Assert.IsType<string>(one.Sign());
            Assert.Equal(DeliveryProof.Verified, other.Check(text));
            sent.Add((clock.Now, text));
            Assert.All(sent.Where(it => it.At >= clock.Now.AddDays(-7)), it => Assert.Equal(DeliveryProof.Verified, other.Check(it.Text)));
            clock.Now += TimeSpan.FromHours(1);
            await (hour % 24 == 10 ? one.LookAsync() : hour % 24 == 13 ? other.LookAsync() : Task.CompletedTask);
        }

        Assert.Equal(31, sent.Select(it => it.Text[..8]).Distinct().Count());
        Assert.InRange(store.Keys.Count, 9, 11);
    }

    [Fact]
    public async Task While_the_store_is_away_a_host_signs_with_what_it_knows_until_that_is_over()
    {
        using var host = await SigningScene.StartAsync();
        host.Store.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(host.LookAsync);

        host.Clock.Now = ServingData.Noon.Date + (2 * Day) - TimeSpan.FromSeconds(1);
        Assert.Equal(DeliveryProof.Verified, host.Check(host.Sign()));
        host.Clock.Now = ServingData.Noon.Date + (3 * Day);
        Assert.Null(host.Sign());

        host.Store.IsAway = false;
        await host.LookAsync();
        Assert.Equal(DeliveryProof.Verified, host.Check(host.Sign()));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task A_host_whose_clock_is_wrong_takes_no_key_from_the_others(int days)
    {
        var store = new MemorySigningKeyStore { SharedClock = ServingData.Noon };
        using var right = new SigningScene(store);
        await right.LookAsync();
        right.Clock.Now += SigningKeyRefresher.Lead;
        var text = right.Sign();
        using var wrong = new SigningScene(store, clock: new StillClock(ServingData.Noon.AddDays(days)));

        await wrong.LookAsync();
        await right.LookAsync();

        Assert.Equal(DeliveryProof.Verified, right.Check(text));
        Assert.Equal(DeliveryProof.Verified, right.Check(right.Sign()));
    }

    [Theory]
    [InlineData("Serving:SigningKeyLife", "00:59:00")]
    [InlineData("Serving:SigningKeyLife", "01:00:01")]
    [InlineData("Serving:SigningKeyLife", "91.00:00:00")]
    [InlineData("Serving:DeliveryLife", "00:00:59")]
    [InlineData("Serving:DeliveryLife", "91.00:00:00")]
    public void A_life_that_cannot_be_meant_is_refused_by_its_name(string setting, string value)
    {
        var time = TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        var settings = setting.EndsWith("KeyLife", StringComparison.Ordinal)
            ? new ServingSettings { SigningKeyLife = time }
            : new ServingSettings { DeliveryLife = time };

        Assert.StartsWith($"{setting} must be from", settings.Fault(), StringComparison.Ordinal);
    }
}
