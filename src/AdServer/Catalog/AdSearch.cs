using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Which ads a list shall hold, for people. Without a parameter but <c>limit</c> and <c>cursor</c> it is the list that older clients know.</summary>
internal sealed record AdListRequest
{
    /// <summary>Part of the ad's name, or of its performer's name or e-mail address, without regard to case; or the ad's identity. Blank is absent, here and below.</summary>
    public string? Search { get; init; }

    /// <summary><c>active</c>, <c>paused</c>; <c>scheduled</c>: active, but it starts later; <c>ended</c>: active, but it has ended.</summary>
    public string? Status { get; init; }

    /// <summary>Only ads of this performer.</summary>
    public string? PerformerId { get; init; }

    /// <summary><c>createdAt</c> (default), <c>name</c>, <c>budget</c>, <c>status</c> or <c>performer</c>; with <c>-</c> before it descending.</summary>
    public string? Sort { get; init; }

    /// <summary>The most items, 1 to 1,000; 100 if absent.</summary>
    public string? Limit { get; init; }

    /// <summary>The <c>nextCursor</c> of the answer before.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether more is asked than older clients can ask.</summary>
    public bool IsSearch => !(string.IsNullOrWhiteSpace(Search) && string.IsNullOrWhiteSpace(Status)
        && string.IsNullOrWhiteSpace(PerformerId) && string.IsNullOrWhiteSpace(Sort));
}

/// <summary>Finds ads in the snapshot that is served.</summary>
internal static class AdSearch
{
    private static readonly ListOrder<FoundAd>[] Orders =
    [
        new("createdAt", one => SortKey.Of(one.Ad.CreatedAt, one.Ad.Id)),
        new("name", one => SortKey.Of(one.Ad.Name, one.Ad.Id)),
        new("budget", one => SortKey.Of((long)one.Ad.Details.Budget, one.Ad.Id)),
        new("status", one => SortKey.Of((long)one.Ad.Status, one.Ad.Id)),
        new("performer", one => SortKey.Of(one.Performer?.Name, one.Ad.Id)),
    ];

    private static readonly (string Name, Func<Ad, DateTimeOffset, bool> Is)[] Statuses =
    [
        ("active", (ad, _) => ad.IsActive),
        ("paused", (ad, _) => !ad.IsActive),
        ("scheduled", (ad, now) => ad.IsActive && !ad.HasStarted(now)),
        ("ended", (ad, now) => ad.IsActive && ad.HasEnded(now)),
    ];

    private static readonly ApiError InvalidStatus = ApiError.BadRequest($"Invalid status: {string.Join(", ", Statuses.Select(status => status.Name))}");

    /// <summary>A page of what is found.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="caller">Who asks: others' ads are not found.</param>
    /// <param name="catalog">Where.</param>
    /// <param name="now">When.</param>
    /// <param name="page">The page.</param>
    public static ApiError? TryFind(AdListRequest request, Caller caller, CatalogSnapshot catalog, DateTimeOffset now, out FoundPage<AdResponse> page)
    {
        page = new FoundPage<AdResponse>([], null, 0);
        var (wrongPage, wrongOrder) = (PageRequest.TryRead(request.Limit, request.Cursor, out var part), ListOrder<FoundAd>.TryRead(request.Sort, Orders, out var order));
        var (wrongText, wrongStatus) = (SearchText.TryRead(request.Search, out var text), TryReadStatus(request.Status, out var isAsked));
        if ((wrongText ?? wrongStatus ?? wrongOrder ?? wrongPage) is { } error)
        {
            return error;
        }

        var performerId = string.IsNullOrWhiteSpace(request.PerformerId) ? null : request.PerformerId.Trim();
        var found =
            from one in catalog.Ads
            let ad = one.Ad
            where caller.Sees(ad.PerformerId) && (performerId is null || performerId == ad.PerformerId) && isAsked(ad, now)
            let performer = catalog.FindPerformer(ad.PerformerId)
            where text.Finds(ad.Id, ad.Name, performer?.Name, performer?.Email)
            select new FoundAd(ad, performer);
        var wrongPlace = order.TryTake(found, part, out var taken);
        page = taken.Select(one => AdResponse.Of(one.Ad, one.Performer));
        return wrongPlace;
    }

    private static ApiError? TryReadStatus(string? status, out Func<Ad, DateTimeOffset, bool> isAsked)
    {
        var name = status?.Trim() ?? string.Empty;
        var found = Array.Find(Statuses, one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Is;
        isAsked = found ?? ((_, _) => true);
        return found is null && name.Length > 0 ? InvalidStatus : null;
    }

    private readonly record struct FoundAd(Ad Ad, Performer? Performer);
}
