using System.Text.RegularExpressions;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary><c>-- torture</c> as one types it: a short run.</summary>
public sealed partial class TortureProcessTests
{
    [Fact]
    public async Task A_server_that_is_killed_in_each_phase_counts_what_it_answered()
    {
        await using var torture = new ServerProcess(["torture", "--cycles", "5", "--seed", "2"]);

        var (exitCode, output, error) = await torture.ExitAsync();

        Assert.Empty(error);
        Assert.True(exitCode == 0, output);
        Assert.Equal(5, Row(output, "cycles"));
        Assert.InRange(Row(output, "kills") + Row(output, "ended before the kill"), 5, 6);
        Assert.True(Row(output, "events with an id: answered") > 0);
        Assert.Matches(@"verify .*\d+ events: raw equals rolled up", output);
        Assert.EndsWith("Every event that was answered is counted, once.", output.TrimEnd(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder().Match(output).Value));
    }

    [Fact]
    public async Task Where_no_server_starts_it_could_not_run()
    {
        await using var torture = new ServerProcess(["torture", "--cycles", "1", "--to", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"]);

        var (exitCode, output, error) = await torture.ExitAsync();

        Assert.Equal(2, exitCode);
        Assert.StartsWith("A server did not start. ", error, StringComparison.Ordinal);
        Directory.Delete(Folder().Match(output).Value, recursive: true);
    }

    private static long Row(string output, string name) => long.Parse(
        Regex.Match(output, $@"│ {Regex.Escape(name)}\s+│\s+(\d+) │").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<=[ ])\S*adserver-torture-\w+")]
    private static partial Regex Folder();
}
