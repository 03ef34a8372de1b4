using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AdServer.Common;
using AdServer.Web;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>Where the server listens, what it says when it starts, and how it ends.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:7000", "--urls=http://127.0.0.1:7000")]
    [InlineData(null, "--http_ports=7000")]
    [InlineData(null, "--https_ports=7000")]
    [InlineData(null, "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:7000")]
    public async Task The_default_address_gives_way_to_any_other(string? expected, params string[] arguments)
    {
        await using var app = Program.Build(["--contentRoot=" + folder.FullName, .. arguments]);

        Assert.Equal(expected, app.Configuration["urls"]);
    }

    [Fact]
    public async Task The_environment_names_the_address_and_the_console_says_it_in_json()
    {
        var port = FreePort();
        await using var server = new ServerProcess([], $"ASPNETCORE_URLS=http://+:{port}");

        var lines = await server.ReadUntilAsync("Health page");
        var messages = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("RenderedMessage").GetString()!).ToList();

        Assert.Contains(messages, message => message.Contains($"http://localhost:{port}/swagger/index.html", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.Contains($"http://localhost:{port}/health/ready", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.StartsWith("Store: ", StringComparison.Ordinal) && message.EndsWith("adserver.db", StringComparison.Ordinal));
        using var client = new HttpClient();
        var live = await client.GetAsync($"http://127.0.0.1:{port}/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_1()
    {
        await using var host = await AdServerHost.StartAsync();
        await using var second = new ServerProcess(["--urls", host.Client.BaseAddress!.ToString()]);

        var (exitCode, output, error) = await second.ExitAsync();

        Assert.Equal(1, exitCode);
        Assert.Empty(error);
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
        Assert.Single(
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => line.Contains("address already in use", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("verify", 2)]
    [InlineData("rebuild", 1)]
    public async Task A_command_without_a_store_says_so_and_ends(string command, int expected)
    {
        await using var process = new ServerProcess([command, "--Storage:Path", "nowhere.db"]);

        var (exitCode, output, error) = await process.ExitAsync();

        Assert.Equal((expected, string.Empty), (exitCode, output));
        Assert.Contains("There is no store at ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_can_add_a_line_to_what_the_console_says()
    {
        var log = new CapturedLog();
        await using var app = Program.Build(["--urls=http://127.0.0.1:0", "--contentRoot=" + folder.FullName], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Services.AddStartupLine("Store", _ => "in a safe place");
        });
        app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);

        var exit = await app.RunWebAsync();

        Assert.Equal(0, exit);
        Assert.Contains(log.Entries, entry => entry.Message == "Store: in a safe place");
    }

    [Fact]
    public async Task A_failure_that_words_itself_is_said_in_one_line_without_a_stack_trace()
    {
        var log = new CapturedLog();
        await using var app = Program.Build(["--urls=nonsense", "--contentRoot=" + folder.FullName], builder => builder.Logging.ClearProviders().AddProvider(log));

        var exit = await app.RunWebAsync();

        Assert.Equal(1, exit);
        var said = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical);
        Assert.Contains("Invalid url: 'nonsense'", said.Message, StringComparison.Ordinal);
        Assert.Null(said.Exception);
        Assert.Equal("why", StartFailure.Explain(new StartException("why")));
        Assert.Null(StartFailure.Explain(new InvalidOperationException("a defect of ours")));
    }

    [Theory]
    [InlineData("http://[::]:5080", "http://localhost:5080")]
    [InlineData("http://0.0.0.0:5080", "http://localhost:5080")]
    [InlineData("https://+:5443", "https://localhost:5443")]
    [InlineData("http://127.0.0.1:81", "http://127.0.0.1:81")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080")]
    public void An_address_is_said_so_that_it_can_be_opened(string bound, string said) =>
        Assert.Equal(said, ListenAddress.ForPeople(bound));

    [Fact]
    public async Task A_stopping_host_has_half_a_minute_to_answer_what_it_accepted()
    {
        await using var host = await AdServerHost.StartAsync();

        Assert.Equal(TimeSpan.FromSeconds(30), host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public async Task A_restart_keeps_the_folder_and_the_clock()
    {
        await using var host = await AdServerHost.StartAsync();
        File.WriteAllText(Path.Combine(host.Folder, "kept"), "yes");
        host.Clock.Advance(TimeSpan.FromDays(1));
        var now = host.Get<TimeProvider>().GetUtcNow();

        await host.RestartAsync();

        Assert.Equal(200, (await host.GetAsync("/health/live")).Status);
        Assert.Equal("yes", File.ReadAllText(Path.Combine(host.Folder, "kept")));
        Assert.Equal(now, host.Get<TimeProvider>().GetUtcNow());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
