using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Where the engine is: <c>ConnectionStrings:MongoDb</c>, or the four variables of older servers. Never say <see cref="Uri"/>'s full text:
/// <see cref="Redacted"/> and <see cref="Scrub"/> are for people.
/// </summary>
/// <param name="Uri">As configured.</param>
/// <param name="Database">The database: of the URI's path, else <c>DB_NAME</c>, else <c>adserver</c>.</param>
internal sealed record MongoSettings(MongoUri Uri, string Database)
{
    public const string ConnectionString = "MongoDb";
    private const string Host = "DB_CONNECTION_STRING";
    private const string Name = "DB_NAME";
    private const string Username = "DB_USERNAME";
    private const string Password = "DB_PASSWORD";
    private const string DefaultDatabase = "adserver";

    /// <summary>Whether the configuration names an engine at all.</summary>
    public static bool AreIn(IConfiguration configuration) =>
        !string.IsNullOrWhiteSpace(configuration.GetConnectionString(ConnectionString)) || !string.IsNullOrWhiteSpace(configuration[Host]);

    /// <exception cref="StartException">They are missing, cannot be read, or ask for less than what the server promises.</exception>
    public static MongoSettings Read(IConfiguration configuration)
    {
        var text = configuration.GetConnectionString(ConnectionString);
        var uri = string.IsNullOrWhiteSpace(text) ? OfVariables(configuration) : OfText(text.Trim());
        var database = (uri.Database, configuration[Name]) switch
        {
            ("", null or "") => DefaultDatabase,
            ("", var name) => name,
            var (path, _) => path,
        };
        return new MongoSettings(uri, database).Checked(MongoPromises.Fault(uri));
    }

    /// <summary>The URI for people.</summary>
    public string Redacted => (Uri with { Database = Database }).Redacted;

    private bool IsLinearizable { get; } = Uri.Option("readConcernLevel") == "linearizable";

    /// <summary>The command with what the URI asks for beyond <see cref="MongoConcerns"/>.</summary>
    public BsonDocument Strengthen(BsonDocument command) =>
        IsLinearizable && command.Contains(MongoConcerns.Read)
            ? new BsonDocument(command).Set(MongoConcerns.Read, new BsonDocument("level", "linearizable"))
            : command;

    /// <summary>A text of the driver or the server, without the password wherever it may have got into it.</summary>
    public string Scrub(string message)
    {
        if (Uri.User?.Split(':', 2) is not [_, { Length: > 0 } password])
        {
            return message;
        }

        return message
            .Replace(password, "***", StringComparison.Ordinal)
            .Replace(System.Uri.UnescapeDataString(password), "***", StringComparison.Ordinal);
    }

    public override string ToString() => Redacted;

    private static MongoUri OfText(string text) => MongoUri.Parse(text) ?? throw new StartException(
        "ConnectionStrings:MongoDb is no connection string. It looks like mongodb://user:password@host:27017/adserver?replicaSet=rs0, "
        + "with : / ? # [ ] @ % in the user name and the password written as %3A %2F %3F %23 %5B %5D %40 %25.");

    private static MongoUri OfVariables(IConfiguration configuration)
    {
        var host = configuration[Host]?.Trim();
        if (string.IsNullOrEmpty(host))
        {
            throw new StartException(
                "Storage:Kind is mongo, but nothing says where it is. Set ConnectionStrings:MongoDb to a mongodb:// or mongodb+srv:// URI, "
                + $"or {Host} (the host), {Name}, {Username} and {Password}.");
        }

        if (host.Contains('/') || host.Contains('@'))
        {
            throw new StartException($"{Host} is the name of a host, such as cluster0.example.mongodb.net. Put a whole URI into ConnectionStrings:MongoDb.");
        }

        var (user, password) = (configuration[Username], configuration[Password]);
        if (string.IsNullOrEmpty(user) != string.IsNullOrEmpty(password))
        {
            throw new StartException($"{Username} and {Password} go together: one of them is missing.");
        }

        var credentials = string.IsNullOrEmpty(user) ? null : $"{System.Uri.EscapeDataString(user)}:{System.Uri.EscapeDataString(password!)}";
        return new MongoUri(MongoUri.Srv, credentials, host, configuration[Name] ?? "", []);
    }
}
