using AdServer.Access;
using AdServer.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AdServer.Tests.Access;

/// <summary>The idempotency keys of a host's own store. When a test says so the process is as good as dead between creating and remembering.</summary>
internal sealed class IdempotencyGate
{
    /// <summary>Whether answers are lost.</summary>
    public bool Forgets { get; set; }

    /// <summary>Whether every caller has as many keys as he may.</summary>
    public bool IsFull { get; set; }

    public void Install(IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IIdempotencyStore)).ImplementationType!;
        services.AddSingleton(store);
        services.Replace(ServiceDescriptor.Singleton<IIdempotencyStore>(
            provider => new Gated((IIdempotencyStore)provider.GetRequiredService(store), this)));
    }

    private sealed class Gated(IIdempotencyStore inner, IdempotencyGate gate) : IIdempotencyStore
    {
        public Task<(ReservedKey Held, bool IsNew)?> ReserveKeyAsync(ReservedKey wanted, int most, CancellationToken cancellation) =>
            inner.ReserveKeyAsync(wanted, gate.IsFull ? 0 : most, cancellation);

        public Task AnswerKeyAsync(string id, KeyAnswer answer, CancellationToken cancellation) =>
            gate.Forgets ? throw new StoreUnavailableException("The store is away") : inner.AnswerKeyAsync(id, answer, cancellation);

        public Task<int> RemoveKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellation) =>
            inner.RemoveKeysAsync(before, limit, cancellation);
    }
}
