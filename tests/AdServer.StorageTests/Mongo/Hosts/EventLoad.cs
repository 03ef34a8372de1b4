using System.Collections.Concurrent;
using AdServer.Common;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>
/// Apps that report events and remember what they were answered. An event with an identity is sent, to any host, until it is answered: it counts
/// exactly once. One without is sent once: answered it counts, else it may.
/// </summary>
/// <param name="identified">The ad of the events with an identity.</param>
/// <param name="anonymous">The ad of the others.</param>
internal sealed class EventLoad(string identified, string anonymous)
{
    private const int Created = 201;
    private const int Ok = 200;

    private readonly ConcurrentDictionary<string, bool> answered = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> milestones = new();
    private int logged;
    private int unanswered;

    /// <summary>Events with an identity that were answered: so many count.</summary>
    public int Identified => answered.Count;

    /// <summary>Events without an identity that were answered: at least so many count.</summary>
    public int Logged => Volatile.Read(ref logged);

    /// <summary>At most so many of those count: any that was not answered may.</summary>
    public int MostLogged => Logged + Volatile.Read(ref unanswered);

    /// <summary>All that were answered so far.</summary>
    public int Answered => Identified + Logged;

    /// <summary>Sends an event with a new identity to one host after the other until one answers.</summary>
    public Task SendIdentifiedAsync(IReadOnlyList<HostProcess> hosts, int first) =>
        SendAsync(hosts, Ids.New(TimeProvider.System.GetUtcNow()), first);

    /// <summary>Sends an event to one host after the other until one answers.</summary>
    public async Task SendAsync(IReadOnlyList<HostProcess> hosts, string id, int first = 0)
    {
        for (var turn = first; !await SendAsync(hosts[turn % hosts.Count], id); turn++)
        {
        }
    }

    /// <summary>Sends an event with an identity once more, or for the first time; says whether it was answered.</summary>
    public async Task<bool> SendAsync(HostProcess host, string id)
    {
        var isAnswered = await host.PostAsync("/ad_event", Event(identified, id)) is Created or Ok;
        if (isAnswered)
        {
            answered[id] = true;
            Celebrate();
        }

        return isAnswered;
    }

    /// <summary>Sends an event without an identity, once.</summary>
    public async Task SendAnonymousAsync(HostProcess host)
    {
        var isLogged = await host.PostAsync("/ad_event", Event(anonymous, null)) is Created;
        Interlocked.Increment(ref isLogged ? ref logged : ref unanswered);
        Celebrate();
    }

    /// <summary>Ends when so many events have been answered.</summary>
    public Task ReachAsync(int count)
    {
        var milestone = milestones.GetOrAdd(count, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Celebrate();
        return milestone.Task;
    }

    private void Celebrate()
    {
        foreach (var (count, milestone) in milestones)
        {
            if (Answered >= count && milestones.TryRemove(count, out _))
            {
                milestone.SetResult();
            }
        }
    }

    /// <summary>What an app posts.</summary>
    public static object Event(string adId, string? id) => new
    {
        adId,
        eventId = id,
        timestamp = "2026-11-21T12:00:00.000Z",
        eventDetails = new { packageName = "com.example.app", eventType = "view", watchDuration = 1.5 },
    };
}
