using System.Globalization;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage;

/// <summary>The rows of days whose raw events are not kept: a copy carries them over, since nothing derives them any more. The same for every engine.</summary>
internal static class KeptRows
{
    /// <summary>The rows of the next ads, from a place (day, ad) on; nothing after the last day before one.</summary>
    public static async Task<CopyPiece?> ReadAsync(ILedgerStore ledger, UtcDay? before, string[]? after, CancellationToken cancellation)
    {
        if (before is null)
        {
            return null;
        }

        var (first, from) = after is [var day, var ad] ? (UtcDay.Parse(day), ad) : (default(UtcDay?), string.Empty);
        foreach (var one in (await ledger.ListDaysAsync(cancellation)).Where(one => !(one < first) && one < before))
        {
            for (var next = one == first ? from : string.Empty; next is not null;)
            {
                var page = await ledger.ReadPageAsync(one, next, LedgerCheck.MostRebuiltKeys, cancellation);
                if (page.Derived.Keys > 0)
                {
                    return new CopyPiece(new CopyRows.Kept(page.Derived), page.Next is { } rest ? Place(one, rest) : Place(one.AddDays(1), string.Empty));
                }

                next = page.Next;
            }
        }

        return null;
    }

    /// <summary>All that was said of raw events, in one piece: a line a day.</summary>
    public static CopyPiece? Say(IReadOnlyList<(UtcDay On, UtcDay Day)> said, string[]? after)
    {
        var rest = said.Skip(after is [var done] ? int.Parse(done, CultureInfo.InvariantCulture) : 0).ToList();
        return rest.Count == 0 ? null : new CopyPiece(new CopyRows.RawSince(rest), StoragePlace.Of($"{said.Count}"));
    }

    private static string Place(UtcDay day, string ad) => StoragePlace.Of(day.ToString(), ad);
}
