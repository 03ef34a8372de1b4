using System.Text.RegularExpressions;

namespace AdServer.Commands.Torture;

/// <summary>How far a server has come, by what its console says. Its last words say what it did when it was killed.</summary>
/// <param name="isNew">Whether its store is still to be made.</param>
internal sealed partial class Course(bool isNew)
{
    /// <summary>What makes a server say enough.</summary>
    public static readonly string[] Switches =
    [
        "--Serilog:MinimumLevel:Override:AdServer.Store=Debug",
        "--Serilog:MinimumLevel:Override:AdServer.Stats.RollUpService=Debug",
    ];

    private bool isOpening;
    private bool isRolling;
    private bool isStopping;

    /// <summary>Whether its store is still to be made.</summary>
    public bool IsNew => isNew;

    /// <summary>Where it listens; nothing before it does.</summary>
    public Uri? Address { get; private set; }

    public KillPhase Phase => (isStopping, Address) switch
    {
        (true, _) => KillPhase.Shutdown,
        (_, null) => isOpening && isNew ? KillPhase.Migration : KillPhase.StartUp,
        _ => isRolling ? KillPhase.RollUp : KillPhase.Load,
    };

    /// <summary>It was asked to end.</summary>
    public void Stop() => isStopping = true;

    public void Read(string line)
    {
        if (HealthPage().Match(line) is { Success: true } page)
        {
            Address = new Uri(page.Groups["address"].Value);
        }

        isOpening = Follow(isOpening, line, "Opening the store", "Opened the store");
        isRolling = Follow(isRolling, line, "Rolling up", "Rolled up");
    }

    private static bool Follow(bool before, string line, string begin, string end) =>
        line.Contains(begin, StringComparison.Ordinal) || (before && !line.Contains(end, StringComparison.Ordinal));

    [GeneratedRegex(@"(?<address>http://127\.0\.0\.1:\d+)/health/ready")]
    private static partial Regex HealthPage();
}
