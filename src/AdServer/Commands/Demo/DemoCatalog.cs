using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AdServer.Catalog;

namespace AdServer.Commands.Demo;

/// <summary>
/// The performers and ads of the demo: a pure function of the instant at which the demo was begun, identities included, so that
/// whoever continues it makes the same ones.
/// </summary>
internal sealed class DemoCatalog
{
    /// <summary>The address of the performer that is added first.</summary>
    public const string FirstEmail = "hello@harbour-games.example";

    /// <summary>How long before the begin the first performer was created: what the store keeps of the begin.</summary>
    public static readonly TimeSpan PerformerAge = TimeSpan.FromDays(40);

    private const int AdsPerPerformer = 5;

    private static readonly string[] Companies =
        ["Harbour Games", "Juniper Coffee", "Northwind Bikes", "Paper Lantern", "Quiet Mountain", "Red Kite Travel", "Sunday Kitchen", "Tidal Audio"];

    private static readonly string[] Themes = ["Launch", "Summer", "Weekend", "Second look", "Last call"];

    private readonly DateTimeOffset begun;

    public DemoCatalog(DateTimeOffset begun)
    {
        this.begun = begun;
        Performers = [.. Companies.Select(PerformerOf)];
        Ads = [.. Performers.SelectMany((performer, place) => Themes.Select((theme, number) => AdOf(performer, theme, (place * AdsPerPerformer) + number)))];
    }

    public IReadOnlyList<Performer> Performers { get; }

    public IReadOnlyList<Ad> Ads { get; }

    /// <summary>The apps, the one with the most players first.</summary>
    public static IReadOnlyList<string> Packages { get; } =
        [.. Enumerable.Range(1, 12).Select(number => $"com.example.game{number.ToString("00", CultureInfo.InvariantCulture)}")];

    /// <summary>An identity that is the same whenever it is asked for: a version 8 UUID (RFC 9562) of the demo's begin and a name.</summary>
    public static string IdOf(DateTimeOffset begun, string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"demo {begun.ToUnixTimeMilliseconds()} {name}")).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private Performer PerformerOf(string company, int place)
    {
        var at = begun.Add(-PerformerAge).AddMilliseconds(place);
        var email = $"hello@{company.ToLowerInvariant().Replace(' ', '-')}.example";
        return new Performer(IdOf(begun, company), company, email, at, at, 1);
    }

    private Ad AdOf(Performer performer, string theme, int number)
    {
        var at = begun.AddDays(-DemoTraffic.Days).AddDays(-1).AddMinutes(number);
        var slug = $"{performer.Name} {theme}".ToLowerInvariant().Replace(' ', '-');
        return new Ad
        {
            Id = IdOf(begun, slug),
            Name = $"{performer.Name}: {theme}",
            PerformerId = performer.Id,
            Details = new AdDetails(
                $"https://example.com/videos/{slug}.mp4", $"https://example.com/offers/{slug}", (Budget)(1 + (number % 3)), 5 + (number % 4), 10 + (number % 6)),
            Status = number % 10 == 9 ? AdStatus.Paused : AdStatus.Active,
            StartsAt = number % 10 == 3 ? begun.AddDays(-12) : null,
            EndsAt = EndOf(number),
            Packages = RulesOf(number),
            CreatedAt = at,
            UpdatedAt = at,
        };
    }

    /// <summary>Some ended a week ago, some will in three weeks.</summary>
    private DateTimeOffset? EndOf(int number) => (number % 10) switch
    {
        3 => begun.AddDays(21),
        6 => begun.AddDays(-7),
        _ => null,
    };

    private static PackageRules RulesOf(int number) => (number % 8) switch
    {
        2 => new PackageRules(["com.example.game0*"], []),
        5 => new PackageRules([], ["com.example.game01", "com.example.game02"]),
        _ => PackageRules.Everywhere,
    };
}
