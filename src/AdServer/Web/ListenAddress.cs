namespace AdServer.Web;

/// <summary>Where the server listens when nobody says otherwise.</summary>
internal static class ListenAddress
{
    public const string Default = "http://localhost:5080";

    private static readonly string[] OtherWays = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];

    /// <summary>
    /// Takes the default unless the command line, the environment or a settings file names an address. In code, because an address
    /// in our settings file would win over <c>ASPNETCORE_URLS</c>.
    /// </summary>
    public static void ListenOnDefaultAddress(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var named = OtherWays.Any(key => !string.IsNullOrEmpty(configuration[key])) || configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!named)
        {
            builder.WebHost.UseUrls(Default);
        }
    }

    /// <summary>An address as a person on this machine can open it: any-address becomes <c>localhost</c>.</summary>
    public static string ForPeople(string bound)
    {
        var address = BindingAddress.Parse(bound);
        var host = address.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return address.IsUnixPipe || address.IsNamedPipe ? bound : $"{address.Scheme}://{host}:{address.Port}";
    }
}
