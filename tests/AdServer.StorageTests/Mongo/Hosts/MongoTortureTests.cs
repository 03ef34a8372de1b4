using System.Diagnostics;
using Xunit;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary><c>-- torture</c> with two servers on one database: a short run.</summary>
public sealed class MongoTortureTests
{
    [Fact]
    public async Task Two_servers_of_which_one_is_killed_in_each_phase_count_what_they_answered()
    {
        await using var engine = new MongoEngine();
        using var torture = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(Program).Assembly.Location, "torture", "--cycles", "5", "--hosts", "2", "--seed", "1", "--to", engine.Uri])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            var output = (await torture.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();

            await torture.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(torture.ExitCode == 0, output);
            Assert.Contains("raw equals rolled up", output, StringComparison.Ordinal);
            Assert.DoesNotContain("could not be dropped", output, StringComparison.Ordinal);
        }
        finally
        {
            torture.Kill(entireProcessTree: true);
        }
    }
}
