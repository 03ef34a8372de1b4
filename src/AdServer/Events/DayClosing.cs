using AdServer.Common;

namespace AdServer.Events;

/// <summary>
/// When a day is closed, and what arrives for it later. Revision n of a day is what arrived in the n-th hour after its closing; revision 0
/// is the day as it was closed. So a number says a time and needs nobody to give it.
/// </summary>
internal static class DayClosing
{
    /// <summary>How long after its end a day stays open; the hours of revisions begin at this minute, too.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Longer than an event takes from its receipt to its commit: what is older is known to be complete.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    /// <summary>An event that waited longer arrives anew.</summary>
    private static readonly TimeSpan LongestWait = Settling / 4;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>When a day is closed: 00:10 UTC of the day after.</summary>
    public static DateTimeOffset ClosedAt(UtcDay day) => day.AddDays(1).Start + Grace;

    /// <summary>When a revision of a day is closed: everything in it arrived before.</summary>
    public static DateTimeOffset ClosedAt(UtcDay day, int revision) => ClosedAt(day) + (revision * Hour);

    /// <summary>The revision that takes what arrives for a day at a moment; 0 while the day is open.</summary>
    public static int RevisionOf(UtcDay day, DateTimeOffset arrivedAt) =>
        Math.Max(0, 1 + (int)Math.Floor((arrivedAt - ClosedAt(day)) / Hour));

    /// <summary>The last day that is closed at a moment.</summary>
    public static UtcDay LastClosed(DateTimeOffset at) => UtcDay.Of(at - Grace).AddDays(-1);

    /// <summary>The last moment, up to another, at which revisions were closed: ten minutes past the hour.</summary>
    public static DateTimeOffset LastClosing(DateTimeOffset at)
    {
        var since = at - Grace - DateTimeOffset.UnixEpoch;
        return DateTimeOffset.UnixEpoch + (Math.Floor(since / Hour) * Hour) + Grace;
    }

    /// <summary>
    /// Lets events that waited long for their commit arrive now. An append itself ends sooner than what is left of <see cref="Settling"/>.
    /// </summary>
    public static void Arrive(List<AdEvent> batch, DateTimeOffset at)
    {
        for (var index = 0; index < batch.Count && at - batch[index].CreatedAt > LongestWait; index++)
        {
            batch[index] = batch[index].ArrivingAt(at);
        }
    }

    /// <summary>The event as it arrives at a moment after its receipt: one that waited belongs to a later revision, and changes none that was closed.</summary>
    public static AdEvent ArrivingAt(this AdEvent one, DateTimeOffset at) =>
        one with { Revision = Math.Max(one.Revision, RevisionOf(one.Day, at > one.CreatedAt ? at : one.CreatedAt)) };
}
