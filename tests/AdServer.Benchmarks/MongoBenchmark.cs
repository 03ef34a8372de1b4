using System.Diagnostics;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.Storage.Mongo.Native;
using AdServer.StorageTests.Mongo.Engine;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;

namespace AdServer.Benchmarks;

/// <summary>
/// Events a second from one host into MongoDB, beside the same inserts sent by the binding alone: documents made in advance, one insert a
/// batch with the same write concern, no commit record. The two take turns. Then the commands that a batch and a roll take.
/// </summary>
internal static class MongoBenchmark
{
    private const int AdCount = 100;
    private const int Packages = 50;
    private const int Turns = 15;
    private const int EventsPerTurn = 10_000;
    private const int RollSize = 20_000;
    private const double LeastRatio = 0.7;

    private static readonly int[] BatchSizes = [100, 1_000];

    /// <param name="args">The URI of a database to fill, or nothing: then the engine of the tests, behind its gateway in this process.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [var uri])
        {
            return await RunAsync(uri);
        }

        using var engine = DocumentDb.Start();
        await using var gateway = new MongoGateway(engine);
        return await RunAsync(gateway.UriOf("benchmark"));
    }

    private static async Task<int> RunAsync(string uri)
    {
        await using var host = new Host(uri);
        await host.OpenAsync();
        Console.WriteLine($"{"batch",6} {"host ev/s",10} {"binding ev/s",13} {"ratio",6} {"commands/batch",15}");
        var kept = true;
        foreach (var size in BatchSizes)
        {
            kept &= await CompareAsync(host, size) >= LeastRatio;
        }

        await RollAsync(host);
        Console.WriteLine($"{(kept ? "Kept" : "Broken")}: at least {LeastRatio} of the binding's inserts.");
        return kept ? 0 : 1;
    }

    private static async Task<double> CompareAsync(Host host, int size)
    {
        // The first turn of each warms up.
        var ofHost = new List<double>();
        var ofBinding = new List<double>();
        var before = host.Commands.Count;
        for (var turn = 0; turn <= Turns; turn++)
        {
            AdEvent[][] batches = [.. Events(EventsPerTurn).Chunk(size)];
            BsonDocument[] inserts = [.. Events(EventsPerTurn).Chunk(size).Select(Insert)];
            before = turn == 1 ? host.Commands.Count : before;
            ofHost.Add(await TimeAsync(batches, batch => host.Journal.AppendAsync(batch, CancellationToken.None)));
            ofBinding.Add(await TimeAsync(inserts, insert => host.Binding.RunAsync(insert, CancellationToken.None)));
        }

        var (own, bare) = (ofHost.Skip(1).Median(), ofBinding.Skip(1).Median());
        var commands = (host.Commands.Count - before) / (double)(Turns * EventsPerTurn / size);
        Console.WriteLine($"{size,6:N0} {own,10:N0} {bare,13:N0} {own / bare,6:F2} {commands,15:F2}");
        return own / bare;
    }

    /// <summary>Rolls up what the host appended. What the binding inserted has no commit record: for readers it is not there.</summary>
    private static async Task RollAsync(Host host)
    {
        var (rolls, events, before) = (0, 0, host.Commands.Count);
        var started = Stopwatch.GetTimestamp();
        while (await host.Journal.NextRollAsync(RollSize, CancellationToken.None) is { } roll)
        {
            await host.Stats.ApplyAsync(roll, CancellationToken.None);
            (rolls, events) = (rolls + 1, events + roll.Events.Count);
        }

        var time = Stopwatch.GetElapsedTime(started);
        Console.WriteLine($"{events:N0} events in {rolls} rolls of up to {RollSize:N0}: {events / time.TotalSeconds:N0} ev/s, "
            + $"{(host.Commands.Count - before) / (double)rolls:F0} commands a roll");
    }

    private static async Task<double> TimeAsync<T>(T[] batches, Func<T, Task> send)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            await send(batch);
        }

        return EventsPerTurn / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static BsonDocument Insert(AdEvent[] batch) => new BsonDocument
    {
        { "insert", MongoEvents.Collection },
        { "documents", new BsonArray(batch.Select((one, place) => MongoEvents.Write(one, batch[0].EventId!, place))) },
        { "ordered", false },
    }.Durable();

    private static IEnumerable<AdEvent> Events(int count)
    {
        var now = TimeProvider.System.Now();
        return Enumerable.Range(0, count).Select(number => new AdEvent
        {
            EventId = Guid.NewGuid().ToString(),
            AdId = $"ad{number % AdCount}",
            PerformerId = "performer",
            PackageName = $"com.example.app{number % Packages}",
            Timestamp = "2026-03-10T12:00:00.000Z",
            Day = UtcDay.Of(now),
            Type = (EventType)(number % 4),
            WatchDuration = 5000,
            CreatedAt = now,
        });
    }

    /// <summary>The stores of a host, on commands that are counted.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private readonly ServiceProvider services;

        public Host(string uri)
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:MongoDb", uri)]).Build();
            var storage = new StorageSettings();
            Binding = new MongocCommands(MongoSettings.Read(configuration), new MongocLimits(storage.Workers, storage.Deadline, storage.Deadline));
            Commands = new CountedCommands(Binding);
            services = new ServiceCollection()
                .AddLogging()
                .AddStorage(configuration, Path.GetTempPath())
                .AddSingleton(new MongoRetry(Commands, TimeProvider.System, storage.Deadline, MongoChance.Next))
                .BuildServiceProvider();
        }

        public MongocCommands Binding { get; }

        public CountedCommands Commands { get; }

        public IEventJournal Journal => services.GetRequiredService<IEventJournal>();

        public IStatsStore Stats => services.GetRequiredService<IStatsStore>();

        /// <summary>Prepares the database.</summary>
        public Task<StorageLocation> OpenAsync() => services.OpenStorageAsync();

        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            await Binding.DisposeAsync();
        }
    }

    /// <summary>Each command is a round trip.</summary>
    private sealed class CountedCommands(IMongoCommands commands) : IMongoCommands
    {
        private long count;

        public long Count => Interlocked.Read(ref count);

        public Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
        {
            Interlocked.Increment(ref count);
            return commands.RunAsync(command, cancellation);
        }
    }
}
