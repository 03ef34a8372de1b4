using System.Collections.Frozen;
using AdServer.Common;

namespace AdServer.Storage.Mongo;

/// <summary>
/// What the code of an error says. All but <see cref="MongoReply.DuplicateKey"/>, on which the stores decide, is a store that does not answer now:
/// a state that passes, one that an operator ends, or a document that the server refuses for what it is (<see cref="MongoRefusalException"/>).
/// </summary>
internal static class MongoFault
{
    /// <summary>
    /// The codes that MongoDB itself calls retriable (category <c>RetriableError</c> of <c>src/mongo/base/error_codes.yml</c> in github.com/mongodb/mongo,
    /// which has those of the drivers' specifications of retryable reads and writes), without those that never leave a server.
    /// </summary>
    private static readonly int[] Retriable =
        [6, 7, 89, 91, 134, 189, 262, 402, 406, 407, 412, 453, 462, 9001, 10107, 11600, 11602, 13435, 13436, 50915, 91331, 10045600];

    /// <summary>
    /// By the same list: a lock that was not to be had (24, 46), too few members in time (64), a conflict (112, 246, 365), a shard without a primary or
    /// with other chunks than the router thought (133, 150, 249, 13388), time (202, 290), an operation that was ended (355, 11601), load (433, 449, 450),
    /// an old name of "no primary" (10058).
    /// </summary>
    private static readonly int[] AlsoPassing = [24, 46, 64, 112, 133, 150, 202, 246, 249, 290, 355, 365, 433, 449, 450, 10058, 11601, 13388];

    private static readonly FrozenSet<int> Passing = FrozenSet.Create([.. Retriable, .. AlsoPassing]);

    private static readonly FrozenSet<int> NotPrimary = FrozenSet.Create(189, 10058, 10107, 11602, 13435, 13436);

    /// <summary>The state of a server, its disk or its users: no retry of ours helps, an operator does.</summary>
    private static readonly FrozenDictionary<int, string> Lasting = new Dictionary<int, string>
    {
        [13] = "refuses: its user may not do that. Give the user the role readWrite on the database",
        [18] = "refuses the user name or the password. Correct the user, or the connection string and start this server again",
        [50] = "took longer than it was given",
        [79] = "does not know the write concern that the connection string asks for. Correct w there",
        [100] = "has too few members for a majority. Start the missing members, or correct w in the connection string",
        [264] = "has too many files open. Raise its limit (ulimit -n)",
        [371] = "is blocked for writes. Lift the block (setUserWriteBlockMode)",
        [8000] = "is Atlas, which refuses: see there whether its space is used up, or what the user may do",
        [14031] = "has no room left on its disk. Make room there",
    }.ToFrozenDictionary();

    /// <summary>Whether the same command may well succeed a moment later.</summary>
    public static bool IsPassing(Exception fault) => fault switch
    {
        MongoUnreachableException => true,
        MongoCommandException { Code: var code } => Passing.Contains(code),
        _ => false,
    };

    /// <summary>What the errors of statements mean for their command: a passing state goes before a lasting one, and that before a refusal.</summary>
    public static Exception? OfStatements(IEnumerable<(int Index, int Code, string Words)> errors)
    {
        var worst = errors.Where(error => error.Code != MongoReply.DuplicateKey).OrderBy(error => Weight(error.Code)).FirstOrDefault();
        return worst switch
        {
            (_, 0, _) => null,
            (_, var code, _) when Passing.Contains(code) || Lasting.ContainsKey(code) => new MongoCommandException(code, "A statement met a state of the server"),
            (_, var code, var words) => Away(new MongoRefusalException(code, words)),
        };
    }

    /// <summary>A refusal that no retry ends.</summary>
    public static StoreUnavailableException Away(MongoCommandException fault) => new(
        Lasting.TryGetValue(fault.Code, out var words)
            ? $"The MongoDB server {words} (error {fault.Code})"
            : $"The MongoDB server refuses a command (error {fault.Code}). Its log says more",
        fault);

    /// <summary>A deadline that has passed.</summary>
    /// <param name="last">How the last attempt ended, if one did.</param>
    /// <param name="deadline">How long it was tried.</param>
    public static StoreUnavailableException Away(Exception? last, TimeSpan deadline) => new(
        last switch
        {
            MongoCommandException { Code: var code } when NotPrimary.Contains(code) =>
                $"MongoDB has had no primary for {Text(deadline)} (error {code}). See in rs.status() why there is none",
            MongoCommandException { Code: var code } => $"The MongoDB server cannot be used for {Text(deadline)} (error {code}). Its log says more",
            null => $"The MongoDB server has not answered for {Text(deadline)}. Check that it runs, and what it is busy with",
            _ => $"The MongoDB server cannot be used for {Text(deadline)} ({last.Message.TrimEnd('.')}). Check that it runs, that there is a primary, and the network",
        },
        last);

    private static StoreUnavailableException Away(MongoRefusalException refusal) =>
        new($"The MongoDB server refuses a document for what it holds (error {refusal.Code}). Look for a validator or an index that is not ours", refusal);

    private static int Weight(int code) => Passing.Contains(code) ? 0 : Lasting.ContainsKey(code) ? 1 : 2;

    private static string Text(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.#} s");
}
