using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>Calls of DocumentDB's functions on one connection to it.</summary>
internal static class DocumentDbSession
{
    private const string ToBytes = "documentdb_core.bson_to_bytea";
    private const string FromBytes = "documentdb_core.bson_from_bytea";
    private const string SequenceFromBytes = "documentdb_core.bsonsequence_from_bytea";

    /// <summary>The first page of a cursor, its number, and what the next page goes on from (none: it was the last page).</summary>
    public sealed record Page(byte[] Reply, long Cursor, byte[]? Continuation);

    /// <summary>A function of the database's name and the command; null where it answers nothing.</summary>
    public static Task<byte[]?> CallAsync(this NpgsqlConnection connection, string function, MongoRequest request, string more, CancellationToken cancellation) =>
        connection.ReadAsync($"SELECT {ToBytes}({function}($1, {FromBytes}($2){more}))", cancellation, request.Database, request.Body);

    /// <summary>A function whose result has a column of its own for the reply.</summary>
    public static async Task<byte[]> CallAsync(
        this NpgsqlConnection connection, string function, string column, MongoRequest request, CancellationToken cancellation) =>
        (await connection.ReadAsync(
            $"SELECT {ToBytes}({column}) FROM {function}($1, {FromBytes}($2))", cancellation, request.Database, request.Body))!;

    /// <summary>A statement on a collection, or on the whole database where it names none.</summary>
    public static async Task RunAsync(this NpgsqlConnection connection, string statement, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(connection, statement, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<byte[]> WriteAsync(this NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation) =>
        (await connection.ReadAsync(
            $"SELECT {ToBytes}(p_result) FROM documentdb_api.{request.Name}($1, {FromBytes}($2), {SequenceFromBytes}($3), NULL)",
            cancellation,
            request.Database,
            request.Body,
            request.Documents))!;

    /// <summary>Its procedure has no form that answers in bytes: the reply is the text form of the engine's own type.</summary>
    public static async Task<byte[]> DropIndexesAsync(this NpgsqlConnection connection, MongoRequest request, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"CALL documentdb_api.drop_indexes($1, {FromBytes}($2), NULL)", request.Database, request.Body);
        command.AllResultTypesAreUnknown = true;
        var text = (string)(await command.ExecuteScalarAsync(cancellation))!;
        return Convert.FromHexString(text.AsSpan("BSONHEX".Length));
    }

    public static Task<Page> OpenCursorAsync(this NpgsqlConnection connection, string function, MongoRequest request, CancellationToken cancellation) =>
        connection.ReadPageAsync(
            $"SELECT {ToBytes}(cursorpage), {ToBytes}(continuation), cursorid FROM documentdb_api.{function}_cursor_first_page($1, {FromBytes}($2))",
            cancellation,
            request.Database,
            request.Body);

    public static Task<Page> ReadCursorAsync(
        this NpgsqlConnection connection, MongoRequest request, byte[] continuation, CancellationToken cancellation) =>
        connection.ReadPageAsync(
            $"SELECT {ToBytes}(cursorpage), {ToBytes}(continuation), 0::bigint FROM documentdb_api.cursor_get_more($1, {FromBytes}($2), {FromBytes}($3))",
            cancellation,
            request.Database,
            request.Body,
            continuation);

    private static async Task<Page> ReadPageAsync(
        this NpgsqlConnection connection, string statement, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(connection, statement, values);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation);
        await reader.ReadAsync(cancellation);
        return new Page(
            reader.GetFieldValue<byte[]>(0),
            reader.IsDBNull(2) ? 0 : reader.GetInt64(2),
            reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1));
    }

    private static async Task<byte[]?> ReadAsync(
        this NpgsqlConnection connection, string statement, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(connection, statement, values);
        return await command.ExecuteScalarAsync(cancellation) as byte[];
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string statement, params object?[] values)
    {
        var command = new NpgsqlCommand(statement, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = value ?? DBNull.Value,
                NpgsqlDbType = value is string ? NpgsqlDbType.Text : NpgsqlDbType.Bytea,
            });
        }

        return command;
    }
}
