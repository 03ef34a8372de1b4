using System.Text;
using AdServer.Common;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>The list of robots: what is found by it, and which files are refused at the start.</summary>
public sealed class RobotAgentsTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public static TheoryData<string, string> BrokenFiles => new()
    {
        { string.Empty, "names no robot" },
        { "# only a remark\n\n   \n", "names no robot" },
        { "crawler\nab\n", "has a line 2 that is shorter than 3 characters" },
        { new string('x', 257), "has a line 1 that is longer than 256 characters" },
        { "craw\u0000ler", "has a line 1 that holds control characters" },
        { new string('\n', (64 * 1024) + 1), "is larger than 64 KB" },
    };

    [Fact]
    public void A_text_is_found_wherever_it_stands_in_upper_or_lower_case()
    {
        var robots = Read("# remark\r\n\r\n  My-Robot \r\ncurl/\r\n");

        Assert.All(["my-robot", "x MY-ROBOT/2", "Curl/8.1"], agent => Assert.True(robots.Has(agent)));
        Assert.All(["my-robo", "# remark", "okhttp/4", null], agent => Assert.False(robots.Has(agent)));
    }

    [Fact]
    public void A_mark_at_the_beginning_of_the_file_is_no_part_of_a_text() => Assert.True(Read("\uFEFFcrawler").Has("a crawler"));

    [Fact]
    public void However_many_headers_come_each_is_judged_by_itself()
    {
        var robots = Read("crawler");

        Assert.All(Enumerable.Range(0, 25_000), number => Assert.Equal(number % 3 == 0, robots.Has(number % 3 == 0 ? $"crawler/{number}" : $"app/{number}")));
        Assert.InRange(robots.Remembered, 1, 10_000);
    }

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void A_file_that_is_no_list_is_refused_with_its_path_and_the_setting(string text, string fault)
    {
        var refused = Assert.Throws<StartException>(() => Read(text));

        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Traffic:RobotAgents", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_text_is_refused()
    {
        File.WriteAllBytes(path, [0xFF, 0xFE, 0x80, 0x81]);

        Assert.Contains("no text in UTF-8", Assert.Throws<StartException>(() => RobotAgents.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_is_a_folder_is_refused()
    {
        var folder = Path.GetDirectoryName(path)!;

        Assert.All([path + ".no", folder], one =>
            Assert.Contains($"{one} cannot be read", Assert.Throws<StartException>(() => RobotAgents.Read(one)).Message, StringComparison.Ordinal));
    }

    public void Dispose() => File.Delete(path);

    private RobotAgents Read(string text)
    {
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return RobotAgents.Read(path);
    }
}
