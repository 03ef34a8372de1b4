namespace AdServer.Access;

/// <summary>A named set of permissions.</summary>
/// <param name="Name">As it is written on the wire and in the store.</param>
/// <param name="May">What whoever has it may do.</param>
/// <param name="Duty">Who has it, for the documentation.</param>
internal sealed record Role(string Name, Permissions May, string Duty)
{
    public static readonly Role Administrator = new("administrator", Permissions.All, "runs this server");

    public static readonly Role Reviewer = new(
        "reviewer", Permissions.ReadAds | Permissions.ReadPerformers | Permissions.ReadStats | Permissions.ReadDocument, "looks at everybody's ads");

    /// <summary>Bound to one performer: sees and changes what belongs to it alone.</summary>
    public static readonly Role Advertiser = new(
        "advertiser",
        Permissions.ReadAds | Permissions.WriteAds | Permissions.ReadPerformers | Permissions.WritePerformers | Permissions.ReadStats
            | Permissions.ReadDocument,
        "one performer: its own ads and statistics");

    public static readonly Role Analyst = new("analyst", Permissions.ReadStats | Permissions.ReadDocument, "reads statistics");

    /// <summary>Bound to package names.</summary>
    public static readonly Role App = new("app", Permissions.Serve | Permissions.Report, "an SDK key: ads for and events of its package names");

    /// <summary>All roles.</summary>
    public static IReadOnlyList<Role> All { get; } = [Administrator, Reviewer, Advertiser, Analyst, App];

    public static Role? Find(string? name) => All.FirstOrDefault(role => role.Name == name);
}
