using System.Diagnostics;
using AdServer.StorageTests.Mongo.Engine;
using AdServer.StorageTests.Mongo.Wire;
using Npgsql;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>What becomes of a command whose client goes while the engine is at it: as at MongoDB's server, a read is given up and a write is done.</summary>
public sealed class AbandonedCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly DocumentDb engine = MongoServer.GetEngine();
    private readonly string database = $"g{Environment.ProcessId}x{TestContext.Current.Test!.UniqueID[..12]}";
    private readonly MongoGateway gateway = new(MongoServer.GetEngine());
    private MongoClient client = null!;
    private NpgsqlConnection blocker = null!;
    private string table = string.Empty;

    /// <summary>A collection of one document, which nobody can read or write for the time being.</summary>
    public async ValueTask InitializeAsync()
    {
        client = await MongoClient.ConnectAsync(gateway.Port, database);
        await client.RunAsync("{insert: 'c', documents: [{_id: 1}]}");
        blocker = await engine.Connections.OpenConnectionAsync(Token);
        table = (string)(await AskAsync(
            $"SELECT 'documentdb_data.documents_' || collection_id FROM documentdb_api_catalog.collections WHERE database_name = '{database}' AND collection_name = 'c'"))!;
        await AskAsync($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await blocker.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_read_is_given_up()
    {
        var read = client.RunAsync("{find: 'c'}");
        Assert.Equal(1, await CountWaitingAsync(until: 1));

        client.Dispose();

        Assert.Equal(0, await CountWaitingAsync(until: 0));
        await Record.ExceptionAsync(() => read);
        await AskAsync("ROLLBACK");
    }

    [Fact]
    public async Task A_write_is_carried_out()
    {
        var write = client.RunAsync("{insert: 'c', documents: [{_id: 2}]}");
        Assert.Equal(1, await CountWaitingAsync(until: 1));

        client.Dispose();
        await Record.ExceptionAsync(() => write);
        await AskAsync("ROLLBACK");
        await gateway.StopAsync();

        Assert.Equal(2L, await AskAsync($"SELECT count(*) FROM {table}"));
    }

    /// <summary>How many commands wait for the collection, as soon as it is so many, or in the end.</summary>
    private async Task<long> CountWaitingAsync(long until)
    {
        var started = Stopwatch.GetTimestamp();
        long waiting;
        do
        {
            waiting = (long)(await AskAsync($"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"))!;
        }
        while (waiting != until && Stopwatch.GetElapsedTime(started) < Longest);

        return waiting;
    }

    private async Task<object?> AskAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, blocker);
        return await command.ExecuteScalarAsync(Token);
    }
}
