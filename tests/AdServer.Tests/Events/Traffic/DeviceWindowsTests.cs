using AdServer.Events;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>What devices reported in the current second and minute: bounded, and the same however devices come mixed.</summary>
public sealed class DeviceWindowsTests
{
    [Fact]
    public void What_was_not_stored_was_never_there()
    {
        var windows = new DeviceWindows(10);
        Assert.Equal(new DeviceSight(false, 1), windows.Note(View));

        windows.Forget(View);

        Assert.Equal(0, windows.Held);
        Assert.Equal(new DeviceSight(false, 1), windows.Note(View));
    }

    [Fact]
    public void A_repeat_that_was_not_stored_leaves_the_first()
    {
        var windows = new DeviceWindows(10);
        windows.Note(View);
        windows.Note(View);
        windows.Forget(View);

        Assert.Equal(new DeviceSight(true, 2), windows.Note(View));
    }

    [Fact]
    public void Forgetting_what_is_long_over_does_nothing()
    {
        var windows = new DeviceWindows(10);
        windows.Note(View);
        windows.Note(At(View, 120));
        windows.Note(At(View, 240));

        windows.Forget(View);

        Assert.Equal(new DeviceSight(true, 2), windows.Note(At(View, 240)));
    }

    [Fact]
    public void Devices_for_which_there_is_no_room_are_not_rated_and_are_counted()
    {
        var windows = new DeviceWindows(2);
        foreach (var device in (string[])["a", "b", "c", "c"])
        {
            windows.Note(View with { DeviceId = device });
        }

        Assert.Equal(new DeviceSight(false, 1), windows.Note(View with { DeviceId = "c" }));
        Assert.Equal(new DeviceSight(true, 2), windows.Note(View with { DeviceId = "b" }));
        Assert.Equal(6, windows.Unwatched);
        Assert.Equal(4, windows.Held);
    }

    [Fact]
    public void A_clock_that_is_set_back_begins_anew()
    {
        var windows = new DeviceWindows(10);
        windows.Note(At(View, 3600));
        windows.Note(At(View, 3661));
        windows.Note(View);

        Assert.Equal(new DeviceSight(true, 2), windows.Note(View));
    }

    [Fact]
    public void However_many_devices_come_the_windows_hold_no_more_than_their_bound() => Prop.ForAll(
        Reports.ToArbitrary(),
        reports =>
        {
            const int most = 3;
            var windows = new DeviceWindows(most);
            return reports.All(one =>
            {
                windows.Note(one);
                return windows.Held <= 2 * 2 * most;
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void How_devices_come_mixed_does_not_matter() => Prop.ForAll(
        Reports.ToArbitrary(),
        reports =>
        {
            var (mixed, sorted) = (new DeviceWindows(1000), new DeviceWindows(1000));
            var together = reports.ConvertAll(one => (one.DeviceId, mixed.Note(one))).OrderBy(pair => pair.DeviceId);
            return together.SequenceEqual(reports.OrderBy(one => one.DeviceId).Select(one => (one.DeviceId, sorted.Note(one))));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Taking_back_all_that_was_taken_in_leaves_nothing() => Prop.ForAll(
        Reports.ToArbitrary(),
        reports =>
        {
            var windows = new DeviceWindows(1000);
            reports.ForEach(one => windows.Note(one));
            reports.ForEach(windows.Forget);
            return windows.Held == 0;
        }).QuickCheckThrowOnFailure();

    private static AdEvent View => TrafficScene.View;

    /// <summary>Reports of few devices within two seconds, so that many are repeats.</summary>
    private static Gen<List<AdEvent>> Reports =>
        (from device in Gen.Choose(1, 6)
         from type in Gen.Elements(EventType.View, EventType.Click)
         from id in Gen.Elements<string?>(null, "a", "b")
         from second in Gen.Choose(0, 1)
         select At(View with { DeviceId = $"{device}", Type = type, EventId = id }, second)).ListOf()
        .Select(list => list.ToList());

    private static AdEvent At(AdEvent one, int seconds) => one with { CreatedAt = one.CreatedAt.AddSeconds(seconds) };
}
