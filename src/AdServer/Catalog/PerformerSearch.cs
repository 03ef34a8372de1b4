using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Which performers a list shall hold, for people. Without <c>search</c> and <c>sort</c> it is the list that older clients know.</summary>
internal sealed record PerformerListRequest
{
    /// <summary>Part of the name or of the e-mail address, without regard to case; or the identity. Blank is absent, here and below.</summary>
    public string? Search { get; init; }

    /// <summary><c>createdAt</c> (default), <c>name</c> or <c>email</c>; with <c>-</c> before it descending.</summary>
    public string? Sort { get; init; }

    /// <summary>The most items, 1 to 1,000; 100 if absent.</summary>
    public string? Limit { get; init; }

    /// <summary>The <c>nextCursor</c> of the answer before.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether more is asked than older clients can ask.</summary>
    public bool IsSearch => !(string.IsNullOrWhiteSpace(Search) && string.IsNullOrWhiteSpace(Sort));
}

/// <summary>Finds performers in the snapshot that is served.</summary>
internal static class PerformerSearch
{
    private static readonly ListOrder<Performer>[] Orders =
    [
        new("createdAt", one => SortKey.Of(one.CreatedAt, one.Id)),
        new("name", one => SortKey.Of(one.Name, one.Id)),
        new("email", one => SortKey.Of(one.Email, one.Id)),
    ];

    /// <summary>A page of what is found.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="caller">Who asks: others are not found.</param>
    /// <param name="catalog">Where.</param>
    /// <param name="page">The page.</param>
    public static ApiError? TryFind(PerformerListRequest request, Caller caller, CatalogSnapshot catalog, out FoundPage<PerformerResponse> page)
    {
        page = new FoundPage<PerformerResponse>([], null, 0);
        var (wrongPage, wrongOrder) = (PageRequest.TryRead(request.Limit, request.Cursor, out var part), ListOrder<Performer>.TryRead(request.Sort, Orders, out var order));
        if ((SearchText.TryRead(request.Search, out var text) ?? wrongOrder ?? wrongPage) is { } error)
        {
            return error;
        }

        var found = catalog.Performers.Where(one => caller.Sees(one.Id) && text.Finds(one.Id, one.Name, one.Email));
        var wrongPlace = order.TryTake(found, part, out var taken);
        var ads = AdsOf(taken.Items, catalog);
        page = taken.Select(one => PerformerResponse.Of(one, ads[one.Id]));
        return wrongPlace;
    }

    /// <summary>The ads of some performers, in order of creation.</summary>
    private static ILookup<string, string> AdsOf(IReadOnlyList<Performer> performers, CatalogSnapshot catalog)
    {
        var shown = performers.Select(one => one.Id).ToHashSet();
        return catalog.Ads.Select(one => one.Ad).Where(ad => shown.Contains(ad.PerformerId))
            .OrderBy(ad => ad.CreatedAt).ThenBy(ad => ad.Id, StringComparer.Ordinal)
            .ToLookup(ad => ad.PerformerId, ad => ad.Id);
    }
}
