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
        var hosts = settings.Uri.Scheme == MongoUri.Plain ? settings.Uri.Hosts.Split(',') : [];
        var answers = await Task.WhenAll(hosts.Select(host => AskAsync(settings, host, cancellation)));
        var reasons = answers.OfType<BsonDocument>().Select(hello => MongoStartFault.OfMember(hello, settings));
        return reasons.FirstOrDefault(reason => reason is not null)
            ?? $"No MongoDB server can be used at {settings.Redacted}: {fault.Message.TrimEnd('.')}. "
                + "Check that it runs, that host and port are right, that no firewall is between, and that both sides agree on TLS.";
    }

    private static async Task<BsonDocument?> AskAsync(MongoSettings settings, string host, CancellationToken cancellation)
    {
        var uri = settings.Uri with { User = null, Hosts = host, Options = [.. settings.Uri.Options.Where(IsOfTransport)] };
        try
        {
            var direct = settings with { Uri = uri.WithDefault("directConnection", "true") };
            await using var commands = new MongocCommands(direct, new MongocLimits(Workers: 1, Patience, Patience));
            return await commands.RunAsync(new BsonDocument("hello", 1), cancellation);
        }
        catch (Exception fault) when (fault is MongoUnreachableException or MongoCommandException or StartException)
        {
            // It is the other hosts, or the first error, that say more.
            return null;
        }
    }

    private static bool IsOfTransport(KeyValuePair<string, string> option) =>
        option.Key.StartsWith("tls", StringComparison.OrdinalIgnoreCase) || option.Key.StartsWith("ssl", StringComparison.OrdinalIgnoreCase);
}
