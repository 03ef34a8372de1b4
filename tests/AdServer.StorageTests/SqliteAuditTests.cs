using AdServer.Access;
using AdServer.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>The laws of the audit on SQLite.</summary>
public sealed class SqliteAuditLaws() : AuditLaws(new SqliteEngine());

/// <summary>What SQLite itself does for the audit.</summary>
public sealed class SqliteAuditTests : IAsyncDisposable
{
    private readonly SqliteEngine engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("UPDATE audit SET action = 'none'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("UPDATE audit_ends SET outcome = 'Refused'")]
    [InlineData("DELETE FROM audit_ends")]
    public async Task The_file_lets_nobody_change_or_delete_an_entry(string statement)
    {
        await engine.Audit.AppendAuditAsync(AuditLaws.Entry("e1"), Token);
        await engine.Audit.EndAuditAsync("e1", AuditOutcome.Done, Noon, Token);

        var refused = await Assert.ThrowsAsync<SqliteException>(() => engine.RunAsync(statement));

        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        var kept = Assert.Single((await engine.Audit.ListAuditAsync(new AuditQuery(), Token)).Items);
        Assert.Equal(("ad.update", AuditOutcome.Done), (kept.Action, kept.Outcome));
    }

    [Theory]
    [InlineData(null, null, null, "audit_by_time")]
    [InlineData("ad", null, null, "audit_by_kind")]
    [InlineData("ad", "a1", null, "audit_by_object")]
    [InlineData(null, null, "t1", "audit_by_actor")]
    public async Task A_list_is_read_through_an_index_in_its_order(string? kind, string? id, string? actor, string index)
    {
        var query = new AuditQuery { ObjectKind = kind, ObjectId = id, ActorId = actor, After = new(Noon, "e") };

        var plan = await engine.Database.ReadAsync(
            session =>
            {
                using var explain = session.Once("EXPLAIN QUERY PLAN " + SqliteAuditStore.TextOf(query));
                return explain.Rows().Select(row => row.Text(3)).ToList();
            },
            Token);

        Assert.Contains(plan, line => line.Contains(index, StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }
}
