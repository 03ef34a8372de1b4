using System.Data;
using AdServer.StorageTests.Mongo.Engine;
using Npgsql;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>The engine as it was at one moment: what a node that lags behind would go on reading.</summary>
internal sealed class Snapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly SemaphoreSlim turn = new(1, 1);

    private Snapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) => (this.connection, this.transaction) = (connection, transaction);

    public static async Task<Snapshot> TakeAsync(DocumentDb engine, CancellationToken cancellation)
    {
        var connection = await engine.Connections.OpenConnectionAsync(cancellation);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await connection.RunAsync("SELECT count(*) FROM pg_class", cancellation);
        return new Snapshot(connection, transaction);
    }

    /// <summary>Reads as of then. A read that fails does not end the snapshot.</summary>
    public async Task<byte[]> ReadAsync(Func<NpgsqlConnection, Task<byte[]>> read)
    {
        await turn.WaitAsync();
        try
        {
            await transaction.SaveAsync("read");
            try
            {
                return await read(connection);
            }
            catch (PostgresException)
            {
                await transaction.RollbackAsync("read");
                throw;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
        turn.Dispose();
    }
}
