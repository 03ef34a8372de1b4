namespace AdServer.Events;

/// <summary>Tells what the <c>delivery</c> of an event is worth.</summary>
internal interface IDeliveryProofs
{
    /// <summary>Whether a text is the signature of a delivery of an ad to an app that is not too old. Never throws, whatever the text.</summary>
    /// <param name="text">What the event returned, if anything.</param>
    /// <param name="adId">The event's ad.</param>
    /// <param name="packageName">The event's app, as it named itself, trimmed.</param>
    /// <param name="now">The time.</param>
    DeliveryProof Check(string? text, string adId, string packageName, DateTimeOffset now);
}

/// <summary>What came of a check.</summary>
internal enum DeliveryProof
{
    /// <summary>There was nothing to check.</summary>
    None,

    /// <summary>This server signed it, for this ad and this app.</summary>
    Verified,

    /// <summary>It is no signature at all.</summary>
    Malformed,

    /// <summary>It names a key that this server does not have: made up, of another server, or older than the keys that are kept.</summary>
    UnknownKey,

    /// <summary>It is not what the key writes for this ad, this app and its time.</summary>
    Forged,

    /// <summary>It is older than <c>Serving:DeliveryLife</c>.</summary>
    Expired,

    /// <summary>It is of a time that is yet to come.</summary>
    Future,
}
