using AdServer.Commands.Copying;
using AdServer.Commands.Simulation;
using AdServer.Commands.Torture;

namespace AdServer.Commands;

/// <summary>What a command line asks for: exactly one of these. <c>Configuration</c> is handed on to the host's builder.</summary>
internal abstract record Invocation
{
    private Invocation()
    {
    }

    /// <summary>What the shell is told when the command could not do its work at all.</summary>
    public virtual int ExitCodeOfFault => ExitCodes.Failed;

    /// <summary>Serve until told to stop; with <paramref name="Demo"/> fill an empty store first.</summary>
    internal sealed record Serve(bool Demo, string[] Configuration) : Invocation;

    /// <summary>Compare raw events with what was derived from them.</summary>
    internal sealed record Verify(string[] Configuration) : Invocation
    {
        /// <summary>Which days.</summary>
        public DaySpan Days { get; init; } = DaySpan.All;

        public override int ExitCodeOfFault => ExitCodes.NotCompared;
    }

    /// <summary>Derive everything again from raw events.</summary>
    internal sealed record Rebuild(string[] Configuration) : Invocation
    {
        /// <summary>Which days.</summary>
        public DaySpan Days { get; init; } = DaySpan.All;

        /// <summary>The root of the running server that shall do it; absent: this process does it on the store.</summary>
        public Uri? Url { get; init; }
    }

    /// <summary>Decide anew which events count as invalid traffic.</summary>
    internal sealed record Rerate(string[] Configuration) : Invocation
    {
        /// <summary>Which days.</summary>
        public DaySpan Days { get; init; } = DaySpan.All;

        /// <summary>The root of the running server that shall do it; absent: this process does it on the store.</summary>
        public Uri? Url { get; init; }
    }

    /// <summary>Move everything of one store into another.</summary>
    internal sealed record Copy(CopyAddress From, CopyAddress To, string[] Configuration) : Invocation;

    /// <summary>Write the store into one file, given by its full path.</summary>
    internal sealed record Backup(string File, bool IsForced, string[] Configuration) : Invocation;

    /// <summary>Fill an empty store from such a file, then verify it.</summary>
    internal sealed record Restore(string File, string[] Configuration) : Invocation
    {
        public override int ExitCodeOfFault => ExitCodes.NotCompared;
    }

    /// <summary>Behave like many installations of the SDK; needs no store.</summary>
    internal sealed record Simulate(SimulateOptions Options) : Invocation;

    /// <summary>Kill servers of its own and compare what they count with what they answered.</summary>
    internal sealed record Torture(TortureOptions Options) : Invocation
    {
        public override int ExitCodeOfFault => ExitCodes.NotCompared;
    }

    /// <summary>Print the OpenAPI document.</summary>
    internal sealed record OpenApi(string[] Configuration) : Invocation;

    /// <summary>Say something and leave: help and the version (0), or what is wrong with the command line (2).</summary>
    internal sealed record Answer(string Text, int ExitCode) : Invocation
    {
        public static Answer Refuse(string problem) => new(problem, ExitCodes.Usage);
    }
}

/// <summary>What a command tells the shell.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command ran, and what it found or did was not all right.</summary>
    public const int Failed = 1;

    /// <summary>The command line was not understood; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary><c>verify</c>, <c>torture</c> or <c>restore</c> could not compare, so that nobody takes a store that is away for one with differences.</summary>
    public const int NotCompared = 2;

    /// <summary>Stopped by Ctrl-C, as shells report it.</summary>
    public const int Interrupted = 130;
}
