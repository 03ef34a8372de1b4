using System.Text;
using AdServer.Common;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace AdServer.Storage.Mongo.Native;

/// <summary>
/// The driver's pool of connections to one deployment, and one blocking call. Any number of threads may call; each waits no longer than
/// the timeouts of the URI. To be disposed when no call is under way.
/// </summary>
internal sealed unsafe class MongocPool : IDisposable
{
    private readonly byte[] database;
    private readonly Func<string, string> scrub;
    private nint pool;

    /// <param name="uri">The whole connection string.</param>
    /// <param name="database">What the commands run on.</param>
    /// <param name="scrub">Takes the password out of what the driver says.</param>
    /// <exception cref="StartException">The driver cannot read the connection string.</exception>
    /// <exception cref="MongoUnreachableException">The hosts behind a <c>mongodb+srv</c> name cannot be looked up.</exception>
    public MongocPool(string uri, string database, Func<string, string> scrub)
    {
        this.scrub = scrub;
        this.database = Terminated(database);
        MongocLibrary.Load();
        pool = Open(uri);
    }

    /// <summary>The hosts of the connection string, with their ports: of <c>mongodb+srv</c> those that the DNS names.</summary>
    public IReadOnlyList<string> Hosts()
    {
        var client = Mongoc.mongoc_client_pool_pop(pool);
        try
        {
            var hosts = new List<string>();
            for (var host = Mongoc.mongoc_uri_get_hosts(Mongoc.mongoc_client_get_uri(client)); host is not null; host = host->Next)
            {
                hosts.Add(host->NameAndPort);
            }

            return hosts;
        }
        finally
        {
            Mongoc.mongoc_client_pool_push(pool, client);
        }
    }

    /// <summary>Runs a command on the primary.</summary>
    public BsonDocument Run(byte[] command)
    {
        var client = Mongoc.mongoc_client_pool_pop(pool);
        try
        {
            return Run(client, command);
        }
        finally
        {
            Mongoc.mongoc_client_pool_push(pool, client);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref pool, 0) is var open and not 0)
        {
            Mongoc.mongoc_client_pool_destroy(open);
        }
    }

    private BsonDocument Run(nint client, byte[] command)
    {
        var room = stackalloc byte[(2 * Mongoc.Document.Size) + Mongoc.Document.Alignment];
        var sent = Aligned(room);
        var reply = sent + 1;
        Mongoc.Error error;
        fixed (byte* bytes = command, name = database)
        {
            if (Mongoc.bson_init_static(sent, bytes, (nuint)command.Length) == 0)
            {
                throw new InvalidOperationException("A command of ours is no document.");
            }

            var isOk = Mongoc.mongoc_client_command_simple(client, name, sent, readPreference: 0, reply, &error) != 0;
            return isOk ? Take(reply) : throw Refused(reply, error);
        }
    }

    /// <summary>Copies what the driver holds, and gives it back.</summary>
    private static BsonDocument Take(Mongoc.Document* reply)
    {
        try
        {
            return BsonSerializer.Deserialize<BsonDocument>(new ReadOnlySpan<byte>(Mongoc.bson_get_data(reply), (int)reply->Length).ToArray());
        }
        finally
        {
            Mongoc.bson_destroy(reply);
        }
    }

    private Exception Refused(Mongoc.Document* reply, Mongoc.Error error)
    {
        Mongoc.bson_destroy(reply);
        return MongocFault.Translate(error.Domain, error.Code, scrub(error.Message));
    }

    private nint Open(string text)
    {
        var uri = Read(text);
        Mongoc.Error error;
        var opened = Mongoc.mongoc_client_pool_new_with_error(uri, &error);
        Mongoc.mongoc_uri_destroy(uri);
        if (opened == 0)
        {
            throw MongocFault.Translate(error.Domain, error.Code, scrub(error.Message));
        }

        Mongoc.mongoc_client_pool_set_error_api(opened, Mongoc.ErrorApi);
        return opened;
    }

    private nint Read(string text)
    {
        Mongoc.Error error;
        MongocLog.Listen();
        fixed (byte* bytes = Terminated(text))
        {
            var uri = Mongoc.mongoc_uri_new_with_error(bytes, &error);
            var said = MongocLog.End();
            if (uri != 0 && said.Count == 0)
            {
                return uri;
            }

            var reason = uri == 0 ? error.Message : said[0];
            Mongoc.mongoc_uri_destroy(uri);
            throw new StartException($"The MongoDB connection string cannot be used: {scrub(reason)}.");
        }
    }

    private static Mongoc.Document* Aligned(byte* room) =>
        (Mongoc.Document*)(((nuint)room + Mongoc.Document.Alignment - 1) & ~((nuint)Mongoc.Document.Alignment - 1));

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
