using System.Net;

namespace AdServer.Access;

/// <summary>The settings <c>Access:…</c>.</summary>
internal sealed record AccessSettings
{
    /// <summary>The fewest characters of a token that an operator makes up: random ones of ours have 47.</summary>
    public const int MinBootstrapLength = 32;

    private const int BitsPerByte = 8;
    private const string DefaultPublicUrl = "http://localhost:5080";

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

    /// <summary>Whether requests are limited; absent: where callers need tokens.</summary>
    public bool? RateLimits { get; init; }

    /// <summary>Requests for ads a second, of one key or address; 0: without limit. Six thousand idle devices behind one address ask as often.</summary>
    public int ServingPerSecond { get; init; } = 3000;

    /// <summary>Requests with events a second, of one key or address; 0: without limit. A batch is one.</summary>
    public int EventsPerSecond { get; init; } = 2000;

    /// <summary>Other requests a second, of one token or address, in the long run; 0: without limit.</summary>
    public int ManagementPerSecond { get; init; } = 50;

    /// <summary>How many of those may come at once: a page that asks for each day of a year.</summary>
    public int ManagementBurst { get; init; } = 500;

    /// <summary>Guesses at passwords a minute, of one address; 0: without limit.</summary>
    public int SignInPerMinute { get; init; } = 10;

    /// <summary>Addresses, or networks such as <c>10.0.0.0/8</c>, of proxies whose word on a caller's address (<c>X-Forwarded-For</c>) is taken.</summary>
    public string[] Proxies { get; init; } = [];

    /// <summary>Where people open this server in a browser: one-time links begin with it, never with what a stranger's request says.</summary>
    public string PublicUrl { get; init; } = DefaultPublicUrl;

    /// <summary>Whether somebody said so.</summary>
    public bool HasPublicUrl => PublicUrl != DefaultPublicUrl;

    /// <summary>Where one-time links are posted to, for those whom they are for; absent: they are written to the console.</summary>
    public string? LinkWebhook { get; init; }

    /// <summary>Origins, such as <c>https://portal.example.com</c>, whose pages may call the API from a browser.</summary>
    public string[] Origins { get; init; } = [];

    public bool HasRateLimits => RateLimits ?? Mode == AccessMode.Tokens;

    /// <summary>What is wrong with the values, if anything. Never with the secret in it.</summary>
    public string? Fault() => this switch
    {
        { BootstrapToken: { } token } when token.Length is < MinBootstrapLength or > TokenSecret.MaxLength || token.Any(IsNoTokenLetter) =>
            $"Access:BootstrapToken must have {MinBootstrapLength} to {TokenSecret.MaxLength} visible ASCII characters, without spaces",
        _ when PollEvery < TimeSpan.FromMilliseconds(10) || PollEvery > TimeSpan.FromSeconds(1) => "Access:PollEvery must be from 00:00:00.010 to 00:00:01",
        _ when Array.Exists([ServingPerSecond, EventsPerSecond, ManagementPerSecond, SignInPerMinute], limit => limit < 0) =>
            "The limits Access:…PerSecond and Access:…PerMinute must be 0 or more",
        { ManagementBurst: < 1 } => "Access:ManagementBurst must be at least 1",
        _ when Array.Find(Proxies, proxy => NetworkOf(proxy) is null) is { } proxy =>
            $"Access:Proxies: {proxy} is neither an address nor a network such as 10.0.0.0/8",
        _ when Array.Find(Origins, origin => !IsOrigin(origin)) is { } origin =>
            $"Access:Origins: {origin} is no origin such as https://portal.example.com",
        _ when !IsUrl(PublicUrl) || PublicUrl.Contains('#') || PublicUrl.Contains('?') => "Access:PublicUrl must be a URL such as https://ads.example.com",
        { LinkWebhook: { } url } when !IsUrl(url) => "Access:LinkWebhook must be a URL of http or https",
        { LinkWebhook: not null, HasPublicUrl: false } => "Access:LinkWebhook needs Access:PublicUrl: what the links that it gets begin with",
        _ => null,
    };

    /// <summary>The network that a proxy's setting names; an address is a network of one.</summary>
    public static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * BitsPerByte)
        : null;

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    private static bool IsOrigin(string text) =>
        IsUrl(text)
        && new Uri(text).GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

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
