using AdServer.Events;

namespace AdServer.Serving;

/// <summary>Signs deliveries, and recognises what it, or another host, signed; where that is not asked for it does neither.</summary>
internal sealed class SignedDeliveries(ServingSettings settings, SigningKeys keys) : IDeliveryProofs
{
    /// <summary>How far the clocks of hosts may differ.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>Whether deliveries are signed.</summary>
    public bool IsOn => settings.SignDeliveries;

    /// <summary>Writes the signature of a delivery in ASCII; says how long it is: 0 if there is no key yet.</summary>
    /// <param name="adId">The ad.</param>
    /// <param name="packageName">The app, as it named itself, trimmed.</param>
    /// <param name="now">The time.</param>
    /// <param name="text">Where to; at least <see cref="DeliverySignature.MaxLength"/>.</param>
    public int Sign(string adId, string packageName, DateTimeOffset now, Span<byte> text) =>
        keys.Signing(now) is { } key ? DeliverySignature.Write(key, adId, packageName, now, text) : 0;

    public DeliveryProof Check(string? text, string adId, string packageName, DateTimeOffset now)
    {
        if (!IsOn || string.IsNullOrWhiteSpace(text))
        {
            return DeliveryProof.None;
        }

        var sent = text.AsSpan().Trim();
        if (!DeliverySignature.TryRead(sent, out var keyId, out var at))
        {
            return DeliveryProof.Malformed;
        }

        return keys.Find(keyId) is not { } key ? DeliveryProof.UnknownKey
            : !key.Signs(at) || !DeliverySignature.IsOf(sent, key, adId, packageName, at) ? DeliveryProof.Forged
            : at < now - settings.DeliveryLife ? DeliveryProof.Expired
            : at > now + MostAhead ? DeliveryProof.Future
            : DeliveryProof.Verified;
    }
}
