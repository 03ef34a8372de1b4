using AdServer.StorageTests.Mongo.Wire;
using Xunit;

namespace AdServer.StorageTests.Mongo;

/// <summary>Every accident that a write can have, by a name.</summary>
internal static class WriteAccidents
{
    private const string Writes = "insert update delete";
    private const string Late = "the connection breaks, and it is done after it was tried again";
    private const int NotPrimary = 10107;
    private const int ShuttingDown = 91;
    private const int WriteConflict = 112;
    private const int WriteConcernTimeout = 64;

    private static readonly Dictionary<string, Accident> ByName = new()
    {
        ["the connection breaks before"] = Fault.DropBefore,
        ["the connection breaks after"] = Fault.DropAfter,
        ["the connection breaks amid"] = async call => call.Request.Name == "insert" ? await Fault.DropAmid(1)(call) : await Fault.DropAfter(call),
        ["not the primary any more"] = Fault.Answer(NotPrimary),
        ["not the primary any more, but done"] = Fault.AnswerAfter(NotPrimary),
        ["shutting down"] = Fault.Answer(ShuttingDown),
        ["shutting down, but done"] = Fault.AnswerAfter(ShuttingDown),
        ["a conflict"] = Fault.Answer(WriteConflict),
        ["no majority has it yet"] = Fault.WriteConcern(WriteConcernTimeout),
    };

    public static TheoryData<string> Names => [.. ByName.Keys, Late];

    /// <summary>Prepares an accident.</summary>
    /// <param name="faults">Of the gateway that the writes go through.</param>
    /// <param name="name">Which accident.</param>
    /// <param name="write">The number of the write that has it, from 0.</param>
    public static IReadOnlyList<FaultRule> Prepare(Faults faults, string name, int write) =>
        name == Late ? PrepareLate(faults, write) : [faults.Next(Writes, null, ByName[name], skip: write)];

    /// <summary>Tells a story again and again, each time with the accident at another of its writes, until there is no further one; returns how many there were.</summary>
    /// <param name="faults">Of the gateway that the writes go through.</param>
    /// <param name="name">Which accident.</param>
    /// <param name="prepare">What is there before the story with a number.</param>
    /// <param name="tell">The story.</param>
    /// <param name="judge">Whether it ended as it should.</param>
    public static async Task<int> TellAllAsync(Faults faults, string name, Func<int, Task> prepare, Func<int, Task> tell, Func<int, Task> judge)
    {
        for (var write = 0; ; write++)
        {
            await prepare(write);
            var accidents = Prepare(faults, name, write);
            await tell(write);
            var met = accidents.Sum(rule => rule.Count);
            foreach (var accident in accidents)
            {
                accident.Dispose();
            }

            await judge(write);
            if (met == 0)
            {
                return write;
            }
        }
    }

    /// <summary>The lost command reaches the engine when the next one, by which it was tried again, has been carried out.</summary>
    private static IReadOnlyList<FaultRule> PrepareLate(Faults faults, int write)
    {
        Call? lost = null;
        return
        [
            faults.Next(
                Writes,
                null,
                call =>
                {
                    lost = call;
                    return Task.FromResult<byte[]?>(null);
                },
                skip: write),
            faults.Next(
                Writes,
                null,
                async call =>
                {
                    var reply = await call.ExecuteNowAsync();
                    await lost!.ExecuteNowAsync();
                    return reply;
                },
                skip: write),
        ];
    }
}
