using System.Net;
using AdServer.Access;
using AdServer.Common;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AdServer.Web;

/// <summary>
/// Keeps a server that lets everybody do everything to this machine: looks at the addresses before the server binds them, and at those that
/// it did bind, whoever named them.
/// </summary>
internal sealed partial class OpenAccessGuard(AccessSettings access, IConfiguration configuration, IServer server, ILogger<OpenAccessGuard> log)
    : IHostedLifecycleService
{
    private static readonly string[] PortKeys = [WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];

    /// <exception cref="StartException">The server would be open to other machines.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (access.Mode == AccessMode.Open)
        {
            LogOpen();
            Check(Named());
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="StartException">The server is open to other machines; it stops.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (access.Mode == AccessMode.Open)
        {
            Check(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether only this machine can reach an address. A name other than localhost is bound like any-address.</summary>
    internal static bool IsLoopback(string url)
    {
        var address = BindingAddress.Parse(url);
        return address.IsUnixPipe || address.IsNamedPipe
            || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private void Check(IEnumerable<string> addresses)
    {
        if (!access.AllowOpenBeyondLoopback && addresses.FirstOrDefault(address => !IsLoopback(address)) is { } beyond)
        {
            throw new StartException(
                $"Access:Mode is Open, which lets everybody do everything, and {beyond} can be reached from other machines. "
                + "Listen on localhost, or set Access:Mode to Tokens, or, behind a proxy that asks for tokens itself, Access:AllowOpenBeyondLoopback to true.");
        }
    }

    /// <summary>The addresses that the configuration names. A port alone is one of every interface.</summary>
    private IEnumerable<string> Named() =>
        Split(configuration[WebHostDefaults.ServerUrlsKey])
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>())
            .Concat(PortKeys.SelectMany(key => Split(configuration[key])).Select(port => $"http://*:{port}"));

    private static string[] Split(string? list) =>
        (list ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [LoggerMessage(LogLevel.Warning, "Access is open: everybody who reaches this server may do everything. Access:Mode=Tokens closes it")]
    private partial void LogOpen();
}
