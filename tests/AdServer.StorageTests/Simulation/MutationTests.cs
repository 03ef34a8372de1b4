using Xunit;

namespace AdServer.StorageTests.Simulation;

/// <summary>A simulation that finds nothing proves nothing: each of these, broken on purpose, is found.</summary>
public sealed class MutationTests
{
    /// <summary>Among so many worlds is one that shows it.</summary>
    private const int Worlds = 300;

    public static TheoryData<string, string> Names => [.. Mutations.All.Select(one => (one.Kind.ToString(), one.Mutation.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_broken_is_found(string kind, string name)
    {
        var (mutation, adapter) = Mutations.All.Single(one => one.Kind.ToString() == kind && one.Mutation.Name == name);

        var found = Simulation.Worlds.Run(adapter, 0, Worlds, mutation).FirstOrDefault(world => world.Faults.Count > 0);

        Assert.True(found is not null, $"{kind}: {name} is found by none of {Worlds} worlds");
        TestContext.Current.SendDiagnosticMessage($"{kind}: {name}: seed {found.Seed}: {found.Faults[0].Split('\n')[0]}");
    }
}
