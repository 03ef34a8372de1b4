using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>The OpenAPI document and the page that shows it.</summary>
public sealed partial class OpenApiTests
{
    private const string Update = "dotnet run --project src/AdServer -- openapi > src/AdServer/openapi.json";

    [Fact]
    public async Task The_document_in_git_is_the_one_that_is_served()
    {
        await using var host = await AdServerHost.StartAsync();

        var served = (await host.GetAsync("/swagger/v1/swagger.json")).Text.ReplaceLineEndings("\n").TrimEnd() + "\n";

        Assert.True(served == File.ReadAllText(Checked), $"src/AdServer/openapi.json is out of date. Run: {Update}");
    }

    [Fact]
    public async Task The_command_prints_the_document_as_it_is_kept_in_git()
    {
        await using var process = new ServerProcess(["openapi"]);

        var (exitCode, output, _) = await process.ExitAsync();

        Assert.Equal(0, exitCode);
        Assert.True(output == File.ReadAllText(Checked), $"src/AdServer/openapi.json is out of date. Run: {Update}");
    }

    [Fact]
    public async Task The_document_describes_GET_alone_where_HEAD_is_served_too()
    {
        await using var host = await AdServerHost.StartAsync();

        var path = (await host.GetAsync("/swagger/v1/swagger.json")).Json.GetProperty("paths").GetProperty("/health/live");

        Assert.Equal(["get"], path.EnumerateObject().Select(operation => operation.Name));
    }

    [Theory]
    [InlineData("/swagger/")]
    [InlineData("/api/swagger/")]
    public async Task The_page_needs_nothing_from_another_host(string folder)
    {
        await using var host = await AdServerHost.StartAsync();

        var page = await host.GetAsync(folder + "index.html");
        var parts = Reference().Matches(page.Text).Select(match => match.Groups["url"].Value).ToList();

        Assert.Equal(200, page.Status);
        Assert.NotEmpty(parts);
        Assert.DoesNotContain(parts, part => part.Contains("//", StringComparison.Ordinal));
        foreach (var part in parts)
        {
            Assert.Equal(200, (await host.GetAsync(folder + part)).Status);
        }
    }

    private static string Checked => Path.GetFullPath(Path.Combine(Here(), "../../../src/AdServer/openapi.json"));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex("""(?:src|href)="(?<url>[^"]+)"|url\("?(?<url>https?:[^")]+)""")]
    private static partial Regex Reference();
}
