using AdServer.Commands.Torture;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Commands.Torture;

/// <summary>What goes into the ledger, and which answers cannot be.</summary>
public sealed class AnswerLedgerTests
{
    private readonly AnswerLedger ledger = new(["a"], ["b"]);

    private LedgerPage Page(string adId, EventType type) => ledger.Read().Single(page => page.AdId == adId && page.Type == type);

    [Fact]
    public void Answers_are_summed_by_ad_and_type()
    {
        ledger.Enter("a", EventType.View, EventReply.Logged, wasSent: false);
        ledger.Enter("a", EventType.View, EventReply.Duplicate, wasSent: true);
        ledger.Enter("a", EventType.Exit, EventReply.Logged, wasSent: true);
        ledger.Enter("b", EventType.View, EventReply.Logged, wasSent: false);
        ledger.Enter("b", EventType.View, EventReply.None, wasSent: false);

        Assert.Equal(new LedgerPage("a", true, EventType.View, 2, 0), Page("a", EventType.View));
        Assert.Equal(new LedgerPage("a", true, EventType.Exit, 1, 0), Page("a", EventType.Exit));
        Assert.Equal(new LedgerPage("b", false, EventType.View, 1, 1), Page("b", EventType.View));
        Assert.Equal((8, 4), (ledger.Read().Count, ledger.Answered));
        Assert.Equal((0, 0), (ledger.Refused, ledger.Contradicted));
    }

    [Fact]
    public void An_event_that_was_never_sent_cannot_be_known()
    {
        ledger.Enter("a", EventType.View, EventReply.Duplicate, wasSent: false);

        Assert.Equal(1, ledger.Contradicted);
    }

    [Theory]
    [InlineData(EventReply.Logged, 1)]
    [InlineData(EventReply.Refused, 1)]
    [InlineData(EventReply.Duplicate, 0)]
    [InlineData(EventReply.None, 0)]
    internal void An_event_that_was_answered_is_known(EventReply reply, int contradictions)
    {
        ledger.EnterRepeat(reply);

        Assert.Equal(contradictions, ledger.Contradicted);
        Assert.Equal(0, ledger.Answered);
    }

    [Fact]
    public void A_refused_event_is_on_no_page()
    {
        ledger.Enter("a", EventType.View, EventReply.Refused, wasSent: false);

        Assert.Equal(new LedgerPage("a", true, EventType.View, 0, 0), Page("a", EventType.View));
        Assert.Equal(1, ledger.Refused);
    }
}
