using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The seam as the stores use it: what failed without fault of ours is tried again, with back-off, until the deadline. So every command
/// given to it must be one that can be executed twice. Each pause is a part, by chance, of a bound that grows: callers that collided and waited
/// equally long would collide again. Of the <c>writeErrors</c> of a reply only those of a unique rule come back.
/// </summary>
/// <param name="commands">The driver.</param>
/// <param name="clock">The real time: an engine that fails does so in it.</param>
/// <param name="deadline">How long a caller waits at most.</param>
/// <param name="chance">A number from 0 to 1, another one each time; asked by many at once.</param>
internal sealed class MongoRetry(IMongoCommands commands, TimeProvider clock, TimeSpan deadline, Func<double> chance) : IMongoCommands
{
    /// <summary>The bound of the first pause; each further one is twice the one before.</summary>
    private static readonly TimeSpan FirstBound = TimeSpan.FromMilliseconds(20);

    /// <summary>The highest bound.</summary>
    private static readonly TimeSpan LastBound = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The deadline passed, or no retry helps. What was asked may have been done.</exception>
    /// <exception cref="MongoCommandException">A unique rule refused a command of one statement: the stores decide what that means.</exception>
    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        Exception? last = null;
        for (var bound = FirstBound; ; bound = Min(bound * 2, LastBound))
        {
            try
            {
                either.Token.ThrowIfCancellationRequested();
                // An attempt that has begun cannot be taken back, but nobody has to wait for it.
                return Look(await commands.RunAsync(command, either.Token).WaitAsync(either.Token));
            }
            catch (Exception fault) when (MongoFault.IsPassing(fault))
            {
                last = fault;
            }
            catch (MongoCommandException fault) when (fault.Code != MongoReply.DuplicateKey)
            {
                throw MongoFault.Away(fault);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw MongoFault.Away(last, deadline);
            }

            await Task.Delay(bound * chance(), clock, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>For a caller that has to look again until it sees what it knows to be there.</summary>
    public MongoPatience NewPatience() => new(clock, deadline);

    /// <summary>What a statement met is what the command met, but for a unique rule: that is the caller's to judge.</summary>
    private static BsonDocument Look(BsonDocument reply) => MongoFault.OfStatements(reply.Errors()) is { } fault ? throw fault : reply;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
