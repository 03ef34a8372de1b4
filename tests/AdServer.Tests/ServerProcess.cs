using System.Diagnostics;

namespace AdServer.Tests;

/// <summary>The server as a process of its own, for what only a process shows: its console, its environment, its exit code.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");
    private readonly Process process;

    /// <summary>Starts <c>AdServer</c> in a folder of its own; environment variables as <c>NAME=value</c>.</summary>
    public ServerProcess(string[] arguments, params string[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var pair in environment.Select(variable => variable.Split('=', 2)))
        {
            start.Environment[pair[0]] = pair[1];
        }

        process = Process.Start(start)!;
    }

    /// <summary>The lines of the console up to one that contains the words, or to the end of the process.</summary>
    public async Task<List<string>> ReadUntilAsync(string words)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Contains(words, StringComparison.Ordinal))
            {
                break;
            }
        }

        return lines;
    }

    /// <summary>Waits for the end: the exit code, and all that was said.</summary>
    public async Task<(int ExitCode, string Output, string Error)> ExitAsync()
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }
}
