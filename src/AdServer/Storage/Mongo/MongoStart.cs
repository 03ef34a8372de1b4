using AdServer.Common;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// What is looked at before anything is served, so that what is wrong is said within ten seconds and by what to do about it. The bounds
/// of the connection string do not count here.
/// </summary>
internal sealed partial class MongoStart(MongoSettings settings, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestIndexing = TimeSpan.FromHours(12);

    /// <summary>Of one command of a page of pairs.</summary>
    private static readonly TimeSpan LongestFilling = TimeSpan.FromMinutes(1);

    /// <summary>After this, whoever waits for the server to listen is told why it does not.</summary>
    private static readonly TimeSpan SlowIndexing = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Checks the deployment, the user and the database; to serve, it also writes: the version, and the indexes. Says whether it is a database
    /// of an older ad server, which only a copy may read.
    /// </summary>
    /// <exception cref="StartException">Something is wrong; nothing in the message is secret.</exception>
    public async Task<bool> RunAsync(StorageAccess access, CancellationToken cancellation)
    {
        try
        {
            await using var commands = Connect(Patience);
            await CheckPrimaryAsync(commands, cancellation);
            if (access is StorageAccess.ReadOnly or StorageAccess.CopyFrom)
            {
                return await CheckToReadAsync(commands, access, cancellation);
            }

            await PrepareAsync(commands, access, cancellation);
            return false;
        }
        catch (MongoCommandException fault)
        {
            throw new StartException(MongoStartFault.Words(fault, settings), fault);
        }
        catch (MongoUnreachableException fault)
        {
            throw new StartException(await MongoDiagnosis.ExplainAsync(settings, fault, cancellation), fault);
        }
    }

    private async Task<bool> CheckToReadAsync(MongocCommands commands, StorageAccess access, CancellationToken cancellation)
    {
        if (access == StorageAccess.CopyFrom && await MongoSchema.IsLegacyAsync(commands, settings, cancellation))
        {
            return true;
        }

        await MongoSchema.RequireAsync(commands, settings, cancellation);
        await new MongoCopyMark(commands, settings).RequireFinishedAsync(cancellation);
        return false;
    }

    private async Task PrepareAsync(MongocCommands commands, StorageAccess access, CancellationToken cancellation)
    {
        if (access == StorageAccess.Maintain)
        {
            // A mistyped name must make no store.
            await MongoSchema.RequireAsync(commands, settings, cancellation);
        }

        var isNew = await MongoSchema.CheckAsync(commands, settings, cancellation);
        if (access == StorageAccess.CopyTo && !await new MongoCopyMark(commands, settings).IsToWriteAsync(cancellation))
        {
            return;
        }

        await MongoSchema.ProbeAsync(commands, cancellation);
        if (isNew)
        {
            await MongoSchema.ClaimAsync(commands, cancellation);
        }

        if (access != StorageAccess.CopyTo)
        {
            await new MongoCopyMark(commands, settings).RequireFinishedAsync(cancellation);
        }

        await MongoSchema.RaiseAsync(commands, () => FillDeliveredAsync(cancellation), cancellation);
        await IndexAsync(cancellation);
    }

    private async Task FillDeliveredAsync(CancellationToken cancellation)
    {
        LogFilling(log, settings.Redacted);
        await using var commands = Connect(LongestFilling);
        await MongoDeliveredStore.FillAsync(new MongoRetry(commands, TimeProvider.System, LongestFilling, MongoChance.Next), cancellation);
    }

    private async Task IndexAsync(CancellationToken cancellation)
    {
        await using var commands = Connect(LongestIndexing);
        var indexing = MongoSchema.IndexAsync(commands, settings, cancellation);
        if (await Task.WhenAny(indexing, Task.Delay(SlowIndexing, TimeProvider.System, cancellation)) != indexing)
        {
            LogIndexing(log, settings.Redacted);
        }

        await indexing;
    }

    private async Task CheckPrimaryAsync(MongocCommands commands, CancellationToken cancellation)
    {
        var hello = await commands.RunAsync(new BsonDocument("hello", 1), cancellation);
        // A connection to one host is made to it whatever it is.
        settings.Checked(MongoStartFault.OfMember(hello, settings));
    }

    private MongocCommands Connect(TimeSpan call)
    {
        var uri = settings.Uri.Without("serverSelectionTimeoutMS").Without("connectTimeoutMS").Without("socketTimeoutMS")
            .WithDefault("connectTimeoutMS", (long)Patience.TotalMilliseconds);
        return new MongocCommands(settings with { Uri = uri }, new MongocLimits(Workers: 1, Patience, call));
    }

    [LoggerMessage(2, LogLevel.Information, "Noting what {Database:l} delivered so far. With very many pairs of apps and ads this takes a while; it happens once")]
    private static partial void LogFilling(ILogger log, string database);

    [LoggerMessage(1, LogLevel.Information, "Making the indexes of {Database:l}. On a full database this takes a while; it happens once")]
    private static partial void LogIndexing(ILogger log, string database);
}
