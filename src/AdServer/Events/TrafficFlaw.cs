namespace AdServer.Events;

/// <summary>
/// Why an event counts as invalid traffic: the first rule that applies, in this order. An event with a flaw is stored and counted like any
/// other; reports that ask for <c>net</c> leave it out and say why.
/// </summary>
internal enum TrafficFlaw
{
    // The numbers are stored: never change one.

    /// <summary>No rule applies.</summary>
    None = 0,

    /// <summary>The caller's <c>User-Agent</c> is a known robot's.</summary>
    Robot = 1,

    /// <summary>The ad was never handed out to the package.</summary>
    NotDelivered = 2,

    /// <summary>The ad cannot have been watched that long, or skipped that early.</summary>
    ImpossibleWatch = 3,

    /// <summary>The device reported the same of the same ad in the same second.</summary>
    Repeat = 4,

    /// <summary>The device reports more than a person can cause.</summary>
    Rate = 5,
}
