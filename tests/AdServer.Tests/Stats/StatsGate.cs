using AdServer.Events;
using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Tests.Stats;

/// <summary>
/// Stands before the statistics store of a host: something happens before a roll is applied, or after a reading.
/// <code>
/// var gate = new StatsGate { BeforeApply = () => throw JournalGate.DiskFull };
/// await using var host = await AdServerHost.StartAsync(services: gate.Install);
/// </code>
/// </summary>
internal sealed class StatsGate
{
    public Func<Task> BeforeApply { get; set; } = () => Task.CompletedTask;

    public Action AfterRead { get; set; } = () => { };

    public void Install(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IStatsStore));
        services.Replace(ServiceDescriptor.Singleton<IStatsStore>(provider =>
            new GatedStore((IStatsStore)store.ImplementationFactory!(provider), this)));
    }

    private sealed class GatedStore(IStatsStore inner, StatsGate gate) : IStatsStore
    {
        public async Task ApplyAsync(Roll roll, CancellationToken cancellation)
        {
            await gate.BeforeApply().WaitAsync(cancellation);
            await inner.ApplyAsync(roll, cancellation);
        }

        public async Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation)
        {
            var view = await inner.ReadAsync(query, cancellation);
            gate.AfterRead();
            return view;
        }
    }
}
