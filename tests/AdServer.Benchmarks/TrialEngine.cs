using AdServer.StorageTests.Mongo.Engine;
using AdServer.StorageTests.Mongo.Wire;

namespace AdServer.Benchmarks;

/// <summary>The MongoDB of the tests, kept up for whoever wants to try a server on it. Its store goes with it.</summary>
internal static class TrialEngine
{
    public static async Task<int> RunAsync()
    {
        using var engine = DocumentDb.Start();
        await using var gateway = new MongoGateway(engine);
        var ended = new TaskCompletionSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            ended.TrySetResult();
        };
        Console.WriteLine($"export ConnectionStrings__MongoDb='{gateway.UriOf("adserver")}'");
        await ended.Task;
        return 0;
    }
}
