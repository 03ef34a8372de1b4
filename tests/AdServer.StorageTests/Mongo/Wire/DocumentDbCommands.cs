using System.Collections.Concurrent;
using AdServer.StorageTests.Mongo.Engine;
using MongoDB.Bson;
using Npgsql;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>
/// MongoDB's commands carried out by DocumentDB, each in a transaction of its own. A write that meets a deadlock or a conflict is done again,
/// as MongoDB's server does with single writes.
/// </summary>
internal sealed class DocumentDbCommands(DocumentDb engine) : IDisposable
{
    private const string Api = "documentdb_api.";
    private const int MostAttempts = 20;

    private static readonly byte[] Done = new BsonDocument("ok", 1.0).ToBson();

    private readonly ConcurrentDictionary<long, byte[]> cursors = new();

    /// <summary>Collections and indexes are made one at a time: side by side the engine gives up where MongoDB waits.</summary>
    private readonly SemaphoreSlim schema = new(1, 1);

    /// <summary>
    /// Whatever met a conflict is done again one at a time. Batches in opposite orders would meet again at once; a batch does not end at a deadlock but goes on with its next
    /// document, and the engine takes 50 ms to see each further one: all of them could lose together until no attempt is left.
    /// </summary>
    private readonly SemaphoreSlim again = new(1, 1);

    public void Dispose()
    {
        schema.Dispose();
        again.Dispose();
    }

    /// <summary>The reply to a command, or to a read as of an earlier moment. Errors are replies, too.</summary>
    /// <exception cref="NpgsqlException">The engine has gone.</exception>
    public async Task<byte[]> ExecuteAsync(MongoRequest request, Snapshot? past, CancellationToken cancellation)
    {
        try
        {
            if (await AttemptAsync(request, past, cancellation) is { } reply)
            {
                return reply;
            }

            await again.WaitAsync(cancellation);
            try
            {
                for (var attempt = 2; attempt <= MostAttempts; attempt++)
                {
                    if (await AttemptAsync(request, past, cancellation) is { } later)
                    {
                        return later;
                    }
                }
            }
            finally
            {
                again.Release();
            }

            return MongoErrors.Reply(MongoErrors.WriteConflict, $"still in conflict after {MostAttempts} attempts");
        }
        catch (PostgresException fault) when (!HasGone(fault))
        {
            return MongoErrors.Reply(fault);
        }
    }

    /// <summary>The reply, or nothing where a conflict is to be settled by another attempt.</summary>
    private async Task<byte[]?> AttemptAsync(MongoRequest request, Snapshot? past, CancellationToken cancellation)
    {
        try
        {
            return past is null
                ? await ExecuteNowAsync(request, cancellation)
                : await past.ReadAsync(connection => ReadAsync(connection, request, cancellation));
        }
        catch (PostgresException fault) when (MongoErrors.IsPassing(fault.SqlState))
        {
            return null;
        }
    }

    /// <summary>The engine was told to end, or is starting.</summary>
    private static bool HasGone(PostgresException fault) => fault.SqlState.StartsWith("57P", StringComparison.Ordinal);

    private async Task<byte[]> ExecuteNowAsync(MongoRequest request, CancellationToken cancellation)
    {
        await using var connection = await engine.Connections.OpenConnectionAsync(cancellation);
        return request.Name switch
        {
            "insert" or "update" or "delete" => await WriteAsync(connection, request, cancellation),
            "findAndModify" or "findandmodify" => await connection.CallAsync(Api + "find_and_modify", "p_result", request, cancellation),
            "create" or "createIndexes" or "dropIndexes" or "drop" or "dropDatabase" =>
                await ChangeSchemaAsync(connection, request, cancellation),
            _ => await ReadAsync(connection, request, cancellation),
        };
    }

    private static async Task<byte[]> WriteAsync(NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var reply = MongoErrors.Translate(await connection.WriteAsync(request, cancellation), out var isPassing);
        if (isPassing)
        {
            throw new PostgresException("A conflict in a batch.", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure);
        }

        await transaction.CommitAsync(cancellation);
        return reply;
    }

    private async Task<byte[]> ReadAsync(NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation) => request.Name switch
    {
        "find" or "aggregate" => await OpenCursorAsync(connection, request.Name, request, cancellation),
        "listCollections" => await OpenCursorAsync(connection, "list_collections", request, cancellation),
        "listIndexes" => await OpenCursorAsync(connection, "list_indexes", request, cancellation),
        "getMore" => await ReadCursorAsync(connection, request, cancellation),
        "killCursors" => KillCursors(request),
        "count" => await connection.CallAsync(Api + "count_query", "document", request, cancellation),
        "distinct" => await connection.CallAsync(Api + "distinct_query", "document", request, cancellation),
        _ => MongoErrors.Reply(59, $"no such command: '{request.Name}'"),
    };

    private async Task<byte[]> OpenCursorAsync(NpgsqlConnection connection, string function, MongoRequest request, CancellationToken cancellation)
    {
        var page = await connection.OpenCursorAsync(function, request, cancellation);
        if (page.Continuation is not null)
        {
            cursors[page.Cursor] = page.Continuation;
        }

        return page.Reply;
    }

    private async Task<byte[]> ReadCursorAsync(NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation)
    {
        var cursor = request.Command[0].ToInt64();
        if (!cursors.TryRemove(cursor, out var continuation))
        {
            return MongoErrors.Reply(43, $"cursor id {cursor} not found");
        }

        var page = await connection.ReadCursorAsync(request, continuation, cancellation);
        if (page.Continuation is not null)
        {
            cursors[cursor] = page.Continuation;
        }

        return page.Reply;
    }

    private byte[] KillCursors(MongoRequest request)
    {
        var asked = request.Command["cursors"].AsBsonArray;
        var killed = asked.Where(cursor => cursors.TryRemove(cursor.ToInt64(), out _)).ToList();
        return new BsonDocument
        {
            { "cursorsKilled", new BsonArray(killed) },
            { "cursorsNotFound", new BsonArray(asked.Except(killed)) },
            { "cursorsAlive", new BsonArray() },
            { "cursorsUnknown", new BsonArray() },
            { "ok", 1.0 },
        }.ToBson();
    }

    private async Task<byte[]> ChangeSchemaAsync(NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation)
    {
        await schema.WaitAsync(cancellation);
        try
        {
            return request.Name switch
            {
                "create" => await connection.CallAsync(Api + "create_collection_view", request, string.Empty, cancellation) ?? Done,
                "createIndexes" => CreatedIndexes(
                    (await connection.CallAsync("documentdb_api_internal.create_indexes_non_concurrently", request, ", true", cancellation))!),
                "dropIndexes" => await connection.DropIndexesAsync(request, cancellation),
                "drop" => await DropAsync(connection, $"SELECT {Api}drop_collection($1, $2)", cancellation, request.Database, request.Collection),
                _ => await DropAsync(connection, $"SELECT {Api}drop_database($1)", cancellation, request.Database),
            };
        }
        finally
        {
            schema.Release();
        }
    }

    private static async Task<byte[]> DropAsync(NpgsqlConnection connection, string statement, CancellationToken cancellation, params object?[] names)
    {
        await connection.RunAsync(statement, cancellation, names);
        return Done;
    }

    /// <summary>A cluster answers for each of its shards; this is the only one.</summary>
    private static byte[] CreatedIndexes(byte[] reply)
    {
        var document = new RawBsonDocument(reply);
        return document.TryGetValue("raw", out var shards) ? shards["defaultShard"].AsBsonDocument.ToBson() : reply;
    }
}
