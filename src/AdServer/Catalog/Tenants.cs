using AdServer.Access;
using AdServer.Access.SignIn;

namespace AdServer.Catalog;

/// <summary>Tells access control which performers there are.</summary>
internal sealed class Tenants(ICatalogStore store) : ITenants
{
    public async Task<Person?> FindAsync(string performerId, CancellationToken cancellation) =>
        ToPerson(await store.FindPerformerAsync(performerId, cancellation));

    public async Task<Person?> FindByEmailAsync(string emailKey, CancellationToken cancellation) =>
        ToPerson(await store.FindPerformerByEmailAsync(emailKey, cancellation));

    private static Person? ToPerson(Performer? performer) =>
        performer is null ? null : new Person(new Subject(SubjectKind.Performer, performer.Id), performer.Name, performer.Email);
}
