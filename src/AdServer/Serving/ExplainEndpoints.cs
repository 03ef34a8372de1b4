using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AdServer.Serving;

/// <summary>The route that says why an ad is, or is not, handed out to an app.</summary>
internal static class ExplainEndpoints
{
    public static void MapExplanations(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/ads/{id}/explain", ExplainAsync).WithTags("Serving").ProducesError(StatusCodes.Status404NotFound)
            .WithSummary("Why this ad is, or is not, handed out to an app by this host now: each rule with what it looked at, and the counters of the choice");

    /// <param name="id">The ad.</param>
    /// <param name="packageName">The app's package name.</param>
    /// <param name="http">The request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="ads">The ads.</param>
    /// <param name="lookup">Finds ads that this host does not know yet.</param>
    /// <param name="cancellation">Gives up.</param>
    private static async Task<Results<Ok<Explanation>, ApiError>> ExplainAsync(
        string id, [FromQuery(Name = PackageParameter.Name)] string? packageName, HttpRequest http, Caller caller, ExplainedAds ads, AdLookup lookup,
        CancellationToken cancellation)
    {
        _ = packageName; // Of the API's document: read as the SDK's is.
        if (PackageParameter.ReadName(http.QueryString, out var name) is { } error)
        {
            return error;
        }

        return await lookup.FindAsync(id, cancellation) && ads.Explain(id, name, caller) is { } explanation
            ? TypedResults.Ok(explanation)
            : CatalogErrors.AdNotFound;
    }
}

/// <summary>Explains with what serving holds in memory at this moment. Changes nothing of it: no package becomes known, nothing is narrowed.</summary>
internal sealed class ExplainedAds(KnownPackages packages, CurrentCandidates candidates, SeenSets seen, TimeProvider clock)
{
    /// <summary>The explanation; nothing if this host serves from a catalogue without such an ad, or the caller may not know of it.</summary>
    public Explanation? Explain(string id, string packageName, Caller caller)
    {
        var now = clock.Now();
        var current = candidates.At(now);
        if (Find(current, id, caller) is not { } ad)
        {
            return null;
        }

        var (package, own) = (packages.Find(packageName), current.Make(packageName));
        var slots = package is null ? SlotSet.Empty : seen.Of(package);
        var choice = NextUnseen.Look(own, slots);
        var scene = new ServingScene(packageName, current.Within(now), choice, choice.Saw(ad.Slot, slots))
        {
            AdsInCatalog = current.Catalog.Ads.Count,
            IsOther = ReferenceEquals(package, packages.Other),
            IsSeenByOthers = seen.Of(packages.Other).Contains(ad.Slot),
        };
        return caller.PerformerId is null
            ? Explanation.Of(ad, scene)
            : Explanation.ForOwner(ad, scene, slot => own.At(slot)!.Ad.PerformerId == ad.Ad.PerformerId);
    }

    private static CatalogAd? Find(Candidates current, string id, Caller caller) =>
        current.Catalog.Find(id) is { } ad && caller.Sees(ad.Ad.PerformerId) ? ad : null;
}
