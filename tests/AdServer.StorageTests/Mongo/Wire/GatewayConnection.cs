using System.Net.Sockets;
using Npgsql;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>One client's connection: a command, its reply, the next command. Ends with the client, an accident, the engine or the gateway.</summary>
internal sealed class GatewayConnection(TcpClient client, DocumentDbCommands commands, Greeting greeting, Faults faults)
{
    private const int NotPrimary = 10107;

    private static readonly string[] Reads = ["find", "aggregate", "count", "distinct", "getMore", "listCollections", "listIndexes"];

    private static readonly string[] Writes = ["insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "dropDatabase"];

    public async Task ServeAsync(CancellationToken cancellation)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var stream = client.GetStream();
                while (await MongoWire.ReadAsync(stream, cancellation) is { } request && await AnswerAsync(request, cancellation) is { } reply)
                {
                    if (request.IsAnswered)
                    {
                        await stream.WriteAsync(MongoWire.Answer(request, reply), cancellation);
                    }
                }
            }
            catch (Exception ended) when (ended is IOException or SocketException or InvalidDataException or NpgsqlException or OperationCanceledException)
            {
            }
        }
    }

    private async Task<byte[]?> AnswerAsync(MongoRequest request, CancellationToken cancellation)
    {
        var call = new Call(request, (asked, past) => ExecuteAsync(asked, past, cancellation), cancellation);
        return faults.Meet(request) is { } accident ? await accident(call) : await call.ExecuteNowAsync();
    }

    /// <summary>A write that has begun is carried out to its end, whatever becomes of its client, and a read ends with it: that is how a server does it.</summary>
    private async Task<byte[]> ExecuteAsync(MongoRequest request, Snapshot? past, CancellationToken cancellation)
    {
        if (greeting.Answer(request.Name) is { } known)
        {
            return known;
        }

        if (!greeting.IsPrimary && Writes.Contains(request.Name))
        {
            return MongoErrors.Reply(NotPrimary, "not primary");
        }

        return past is null && Reads.Contains(request.Name)
            ? await ReadAsync(request, cancellation)
            : await commands.ExecuteAsync(request, past, CancellationToken.None);
    }

    private async Task<byte[]> ReadAsync(MongoRequest request, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = EndWithClientAsync(ended);
        try
        {
            return await commands.ExecuteAsync(request, past: null, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
    }

    /// <summary>A client that waits for a reply says nothing: what can be heard of it is its going.</summary>
    private async Task EndWithClientAsync(CancellationTokenSource read)
    {
        try
        {
            if (await client.Client.ReceiveAsync(new byte[1], SocketFlags.Peek, read.Token) == 0)
            {
                await read.CancelAsync();
            }
        }
        catch (SocketException)
        {
            await read.CancelAsync();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
