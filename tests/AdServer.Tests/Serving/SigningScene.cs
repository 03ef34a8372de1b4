using AdServer.Events;
using AdServer.Serving;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>A host as far as it signs: keys, a clock, and perhaps a store that others have, too.</summary>
internal sealed class SigningScene : IDisposable
{
    public const string Ad = "0199a0c6-8f5e-7c3a-9d2b-5f1e8a7c4b10";
    public const string App = "com.example.game";

    public static readonly ServingSettings On = new() { SignDeliveries = true };

    private readonly SigningKeyRefresher refresher;
    private readonly SignedDeliveries deliveries;

    public SigningScene(MemorySigningKeyStore? store = null, ServingSettings? settings = null, StillClock? clock = null)
    {
        (Store, Clock) = (store ?? new MemorySigningKeyStore(), clock ?? new StillClock(ServingData.Noon));
        refresher = new SigningKeyRefresher(Store, Keys, settings ?? On, Clock, NullLogger<SigningKeyRefresher>.Instance);
        deliveries = new SignedDeliveries(settings ?? On, Keys);
    }

    public MemorySigningKeyStore Store { get; }

    public StillClock Clock { get; }

    public SigningKeys Keys { get; } = new();

    public static async Task<SigningScene> StartAsync()
    {
        var scene = new SigningScene();
        await scene.LookAsync();
        return scene;
    }

    public void Dispose() => refresher.Dispose();

    public Task<bool> LookAsync() => refresher.PollAsync(TestContext.Current.CancellationToken);

    /// <summary>The signature of a delivery that is made now; nothing if there is no key.</summary>
    public string? Sign(string ad = Ad, string app = App)
    {
        Span<byte> text = stackalloc byte[DeliverySignature.MaxLength];
        var length = deliveries.Sign(ad, app, Clock.Now, text);
        return length == 0 ? null : System.Text.Encoding.ASCII.GetString(text[..length]);
    }

    public DeliveryProof Check(string? text, string ad = Ad, string app = App) => deliveries.Check(text, ad, app, Clock.Now);
}
