using System.Diagnostics;

namespace AdServer.Tests;

/// <summary>The server as a process of its own, for what only a process shows: its console, its environment, its exit code.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-test-");
    private readonly ProcessStartInfo start;
    private Process process;

    /// <summary>Starts <c>AdServer</c> in a folder of its own; environment variables as <c>NAME=value</c>.</summary>
    public ServerProcess(string[] arguments, params string[] environment)
    {
        start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
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

    /// <summary>The operating system's number of the process.</summary>
    public int Id => process.Id;

    /// <summary>The lines of the console up to one that contains the words, or to the end of the process.</summary>
    public Task<List<string>> ReadUntilAsync(string words) => ReadUntilAsync(process.StandardOutput, words);

    /// <summary>The same of the stream of errors.</summary>
    public Task<List<string>> ReadErrorsUntilAsync(string words) => ReadUntilAsync(process.StandardError, words);

    /// <summary>Lets it say what it likes from now on, unread, up to its end: a console that nobody reads is full after a while, and then holds the server up.</summary>
    public Task IgnoreAsync() =>
        Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null), process.StandardError.BaseStream.CopyToAsync(Stream.Null));

    /// <summary>Kills the process and starts another in the same folder.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        process.Dispose();
        process = Process.Start(start)!;
    }

    /// <summary>Kills the process; all that it has said and nobody read.</summary>
    public async Task<string> EndAsync()
    {
        await KillAsync();
        return await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
    }

    private static async Task<List<string>> ReadUntilAsync(StreamReader reader, string words)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
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
        await KillAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }
}
