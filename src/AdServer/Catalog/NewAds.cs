using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Adds the ads that requests ask for, each once however often its request comes.</summary>
internal sealed class NewAds(ICatalogStore store, AdChanges changes, TimeProvider clock)
{
    /// <summary>Adds the ad of a request, unless it was added when the request came before; the error if it was not.</summary>
    public async Task<ApiError?> AddAsync(AdFields fields, IdempotentCall call, Caller caller, AuditOrigin origin, CancellationToken cancellation)
    {
        if (call.Answer is not null)
        {
            return null;
        }

        var key = EmailAddress.Key(fields.PerformerEmail.Text()!);
        if (await store.FindPerformerByEmailAsync(key, cancellation) is not { } performer || !caller.Sees(performer.Id))
        {
            return CatalogErrors.PerformerNotFound;
        }

        var (error, ad) = Make(fields, call.ObjectId, performer, clock.Now());
        return ad is null ? error : await AddAsync(ad, call, origin, cancellation);
    }

    private async Task<ApiError?> AddAsync(Ad ad, IdempotentCall call, AuditOrigin origin, CancellationToken cancellation)
    {
        switch (await changes.AddAsync(ad, call.IsRepeat, origin, cancellation))
        {
            case ChangeOutcome.Done:
                await call.RememberAsync(new KeyAnswer(StatusCodes.Status201Created, ad.Id));
                return null;
            case ChangeOutcome.Removed:
                return IdempotencyKeys.Removed;
            default:
                return CatalogErrors.PerformerNotFound;
        }
    }

    private static (ApiError? Error, Ad? Ad) Make(AdFields fields, string id, Performer performer, DateTimeOffset now)
    {
        if (!fields.HasAllDetails)
        {
            return (ApiError.BadRequest("Missing adDetails fields"), null);
        }

        if (AdValidator.Instance.FirstError(fields) is { } error)
        {
            return (ApiError.BadRequest(error), null);
        }

        var blank = new Ad
        {
            Id = id,
            Name = string.Empty,
            PerformerId = performer.Id,
            Details = new AdDetails(string.Empty, string.Empty, Budget.Low, 0, 0),
            CreatedAt = now,
            UpdatedAt = now,
        };

        return AdRequest.Make(fields, blank);
    }
}
