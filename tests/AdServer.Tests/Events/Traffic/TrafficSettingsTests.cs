using AdServer.Common;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>What the settings of invalid traffic allow, and the words when they do not.</summary>
public sealed class TrafficSettingsTests
{
    public static TheoryData<string> RefusedSettings =>
    [
        "Rules=robots", "Rules=robot,", "Rules=", "Rules=none,robot", "RobotAgents= ", "MaxEndCardSeconds=-1", "MaxEndCardSeconds=NaN",
        "EarlySkipSeconds=-0.1", "EarlySkipSeconds=604801", "MaxEventsPerMinute=0", "MaxDevices=0", "MaxDevices=10000001", "NoSuch=1",
        "RobotAgents=no-such-file.txt",
    ];

    [Fact]
    public void All_rules_are_on_unless_somebody_says_otherwise() =>
        Assert.Equal(["robot", "notDelivered", "impossibleWatch", "repeat", "rate"], new TrafficSettings().RuleNames);

    [Theory]
    [InlineData("none")]
    [InlineData(" NONE ")]
    public void No_rule_is_a_choice(string rules)
    {
        var settings = new TrafficSettings { Rules = rules };

        Assert.Null(settings.Fault());
        Assert.Empty(settings.RuleNames);
    }

    [Theory]
    [MemberData(nameof(RefusedSettings))]
    public async Task A_setting_that_cannot_be_stops_the_start_and_is_named(string setting)
    {
        var (name, value) = (setting.Split('=')[0], setting.Split('=')[1]);

        var refused = await Assert.ThrowsAsync<StartException>(
            () => AdServerHost.StartAsync(new() { [$"Traffic:{name}"] = value }));

        Assert.Contains($"Traffic:{name}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_robots_of_the_operator_is_found_below_the_content_root_too()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "my-own-robot", TestContext.Current.CancellationToken);

        await using var host = await AdServerHost.StartAsync(new() { ["Traffic:RobotAgents"] = Path.Combine("..", Path.GetFileName(path)) });

        Assert.NotNull(host.Get<TrafficRules>());
        File.Delete(path);
    }
}
