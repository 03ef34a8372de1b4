using System.Reflection;
using System.Text;
using AdServer.Catalog;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events;

/// <summary>The rule alone: the case files, without a host.</summary>
public sealed class EventIntakeTests
{
    private const string AdId = "ad-1";

    public static TheoryData<string> Refusals => EventCases.Refusals;

    public static TheoryData<string> AcceptedNames => EventCases.AcceptedNames;

    [Fact]
    public void Every_reason_has_a_case_file_and_every_file_a_reason() =>
        Assert.Equal(
            DropReason.All.Select(reason => reason.Label).Order(StringComparer.Ordinal),
            EventCases.Refusals.Select(row => row.Data).Order(StringComparer.Ordinal));

    [Fact]
    public void The_list_of_reasons_is_complete()
    {
        var declared = typeof(DropReason).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<DropReason>();

        Assert.Equal(declared, DropReason.All);
        Assert.Equal(DropReason.All.Count, DropReason.All.Select(reason => reason.Label).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void An_event_is_refused_for_the_first_check_that_fails(string label)
    {
        var cases = EventCases.Refused(label, AdId);

        Assert.NotEmpty(cases.Events);
        Assert.All(cases.Events, text =>
        {
            var (refused, accepted) = Decide(text, EventCases.ReceivedAt);

            Assert.Null(accepted);
            Assert.Equal((label, cases.Status, cases.Error), (refused!.Label, refused.Status, refused.Error));
        });
    }

    [Theory]
    [MemberData(nameof(AcceptedNames))]
    public void An_event_is_accepted_as_its_case_says(string name)
    {
        var (receivedAt, text, expect) = EventCases.Find(name, AdId);

        var (refused, accepted) = Decide(text, receivedAt);

        Assert.Null(refused);
        Assert.Equal((AdId, "ann", receivedAt, false), (accepted!.AdId, accepted.PerformerId, accepted.CreatedAt, accepted.IsOtherPackage));
        Assert.All(expect.EnumerateObject(), member => Assert.Equal((member.Name, member.Value.ToString()), (member.Name, Read(accepted, member.Name))));
    }

    [Fact]
    public void Paused_and_ended_ads_are_known()
    {
        var text = EventCases.Find("as the SDK sends it", AdId).Event;
        Ad[] ads = [Ad with { Status = AdStatus.Paused }, Ad with { EndsAt = EventCases.ReceivedAt.AddDays(-9) }];

        Assert.All(ads, ad => Assert.NotNull(Decide(text, EventCases.ReceivedAt, ad).Accepted));
    }

    [Fact]
    public void A_package_beyond_the_bound_is_kept_and_counted_with_the_others()
    {
        var packages = new KnownPackages(1, AdEvent.OtherPackage);
        packages.Resolve("com.example.first");

        var (_, accepted) = Decide(EventCases.Find("as the SDK sends it", AdId).Event, EventCases.ReceivedAt, packages: packages);

        Assert.Equal(("com.example.game", true, "(other)"), (accepted!.PackageName, accepted.IsOtherPackage, accepted.CountedPackage));
    }

    [Fact]
    public void A_refused_event_makes_no_package_known()
    {
        var packages = new KnownPackages(10, AdEvent.OtherPackage);
        foreach (var text in EventCases.Refusals.SelectMany(row => EventCases.Refused(row.Data, AdId).Events))
        {
            Decide(text, EventCases.ReceivedAt, packages: packages);
        }

        Assert.Equal(0, packages.Count);
    }

    private static Ad Ad => new()
    {
        Id = AdId,
        Name = "Ad",
        PerformerId = "ann",
        Details = new AdDetails("https://a.example/", "https://b.example/", Budget.Low, 1, 2),
        CreatedAt = EventCases.ReceivedAt,
        UpdatedAt = EventCases.ReceivedAt,
    };

    private static (DropReason? Refused, AdEvent? Accepted) Decide(
        string text, DateTimeOffset receivedAt, Ad? ad = null, KnownPackages? packages = null)
    {
        var raw = EventReader.ReadOne(Encoding.UTF8.GetBytes(text));
        var catalog = CatalogSnapshot.Empty.With([new CatalogChange(Ad: ad ?? Ad)]);
        return EventIntake.Decide(raw, catalog, packages ?? new KnownPackages(10, AdEvent.OtherPackage), receivedAt);
    }

    private static string Read(AdEvent accepted, string member) => member switch
    {
        "day" => accepted.Day.ToString(),
        "type" => accepted.Type.ToString().ToLowerInvariant(),
        "watchDuration" => $"{accepted.WatchDuration}",
        "packageName" => accepted.PackageName,
        "timestamp" => accepted.Timestamp,
        "eventId" => accepted.EventId ?? string.Empty,
        "deviceId" => accepted.DeviceId ?? string.Empty,
        _ => throw new ArgumentException(member),
    };
}
