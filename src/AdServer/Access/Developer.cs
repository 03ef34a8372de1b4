namespace AdServer.Access;

/// <summary>An administrator of this server, known by an e-mail address that no other developer has.</summary>
internal sealed record Developer(string Id, string Name, string Email, DateTimeOffset CreatedAt)
{
    /// <summary>What is unique about the address.</summary>
    public string EmailKey => EmailAddress.Key(Email);
}
