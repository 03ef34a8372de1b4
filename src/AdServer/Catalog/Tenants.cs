using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>Tells the tokens which performers there are.</summary>
internal sealed class Tenants(ICatalogStore store) : ITenants
{
    public async Task<bool> ExistsAsync(string performerId, CancellationToken cancellation) =>
        await store.FindPerformerAsync(performerId, cancellation) is not null;
}
