using AdServer.Access;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Rules that fields of all requests share.</summary>
public sealed class FieldRulesTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("Ann, \u00A0 \u200B \uD83D\uDE00 \u4E2D", false)]
    [InlineData("\u0000Ann", true)]
    [InlineData("A\tnn", true)]
    [InlineData("Ann\u001F", true)]
    [InlineData("A\u007Fnn", true)]
    [InlineData("Ann\u0085", true)]
    [InlineData("Ann\u009F", true)]
    public void A_control_character_is_found_wherever_it_stands(string text, bool expected) => Assert.Equal(expected, FieldRules.HasControl(text));
}
