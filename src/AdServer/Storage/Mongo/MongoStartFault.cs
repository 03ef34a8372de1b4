using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>What is wrong with a deployment or its user, in words that say what to do. Codes decide, the server's words are only quoted.</summary>
internal static class MongoStartFault
{
    /// <summary>What the code of a refusal means at the start.</summary>
    public static string Words(MongoCommandException fault, MongoSettings settings) => fault.Code switch
    {
        13 => $"The user of the MongoDB connection string may not write to the database {settings.Database}. Grant it: "
            + $"db.grantRolesToUser(\"<user>\", [{{ role: \"readWrite\", db: \"{settings.Database}\" }}]).",
        18 => $"The MongoDB server at {settings.Redacted} refuses the user name or the password. Check them, and the database that the user was "
            + "made in (authSource=admin in the connection string, if it is admin).",
        64 or 79 or 100 => $"The MongoDB deployment at {settings.Redacted} cannot store on as many members as is asked ({fault.Message}). "
            + "Start the missing members, or correct w in the connection string.",
        85 or 86 => $"An index of {settings.Redacted} has a name of ours and another definition ({fault.Message}). Drop it: the start makes it again.",
        10107 or 11602 or 13435 or 13436 => OnlySecondary(settings, setName: null),
        _ => $"The MongoDB server at {settings.Redacted} refuses to work: {fault.Message} (error {fault.Code}).",
    };

    /// <summary>Why a member that answered with this <c>hello</c> cannot be used, if so.</summary>
    public static string? OfMember(BsonDocument hello, MongoSettings settings)
    {
        var (asked, actual) = (settings.Uri.Option("replicaSet"), hello.GetValue("setName", "").AsString);
        return (asked, actual) switch
        {
            (not null, "") => $"The MongoDB server at {settings.Redacted} is no member of a replica set, and the connection string asks for '{asked}'. "
                + "Leave replicaSet out, or start the server with --replSet.",
            (not null, _) when asked != actual =>
                $"The replica set at {settings.Redacted} is called '{actual}', and the connection string asks for '{asked}'. Write replicaSet={actual}.",
            _ when !IsPrimary(hello) => OnlySecondary(settings, actual),
            _ => null,
        };
    }

    private static string OnlySecondary(MongoSettings settings, string? setName)
    {
        var name = string.IsNullOrEmpty(setName) ? "<name of the set>" : setName;
        return $"Only a secondary answers at {settings.Redacted}, and a secondary takes no writes. Name all members in the connection string, "
            + $"with replicaSet={name}; if they are named, see in rs.status() why there is no primary.";
    }

    private static bool IsPrimary(BsonDocument hello) =>
        hello.GetValue("isWritablePrimary", hello.GetValue("ismaster", false)).ToBoolean();
}
