using System.Collections.Frozen;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The seam as the stores use it: what failed without fault of ours is tried again, with back-off, until the deadline. So every command
/// given to it must be one that can be executed twice. A reply comes back as it is, <c>writeErrors</c> included.
/// </summary>
/// <param name="commands">The driver.</param>
/// <param name="clock">The real time: an engine that fails does so in it.</param>
/// <param name="deadline">How long a caller waits at most.</param>
internal sealed class MongoRetry(IMongoCommands commands, TimeProvider clock, TimeSpan deadline) : IMongoCommands
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Another primary, a server that stops or starts, a network that broke behind a router, a conflict: see the manual's error codes.
    /// </summary>
    private static readonly FrozenSet<int> Passing =
        FrozenSet.Create(6, 7, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436);

    /// <summary>The state of a server, its disk or its users: no retry of ours helps, an operator does.</summary>
    private static readonly FrozenDictionary<int, string> Lasting = new Dictionary<int, string>
    {
        [13] = "refuses: this user may not do that. Give it the role readWrite on the database",
        [18] = "refuses the user name or the password",
        [50] = "took longer than it was given",
        [79] = "does not know the write concern that the URI asks for",
        [100] = "has too few members for a majority",
        [14031] = "has no room left on its disk",
    }.ToFrozenDictionary();

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The deadline passed, or no retry helps. What was asked may have been done.</exception>
    /// <exception cref="MongoCommandException">The server refused the command for what it asks.</exception>
    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        Exception? last = null;
        for (var pause = FirstPause; ; pause = Min(pause * 2, LongestPause))
        {
            try
            {
                either.Token.ThrowIfCancellationRequested();
                // An attempt that has begun cannot be taken back, but nobody has to wait for it.
                return Look(await commands.RunAsync(command, either.Token).WaitAsync(either.Token));
            }
            catch (Exception fault) when (IsPassing(fault))
            {
                last = fault;
            }
            catch (MongoCommandException fault) when (Lasting.TryGetValue(fault.Code, out var words))
            {
                throw new StoreUnavailableException($"The MongoDB server {words} (error {fault.Code})", fault);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw Unavailable(last);
            }

            await Task.Delay(pause, clock, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>For a caller that has to look again until it sees what it knows to be there.</summary>
    public MongoPatience NewPatience() => new(clock, deadline);

    /// <summary>Whether the same command may well succeed a moment later.</summary>
    public static bool IsPassing(Exception fault) => fault switch
    {
        MongoUnreachableException => true,
        MongoCommandException { Code: var code } => Passing.Contains(code),
        _ => false,
    };

    /// <summary>A statement that met a passing state is an attempt that failed; any other error of a statement is the caller's to judge.</summary>
    private static BsonDocument Look(BsonDocument reply)
    {
        foreach (var (_, code) in reply.WriteErrors())
        {
            if (Passing.Contains(code))
            {
                throw new MongoCommandException(code, "a statement met a passing state");
            }
        }

        return reply;
    }

    private StoreUnavailableException Unavailable(Exception? last)
    {
        var why = last switch
        {
            MongoCommandException { Code: var code } => $" (error {code})",
            null => " (no answer)",
            _ => $" ({last.Message})",
        };
        return new StoreUnavailableException($"The MongoDB server cannot be used for {deadline.TotalSeconds:0.#} s{why}", last);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
