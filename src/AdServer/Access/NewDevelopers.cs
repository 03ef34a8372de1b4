using AdServer.Common;

namespace AdServer.Access;

/// <summary>Adds the developers that requests ask for, each once however often its request comes.</summary>
internal sealed class NewDevelopers(IAccessStore store, AuditLog audit, TimeProvider clock)
{
    /// <summary>Adds the developer of a request, or finds the one with its address; nothing if it was added before, and removed.</summary>
    public async Task<KeyAnswer?> AddAsync(ContactRequest request, IdempotentCall call, AuditOrigin origin, CancellationToken cancellation)
    {
        var wanted = new Developer(call.ObjectId, request.Name, request.Email, clock.Now());
        var (developer, added) = await FindAsync(wanted, call, cancellation) ?? await audit.RecordAsync(
            origin,
            new AuditChange(AuditAction.CreateDeveloper, wanted.Id) { After = DeveloperResponse.Of(wanted) },
            () => store.AddDeveloperAsync(wanted, cancellation),
            made => made.Added,
            cancellation);
        if (!added && developer.Id == wanted.Id)
        {
            return null;
        }

        var answer = new KeyAnswer(added ? StatusCodes.Status201Created : StatusCodes.Status200OK, developer.Id);
        await call.RememberAsync(answer);
        return answer;
    }

    /// <summary>The one that was added when the request came before, or that has the address; nothing if there is something to add.</summary>
    private async Task<(Developer Developer, bool Added)?> FindAsync(Developer wanted, IdempotentCall call, CancellationToken cancellation) =>
        call.IsRepeat && await store.FindDeveloperAsync(wanted.Id, cancellation) is { } added ? (added, true)
            : await store.FindDeveloperByEmailAsync(wanted.EmailKey, cancellation) is { } held ? (held, held.Id == wanted.Id)
            : null;
}
