using System.Text;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>The header as it is kept.</summary>
public sealed class UserAgentsTests
{
    [Theory]
    [InlineData("okhttp/4.9.3", "okhttp/4.9.3")]
    [InlineData("  Dalvik/2.1.0 (Linux; U)  ", "Dalvik/2.1.0 (Linux; U)")]
    [InlineData("Spiel 🎲 für ön", "Spiel 🎲 für ön")]
    [InlineData("a\u0000b\tc\u0085d", "a?b?c?d")]
    [InlineData("   ", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_header_is_kept_trimmed_and_clean(string? header, string? kept) => Assert.Equal(kept, UserAgents.Of(header));

    [Fact]
    public void Half_a_character_becomes_a_question_mark() => Assert.Equal("a?b?", UserAgents.Of($"a{(char)0xD83C}b{(char)0xDFB2}"));

    [Fact]
    public void A_long_header_is_cut_between_characters()
    {
        var kept = UserAgents.Of(new string('x', UserAgents.MaxLength - 1) + "🎲 and more");

        Assert.Equal(new string('x', UserAgents.MaxLength - 1), kept);
        Assert.Equal(new string('y', UserAgents.MaxLength), UserAgents.Of(new string('y', 5000)));
    }

    [Fact]
    public void An_ordinary_header_is_kept_as_the_text_that_it_is()
    {
        var header = Encoding.UTF8.GetString("okhttp/4.9.3"u8);

        Assert.Same(header, UserAgents.Of(header));
    }
}
