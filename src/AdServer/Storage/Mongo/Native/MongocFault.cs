namespace AdServer.Storage.Mongo.Native;

/// <summary>What an error of the driver is to the seam.</summary>
internal static class MongocFault
{
    private const int AuthenticationFailed = 18;
    private const int CodeOfClientAuthentication = 11;

    /// <summary>By domain and code alone (see <c>mongoc-error.h</c>): the words, which hold no password, may change.</summary>
    public static Exception Translate(uint domain, uint code, string message) => ((Domain)domain, code) switch
    {
        (Domain.Server or Domain.WriteConcern, _) => new MongoCommandException((int)code, message),
        (Domain.Client, CodeOfClientAuthentication) or (Domain.Sasl or Domain.Scram, _) =>
            new MongoCommandException(AuthenticationFailed, message),
        (Domain.Stream or Domain.ServerSelection or Domain.Protocol or Domain.Client or Domain.Pool, _) => new MongoUnreachableException(message),
        _ => new InvalidOperationException($"The MongoDB driver refuses a command of ours (domain {domain}, code {code}): {message}"),
    };

    /// <summary><c>mongoc_error_domain_t</c>.</summary>
    private enum Domain : uint
    {
        Client = 1,
        Stream = 2,
        Protocol = 3,
        Sasl = 7,
        Scram = 14,
        ServerSelection = 15,
        WriteConcern = 16,
        Server = 17,
        Pool = 20,
    }
}
