using AdServer.Access;
using AdServer.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Tests.Access;

/// <summary>The audit of a host's own store, which is away when a test says so.</summary>
internal sealed class AuditGate
{
    /// <summary>Whether entries cannot be added.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether ends cannot be added: as if the process died after the change.</summary>
    public bool IsEndAway { get; set; }

    public void Install(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IAuditStore)).ImplementationType!;
        services.AddSingleton(store);
        services.Replace(ServiceDescriptor.Singleton<IAuditStore>(provider => new Gated((IAuditStore)provider.GetRequiredService(store), this)));
    }

    private sealed class Gated(IAuditStore inner, AuditGate gate) : IAuditStore
    {
        public Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellation) =>
            gate.IsAway ? throw new StoreUnavailableException("The audit is away") : inner.AppendAuditAsync(entry, cancellation);

        public Task EndAuditAsync(string id, AuditOutcome outcome, DateTimeOffset at, CancellationToken cancellation) =>
            gate.IsEndAway ? throw new StoreUnavailableException("The audit is away") : inner.EndAuditAsync(id, outcome, at, cancellation);

        public Task<AuditPage> ListAuditAsync(AuditQuery query, CancellationToken cancellation) => inner.ListAuditAsync(query, cancellation);
    }
}
