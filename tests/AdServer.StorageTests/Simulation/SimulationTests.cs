using System.Globalization;
using Xunit;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// Whatever happens at whatever moment, what was answered is counted, and once. A fault names the seed of its world, which
/// <c>ADSERVER_SIMULATION_SEED=Mongo:17</c> runs again; <c>ADSERVER_SIMULATION_SEEDS=10000</c> runs so many of each adapter.
/// </summary>
public sealed class SimulationTests
{
    public const string SeedVariable = "ADSERVER_SIMULATION_SEED";
    private const string SeedsVariable = "ADSERVER_SIMULATION_SEEDS";
    private const int Seeds = 1000;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Mongo")]
    public void Each_event_counts_once_in_every_world(string kind)
    {
        var count = int.Parse(Environment.GetEnvironmentVariable(SeedsVariable) ?? $"{Seeds}", CultureInfo.InvariantCulture);
        var verdicts = Worlds.Run(Enum.Parse<WorldKind>(kind), 0, count);
        TestContext.Current.SendDiagnosticMessage(
            $"{verdicts.Count} worlds on {kind}: {verdicts.Sum(one => one.Trace.Steps)} steps, {verdicts.Sum(one => one.Answered)} events answered");

        var wrong = verdicts.FirstOrDefault(verdict => verdict.Faults.Count > 0);
        Assert.True(wrong is null, wrong?.ToString());
        Assert.Equal(count, verdicts.Count);
    }

    /// <summary>If none is asked for, one in which a seal meets a commit record.</summary>
    [Fact]
    public void The_world_of_the_seed_that_was_asked_for_is_right()
    {
        var asked = Environment.GetEnvironmentVariable(SeedVariable) ?? "Mongo:54";
        var (kind, seed) = asked.Split(':') is [var name, var number] ? (name, number) : throw new FormatException($"{SeedVariable}={asked}");

        var verdict = World.Run(int.Parse(seed, CultureInfo.InvariantCulture), Enum.Parse<WorldKind>(kind, ignoreCase: true));

        Assert.True(verdict.Faults.Count == 0, verdict.ToString());
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Mongo")]
    public void The_same_seed_makes_the_same_world(string kind)
    {
        var first = Worlds.Run(Enum.Parse<WorldKind>(kind), 0, 30);
        var second = Worlds.Run(Enum.Parse<WorldKind>(kind), 0, 30);

        Assert.Equal(first.Select(world => world.Trace.Hash), second.Select(world => world.Trace.Hash));
        Assert.Equal(30, first.Select(world => world.Trace.Hash).Distinct().Count());
    }

    [Theory]
    [InlineData(
        "Sqlite",
        "a read fails",
        "a write fails at its beginning",
        "a write fails at its end",
        "a write finds the disk full",
        "a host dies amid a commit")]
    [InlineData(
        "Mongo",
        "a command is lost",
        "a command is refused",
        "a command arrives late",
        "a command is executed and not answered",
        "a command is executed and answered as refused",
        "a command finds the engine away",
        "a statement meets a conflict",
        "a node that is behind answers",
        "the spool is written")]
    public void A_hundred_worlds_know_every_accident(string kind, params string[] own)
    {
        var happened = Worlds.Run(Enum.Parse<WorldKind>(kind), 0, 100).SelectMany(world => world.Accidents)
            .GroupBy(accident => accident.Key, accident => accident.Value).ToDictionary(accident => accident.Key, accident => accident.Sum());
        string[] common =
        [
            "a host dies", "a host is restarted", "a clock jumps", "a request comes twice", "a request is lost", "an answer is lost",
            "something takes long", "a request is answered", "a request is answered 503", "a reader reads", "somebody verifies while others write",
        ];

        Assert.All(common.Concat(own), accident => Assert.InRange(happened.GetValueOrDefault(accident), 5, int.MaxValue));
    }
}
