namespace AdServer.Events;

/// <summary>
/// What an event is counted as beside all others: its flaw, or verified if it has none. At most one of them, so that counts by class are
/// parts of the whole that never overlap.
/// </summary>
internal enum TrafficClass
{
    // The numbers are stored: never change one. Those of flaws are the flaws'.

    /// <summary>Nothing but an event.</summary>
    None = TrafficFlaw.None,
    Robot = TrafficFlaw.Robot,
    NotDelivered = TrafficFlaw.NotDelivered,
    ImpossibleWatch = TrafficFlaw.ImpossibleWatch,
    Repeat = TrafficFlaw.Repeat,
    Rate = TrafficFlaw.Rate,

    /// <summary>Without a flaw, and with a valid signature of the delivery.</summary>
    Verified = 6,
}
