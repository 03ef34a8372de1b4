using System.Runtime.CompilerServices;
using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>
/// The lists of ads and performers. Asked for without <c>limit</c> and <c>cursor</c> they answer as older clients expect: an array of
/// everything, which is read and sent page by page, so that its length costs no memory.
/// </summary>
internal sealed class CatalogList<TItem, TResponse>(
    CatalogList<TItem, TResponse>.Reader read,
    Func<TItem, ListPlace> place,
    CatalogList<TItem, TResponse>.Joiner join)
{
    private const int StreamedPage = 500;

    /// <summary>Reads items after a place.</summary>
    public delegate Task<IReadOnlyList<TItem>> Reader(ListPlace? after, int limit, CancellationToken cancellation);

    /// <summary>Turns a page of items into what is answered.</summary>
    public delegate Task<IReadOnlyList<TResponse>> Joiner(IReadOnlyList<TItem> items, CancellationToken cancellation);

    public async Task<IResult> AnswerAsync(string? limit, string? cursor, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(limit) && string.IsNullOrEmpty(cursor))
        {
            // The first page is read before the answer starts: a store that fails is then still a 503.
            var first = await read(null, StreamedPage, cancellation);
            return TypedResults.Ok(StreamAsync(first, CancellationToken.None));
        }

        if (PageRequest.TryRead(limit, cursor, out var page) is { } error)
        {
            return error;
        }

        if (!TryReadPlace(page.Cursor, out var after))
        {
            return PageRequest.InvalidCursor;
        }

        var items = await read(after, page.Limit + 1, cancellation);
        var more = items.Count > page.Limit;
        var shown = items.Take(page.Limit).ToList();
        var next = more ? PageRequest.Encode(place(shown[^1]).ToString()) : null;
        return TypedResults.Ok(new Page<TResponse>(await join(shown, cancellation), next));
    }

    private static bool TryReadPlace(string? cursor, out ListPlace? after)
    {
        var valid = ListPlace.TryParse(cursor ?? string.Empty, out var read);
        after = valid ? read : null;
        return valid || cursor is null;
    }

    private async IAsyncEnumerable<TResponse> StreamAsync(
        IReadOnlyList<TItem> page, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (page.Count > 0)
        {
            foreach (var item in await join(page, cancellation))
            {
                yield return item;
            }

            page = page.Count < StreamedPage ? [] : await read(place(page[^1]), StreamedPage, cancellation);
        }
    }
}
