using AdServer.Access;
using AdServer.Common;
using AdServer.Tests.Commands;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>The order of things: the entry, the change, its end.</summary>
public sealed class AuditLogTests
{
    private static readonly AuditChange Change = new(AuditAction.DeleteAd, "a1") { Before = new { Name = "Ad" } };

    private readonly MemoryAudit audit = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_entry_is_there_before_the_change_and_its_end_after(bool isDone)
    {
        AuditOutcome? during = null;

        var made = await audit.ToLog().RecordAsync(
            AuditOrigin.Server,
            Change,
            () =>
            {
                during = Assert.Single(audit.Entries).Outcome;
                return Task.FromResult(isDone);
            },
            done => done,
            Token);

        Assert.Equal((isDone, AuditOutcome.Unknown, isDone ? AuditOutcome.Done : AuditOutcome.Refused), (made, during, audit.Entries[0].Outcome));
    }

    [Fact]
    public async Task What_cannot_be_noted_is_not_tried()
    {
        audit.IsAway = true;
        var tried = false;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => audit.ToLog().RecordAsync(
            AuditOrigin.Server, Change, () => Task.FromResult(tried = true), done => done, Token));

        Assert.False(tried);
    }

    [Fact]
    public async Task A_change_of_which_nobody_knows_how_it_ended_stays_open()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(() => audit.ToLog().RecordAsync(
            AuditOrigin.Server, Change, () => Task.FromException<bool>(new StoreUnavailableException("no answer")), done => done, Token));

        Assert.Equal(AuditOutcome.Unknown, Assert.Single(audit.Entries).Outcome);
    }

    [Fact]
    public async Task A_change_that_was_made_is_answered_even_if_its_end_cannot_be_noted()
    {
        audit.IsEndAway = true;

        Assert.True(await audit.ToLog().RecordAsync(AuditOrigin.Server, Change, () => Task.FromResult(true), done => done, Token));

        Assert.Equal(AuditOutcome.Unknown, Assert.Single(audit.Entries).Outcome);
    }

    [Fact]
    public void Of_a_thing_that_stays_only_what_differs_is_kept_and_a_member_that_comes_or_goes_differs()
    {
        var change = new AuditChange(AuditAction.UpdateAd, "a1")
        {
            Before = new { Same = new[] { 1, 2 }, Name = "a", Gone = 1, Nothing = (string?)null },
            After = new { Same = new[] { 1, 2 }, Name = "b", Nothing = "c", New = 2 },
        };

        var entry = change.ToEntry("e", default, AuditOrigin.Server);

        Assert.Equal("""{"name":"a","gone":1,"nothing":null}""", entry.Before);
        Assert.Equal("""{"name":"b","nothing":"c","new":2}""", entry.After);
    }
}
