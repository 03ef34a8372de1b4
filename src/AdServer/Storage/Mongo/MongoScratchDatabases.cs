using AdServer.Commands.Torture;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>Databases that <c>torture</c> made: it kills the servers that could drop them.</summary>
internal sealed class MongoScratchDatabases : IScratchDatabases
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<bool> DropAsync(string connectionString)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"ConnectionStrings:{MongoSettings.ConnectionString}", connectionString)]).Build();
        await using var commands = new MongocCommands(MongoSettings.Read(configuration), new MongocLimits(Workers: 1, Patience, Patience));
        try
        {
            await commands.RunAsync(new BsonDocument("dropDatabase", 1), CancellationToken.None);
            return true;
        }
        catch (Exception fault) when (fault is MongoCommandException or MongoUnreachableException)
        {
            return false;
        }
    }
}
