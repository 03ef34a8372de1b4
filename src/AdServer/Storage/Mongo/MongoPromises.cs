namespace AdServer.Storage.Mongo;

/// <summary>What a URI may not ask for: less than what the server promises of an answered event. More is welcome.</summary>
internal static class MongoPromises
{
    private const string Why = "An answered event is stored on a majority of the members, on their disks.";

    /// <summary>What is wrong with the URI's options, if anything.</summary>
    public static string? Fault(MongoUri uri) =>
        WriteFault(uri.Option("w")) ?? JournalFault(uri) ?? ReadFault(uri.Option("readConcernLevel")) ?? PreferenceFault(uri.Option("readPreference"));

    private static string? WriteFault(string? w) => w switch
    {
        null or "majority" => null,
        // The server counts members without a vote, too, and does not name the hidden ones to us: no number is known to be a majority.
        _ => $"The MongoDB URI asks for w={w}, which may be less than a majority. {Why} Leave it out, or say w=majority.",
    };

    private static string? JournalFault(MongoUri uri) =>
        (uri.Option("journal") ?? uri.Option("j")) is { } journal && !journal.Equals("true", StringComparison.OrdinalIgnoreCase)
            ? $"The MongoDB URI asks for journal={journal}. {Why} Leave it out."
            : null;

    private static string? ReadFault(string? level) => level is null or "majority" or "linearizable"
        ? null
        : $"The MongoDB URI asks for readConcernLevel={level}, which shows what may be taken back. Leave it out, or say majority.";

    private static string? PreferenceFault(string? preference) => preference is null or "primary"
        ? null
        : $"The MongoDB URI asks for readPreference={preference}, which shows what is old. Leave it out: reads go to the primary.";
}
