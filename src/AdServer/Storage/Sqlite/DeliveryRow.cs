using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// How often each ad of a block was handed out, and its form as a row of <c>daily_deliveries</c>: where it was more than a few ads, a JSON array of <see cref="Ads"/> numbers that
/// take the same room each, so that the engine finds one by its place; else a JSON object of those few, by their places. <see cref="TotalOf"/> reads one of either form, and
/// <c>json_each</c> all: its <c>key</c> is the place. What a file holds depends on the numbers here: they never change.
/// </summary>
internal sealed class DeliveryRow
{
    /// <summary>The ads of a row: the numbers that give its block when divided by this. Two rows of the longer form are on a page (4,096 bytes).</summary>
    public const int Ads = 100;

    /// <summary>The most ads of the shorter form, which takes longer to read an ad from: a row of many ads of which few were handed out is a twentieth of the longer one.</summary>
    private const int MostFew = 10;

    /// <summary>Room for any total.</summary>
    private const int Width = 19;

    private const int Step = Width + 1;

    /// <summary>Of the longer form.</summary>
    private const int Length = (Ads * Step) + 1;

    private readonly long[] totals = new long[Ads];
    private readonly byte[] text = new byte[Length];

    /// <summary>Whether no ad was handed out.</summary>
    public bool IsEmpty => !totals.AsSpan().ContainsAnyExcept(0L);

    /// <summary>The total of an ad.</summary>
    /// <param name="ad">The ad's number; of larger ones what is left when divided by <see cref="Ads"/>.</param>
    public long this[long ad]
    {
        get => totals[ad % Ads];
        set => totals[ad % Ads] = value;
    }

    /// <summary>The total of an ad in a row, as SQL: 0 or NULL where it was not handed out.</summary>
    /// <remarks>
    /// By its bytes: of a text the engine would count the letters up to the place, which takes as long as all else. An array of another length is no row: then the last branch fails, as JSON that is
    /// none does.
    /// </remarks>
    /// <param name="deliveries">The column with the row's text.</param>
    /// <param name="ad">The ad's number, as SQL.</param>
    public static string TotalOf(string deliveries, string ad) =>
        $"""
        CASE WHEN substr({deliveries}, 1, 1) <> '[' THEN json_extract({deliveries}, '$.' || ({ad} % {Ads}))
        WHEN length(CAST({deliveries} AS BLOB)) = {Length} THEN CAST(substr(CAST({deliveries} AS BLOB), 2 + {Step} * ({ad} % {Ads}), {Width}) AS INTEGER)
        ELSE json_extract(substr({deliveries}, 1, 1), '$') END
        """;

    /// <summary>Takes back all totals.</summary>
    public void Clear() => Array.Clear(totals);

    /// <summary>Takes what <see cref="Write"/> wrote in place of what is there.</summary>
    /// <exception cref="InvalidDataException">Nothing that it ever writes.</exception>
    public void Load(ReadOnlySpan<byte> row)
    {
        Clear();
        if (!(row is [(byte)'[', ..] ? ReadAll(row) : ReadFew(row)))
        {
            throw new InvalidDataException("These are no totals of deliveries");
        }
    }

    /// <summary>Its form in a file, UTF-8; until the next call.</summary>
    public ReadOnlySpan<byte> Write() => Ads - totals.AsSpan().Count(0L) > MostFew ? WriteAll() : WriteFew();

    private bool ReadAll(ReadOnlySpan<byte> row)
    {
        for (var ad = 0; ad < Ads && row.Length == Length; ad++)
        {
            var end = (ad + 1) * Step;
            if (row[end] != (ad == Ads - 1 ? ']' : ',')
                || !long.TryParse(row[(end - Width)..end], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out totals[ad]))
            {
                return false;
            }
        }

        return row.Length == Length;
    }

    private bool ReadFew(ReadOnlySpan<byte> row)
    {
        try
        {
            var reader = new Utf8JsonReader(row);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!int.TryParse(reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var ad) || ad >= Ads || !reader.Read())
                {
                    return false;
                }

                totals[ad] = reader.GetInt64();
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception damage) when (damage is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private ReadOnlySpan<byte> WriteAll()
    {
        text.AsSpan().Fill((byte)' ');
        Span<byte> digits = stackalloc byte[Width];
        for (var ad = 0; ad < Ads; ad++)
        {
            totals[ad].TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
            var end = (ad + 1) * Step;
            digits[..length].CopyTo(text.AsSpan(end - length));
            text[end] = (byte)',';
        }

        (text[0], text[^1]) = ((byte)'[', (byte)']');
        return text;
    }

    private ReadOnlySpan<byte> WriteFew()
    {
        (text[0], var length) = ((byte)'{', 1);
        for (var ad = 0; ad < Ads; ad++)
        {
            if (totals[ad] != 0)
            {
                Utf8.TryWrite(text.AsSpan(length), CultureInfo.InvariantCulture, $"\"{ad}\":{totals[ad]},", out var written);
                length += written;
            }
        }

        // In place of the last comma, if there is one.
        length = Math.Max(length, 2);
        text[length - 1] = (byte)'}';
        return text.AsSpan(0, length);
    }
}
