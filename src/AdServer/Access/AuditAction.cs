namespace AdServer.Access;

/// <summary>A kind of change that is noted for good. The set is closed: whatever changes something on demand has its line here.</summary>
/// <param name="ObjectKind">What kind of thing changes.</param>
/// <param name="Verb">What happens to it.</param>
internal sealed record AuditAction(string ObjectKind, string Verb)
{
    public static readonly AuditAction CreatePerformer = new("performer", "create");
    public static readonly AuditAction UpdatePerformer = new("performer", "update");
    public static readonly AuditAction DeletePerformer = new("performer", "delete");

    public static readonly AuditAction CreateAd = new("ad", "create");
    public static readonly AuditAction UpdateAd = new("ad", "update");
    public static readonly AuditAction DeleteAd = new("ad", "delete");

    public static readonly AuditAction CreateDeveloper = new("developer", "create");
    public static readonly AuditAction DeleteDeveloper = new("developer", "delete");

    /// <summary>A link was made that sets a password.</summary>
    public static readonly AuditAction InviteDeveloper = new("developer", "invite");
    public static readonly AuditAction InvitePerformer = new("performer", "invite");

    /// <summary>A password was set by a link. What it is stands nowhere.</summary>
    public static readonly AuditAction SetDeveloperPassword = new("developer", "password");
    public static readonly AuditAction SetPerformerPassword = new("performer", "password");

    public static readonly AuditAction CreateToken = new("token", "create");
    public static readonly AuditAction RotateToken = new("token", "rotate");
    public static readonly AuditAction RevokeToken = new("token", "revoke");

    /// <summary>A server gave itself the token of a setting, or its first one.</summary>
    public static readonly AuditAction BootstrapToken = new("token", "bootstrap");

    /// <summary>Of statistics: the object is the days, such as <c>2026-11-20..2026-11-21</c>.</summary>
    public static readonly AuditAction RebuildStats = new("stats", "rebuild");
    public static readonly AuditAction RerateStats = new("stats", "rerate");

    /// <summary>Names no device: whoever asks to be forgotten is not remembered here.</summary>
    public static readonly AuditAction EraseDevice = new("device", "erase");

    /// <summary>All actions.</summary>
    public static IReadOnlyList<AuditAction> All { get; } =
    [
        CreatePerformer, UpdatePerformer, DeletePerformer,
        CreateAd, UpdateAd, DeleteAd,
        CreateDeveloper, DeleteDeveloper,
        InviteDeveloper, InvitePerformer, SetDeveloperPassword, SetPerformerPassword,
        CreateToken, RotateToken, RevokeToken, BootstrapToken,
        RebuildStats, RerateStats,
        EraseDevice,
    ];

    /// <summary>All kinds of things, in their order.</summary>
    public static IEnumerable<string> Kinds => All.Select(action => action.ObjectKind).Distinct();

    /// <summary>As it is written on the wire and in the store.</summary>
    public string Name => $"{ObjectKind}.{Verb}";
}
