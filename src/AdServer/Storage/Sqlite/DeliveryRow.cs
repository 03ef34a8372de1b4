using System.Globalization;
using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// How often each ad of a block was handed out, as a row of <c>daily_deliveries</c> has it: a JSON array of <see cref="Ads"/> numbers that take the same room each, so that
/// the engine finds one by its place (<see cref="TotalOf"/>), and all with <c>json_each</c>. What a file holds depends on the numbers here: they never change.
/// </summary>
internal sealed class DeliveryRow
{
    /// <summary>The ads of a row: the numbers that give its block when divided by this. Two rows are on a page (4,096 bytes).</summary>
    public const int Ads = 100;

    /// <summary>Room for any total.</summary>
    private const int Width = 19;

    private const int Step = Width + 1;

    private readonly byte[] text = new byte[(Ads * Step) + 1];

    public DeliveryRow() => Clear();

    /// <summary>The row's text, UTF-8.</summary>
    public ReadOnlySpan<byte> Text => text;

    /// <summary>The total of an ad in a row, as SQL: 0 where it was not handed out.</summary>
    /// <remarks>As bytes: of a text the engine would count the letters up to the place, which takes as long as all else.</remarks>
    /// <param name="deliveries">The column with the row's text.</param>
    /// <param name="ad">The ad's number, as SQL.</param>
    public static string TotalOf(string deliveries, string ad) =>
        $"CAST(substr(CAST({deliveries} AS BLOB), 2 + {Step} * ({ad} % {Ads}), {Width}) AS INTEGER)";

    /// <summary>Takes back all totals.</summary>
    public void Clear()
    {
        text.AsSpan().Fill((byte)' ');
        for (var ad = 0; ad < Ads; ad++)
        {
            text[ad * Step] = (byte)',';
            Put(ad, 0);
        }

        (text[0], text[^1]) = ((byte)'[', (byte)']');
    }

    /// <summary>Takes the text of a row in place of what is there.</summary>
    /// <exception cref="StoreUnavailableException">It is none.</exception>
    public void Load(ReadOnlySpan<byte> row)
    {
        if (row.Length != text.Length || row[0] != '[' || row[^1] != ']')
        {
            throw new StoreUnavailableException("The store is damaged: a row of daily_deliveries cannot be read; a backup has it");
        }

        row.CopyTo(text);
    }

    /// <summary>Replaces the total of an ad.</summary>
    /// <param name="ad">The ad's number; of larger ones what is left when divided by <see cref="Ads"/>.</param>
    /// <param name="total">The total, at least 0.</param>
    public void Put(long ad, long total)
    {
        var room = text.AsSpan((int)(ad % Ads * Step) + 1, Width);
        Span<byte> digits = stackalloc byte[Width];
        total.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        room[..^length].Fill((byte)' ');
        digits[..length].CopyTo(room[^length..]);
    }
}
