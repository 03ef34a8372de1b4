using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>An advertiser: whoever owns ads. Known by an e-mail address that no other performer has.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">The name that its ads show.</param>
/// <param name="Email">The address as it was given, trimmed.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Version">Counts the changes; a change names the version it was made from, so that none is lost.</param>
internal sealed record Performer(
    string Id, string Name, string Email, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    /// <summary>What is unique about the address.</summary>
    public string EmailKey => EmailAddress.Key(Email);
}
