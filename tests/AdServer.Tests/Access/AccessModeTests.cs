using System.Net.Http.Headers;
using AdServer.Access;
using AdServer.Web;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Whether a server asks for tokens, how the first one comes to people, and that an open one stays on its machine.</summary>
public sealed class AccessModeTests
{
    private const string Loopback = "--urls=http://127.0.0.1:0";

    [Fact]
    public async Task The_first_start_shows_a_token_once_and_it_opens_everything()
    {
        await using var server = new ServerProcess([Loopback]);
        var address = await AddressAsync(server);

        var said = await server.ReadErrorsUntilAsync("ads_");
        using var http = new HttpClient { BaseAddress = address };
        Assert.Equal(401, (int)(await http.GetAsync("/tokens", TestContext.Current.CancellationToken)).StatusCode);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", said[^1].Trim());
        Assert.Equal(200, (int)(await http.GetAsync("/tokens", TestContext.Current.CancellationToken)).StatusCode);

        await server.RestartAsync();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", said[^1].Trim());
        using var again = new HttpClient { BaseAddress = await AddressAsync(server) };
        again.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        Assert.Equal(200, (int)(await again.GetAsync("/tokens", TestContext.Current.CancellationToken)).StatusCode);
        Assert.DoesNotContain("ads_", await server.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_demo_data_is_open()
    {
        await using var server = new ServerProcess(["--demo", Loopback]);
        using var http = new HttpClient { BaseAddress = await AddressAsync(server) };

        Assert.Equal(200, (int)(await http.GetAsync("/ads", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_server_with_demo_data_is_closed_where_that_is_set()
    {
        await using var server = new ServerProcess(["--demo", Loopback], "Access__Mode=Tokens");
        using var http = new HttpClient { BaseAddress = await AddressAsync(server) };

        Assert.Equal(401, (int)(await http.GetAsync("/ads", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("--urls=http://0.0.0.0:0")]
    [InlineData("--urls=http://localhost:0;http://*:0")]
    [InlineData("--http_ports=0")]
    [InlineData("--Kestrel:Endpoints:Main:Url=http://[::]:0")]
    public async Task An_open_server_that_others_could_reach_does_not_start(string address)
    {
        await using var server = new ServerProcess([address, "--Access:Mode=Open"]);

        var (exitCode, output, _) = await server.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("Access:Mode is Open, which lets everybody do everything", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_proxy_it_does_if_it_is_told_to()
    {
        await using var server = new ServerProcess(["--urls=http://0.0.0.0:0", "--Access:Mode=Open", "--Access:AllowOpenBeyondLoopback=true"]);

        Assert.Contains(await server.ReadUntilAsync("Health page"), line => line.Contains("Access is open", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://LOCALHOST", true)]
    [InlineData("http://127.0.0.2:1", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://unix:/tmp/a.sock", true)]
    [InlineData("http://0.0.0.0:1", false)]
    [InlineData("http://+:1", false)]
    [InlineData("http://*:1", false)]
    [InlineData("http://[::]:1", false)]
    [InlineData("http://ads.example.com:1", false)]
    [InlineData("http://localhost.example.com:1", false)]
    public void What_only_this_machine_reaches_is_known_by_its_address(string address, bool isLoopback) =>
        Assert.Equal(isLoopback, OpenAccessGuard.IsLoopback(address));

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789012345678901234567890")]
    [InlineData("0123456789012345678901234567890 2")]
    [InlineData("01234567890123456789012345678901ä")]
    public void A_bootstrap_token_that_is_weak_or_cannot_be_sent_is_refused_and_not_repeated(string token)
    {
        var fault = new AccessSettings { BootstrapToken = token }.Fault();

        Assert.Equal("Access:BootstrapToken must have 32 to 512 visible ASCII characters, without spaces", fault);
    }

    [Fact]
    public async Task Another_bootstrap_token_takes_the_place_of_the_one_before()
    {
        await using var closed = await ClosedHost.StartAsync();
        var other = new string('b', 32);
        closed.Host.Change("Access:BootstrapToken", other);
        await closed.Host.RestartAsync();

        Assert.Equal((401, 200), ((await closed.GetAsync(ClosedHost.Root, "/tokens")).Status, (await closed.GetAsync(other, "/tokens")).Status));
    }

    private static async Task<Uri> AddressAsync(ServerProcess server)
    {
        var line = (await server.ReadUntilAsync("/health/ready"))[^1];
        var start = line.IndexOf("http://", StringComparison.Ordinal);
        return new Uri(line[start..line.IndexOf("/health", start, StringComparison.Ordinal)]);
    }
}
