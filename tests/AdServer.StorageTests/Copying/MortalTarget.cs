using AdServer.Commands.Copying;
using AdServer.Events;
using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.StorageTests.Copying;

/// <summary>The process was killed here.</summary>
internal sealed class KilledException : Exception;

/// <summary>How many writes a process lives for: it is killed after the last one.</summary>
internal sealed class MortalLife(int writes)
{
    private int left = writes;

    public async Task LiveAsync(Func<Task> write)
    {
        await write();
        if (--left == 0)
        {
            throw new KilledException();
        }
    }
}

/// <summary>A target whose process is killed between two writes.</summary>
internal sealed class MortalTarget(ICopyTarget target, MortalLife life) : ICopyTarget
{
    /// <summary>Gives a command a target and a roll-up that live for some writes.</summary>
    public static void Put(IServiceCollection services, int writes)
    {
        var life = new MortalLife(writes);
        services.AddSingleton<ICopyTarget>(new MortalTarget(Instance<ICopyTarget>(services), life));
        services.AddSingleton<IStatsStore>(new MortalStats(Instance<IStatsStore>(services), life));
    }

    public string Name => target.Name;

    public Task<CopyMark> BeginAsync(string source, CancellationToken cancellation) => target.BeginAsync(source, cancellation);

    public Task WriteAsync(CopyRows? rows, CopyMark before, CopyMark after, CancellationToken cancellation) =>
        life.LiveAsync(() => target.WriteAsync(rows, before, after, cancellation));

    public Task<CopyCounts> CountAsync(CancellationToken cancellation) => target.CountAsync(cancellation);

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) => target.ReadStatsAsync(query, cancellation);

    private static T Instance<T>(IServiceCollection services) =>
        (T)services.Last(service => service.ServiceType == typeof(T)).ImplementationInstance!;
}

/// <summary>The roll-up of a target whose process is killed between two rolls.</summary>
internal sealed class MortalStats(IStatsStore stats, MortalLife life) : IStatsStore
{
    public Task ApplyAsync(Roll roll, CancellationToken cancellation) => life.LiveAsync(() => stats.ApplyAsync(roll, cancellation));

    public Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation) => stats.ReadAsync(query, cancellation);
}
