using System.Text;
using AdServer.Events;
using AdServer.Serving;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>What this server signed is recognised, and nothing else is, whatever anybody sends.</summary>
public sealed class DeliverySignatureTests : IAsyncLifetime
{
    private SigningScene scene = null!;

    private static Gen<string> Names { get; } = Gen.Elements(
        "a", "ab", "b", "", "com.example.game", "com.example.gam", "e.com", "\u00e4\U0001F600", "a\0b", ".", "..", new string('x', 255), SigningScene.Ad);

    /// <summary>Texts that look like signatures, more or less.</summary>
    private static Gen<string> Texts { get; } = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>(),
        Gen.Elements("", ".", "..", "...", "a.b.c", "69aff880.1.", "69aff880..x", ".1.x", "69aff880.-1.x", "69aff880.99999999999999999999.x", "69aff880.253402300800.x", "\ud800.1.\udc00"),
        from parts in Gen.ListOf(Gen.Elements("69aff880", ".", "1773144000", "AAAAAAAAAAAAAAAAAAAAAA", "\u00e4", "0", "-", "+", " ", "\0", "\ud83d"))
        select string.Concat(parts));

    public async ValueTask InitializeAsync() => scene = await SigningScene.StartAsync();

    public ValueTask DisposeAsync()
    {
        scene.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void A_delivery_of_any_ad_to_any_app_comes_back_verified_as_long_as_it_is_taken() => Prop.ForAll(
        (from ad in Names from app in Names from seconds in Gen.Choose(0, 7 * 86_400) select (ad, app, seconds)).ToArbitrary(),
        one =>
        {
            scene.Clock.Now = ServingData.Noon;
            var text = scene.Sign(one.ad, one.app);
            scene.Clock.Now += TimeSpan.FromSeconds(one.seconds);
            return scene.Check(text, one.ad, one.app) == DeliveryProof.Verified && scene.Check($" {text}\t", one.ad, one.app) == DeliveryProof.Verified;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_that_was_changed_in_any_bit_cut_or_lengthened_is_not_verified()
    {
        var text = scene.Sign()!;
        Assert.Matches("^[0-9a-f]{8}-5a0\\.[0-9]{10}\\.[A-Za-z0-9_-]{22}$", text);
        for (var place = 0; place < text.Length; place++)
        {
            for (var bit = 0; bit < 16; bit++)
            {
                var changed = text.ToCharArray();
                changed[place] ^= (char)(1 << bit);
                Assert.NotEqual(DeliveryProof.Verified, scene.Check(new string(changed)));
            }

            Assert.NotEqual(DeliveryProof.Verified, scene.Check(text[..place]));
            Assert.NotEqual(DeliveryProof.Verified, scene.Check(text[place..] is var rest && place == 0 ? rest + "A" : rest));
            Assert.NotEqual(DeliveryProof.Verified, scene.Check(text.Insert(place, "0")));
        }
    }

    [Fact]
    public void A_delivery_is_of_one_ad_and_one_app_wherever_one_name_ends_and_the_other_begins() => Prop.ForAll(
        (from ad in Names from app in Names from otherAd in Names from otherApp in Names select (ad, app, otherAd, otherApp)).ToArbitrary(),
        one => scene.Check(scene.Sign(one.ad, one.app), one.otherAd, one.otherApp) == DeliveryProof.Verified
            == ((one.ad, one.app) == (one.otherAd, one.otherApp))).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_whatever_it_is_does_more_than_not_to_be_verified() => Prop.ForAll(
        Texts.ToArbitrary(), text => scene.Check(text) != DeliveryProof.Verified).QuickCheckThrowOnFailure();

    [Fact]
    public async Task What_another_server_signed_names_a_key_that_is_not_the_same()
    {
        using var stranger = await SigningScene.StartAsync();

        Assert.Equal(DeliveryProof.Forged, scene.Check(stranger.Sign()));
        Assert.Equal(DeliveryProof.UnknownKey, scene.Check($"00000001{scene.Sign()![8..]}"));
        Assert.Equal(DeliveryProof.Malformed, scene.Check("no signature"));
        Assert.Equal(DeliveryProof.None, scene.Check(null));
        Assert.Equal(DeliveryProof.None, scene.Check(" "));
    }

    [Fact]
    public void What_is_too_old_or_of_a_time_to_come_is_not_verified()
    {
        var text = scene.Sign();

        scene.Clock.Now = ServingData.Noon.AddDays(7).AddSeconds(1);
        Assert.Equal(DeliveryProof.Expired, scene.Check(text));
        scene.Clock.Now = ServingData.Noon.AddMinutes(-5);
        Assert.Equal(DeliveryProof.Verified, scene.Check(text));
        scene.Clock.Now -= TimeSpan.FromSeconds(1);
        Assert.Equal(DeliveryProof.Future, scene.Check(text));
    }

    /// <summary>So a key that somebody finds in an old backup is of no use.</summary>
    [Fact]
    public void A_key_that_signs_no_more_verifies_nothing_of_a_time_after_its_own()
    {
        var key = Assert.Single(scene.Store.Keys, key => key.Signs(scene.Clock.Now));
        Span<byte> text = stackalloc byte[DeliverySignature.MaxLength];
        var late = key.SignsUntil;
        var length = DeliverySignature.Write(key, SigningScene.Ad, SigningScene.App, late, text);

        scene.Clock.Now = late;

        Assert.Equal(DeliveryProof.Forged, scene.Check(Encoding.ASCII.GetString(text[..length])));
    }

    [Fact]
    public void Where_deliveries_are_not_signed_none_is_verified()
    {
        using var off = new SigningScene(scene.Store, new ServingSettings());

        Assert.Equal(DeliveryProof.None, off.Check(scene.Sign()));
    }

    [Fact]
    public void Signing_and_checking_allocate_nothing()
    {
        Span<byte> text = stackalloc byte[DeliverySignature.MaxLength];
        var deliveries = new SignedDeliveries(SigningScene.On, scene.Keys);
        var sent = scene.Sign();
        deliveries.Check(sent, SigningScene.Ad, SigningScene.App, scene.Clock.Now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        deliveries.Sign(SigningScene.Ad, SigningScene.App, scene.Clock.Now, text);
        deliveries.Check(sent, SigningScene.Ad, SigningScene.App, scene.Clock.Now);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_key_that_is_written_anywhere_says_its_name_and_nothing_of_its_secret() =>
        Assert.All(scene.Store.Keys, key => Assert.Equal($"SigningKey {key.Id}", $"{key}"));
}
