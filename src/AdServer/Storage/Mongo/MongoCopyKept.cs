using AdServer.Commands.Copying;
using AdServer.Common;

namespace AdServer.Storage.Mongo;

/// <summary>The rows of days whose raw events are not kept, and since when they are, as a copy takes them.</summary>
internal sealed class MongoCopyKept(MongoRetry commands, TimeProvider clock, MongoCut? cut = null)
{
    private readonly MongoLedgerStore ledger = new(commands, clock);

    public async Task<CopyPiece?> SayAsync(string[]? after, CancellationToken cancellation) =>
        KeptRows.Say(cut?.Said ?? await new MongoRawSince(commands).ListAsync(cancellation), after);

    public async Task<CopyPiece?> ReadAsync(string[]? after, CancellationToken cancellation)
    {
        var days = await MongoKeptDays.ReadAsync(commands, cut, cancellation);
        var piece = await KeptRows.ReadAsync(ledger, days.Since, after, cancellation);
        if (piece is null)
        {
            await RequireSameAsync(days, cancellation);
        }

        return piece;
    }

    private async Task RequireSameAsync(MongoKeptDays days, CancellationToken cancellation)
    {
        try
        {
            await days.RequireSameAsync(commands, cancellation);
        }
        catch (CutMovedException) when (cut is null)
        {
            throw new StartException(
                "A server was killed while it rolled up events of days of which only rows are kept. Start it once, end it, and start the copy again.");
        }
    }
}
