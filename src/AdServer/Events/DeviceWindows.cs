using System.Runtime.CompilerServices;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>
/// What each device reported for a day in the current second and minute of receipt, whole ones in UTC; by day, so that a day can be rated anew
/// from its own events. Bounded: what is beyond the bound is not looked at. Events without a device are in no window.
/// </summary>
/// <param name="most">The most devices of a minute, and reports of a second.</param>
internal sealed class DeviceWindows(int most)
{
    private readonly Lock changing = new();
    private readonly RecentPeriods<Report, Reported> seconds = new(most);
    private readonly RecentPeriods<(string Device, UtcDay Day), int> minutes = new(most);
    private long unwatched;

    /// <summary>How often a window was full, since the start.</summary>
    public long Unwatched => Interlocked.Read(ref unwatched);

    /// <summary>How many reports and devices are held, at most four times the bound.</summary>
    public int Held
    {
        get
        {
            lock (changing)
            {
                return seconds.Count + minutes.Count;
            }
        }
    }

    /// <summary>Takes in an event, and says what it is to its windows.</summary>
    public DeviceSight Note(AdEvent one)
    {
        if (one.DeviceId is not { } device)
        {
            return default;
        }

        lock (changing)
        {
            return new DeviceSight(IsRepeat(one, device), CountInMinute(one, device));
        }
    }

    /// <summary>Takes back an event that was taken in and then not stored: when it is sent again it must not be the repeat of itself.</summary>
    public void Forget(AdEvent one)
    {
        if (one.DeviceId is not { } device)
        {
            return;
        }

        lock (changing)
        {
            var (second, report) = (SecondOf(one), ReportOf(one, device));
            ref var reported = ref seconds.Find(second, report);
            if (!Unsafe.IsNullRef(ref reported) && --reported.Times == 0)
            {
                seconds.Remove(second, report);
            }

            ref var times = ref minutes.Find(MinuteOf(one), (device, one.Day));
            if (!Unsafe.IsNullRef(ref times) && --times == 0)
            {
                minutes.Remove(MinuteOf(one), (device, one.Day));
            }
        }
    }

    /// <summary>Whether the second has such a report already. The same <c>eventId</c> as the first is the first, sent again.</summary>
    private bool IsRepeat(AdEvent one, string device)
    {
        ref var reported = ref seconds.At(SecondOf(one), ReportOf(one, device));
        if (Unsafe.IsNullRef(ref reported))
        {
            Interlocked.Increment(ref unwatched);
            return false;
        }

        var isFirst = reported.Times++ == 0;
        reported.EventId = isFirst ? one.EventId : reported.EventId;
        return !isFirst && (one.EventId is null || one.EventId != reported.EventId);
    }

    private int CountInMinute(AdEvent one, string device)
    {
        ref var times = ref minutes.At(MinuteOf(one), (device, one.Day));
        if (Unsafe.IsNullRef(ref times))
        {
            Interlocked.Increment(ref unwatched);
            return 1;
        }

        return ++times;
    }

    private static Report ReportOf(AdEvent one, string device) => new(device, one.Day, one.AdId, one.PackageName, one.Type);

    private static long SecondOf(AdEvent one) => one.CreatedAt.UtcTicks / TimeSpan.TicksPerSecond;

    private static long MinuteOf(AdEvent one) => one.CreatedAt.UtcTicks / TimeSpan.TicksPerMinute;

    /// <summary>What counts as the same report.</summary>
    private readonly record struct Report(string Device, UtcDay Day, string AdId, string Package, EventType Type);

    /// <summary>How often it was reported, and the identity of the first.</summary>
    private record struct Reported(int Times, string? EventId);
}

/// <summary>What an event is to its device's windows.</summary>
/// <param name="IsRepeat">The same was reported before in the same second.</param>
/// <param name="InMinute">Which event of its minute it is: 1, 2, 3…; 0 for one without a device.</param>
internal readonly record struct DeviceSight(bool IsRepeat, int InMinute);
