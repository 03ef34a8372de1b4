namespace AdServer.Access.SignIn;

/// <summary>Finds who may sign in: developers, and the performers that the catalogue knows.</summary>
internal sealed class People(IAccessStore developers, ITenants performers)
{
    /// <summary>Whoever this is; nothing if it was removed.</summary>
    public async Task<Person?> FindAsync(Subject subject, CancellationToken cancellation) => subject.Kind switch
    {
        SubjectKind.Developer => ToPerson(await developers.FindDeveloperAsync(subject.Id, cancellation)),
        _ => await performers.FindAsync(subject.Id, cancellation),
    };

    /// <summary>Those who have an address: a developer and a performer may have the same. Always two look-ups.</summary>
    public async Task<(Person? Developer, Person? Performer)> FindByEmailAsync(string emailKey, CancellationToken cancellation) =>
        (ToPerson(await developers.FindDeveloperByEmailAsync(emailKey, cancellation)), await performers.FindByEmailAsync(emailKey, cancellation));

    private static Person? ToPerson(Developer? developer) =>
        developer is null ? null : new Person(new Subject(SubjectKind.Developer, developer.Id), developer.Name, developer.Email);
}
