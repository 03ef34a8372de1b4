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
    private const char Descending = '-';

    private bool IsDescending { get; init; }

    /// <summary>The order that <c>sort</c> asks for: one of the known ones, with <c>-</c> before it backwards; the first one if it is blank.</summary>
    public static ApiError? TryRead(string? sort, IReadOnlyList<ListOrder<T>> known, out ListOrder<T> order)
    {
        var asked = sort?.Trim() ?? string.Empty;
        var name = asked.TrimStart(Descending);
        var found = asked.Length == 0 ? known[0] : known.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        order = (found ?? known[0]) with { IsDescending = name.Length < asked.Length };
        return found is null || asked.Length > name.Length + 1
            ? ApiError.BadRequest($"Invalid sort: {string.Join(", ", known.Select(one => one.Name))}; with - before it descending")
            : null;
    }

    /// <summary>A page of items in this order.</summary>
    /// <param name="items">All that were found.</param>
    /// <param name="page">Which part of them.</param>
    /// <param name="found">The page.</param>
    public ApiError? TryTake(IReadOnlyCollection<T> items, PageRequest page, out FoundPage<T> found)
    {
        found = new FoundPage<T>([], null, items.Count);
        if (!TryReadPlace(page.Cursor, out var after))
        {
            return PageRequest.InvalidCursor;
        }

        // Only the page is put in order, not what comes after it.
        var rest = items.Select(item => (Item: item, Key: Key(item))).Where(one => after is not { } place || Compare(one.Key, place) > 0);
        var taken = rest.OrderBy(one => one.Key, Comparer<SortKey>.Create(Compare)).Take(page.Limit + 1).ToList();
        var next = taken.Count > page.Limit ? PageRequest.Encode(TextOf(taken[page.Limit - 1].Key)) : null;
        found = found with { Items = [.. taken.Take(page.Limit).Select(one => one.Item)], NextCursor = next };
        return null;
    }

    private string Text => IsDescending ? Descending + Name : Name;

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
