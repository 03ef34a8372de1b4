using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Commands.Copying;

/// <summary>What is moved, in the order in which it is. Events come after the packages, whose order their roll-up would else decide.</summary>
internal enum CopyStage
{
    // The names are stored in copies that were begun.
    Performers,
    Developers,
    Tokens,
    Audit,
    Credentials,
    SigningKeys,
    Ads,
    Packages,

    /// <summary>Since when raw events are kept.</summary>
    RawSince,

    /// <summary>The rows of the days before, which no event says any more.</summary>
    Kept,
    Events,
    EventIds,
    Deliveries,
    Requests,
    Delivered,

    /// <summary>All rows are there; what follows from them is derived and compared.</summary>
    Derive,
}

/// <summary>Rows of one kind on their way from one store to another: as many as fit into memory and into one write.</summary>
internal abstract record CopyRows
{
    private CopyRows()
    {
    }

    public abstract int Count { get; }

    internal sealed record Performers(IReadOnlyList<Performer> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    internal sealed record Developers(IReadOnlyList<Developer> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Tokens as hashes, those that ended, too; no sessions: people sign in again.</summary>
    internal sealed record Tokens(IReadOnlyList<AccessToken> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Entries with their ends; those of a piece weigh no more than a page's.</summary>
    internal sealed record Audit(IReadOnlyList<AuditEntry> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Passwords and one-time links, as hashes.</summary>
    internal sealed record Credentials(IReadOnlyList<Credential> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>The secrets by which deliveries are signed.</summary>
    internal sealed record SigningKeys(IReadOnlyList<SigningKey> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    internal sealed record Ads(IReadOnlyList<CopiedAd> Items) : CopyRows
    {
        /// <summary>The most ads of a piece: with full package lists one has half a megabyte, and a command of MongoDB takes sixteen.</summary>
        public const int Most = 25;

        public override int Count => Items.Count;
    }

    /// <summary>Names in the order in which they came.</summary>
    internal sealed record Packages(IReadOnlyList<string> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>On which day it was said since when raw events are kept.</summary>
    internal sealed record RawSince(IReadOnlyList<(UtcDay On, UtcDay Day)> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Rows of one day, all that there are of some ads.</summary>
    internal sealed record Kept(RollUp Rows) : CopyRows
    {
        public override int Count => Rows.Keys;
    }

    /// <summary>Events in the order of their commits, each with an identity that is the same whenever it is read.</summary>
    internal sealed record Events(IReadOnlyList<AdEvent> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Identities that count no more; those whose events are there may be among them.</summary>
    internal sealed record EventIds(IReadOnlyList<CopiedEventId> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    internal sealed record Deliveries(IReadOnlyList<(string Process, DeliveryTotal Total)> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    /// <summary>Pairs of a package and an ad that was handed out to it.</summary>
    internal sealed record Delivered(IReadOnlyList<(string Package, string AdId)> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }

    internal sealed record Requests(IReadOnlyList<(string Process, RequestTotal Total)> Items) : CopyRows
    {
        public override int Count => Items.Count;
    }
}

/// <summary>An ad with the mark of its removal, if it was removed: then its performer may be empty.</summary>
/// <param name="Ad">All its fields.</param>
/// <param name="RemovedAt">When it was removed.</param>
/// <param name="IsSwept">Whether nothing that it left behind is there any more.</param>
internal sealed record CopiedAd(Ad Ad, DateTimeOffset? RemovedAt, bool IsSwept);

/// <summary>An identity that a client gave to an event, and about the day of that.</summary>
internal readonly record struct CopiedEventId(string Id, UtcDay Day);

/// <summary>What a source gave, and the place of what comes next.</summary>
internal sealed record CopyPiece(CopyRows Rows, string Next);

/// <summary>How far a copy is: kept by the target, so that whoever is killed at any moment can go on.</summary>
/// <param name="Stage">What is being moved.</param>
/// <param name="Place">Where the next piece begins; only the source can read it; empty is the beginning.</param>
/// <param name="Done">How many rows of this stage are there.</param>
/// <param name="IsFinished">Moved, derived and compared.</param>
internal sealed record CopyMark(CopyStage Stage, string Place, long Done, bool IsFinished)
{
    public static CopyMark Start { get; } = new(CopyStage.Performers, string.Empty, 0, IsFinished: false);

    public CopyMark After(CopyPiece piece) => this with { Place = piece.Next, Done = Done + piece.Rows.Count };

    public CopyMark NextStage() => Start with { Stage = Stage + 1 };

    public CopyMark Finish() => this with { IsFinished = true };
}

/// <summary>How many rows of each kind a store holds.</summary>
/// <param name="Performers">Performers that were not removed.</param>
/// <param name="Developers">Developers that were not removed.</param>
/// <param name="Ads">Ads that were not removed.</param>
/// <param name="RemovedAds">Marks of removed ads.</param>
/// <param name="Packages">Packages that are counted by name.</param>
/// <param name="Events">Committed events that were not swept, of days whose raw events are kept.</param>
/// <param name="EventIds">Identities from clients, those of swept and removed events too.</param>
/// <param name="Deliveries">Running totals of ads that were not removed.</param>
/// <param name="Requests">Running totals of packages.</param>
/// <param name="Delivered">Pairs of a package and an ad, not removed, that was handed out to it.</param>
internal sealed record CopyCounts(
    long Performers,
    long Developers,
    long Ads,
    long RemovedAds,
    long Packages,
    long Events,
    long EventIds,
    long Deliveries,
    long Requests,
    long Delivered)
{
    /// <summary>Since when raw events are kept; nothing if all are.</summary>
    public UtcDay? RawSince { get; init; }

    /// <summary>Tokens, those that ended, too; no sessions.</summary>
    public long Tokens { get; init; }

    /// <summary>Entries of the audit.</summary>
    public long Audit { get; init; }

    /// <summary>Subjects that have a password or a link to set one.</summary>
    public long Credentials { get; init; }

    /// <summary>Keys by which deliveries are signed, or were.</summary>
    public long SigningKeys { get; init; }

    /// <summary>Rows of the days before, some of removed ads too: about how many are moved.</summary>
    public long Kept { get; init; }

    /// <summary>How many rows a stage moves.</summary>
    public long Of(CopyStage stage) => stage switch
    {
        CopyStage.Performers => Performers,
        CopyStage.Developers => Developers,
        CopyStage.Tokens => Tokens,
        CopyStage.Audit => Audit,
        CopyStage.Credentials => Credentials,
        CopyStage.SigningKeys => SigningKeys,
        CopyStage.Ads => Ads + RemovedAds,
        CopyStage.Packages => Packages,
        CopyStage.RawSince => RawSince is null ? 0 : 1,
        CopyStage.Kept => Kept,
        CopyStage.Events => Events,
        CopyStage.EventIds => EventIds,
        CopyStage.Deliveries => Deliveries,
        CopyStage.Requests => Requests,
        CopyStage.Delivered => Delivered,
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    /// <summary>What must be equal in both stores. Packages are not: the roll-up adds those that had an event just before the source stopped.</summary>
    public IEnumerable<(string What, long Count)> Compared() =>
    [
        ("performers", Performers), ("developers", Developers), ("tokens", Tokens), ("credentials", Credentials), ("audit entries", Audit),
        ("signing keys", SigningKeys), ("ads", Ads), ("removed ads", RemovedAds), ("events", Events),
        ("event ids", EventIds), ("delivery totals", Deliveries), ("request totals", Requests), ("delivered ads", Delivered),
    ];
}
