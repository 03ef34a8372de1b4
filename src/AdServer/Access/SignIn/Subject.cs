using System.Diagnostics.CodeAnalysis;

namespace AdServer.Access.SignIn;

/// <summary>
/// Who signs in: a developer or a performer, by its identity. What somebody signs in with belongs to this and never to an e-mail address:
/// whoever changes his address to that of another gets nothing of the other's.
/// </summary>
internal readonly record struct Subject(SubjectKind Kind, string Id)
{
    private const char Separator = '|';

    /// <summary>The role that it signs in to.</summary>
    public Role Role => Kind == SubjectKind.Developer ? Role.Administrator : Role.Advertiser;

    /// <summary>The performer, if it is one.</summary>
    public string? PerformerId => Kind == SubjectKind.Performer ? Id : null;

    /// <summary>What making a link for it is noted as.</summary>
    public AuditAction InviteAction => Kind == SubjectKind.Developer ? AuditAction.InviteDeveloper : AuditAction.InvitePerformer;

    /// <summary>What setting its password is noted as.</summary>
    public AuditAction PasswordAction => Kind == SubjectKind.Developer ? AuditAction.SetDeveloperPassword : AuditAction.SetPerformerPassword;

    /// <summary>As it is kept.</summary>
    public override string ToString() => $"{(Kind == SubjectKind.Developer ? "developer" : "performer")}{Separator}{Id}";

    /// <summary>Reads what <see cref="ToString"/> has written.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Subject? subject)
    {
        var parts = text?.Split(Separator, 2);
        subject = parts switch
        {
            ["developer", { Length: > 0 } id] => new Subject(SubjectKind.Developer, id),
            ["performer", { Length: > 0 } id] => new Subject(SubjectKind.Performer, id),
            _ => null,
        };
        return subject is not null;
    }

    /// <summary>Reads what a store holds.</summary>
    public static Subject Parse(string text) => TryParse(text, out var subject) ? subject.Value : throw new FormatException("No subject of a sign-in");
}

/// <summary>What somebody is who signs in.</summary>
internal enum SubjectKind
{
    /// <summary>Becomes an administrator.</summary>
    Developer,

    /// <summary>Becomes the advertiser of this performer.</summary>
    Performer,
}

/// <summary>Somebody who may sign in, as he is known now.</summary>
internal sealed record Person(Subject Subject, string Name, string Email)
{
    /// <summary>What he is found by.</summary>
    public string EmailKey => EmailAddress.Key(Email);
}
