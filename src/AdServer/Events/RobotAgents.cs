using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using AdServer.Access;
using AdServer.Common;

namespace AdServer.Events;

/// <summary>
/// What is in the <c>User-Agent</c> of robots: texts from a file, read once. Apps send few different headers again and again, so what was
/// found of a header is remembered.
/// </summary>
internal sealed class RobotAgents
{
    /// <summary>The setting that names the file.</summary>
    public const string Setting = "Traffic:RobotAgents";

    private const int MostBytes = 64 * 1024;
    private const int ShortestText = 3;
    private const int MostRemembered = 10_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly SearchValues<string> texts;
    private readonly ConcurrentDictionary<string, bool> remembered = new(StringComparer.Ordinal);

    private RobotAgents(string[] texts) => this.texts = SearchValues.Create(texts, StringComparison.OrdinalIgnoreCase);

    /// <summary>The file that comes with the server.</summary>
    public static string ShippedPath => Path.Combine(AppContext.BaseDirectory, "Events", "robot-agents.txt");

    /// <summary>Reads a file.</summary>
    /// <exception cref="StartException">It cannot be read, or is no such list.</exception>
    public static RobotAgents Read(string path)
    {
        var buffer = new byte[MostBytes + 1];
        try
        {
            using var file = File.OpenRead(path);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > MostBytes
                ? throw Fault(path, $"is larger than {MostBytes / 1024} KB")
                : Parse(Strict.GetString(buffer, 0, length).TrimStart('\uFEFF'), path);
        }
        catch (DecoderFallbackException)
        {
            throw Fault(path, "is no text in UTF-8");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The list of robots {path} cannot be read: {cause.Message} Set {Setting} to a file that can.", cause);
        }
    }

    /// <summary>How many headers are remembered.</summary>
    public int Remembered => remembered.Count;

    /// <summary>Whether the <c>User-Agent</c> is a robot's. Who sends none is not known to be one.</summary>
    public bool Has(string? userAgent)
    {
        if (userAgent is null)
        {
            return false;
        }

        if (remembered.TryGetValue(userAgent, out var isRobot))
        {
            return isRobot;
        }

        // Anybody can make up headers: there is a bound, and those that are in use come back by themselves.
        if (remembered.Count >= MostRemembered)
        {
            remembered.Clear();
        }

        return remembered[userAgent] = userAgent.AsSpan().ContainsAny(texts);
    }

    private static RobotAgents Parse(string file, string path)
    {
        var texts = new List<string>();
        foreach (var (number, line) in file.Split('\n', StringSplitOptions.TrimEntries).Index())
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            texts.Add(FaultOf(line) is { } fault ? throw Fault(path, $"has a line {number + 1} that {fault}") : line);
        }

        return texts.Count > 0 ? new RobotAgents([.. texts]) : throw Fault(path, "names no robot; to turn the rule off, leave robot out of Traffic:Rules");
    }

    /// <summary>What is wrong with a line: a text that is too long can never be found, and a very short one is found nearly everywhere.</summary>
    private static string? FaultOf(string line) => line.Length switch
    {
        _ when FieldRules.HasControl(line) => "holds control characters",
        < ShortestText => $"is shorter than {ShortestText} characters",
        > UserAgents.MaxLength => $"is longer than {UserAgents.MaxLength} characters",
        _ => null,
    };

    private static StartException Fault(string path, string fault) =>
        new($"The list of robots {path} {fault}. The file: one text a line, # begins a remark; the setting: {Setting}.");
}
