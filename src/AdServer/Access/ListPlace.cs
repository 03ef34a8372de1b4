using System.Globalization;

namespace AdServer.Access;

/// <summary>A place in a list by time: the last item that was seen.</summary>
internal readonly record struct ListPlace(DateTimeOffset CreatedAt, string Id)
{
    /// <summary>The place as the text of a cursor.</summary>
    public override string ToString() => FormattableString.Invariant($"{CreatedAt.ToUnixTimeMilliseconds()}.{Id}");

    /// <summary>Reads the text of a cursor.</summary>
    public static bool TryParse(string text, out ListPlace place)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var read = long.TryParse(text.AsSpan(0, Math.Max(dot, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        place = read ? new ListPlace(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), text[(dot + 1)..]) : default;
        return read;
    }
}
