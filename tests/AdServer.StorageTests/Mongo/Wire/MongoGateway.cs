using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AdServer.StorageTests.Mongo.Engine;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>
/// A MongoDB server as drivers see it: the primary of the one-node replica set <c>rs0</c> on a port of this machine's loopback. It has accidents
/// on demand, and can be away. Each test may have one of its own before the same engine.
/// </summary>
internal sealed class MongoGateway : IAsyncDisposable
{
    private readonly DocumentDbCommands commands;
    private readonly ConcurrentDictionary<Task, bool> connections = new();
    private readonly DocumentDb engine;
    private readonly Greeting greeting;
    private CancellationTokenSource up = new();
    private Task listening = Task.CompletedTask;

    public MongoGateway(DocumentDb engine)
    {
        this.engine = engine;
        commands = new DocumentDbCommands(engine);
        var listener = Listen(port: 0);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        greeting = new Greeting(Port);
        listening = AcceptAsync(listener, up.Token);
    }

    public int Port { get; }

    /// <summary>What happens to the next commands.</summary>
    public Faults Faults { get; } = new();

    /// <summary>Whether it says that it is the primary and takes writes; else it is a secondary.</summary>
    public bool IsPrimary
    {
        get => greeting.IsPrimary;
        set => greeting.IsPrimary = value;
    }

    /// <summary>Where a driver finds a database.</summary>
    public string UriOf(string database) => $"mongodb://127.0.0.1:{Port}/{database}?replicaSet={Greeting.ReplicaSet}";

    /// <summary>What a node that lags behind from now on would answer; for <see cref="Fault.ReadFrom"/>.</summary>
    public Task<Snapshot> TakeSnapshotAsync(CancellationToken cancellation) => Snapshot.TakeAsync(engine, cancellation);

    /// <summary>Goes away: every connection breaks and new ones are refused, until it is started again. Writes that were asked before may yet be done.</summary>
    public async Task StopAsync()
    {
        await up.CancelAsync();
        await listening;
        await Task.WhenAll(connections.Keys);
        connections.Clear();
    }

    /// <summary>Comes back on the same port.</summary>
    public void Start()
    {
        up.Dispose();
        up = new();
        listening = AcceptAsync(Listen(Port), up.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        up.Dispose();
        commands.Dispose();
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancellation)
    {
        using (listener)
        {
            while (!cancellation.IsCancellationRequested)
            {
                try
                {
                    var client = await listener.AcceptTcpClientAsync(cancellation);
                    Keep(Task.Run(() => new GatewayConnection(client, commands, greeting, Faults).ServeAsync(cancellation), CancellationToken.None));
                }
                catch (OperationCanceledException)
                {
                }
            }
        }
    }

    private void Keep(Task connection)
    {
        connections[connection] = true;
        _ = connection.ContinueWith(ended => connections.TryRemove(ended, out _), TaskScheduler.Default);
    }
}
