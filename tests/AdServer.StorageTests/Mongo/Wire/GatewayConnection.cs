using System.Net.Sockets;
using Npgsql;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>One client's connection: a command, its reply, the next command. Ends with the client, an accident, the engine or the gateway.</summary>
internal sealed class GatewayConnection(DocumentDbCommands commands, Greeting greeting, Faults faults)
{
    private const int NotPrimary = 10107;

    private static readonly string[] Writes = ["insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop", "dropDatabase"];

    public async Task ServeAsync(TcpClient client, CancellationToken cancellation)
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
        var call = new Call(request, ExecuteAsync, cancellation);
        return faults.Meet(request) is { } accident ? await accident(call) : await call.ExecuteNowAsync();
    }

    /// <summary>A command that has begun is carried out to its end, whatever becomes of its client: that is how a server does it.</summary>
    private async Task<byte[]> ExecuteAsync(MongoRequest request, Snapshot? past) =>
        greeting.Answer(request.Name)
        ?? (greeting.IsPrimary || !Writes.Contains(request.Name)
            ? await commands.ExecuteAsync(request, past, CancellationToken.None)
            : MongoErrors.Reply(NotPrimary, "not primary"));
}
