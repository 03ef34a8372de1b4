namespace AdServer.Access;

/// <summary>One change: who made it, from where, when, and what it was. Written before the change is made, and never changed.</summary>
internal sealed record AuditEntry
{
    /// <summary>Its identity: later entries have later ones.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required AuditOrigin Origin { get; init; }

    /// <summary>The name of an <see cref="AuditAction"/>.</summary>
    public required string Action { get; init; }

    public required string ObjectKind { get; init; }

    /// <summary>The thing that changes; nothing where it is not to be named.</summary>
    public string? ObjectId { get; init; }

    /// <summary>The performer that the thing belongs to.</summary>
    public string? PerformerId { get; init; }

    /// <summary>What changes, as it was: a JSON object; nothing if there was no such thing.</summary>
    public string? Before { get; init; }

    /// <summary>The same as it is then; nothing if there is no such thing any more.</summary>
    public string? After { get; init; }

    /// <summary>How the change ended. Kept beside the entry.</summary>
    public AuditOutcome Outcome { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>About how much memory it takes.</summary>
    public int Weight => (Before?.Length ?? 0) + (After?.Length ?? 0);

    /// <summary>The place of it in the list.</summary>
    public ListPlace Place => new(At, Id);
}

/// <summary>How a change ended.</summary>
internal enum AuditOutcome
{
    // The names are stored and on the wire.

    /// <summary>It was about to be made, and nobody has said how it ended: the server died or the store was away. It may have been made.</summary>
    Unknown,

    /// <summary>It was made.</summary>
    Done,

    /// <summary>It was not made: somebody else was faster, or a rule stood against it.</summary>
    Refused,
}

/// <summary>Which entries are wanted; what is absent is not asked for.</summary>
internal sealed record AuditQuery
{
    public string? ObjectKind { get; init; }

    public string? ObjectId { get; init; }

    public string? ActorId { get; init; }

    /// <summary>The first moment.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The moment after the last.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The last entry that was seen: older ones follow.</summary>
    public ListPlace? After { get; init; }

    public int Limit { get; init; } = PageRequest.DefaultLimit;
}

/// <summary>Entries, the newest first. There may be fewer than were asked for although more follow: an entry may be large.</summary>
/// <param name="Items">The entries.</param>
/// <param name="HasMore">Whether more follow.</param>
internal sealed record AuditPage(IReadOnlyList<AuditEntry> Items, bool HasMore)
{
    /// <summary>What the entries of a page may weigh, one of them apart.</summary>
    public const int MostWeight = 4 << 20;

    /// <summary>Takes as many entries as a page may have, and reads no further.</summary>
    /// <param name="entries">Those that match, in order.</param>
    /// <param name="limit">The most that are wanted.</param>
    public static AuditPage Cut(IEnumerable<AuditEntry> entries, int limit)
    {
        var (items, weight) = (new List<AuditEntry>(), 0L);
        foreach (var entry in entries)
        {
            if (items.Count == limit || (items.Count > 0 && weight + entry.Weight > MostWeight))
            {
                return new AuditPage(items, HasMore: true);
            }

            items.Add(entry);
            weight += entry.Weight;
        }

        return new AuditPage(items, HasMore: false);
    }
}
