using System.Text.Json.Serialization;
using AdServer.Access.SignIn;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AdServer.Access;

/// <summary>The routes of developers (administrators).</summary>
internal static class DeveloperEndpoints
{
    private const int MostDevelopers = 10_000;

    public static void MapDevelopers(this IEndpointRouteBuilder routes)
    {
        var developers = routes.MapGroup("/developers").WithTags("Developers");
        developers.MapPost(string.Empty, CreateAsync).Accepts<ContactRequest>("application/json").TakesIdempotencyKey()
            .Produces<DeveloperCreated>().WithSummary("Adds a developer, or finds the one with this address");
        developers.MapPost("/login", LoginAsync).Accepts<EmailRequest>("application/json")
            .Produces<DeveloperKnown>().Produces<DeveloperUnknown>(StatusCodes.Status404NotFound).WithSummary("Whether a developer has this address");
        developers.MapGet(string.Empty, ListAsync).WithSummary("All developers, in order of creation");
        developers.MapDelete("/{id}", RemoveAsync).ProducesError(StatusCodes.Status404NotFound).WithSummary("Removes a developer");
    }

    private static async Task<Results<Created<DeveloperCreated>, Ok<DeveloperCreated>, ApiError>> CreateAsync(
        HttpRequest http, Caller caller, NewDevelopers developers, IdempotencyKeys keys, AuditOrigin origin, CancellationToken cancellation)
    {
        var (error, request) = await JsonBody.ReadAsync(http, ContactRequest.Read);
        if (request is null)
        {
            return error!;
        }

        (error, var call) = await keys.BeginAsync(http, caller, request, cancellation);
        using (call)
        {
            if (call is null)
            {
                return error!;
            }

            var answer = call.Answer ?? await developers.AddAsync(request, call, origin, cancellation);
            return answer is null ? IdempotencyKeys.Removed
                : answer.Status == StatusCodes.Status201Created
                    ? TypedResults.Created((string?)null, new DeveloperCreated("Developer created", answer.ObjectId))
                    : TypedResults.Ok(new DeveloperCreated("Developer already exists", answer.ObjectId));
        }
    }

    private static async Task<Results<Ok<DeveloperKnown>, NotFound<DeveloperUnknown>, ApiError>> LoginAsync(
        HttpRequest http, IAccessStore store, CancellationToken cancellation)
    {
        var (error, email) = await JsonBody.ReadAsync(http, body => ContactRequest.ReadEmail(body, "Missing email"));
        if (email is null)
        {
            return error!;
        }

        return await store.FindDeveloperByEmailAsync(EmailAddress.Key(email), cancellation) is { } developer
            ? TypedResults.Ok(new DeveloperKnown(true, developer.Id))
            : TypedResults.NotFound(new DeveloperUnknown(false));
    }

    private static async Task<Ok<IEnumerable<DeveloperResponse>>> ListAsync(IAccessStore store, CancellationToken cancellation)
    {
        var developers = await store.ListDevelopersAsync(MostDevelopers, cancellation);
        return TypedResults.Ok(developers.Select(DeveloperResponse.Of));
    }

    private static async Task<Results<Ok<Done>, ApiError>> RemoveAsync(
        string id, IAccessStore store, Sessions sessions, AuditLog audit, AuditOrigin origin, CancellationToken cancellation)
    {
        var isGone = await store.FindDeveloperAsync(id, cancellation) is { } developer && await audit.RecordAsync(
            origin,
            new AuditChange(AuditAction.DeleteDeveloper, id) { Before = DeveloperResponse.Of(developer) },
            () => store.RemoveDeveloperAsync(id, cancellation),
            removed => removed,
            cancellation);
        // Whether it is gone by this call or was before: an earlier call may have been broken off here.
        await sessions.ForgetAsync(new Subject(SubjectKind.Developer, id), CancellationToken.None);
        return isGone ? TypedResults.Ok(new Done("Developer deleted successfully")) : ApiError.NotFound("Developer not found");
    }
}

/// <summary>An address to look up.</summary>
/// <param name="Email" example="ann@example.com">The e-mail address, in whatever case.</param>
internal sealed record EmailRequest(string Email);

/// <summary>The answer to a change that has nothing else to say.</summary>
internal sealed record Done(string Message);

/// <summary>The developer that has the address now.</summary>
internal sealed record DeveloperCreated(string Message, string DeveloperId);

/// <summary>A developer has the address.</summary>
internal sealed record DeveloperKnown(bool Exists, string DeveloperId);

/// <summary>No developer has the address.</summary>
internal sealed record DeveloperUnknown(bool Exists);

/// <summary>A developer as it is listed.</summary>
internal sealed record DeveloperResponse([property: JsonPropertyName("_id")] string Id, string Name, string Email, DateTimeOffset CreatedAt)
{
    public static DeveloperResponse Of(Developer one) => new(one.Id, one.Name, one.Email, one.CreatedAt);
}
