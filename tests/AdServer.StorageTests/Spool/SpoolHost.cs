using AdServer.Events;
using AdServer.Storage.Mongo;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Spool;

/// <summary>A host with a spool of its own on a server in memory.</summary>
internal sealed class SpoolHost : IDisposable
{
    public const int RoomForAll = 1_000_000_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-spool-");
    private readonly ServiceProvider meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MongoRetry commands;
    private readonly long mostBytes;

    public SpoolHost(PlainServer server, long mostBytes = RoomForAll)
    {
        (Server, this.mostBytes) = (server, mostBytes);
        commands = new MongoRetry(server, TimeProvider.System, TimeSpan.FromMinutes(1), MongoChance.Next);
        Engine = new MongoEventJournal(commands, Clock);
        Start();
    }

    public PlainServer Server { get; }

    public ManualClock Clock { get; } = new();

    public string File => Path.Combine(folder.FullName, "spool.db");

    /// <summary>The journal without the spool.</summary>
    public MongoEventJournal Engine { get; }

    public SqliteSpool Spool { get; private set; } = null!;

    public SpooledJournal Journal { get; private set; } = null!;

    public MongoSpools Marks { get; private set; } = null!;

    public MongoStatsStore Stats { get; private set; } = null!;

    public SpoolDrainService Drainer { get; private set; } = null!;

    public SpoolMetrics Metrics => new(Meters);

    public System.Diagnostics.Metrics.IMeterFactory Meters => meters.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();

    /// <summary>Another process on the same disk.</summary>
    public void Restart()
    {
        Stop();
        Start();
    }

    public Task<AppendOutcome[]> AppendAsync(params AdEvent[] events) => Journal.AppendAsync(events, Token);

    public Task DrainAsync() => Drainer.DrainAsync(Token);

    /// <summary>Events in the engine that are committed.</summary>
    public async Task<long> CountAsync() => (await Stats.ReadAsync(new(), Token)).Total.Events.Events;

    public async Task<bool> IsCompleteAsync() => (await Stats.ReadAsync(new(), Token)).IsComplete;

    public void Dispose()
    {
        Stop();
        meters.Dispose();
        folder.Delete(recursive: true);
    }

    private void Start()
    {
        Spool = SqliteSpool.Open(File, mostBytes);
        Journal = new SpooledJournal(Engine, Spool, Clock, NullLogger<SpooledJournal>.Instance);
        Marks = new MongoSpools(commands, Spool);
        Stats = new MongoStatsStore(commands, Clock, Marks);
        Drainer = new SpoolDrainService(Spool, Journal, Marks, Metrics, Clock, NullLogger<SpoolDrainService>.Instance);
    }

    private void Stop()
    {
        Drainer.Dispose();
        Spool.Dispose();
    }
}
