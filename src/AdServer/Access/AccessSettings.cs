namespace AdServer.Access;

/// <summary>The settings <c>Access:…</c>.</summary>
internal sealed record AccessSettings
{
    /// <summary>The fewest characters of a token that an operator makes up: random ones of ours have 47.</summary>
    public const int MinBootstrapLength = 32;

    /// <summary>Whether callers need tokens.</summary>
    public AccessMode Mode { get; init; }

    /// <summary>Whether <see cref="AccessMode.Open"/> may be reached from other machines.</summary>
    public bool AllowOpenBeyondLoopback { get; init; }

    /// <summary>The secret of an administrator's token, for those who set servers up by machine; absent: one is made at the first start.</summary>
    public string? BootstrapToken { get; init; }

    /// <summary>Whether the SDK's calls need an app key.</summary>
    public bool RequireAppKey { get; init; }

    /// <summary>How often a host asks a shared store which tokens were made or revoked.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the values, if anything. Never with the secret in it.</summary>
    public string? Fault() => this switch
    {
        { BootstrapToken: { } token } when token.Length is < MinBootstrapLength or > TokenSecret.MaxLength || token.Any(IsNoTokenLetter) =>
            $"Access:BootstrapToken must have {MinBootstrapLength} to {TokenSecret.MaxLength} visible ASCII characters, without spaces",
        _ when PollEvery < TimeSpan.FromMilliseconds(10) || PollEvery > TimeSpan.FromSeconds(1) => "Access:PollEvery must be from 00:00:00.010 to 00:00:01",
        _ => null,
    };

    private static bool IsNoTokenLetter(char letter) => letter is <= ' ' or > '~';
}

/// <summary>Whether callers need tokens.</summary>
internal enum AccessMode
{
    /// <summary>They do, but for the routes that are everybody's.</summary>
    Tokens,

    /// <summary>Everybody may do everything: for trying it out, and behind a proxy that decides itself.</summary>
    Open,
}
