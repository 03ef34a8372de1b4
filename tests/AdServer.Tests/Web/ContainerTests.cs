using Xunit;

namespace AdServer.Tests.Web;

/// <summary>What the container may not do. There is no engine to run it in here: this keeps the lines that say so.</summary>
public sealed class ContainerTests
{
    private static readonly string Compose = File.ReadAllText(Path.Combine(HouseRulesTests.Source, "../../docker-compose.yml"));
    private static readonly string[] Dockerfile = File.ReadAllLines(Path.Combine(HouseRulesTests.Source, "Dockerfile"));

    [Fact]
    public void The_server_runs_as_nobody_special()
    {
        var user = Array.FindLastIndex(Dockerfile, line => line.StartsWith("USER ", StringComparison.Ordinal));

        Assert.Equal("USER $APP_UID", Dockerfile[user]);
        // Nothing is run as root after it, and what runs at last comes after it.
        Assert.DoesNotContain(Dockerfile[user..], line => line.StartsWith("RUN ", StringComparison.Ordinal));
        Assert.Contains(Dockerfile[user..], line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal));
    }

    /// <summary>There is no Node.js in the image of the SDK: the page comes from a stage of its own, and what restores is there before.</summary>
    [Fact]
    public void The_page_is_part_of_the_image()
    {
        var restore = Array.FindIndex(Dockerfile, line => line.StartsWith("RUN dotnet restore", StringComparison.Ordinal));
        var publish = Array.FindIndex(Dockerfile, line => line.StartsWith("RUN dotnet publish", StringComparison.Ordinal));

        Assert.Contains("COPY src/AdServer/Web/Page.targets src/AdServer/Web/", Dockerfile[..restore]);
        Assert.Contains(Dockerfile[..publish], line => line.StartsWith("COPY --from=page ", StringComparison.Ordinal) && line.EndsWith(" src/AdServer/wwwroot", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("  read_only: true")]
    [InlineData("  cap_drop: [\"ALL\"]")]
    [InlineData("  security_opt: [\"no-new-privileges:true\"]")]
    public void Every_host_is_held_to_it(string line)
    {
        var shared = Compose[Compose.IndexOf("x-adserver: &adserver", StringComparison.Ordinal)..Compose.IndexOf("x-access:", StringComparison.Ordinal)];

        Assert.Contains(line, shared.Split('\n'));
        // The server alone and the hosts of the cluster take it over.
        Assert.Equal(2, Compose.Split("<<: *adserver").Length - 1);
        Assert.Equal(2, Compose.Split("<<: *host").Length - 1);
    }
}
