using AdServer.Common;
using AdServer.Storage.Mongo.Native;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Why no primary was found. The driver says so in words only, so each host is asked by itself what it is: without a user, which that
/// question does not need.
/// </summary>
internal static class MongoDiagnosis
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The reason for people, after at most a few seconds.</summary>
    public static async Task<string> ExplainAsync(MongoSettings settings, MongoUnreachableException fault, CancellationToken cancellation)
    {
        var hosts = await ListHostsAsync(settings);
        var answers = await Task.WhenAll(hosts.Select(host => AskAsync(settings, host, cancellation)));
        var reasons = answers.OfType<BsonDocument>().Select(hello => MongoStartFault.OfMember(hello, settings));
        return reasons.FirstOrDefault(reason => reason is not null)
            ?? $"No MongoDB server can be used at {settings.Redacted}: {fault.Message.TrimEnd('.')}. "
                + "Check that it runs, that host and port are right, that no firewall is between, and that both sides agree on TLS.";
    }

    /// <summary>Those that the driver knows, which also asks the DNS.</summary>
    private static async Task<IReadOnlyList<string>> ListHostsAsync(MongoSettings settings)
    {
        try
        {
            await using var commands = new MongocCommands(settings, new MongocLimits(Workers: 1, Patience, Patience));
            return commands.Hosts;
        }
        catch (MongoUnreachableException)
        {
            return [];
        }
    }

    private static async Task<BsonDocument?> AskAsync(MongoSettings settings, string host, CancellationToken cancellation)
    {
        var uri = DirectTo(host, settings.Uri);
        try
        {
            await using var commands = new MongocCommands(settings with { Uri = uri }, new MongocLimits(Workers: 1, Patience, Patience));
            return await commands.RunAsync(new BsonDocument("hello", 1), cancellation);
        }
        catch (Exception fault) when (fault is MongoUnreachableException or MongoCommandException or StartException)
        {
            // It is the other hosts, or the first error, that say more.
            return null;
        }
    }

    /// <summary>One host by itself, reached like all of them: <c>mongodb+srv</c> means TLS.</summary>
    public static MongoUri DirectTo(string host, MongoUri uri)
    {
        var isSecret = uri.Scheme == MongoUri.Srv && uri.Option("tls") is null && uri.Option("ssl") is null;
        var direct = uri with { Scheme = MongoUri.Plain, User = null, Hosts = host, Options = [.. uri.Options.Where(IsOfTransport)] };
        return (isSecret ? direct.WithDefault("tls", "true") : direct).WithDefault("directConnection", "true");
    }

    private static bool IsOfTransport(KeyValuePair<string, string> option) =>
        option.Key.StartsWith("tls", StringComparison.OrdinalIgnoreCase) || option.Key.StartsWith("ssl", StringComparison.OrdinalIgnoreCase);
}
