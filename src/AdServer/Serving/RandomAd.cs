using System.Buffers;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Serving;

/// <summary>
/// Answers <c>GET /ads/random</c> from memory: no store call, and nothing rendered per request but a signature where deliveries are signed. Most requests of idle devices end without
/// an ad, so that path does the least.
/// </summary>
internal sealed class RandomAd(
    KnownPackages packages,
    CurrentCandidates candidates,
    SeenSets seen,
    Delivery delivery,
    DeliveredAds delivered,
    SignedDeliveries signed,
    AccessSettings access,
    ServingMetrics metrics,
    TimeProvider clock,
    Random random)
{
    private static ReadOnlySpan<byte> Member => ",\"delivery\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    public Task HandleAsync(HttpContext http) =>
        SharedThread.IsCurrent && candidates.AreOld(clock.GetUtcNow()) ? HandleInPoolAsync(http) : AnswerAsync(http);

    private async Task HandleInPoolAsync(HttpContext http)
    {
        await Task.Yield();
        await AnswerAsync(http);
    }

    private Task AnswerAsync(HttpContext http)
    {
        var error = PackageParameter.Read(http.Request.QueryString, packages, CallerOf(http), out var package, out var name);
        if (error is not null)
        {
            metrics.Refused();
            return error.ExecuteAsync(http);
        }

        http.Response.Headers.CacheControl = "no-store";
        if (Next(package, name) is { } ad)
        {
            metrics.Filled();
            Write(http.Response, ad, name);
        }
        else
        {
            metrics.NotFilled();
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }

        return Task.CompletedTask;
    }

    /// <summary>Whose key it is, where one is needed.</summary>
    private Caller? CallerOf(HttpContext http) => access.RequireAppKey ? Caller.Of(http) : null;

    /// <summary>Chooses the next ad for a package, counts it and notes it; nothing if there is none. All that a request takes beyond the web server's part.</summary>
    /// <param name="package">The package as it is counted.</param>
    /// <param name="name">Its name as the request has it.</param>
    public CatalogAd? Next(Package package, string name)
    {
        var now = clock.GetUtcNow();
        var ad = NextUnseen.Pick(CandidatesOf(package, name, now), seen.Of(package), random);
        if (ad is not null)
        {
            // With many ads none of these is at hand: they come from memory together, and not one after the other as they are wanted.
            delivery.Fetch(ad.Slot);
            delivered.Fetch(package, ad.Slot);
            ProcessorCache.Fetch(ad.Body);
            delivered.Note(package, ad);
        }

        delivery.Record(package, ad, now);
        return ad;
    }

    private PackageCandidates CandidatesOf(Package package, string name, DateTimeOffset now)
    {
        if (!ReferenceEquals(package, packages.Other))
        {
            return candidates.At(now).For(package);
        }

        metrics.FellToOther();
        return candidates.At(now).ForOther(name);
    }

    /// <summary>Leaves the flush to the server, which sends head and body together.</summary>
    private void Write(HttpResponse response, CatalogAd ad, string name)
    {
        response.ContentType = "application/json; charset=utf-8";
        if (signed.IsOn)
        {
            WriteSigned(response, ad, name);
            return;
        }

        response.ContentLength = ad.Body.Length;
        response.BodyWriter.Write(ad.Body);
    }

    /// <summary>Writes the document as it is kept, and its signature as one more member behind the others.</summary>
    private void WriteSigned(HttpResponse response, CatalogAd ad, string name)
    {
        Span<byte> signature = stackalloc byte[DeliverySignature.MaxLength];
        var length = signed.Sign(ad.Ad.Id, name, clock.GetUtcNow(), signature);
        if (length == 0)
        {
            metrics.Unsigned();
            response.ContentLength = ad.Body.Length;
            response.BodyWriter.Write(ad.Body);
            return;
        }

        var members = ad.Body.AsSpan()[..^1];
        response.ContentLength = members.Length + Member.Length + length + End.Length;
        response.BodyWriter.Write(members);
        response.BodyWriter.Write(Member);
        response.BodyWriter.Write(signature[..length]);
        response.BodyWriter.Write(End);
    }
}
