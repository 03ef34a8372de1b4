using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Npgsql;

namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>DocumentDB's errors, which are five-letter PostgreSQL states, as MongoDB's numbers.</summary>
internal static class MongoErrors
{
    /// <summary>MongoDB's word for what it has no word for.</summary>
    private const int Unknown = 8;

    public const int DuplicateKey = 11000;

    public const int WriteConflict = 112;

    /// <summary>Found by provoking each error: <c>GatewayTests</c> does it again.</summary>
    private static readonly Dictionary<string, int> Codes = new(StringComparer.Ordinal)
    {
        ["M0001"] = 2,
        ["M0003"] = 9,
        ["M0004"] = 14,
        ["M0008"] = 26,
        ["M0009"] = 27,
        ["M000A"] = 28,
        ["M000D"] = 40,
        ["M000F"] = 48,
        ["M000M"] = 66,
        ["M000N"] = 67,
        ["M000P"] = 72,
        ["M000Q"] = 73,
        ["M000R"] = 85,
        ["M000S"] = 86,
        ["M000U"] = 115,
        ["M001C"] = DuplicateKey,
        ["M001L"] = 15952,
        ["M0059"] = 31254,
        ["M007U"] = 40324,
        ["M0087"] = 40414,
        ["M00DO"] = 16,
        ["M00FG"] = 15975,
        ["23505"] = DuplicateKey,
        ["23P01"] = DuplicateKey,
        ["40001"] = WriteConflict,
        ["40P01"] = WriteConflict,
        ["55P03"] = WriteConflict,
        ["57014"] = 50,
    };

    /// <summary>An error that MongoDB's server would have settled by itself, by doing the write again.</summary>
    public static bool IsPassing(string state) => Code(state) == WriteConflict;

    public static int Code(string state) => Codes.GetValueOrDefault(state, Unknown);

    /// <summary>A number in a reply is the state's five letters, six bits each, the first one lowest.</summary>
    public static string State(int packed) =>
        string.Create(5, packed, (letters, rest) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('0' + ((rest >> (6 * i)) & 63));
            }
        });

    public static byte[] Reply(PostgresException fault) => Reply(Code(fault.SqlState), $"[{fault.SqlState}] {fault.MessageText}");

    public static byte[] Reply(int code, string message) =>
        new BsonDocument { { "ok", 0.0 }, { "errmsg", message }, { "code", code }, { "codeName", $"Code{code}" } }.ToBson();

    /// <summary>The reply of a write with MongoDB's numbers in its <c>writeErrors</c>.</summary>
    /// <param name="reply">DocumentDB's reply.</param>
    /// <param name="isPassing">Whether one of the errors should be settled by doing the write again.</param>
    public static byte[] Translate(byte[] reply, out bool isPassing)
    {
        var document = BsonSerializer.Deserialize<BsonDocument>(reply);
        isPassing = false;
        foreach (var error in document.GetValue("writeErrors", new BsonArray()).AsBsonArray.Cast<BsonDocument>())
        {
            var state = State(error["code"].AsInt32);
            isPassing |= IsPassing(state);
            error["errmsg"] = $"[{state}] {error["errmsg"]}";
            error["code"] = Code(state);
        }

        return document.ToBson();
    }
}
