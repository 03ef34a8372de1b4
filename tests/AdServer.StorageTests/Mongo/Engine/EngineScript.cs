using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AdServer.StorageTests.Mongo.Engine;

/// <summary>A script beside this file that starts an engine, obeys the lines that it is sent, and ends with its input: with this process.</summary>
internal sealed class EngineScript : IDisposable
{
    private const string Progress = "# ";

    private readonly Process process;

    private EngineScript(Process process) => this.process = process;

    /// <exception cref="EngineException">There is no shell.</exception>
    public static EngineScript Run(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder(), name), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new EngineScript(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new EngineException("there is no bash");
        }
    }

    /// <summary>The script's next answer.</summary>
    /// <param name="report">Is told what the script does meanwhile that takes long.</param>
    /// <exception cref="EngineException">It ended instead; what it said last.</exception>
    public string ReadLine(Action<string>? report = null)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(Progress, StringComparison.Ordinal))
            {
                return line;
            }

            report?.Invoke(line[Progress.Length..]);
        }

        throw new EngineException(process.StandardError.ReadToEnd().Trim().Split('\n')[^1]);
    }

    /// <summary>Sends a line and waits until the script has done what it says.</summary>
    public void Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        ReadLine();
    }

    public void Dispose()
    {
        process.StandardInput.Dispose();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

/// <summary>There is no engine to be had, and why.</summary>
internal sealed class EngineException(string reason) : Exception(reason);
