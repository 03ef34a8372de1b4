using System.Diagnostics;
using System.Globalization;

namespace AdServer.Benchmarks.Http;

/// <summary>What came of a load.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Median">The time of half of the answers at most.</param>
/// <param name="P99">The time of 99 of 100 answers at most.</param>
/// <param name="Failed">Answers from 400 on, and connections that broke.</param>
internal sealed record LoadResult(double PerSecond, TimeSpan Median, TimeSpan P99, long Failed);

/// <summary>Drives a server with the system's <c>wrk</c>: one thread, so that the load generator takes one core at most.</summary>
internal sealed class Wrk : IDisposable
{
    private const int Connections = 64;

    /// <summary>Prints what the program reads, on a line of its own.</summary>
    private const string Report =
        """

        done = function(summary, latency)
          local errors = summary.errors
          print(string.format("RESULT %.3f %d %d %d", summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
            errors.connect + errors.read + errors.write + errors.timeout + errors.status))
        end
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-load-");

    /// <summary>Sends requests for a while.</summary>
    /// <param name="url">Where the server is.</param>
    /// <param name="script">What to send, in Lua.</param>
    /// <param name="time">For how long, in whole seconds.</param>
    /// <exception cref="InvalidOperationException">There is no <c>wrk</c>, or it failed.</exception>
    public async Task<LoadResult> RunAsync(Uri url, string script, TimeSpan time)
    {
        var path = Path.Combine(folder.FullName, "load.lua");
        await File.WriteAllTextAsync(path, script + Report);
        var start = new ProcessStartInfo("wrk", ["-t1", $"-c{Connections}", $"-d{time.TotalSeconds:0}s", "-s", path, url.AbsoluteUri]) { RedirectStandardOutput = true };
        using var wrk = Start(start);
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return Read(output);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("wrk is missing: apt-get install wrk", missing);
        }
    }

    private static LoadResult Read(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(output);
        var values = line.Split(' ')[1..].Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new(values[0], TimeSpan.FromMicroseconds(values[1]), TimeSpan.FromMicroseconds(values[2]), (long)values[3]);
    }
}
