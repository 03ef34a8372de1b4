using AdServer.Commands.Torture;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>What a server does, read off its console.</summary>
public sealed class CourseTests
{
    [Fact]
    public void Its_phases_follow_from_what_it_says()
    {
        var course = new Course(isNew: true);
        var phases = new List<KillPhase> { course.Phase };
        string[] lines =
        [
            "Opening the store /tmp/a.db", "Opened the store /tmp/a.db", "Health page: http://127.0.0.1:5081/health/ready",
            "Rolling up 5 events", "something else", "Rolled up in 1 rolls",
        ];
        foreach (var line in lines)
        {
            course.Read(line);
            phases.Add(course.Phase);
        }

        course.Stop();
        course.Read("Rolling up 2 events");

        Assert.Equal(
            [
                KillPhase.StartUp, KillPhase.Migration, KillPhase.StartUp, KillPhase.Load,
                KillPhase.RollUp, KillPhase.RollUp, KillPhase.Load,
            ],
            phases);
        Assert.Equal(KillPhase.Shutdown, course.Phase);
        Assert.Equal(new Uri("http://127.0.0.1:5081"), course.Address);
    }

    [Fact]
    public void A_store_that_is_there_is_not_made()
    {
        var course = new Course(isNew: false);

        course.Read("Opening the store /tmp/a.db");

        Assert.Equal(KillPhase.StartUp, course.Phase);
    }

    [Fact]
    public async Task A_server_says_all_that_is_listened_for()
    {
        await using var server = new ServerProcess(["--urls=http://127.0.0.1:0", "--Storage:Path=a.db", "--Access:Mode=Open", .. Course.Switches]);
        var course = new Course(isNew: true);

        await ReadAsync("Opening the store", KillPhase.Migration);
        await ReadAsync("Opened the store", KillPhase.StartUp);
        await ReadAsync("/health/ready", KillPhase.Load);
        using var http = new HttpClient();
        var calls = new ServerCalls(http, TimeProvider.System);
        var ads = await calls.AddAdsAsync(course.Address!, 1, TestContext.Current.CancellationToken);
        var view = new AdServer.Events.EventRequest(ads[0], "2026-11-21T12:00:00Z", new("com.example.app", "view", 1, null), "one");
        Assert.Equal([EventReply.Logged], await calls.SendAsync(course.Address!, [view]));
        await ReadAsync("Rolling up", KillPhase.RollUp);
        await ReadAsync("Rolled up", KillPhase.Load);

        async Task ReadAsync(string words, KillPhase phase)
        {
            (await server.ReadUntilAsync(words)).ForEach(course.Read);
            Assert.Equal(phase, course.Phase);
        }
    }
}
