namespace AdServer.Access;

/// <summary>What somebody may do. Routes need one each (<see cref="RouteTable"/>); roles and tokens are sets of them.</summary>
[Flags]
internal enum Permissions
{
    None = 0,

    /// <summary>Ask for the next ad of an app.</summary>
    Serve = 1 << 0,

    /// <summary>Report events of an app.</summary>
    Report = 1 << 1,

    ReadAds = 1 << 2,

    WriteAds = 1 << 3,

    ReadPerformers = 1 << 4,

    /// <summary>Change a performer.</summary>
    WritePerformers = 1 << 5,

    /// <summary>Add and remove performers, and learn whether one has an address.</summary>
    AdmitPerformers = 1 << 6,

    ReadStats = 1 << 7,

    /// <summary>Compare raw events with what was derived from them, derive it again, rate it anew.</summary>
    KeepLedger = 1 << 8,

    /// <summary>Developers and tokens: whoever may do this can give himself all else.</summary>
    ManageAccess = 1 << 9,

    /// <summary>Metrics.</summary>
    Observe = 1 << 10,

    /// <summary>The API's document and page.</summary>
    ReadDocument = 1 << 11,

    /// <summary>Take a device out of all events.</summary>
    ForgetDevices = 1 << 12,

    /// <summary>See who changed what.</summary>
    ReadAudit = 1 << 13,

    All = (1 << 14) - 1,
}
