using System.Globalization;
using AdServer.Access;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>Where an item stands in an order: by a number, then by a text without regard to case, then by its identity. No two stand alike.</summary>
internal readonly record struct SortKey(long Number, string Text, string Id) : IComparable<SortKey>
{
    public static SortKey Of(string? text, string id) => new(0, text ?? string.Empty, id);

    public static SortKey Of(long number, string id) => new(number, string.Empty, id);

    public static SortKey Of(DateTimeOffset time, string id) => new(time.ToUnixTimeMilliseconds(), string.Empty, id);

    public int CompareTo(SortKey other)
    {
        var number = Number.CompareTo(other.Number);
        var text = number == 0 ? string.Compare(Text, other.Text, StringComparison.OrdinalIgnoreCase) : number;
        return text == 0 ? string.CompareOrdinal(Id, other.Id) : text;
    }
}

/// <summary>
/// An order that a list can be asked for. A cursor is the key of the last item that was seen: it stays good while items are added and
/// removed, and leads nowhere in another order.
/// </summary>
/// <param name="Name">As it is asked for.</param>
/// <param name="Key">Where an item stands in it.</param>
internal sealed record ListOrder<T>(string Name, Func<T, SortKey> Key)
{
    private const char Separator = '\n';
    private const int CursorParts = 4;

    private bool IsDescending { get; init; }

    /// <summary>The order that <c>sort</c> asks for: one of the known ones, with <c>-</c> before it backwards; the first one if it is blank.</summary>
    public static ApiError? TryRead(string? sort, IReadOnlyList<ListOrder<T>> known, out ListOrder<T> order)
    {
        var error = SortParameter.TryRead(sort, known, one => one.Name, out var found, out var isDescending);
        order = (found ?? known[0]) with { IsDescending = isDescending };
        return error;
    }

    /// <summary>A page of items in this order.</summary>
    /// <param name="items">All that were found.</param>
    /// <param name="page">Which part of them.</param>
    /// <param name="found">The page.</param>
    public ApiError? TryTake(IEnumerable<T> items, PageRequest page, out FoundPage<T> found)
    {
        found = new FoundPage<T>([], null, 0);
        if (!TryReadPlace(page.Cursor, out var after))
        {
            return PageRequest.InvalidCursor;
        }

        var total = 0;
        var best = new PriorityQueue<T, SortKey>(Comparer<SortKey>.Create((left, right) => Compare(right, left)));
        foreach (var item in items)
        {
            total++;
            var key = Key(item);
            if (after is not { } place || Compare(key, place) > 0)
            {
                Keep(best, item, key, page.Limit + 1);
            }
        }

        found = PageOf(best, page.Limit, total);
        return null;
    }

    /// <summary>Keeps the first ones, of which the last can be taken out: so no more than a page is held.</summary>
    private static void Keep(PriorityQueue<T, SortKey> best, T item, SortKey key, int most)
    {
        if (best.Count < most)
        {
            best.Enqueue(item, key);
        }
        else
        {
            best.EnqueueDequeue(item, key);
        }
    }

    /// <summary>What was kept, in order. One more than the limit says that there is a next page.</summary>
    private FoundPage<T> PageOf(PriorityQueue<T, SortKey> best, int limit, int total)
    {
        var hasMore = best.Count > limit;
        if (hasMore)
        {
            best.Dequeue();
        }

        var next = hasMore && best.TryPeek(out _, out var last) ? PageRequest.Encode(TextOf(last)) : null;
        var shown = new T[best.Count];
        for (var index = shown.Length - 1; index >= 0; index--)
        {
            shown[index] = best.Dequeue();
        }

        return new FoundPage<T>(shown, next, total);
    }

    private string Text => IsDescending ? SortParameter.Descending + Name : Name;

    private int Compare(SortKey left, SortKey right) => IsDescending ? right.CompareTo(left) : left.CompareTo(right);

    /// <summary>The text comes last: nothing in it can be taken for something else.</summary>
    private string TextOf(SortKey key) => string.Create(CultureInfo.InvariantCulture, $"{Text}{Separator}{key.Number}{Separator}{key.Id}{Separator}{key.Text}");

    private bool TryReadPlace(string? cursor, out SortKey? place)
    {
        place = null;
        if (cursor is null)
        {
            return true;
        }

        var parts = cursor.Split(Separator, CursorParts);
        if (parts.Length < CursorParts || parts[0] != Text || !long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        place = new SortKey(number, parts[3], parts[2]);
        return true;
    }
}

/// <summary>A part of what was found.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextCursor">What to send as <c>cursor</c>, with the same <c>sort</c>, to get the next part; null after the last.</param>
/// <param name="Total">How many were found, on all pages.</param>
internal sealed record FoundPage<T>(IReadOnlyList<T> Items, string? NextCursor, int Total)
{
    public FoundPage<TResponse> Select<TResponse>(Func<T, TResponse> show) => new([.. Items.Select(show)], NextCursor, Total);
}
