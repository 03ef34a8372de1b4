using System.Text.Json;
using AdServer.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AdServer.Access.SignIn;

/// <summary>The routes of passwords: a link by which one is set, for people who are let in and for those who have forgotten theirs.</summary>
internal static class SignInEndpoints
{
    private static readonly ApiError UnknownLink = ApiError.NotFound("The link is unknown, was used, or has expired");
    private static readonly ApiError IsAddress = ApiError.BadRequest("The password must not be the e-mail address");

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var signIn = routes.MapGroup("/sign-in").WithTags("Sign-in");
        signIn.MapPost("/reset", ResetAsync).Accepts<EmailRequest>("application/json")
            .WithSummary("Asks for a link to a new password; the answer is the same for every address");
        signIn.MapPost("/password", SetPasswordAsync).Accepts<PasswordRequest>("application/json")
            .ProducesError(StatusCodes.Status404NotFound).ProducesError(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Sets a password by a link, which is used up, and ends all sessions of before");
        routes.MapPost("/developers/{id}/invitation", InviteDeveloperAsync).WithTags("Developers").Describe();
        routes.MapPost("/performers/{id}/invitation", InvitePerformerAsync).WithTags("Performers").Describe();
    }

    private static void Describe(this RouteHandlerBuilder route) => route
        .Produces<InvitationResponse>(StatusCodes.Status201Created).ProducesError(StatusCodes.Status404NotFound)
        .WithSummary("Makes a link that sets a password, once, within seven days; earlier invitations end");

    private static async Task<Results<Accepted<Done>, ApiError>> ResetAsync(HttpRequest http, ResetService resets)
    {
        var (error, email) = await JsonBody.ReadAsync(http, body => ContactRequest.ReadEmail(body, "Missing email"));
        if (email is null)
        {
            return error!;
        }

        resets.Ask(EmailAddress.Key(email));
        return TypedResults.Accepted((string?)null, new Done("If somebody with this address has a password here, a link to a new one is on its way"));
    }

    private static async Task<Results<Ok<Done>, ApiError>> SetPasswordAsync(
        HttpRequest http,
        ICredentialStore store,
        People people,
        Passwords passwords,
        Credentials credentials,
        Sessions sessions,
        Guesses guesses,
        AuditLog audit,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var (error, request) = await JsonBody.ReadAsync(http, PasswordRequest.Read);
        if (request is null)
        {
            return error!;
        }

        // Nothing is hashed for who has no link.
        if (LinkSecret.HashOf(request.Link) is not { } link
            || await store.FindCredentialByLinkAsync(link, cancellation) is not { } credential
            || !credential.Admits(link, clock.Now())
            || await people.FindAsync(credential.Subject, cancellation) is not { } person)
        {
            return UnknownLink;
        }

        if (EmailAddress.Key(request.Password) == person.EmailKey)
        {
            return IsAddress;
        }

        if (await passwords.RunAsync(() => passwords.Hash(request.Password), cancellation) is not { } hash)
        {
            return SignInCheck.Busy;
        }

        var change = new AuditChange(person.Subject.PasswordAction, person.Subject.Id) { PerformerId = person.Subject.PerformerId };
        if (!await audit.RecordAsync(
            AuditOrigin.Of(http.HttpContext, person),
            change,
            () => credentials.SetPasswordAsync(person.Subject, link, hash, cancellation),
            isSet => isSet,
            cancellation))
        {
            return UnknownLink;
        }

        // If the process dies here, SessionService does it.
        await sessions.EndAllAsync(person.Subject, CancellationToken.None);
        if (person.Subject.Kind == SubjectKind.Developer || (await people.FindByEmailAsync(person.EmailKey, CancellationToken.None)).Developer is null)
        {
            guesses.Clear(person.EmailKey, CallerNetwork.Of(http.HttpContext));
        }

        return TypedResults.Ok(new Done("The password is set; sign in with it"));
    }

    private static Task<Results<Created<InvitationResponse>, ApiError>> InviteDeveloperAsync(
        string id, [AsParameters] InvitationParts parts, CancellationToken cancellation) =>
        InviteAsync(new Subject(SubjectKind.Developer, id), "Developer not found", parts, cancellation);

    private static Task<Results<Created<InvitationResponse>, ApiError>> InvitePerformerAsync(
        string id, [AsParameters] InvitationParts parts, CancellationToken cancellation) =>
        InviteAsync(new Subject(SubjectKind.Performer, id), "Performer not found", parts, cancellation);

    /// <summary>Shows the link to the administrator who asks for it, and hands it to the webhook if there is one.</summary>
    private static async Task<Results<Created<InvitationResponse>, ApiError>> InviteAsync(
        Subject subject, string missing, InvitationParts parts, CancellationToken cancellation)
    {
        if (await parts.People.FindAsync(subject, cancellation) is not { } person)
        {
            return ApiError.NotFound(missing);
        }

        var change = new AuditChange(subject.InviteAction, subject.Id) { PerformerId = subject.PerformerId };
        var made = await parts.Audit.RecordAsync(
            parts.Origin, change, () => parts.Credentials.AddLinkAsync(subject, LinkKind.Invitation, cancellation), link => link is not null, cancellation);
        var (secret, expiresAt) = made!.Value;
        var url = LinkSecret.UrlOf(secret, parts.PublicUrl());
        if (parts.Links.HasWebhook)
        {
            parts.Links.Send(new LinkMessage(LinkKind.Invitation, person.Email, person.Name, url, expiresAt));
        }

        return TypedResults.Created((string?)null, new InvitationResponse(secret, url, expiresAt));
    }
}

/// <summary>A password that somebody wants.</summary>
/// <param name="Link" example="adl_…">The secret of the link: what stands behind <c>#link=</c>.</param>
/// <param name="Password" example="correct horse battery">12 to 128 characters, and not the e-mail address.</param>
internal sealed record PasswordRequest(string Link, string Password)
{
    public static (ApiError? Error, PasswordRequest? Request) Read(JsonElement body)
    {
        if (body.Member("link").Text() is not { } link || body.Member("password").Text() is not { } password)
        {
            return (ApiError.BadRequest("Missing link or password"), null);
        }

        return Passwords.Fault(password) is { } fault ? (ApiError.BadRequest(fault), null) : (null, new PasswordRequest(link.Trim(), password));
    }
}

/// <summary>What makes an invitation.</summary>
internal sealed record InvitationParts(
    HttpRequest Http,
    [FromServices] People People,
    [FromServices] Credentials Credentials,
    [FromServices] LinkWriter Links,
    [FromServices] AccessSettings Settings,
    [FromServices] AuditLog Audit,
    AuditOrigin Origin)
{
    /// <summary>What the link begins with. Where nobody said so, what the administrator asked by, who alone is shown it: a webhook needs the setting.</summary>
    public string PublicUrl() => Settings.PublicUrl ?? (Http.Host.HasValue ? $"{Http.Scheme}://{Http.Host}" : Settings.PublicUrlOrLocal);
}

/// <summary>An invitation that was made.</summary>
/// <param name="Link">The secret of the link: kept nowhere, shown nowhere else.</param>
/// <param name="Url">What to open.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record InvitationResponse(string Link, string Url, DateTimeOffset ExpiresAt);
