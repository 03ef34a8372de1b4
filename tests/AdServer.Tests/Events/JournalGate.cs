using AdServer.Common;
using AdServer.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Tests.Events;

/// <summary>
/// Stands before the journal of a host: holds commits back until the test lets them go, or lets them fail. Like the journal of an engine
/// behind a network it does not gather: the host makes one batch after the other.
/// <code>
/// var gate = new JournalGate();
/// await using var host = await AdServerHost.StartAsync(services: gate.Install);
/// gate.Close();
/// </code>
/// </summary>
internal sealed class JournalGate
{
    private TaskCompletionSource open = Completed();
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a commit fails with; nothing: it does not.</summary>
    public Exception? Fault { get; set; }

    /// <summary>How many commits there were or are, of any size.</summary>
    public int Commits { get; private set; }

    /// <summary>The events that were stored, as they were handed to the journal.</summary>
    public List<AdEvent> Stored { get; } = [];

    /// <summary>Completes when a batch stands before the closed gate.</summary>
    public Task Arrived => arrived.Task;

    public void Close() =>
        (open, arrived) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Open() => open.SetResult();

    public void Install(IServiceCollection services)
    {
        var journal = services.Last(service => service.ServiceType == typeof(IEventJournal));
        services.Replace(ServiceDescriptor.Singleton<IEventJournal>(provider => new GatedJournal(Make(journal, provider), this)));
    }

    private static IEventJournal Make(ServiceDescriptor service, IServiceProvider provider) => (IEventJournal)(
        service.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private sealed class GatedJournal(IEventJournal inner, JournalGate gate) : IEventJournal
    {
        public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
        {
            gate.Commits++;
            var open = gate.open.Task;
            gate.arrived.TrySetResult();
            await open;
            var outcomes = gate.Fault is { } fault ? throw fault : await inner.AppendAsync(batch, cancellation);
            gate.Stored.AddRange(batch.Where((_, place) => outcomes[place] == AppendOutcome.Stored));
            return outcomes;
        }

        public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => inner.NextRollAsync(maxEvents, cancellation);

        public Task<JournalLag> ReadLagAsync(CancellationToken cancellation) => inner.ReadLagAsync(cancellation);
    }

    /// <summary>What a store says that cannot write.</summary>
    public static Exception DiskFull => new StoreUnavailableException("The disk is full");
}
