using AdServer.Catalog;
using AdServer.StorageTests.Mongo.Wire;
using MongoDB.Bson;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>The laws of the catalogue on MongoDB.</summary>
public sealed class MongoCatalogLaws() : CatalogLaws(new MongoEngine());

/// <summary>The laws of developers on MongoDB.</summary>
public sealed class MongoAccessLaws() : AccessLaws(new MongoEngine());

/// <summary>The laws of tokens on MongoDB.</summary>
public sealed class MongoTokenLaws() : TokenLaws(new MongoEngine());

/// <summary>The laws of the audit on MongoDB.</summary>
public sealed class MongoAuditLaws() : AuditLaws(new MongoEngine());

/// <summary>The laws of idempotency keys on MongoDB.</summary>
public sealed class MongoIdempotencyLaws() : IdempotencyLaws(new MongoEngine());

/// <summary>The laws of credentials on MongoDB.</summary>
public sealed class MongoCredentialLaws() : CredentialLaws(new MongoEngine());

/// <summary>What can happen between a host and MongoDB while the catalogue is changed: no change is lost, made twice or taken for another's.</summary>
public sealed class MongoCatalogTests : IAsyncLifetime
{
    private readonly MongoEngine engine = new();

    private ICatalogStore Catalog => engine.Catalog;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    /// <summary>What goes wrong with a write; each is tried again.</summary>
    public static TheoryData<string> Accidents => ["drop before", "drop after", "91", "112", "10107", "no majority"];

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task A_write_that_is_tried_again_is_made_once_and_known_as_ours(string accident)
    {
        await StumblesAsync("performers", accident, () => Catalog.AddPerformerAsync(Performer(), Token), (Performer(), true));
        await StumblesAsync("ads", accident, () => Catalog.AddAdAsync(Ad(), Token), ChangeOutcome.Done);
        await StumblesAsync("performers", accident, () => Catalog.AddAdAsync(Ad("a2"), Token), ChangeOutcome.Done);
        await StumblesAsync("ads", accident, () => Catalog.ReplaceAdAsync(Ad() with { Name = "New", Version = 2 }, Token), ChangeOutcome.Done);
        await StumblesAsync("ads", accident, () => Catalog.RemoveAdAsync("a2", Noon, Token), ChangeOutcome.Done);
        await StumblesAsync("performers", accident, () => Catalog.ReplacePerformerAsync(Performer() with { Version = 2 }, Token), ChangeOutcome.Done);
        Assert.Equal("New", Assert.Single(await Catalog.ListAdsAsync(null, 10, Token)).Name);

        await Catalog.RemoveAdAsync("a1", Noon, Token);
        await StumblesAsync("performers", accident, () => Catalog.RemovePerformerAsync("p1", Token), ChangeOutcome.Done);
        Assert.Equal((Performer("p2", "p1@example.com"), true), await Catalog.AddPerformerAsync(Performer("p2", "p1@example.com"), Token));
        await StumblesAsync("developers", accident, () => engine.Access.AddDeveloperAsync(Developer("d1", "d@b.cc"), Token), (Developer("d1", "d@b.cc"), true));
        await StumblesAsync("developers", accident, () => engine.Access.RemoveDeveloperAsync("d1", Token), true);
        await StumblesAsync("idempotency_keys", accident, () => engine.Keys.ReserveKeyAsync(IdempotencyLaws.Key("k"), 9, Token), (IdempotencyLaws.Key("k"), true));
        await StumblesAsync("audit", accident, () => AppendAsync("e1"), 1);
    }

    /// <summary>Adds an entry of the audit; how many there are then.</summary>
    private async Task<int> AppendAsync(string id)
    {
        await engine.Audit.AppendAuditAsync(AuditLaws.Entry(id), Token);
        return (await engine.Audit.ListAuditAsync(new Access.AuditQuery(), Token)).Items.Count;
    }

    /// <summary>Lets the next write to a collection go wrong, and the call come to its end all the same.</summary>
    private async Task StumblesAsync<T>(string collection, string accident, Func<Task<T>> call, T expected)
    {
        var rule = engine.Faults.Next("insert update delete", collection, accident switch
        {
            "drop before" => Fault.DropBefore,
            "drop after" => Fault.DropAfter,
            "no majority" => Fault.WriteConcern(64),
            _ => Fault.Answer(int.Parse(accident, System.Globalization.CultureInfo.InvariantCulture)),
        });

        Assert.Equal(expected, await call());
        Assert.Equal(1, rule.Count);
    }

    [Fact]
    public async Task Somebody_elses_change_is_not_taken_for_ours()
    {
        await engine.AddAdsAsync("p1", "a1");
        var gate = new Gate();
        engine.Faults.Next("update", "ads", Fault.HoldBefore(gate));

        var late = Catalog.ReplaceAdAsync(Ad() with { Name = "Late", Version = 2 }, Token);
        await gate.Reached;
        Assert.Equal(ChangeOutcome.Done, await Catalog.ReplaceAdAsync(Ad() with { Name = "Early", Version = 2 }, Token));
        gate.Open();

        Assert.Equal(ChangeOutcome.Stale, await late);
        Assert.Equal("Early", (await Catalog.FindAdAsync("a1", Token))!.Name);
    }

    [Fact]
    public async Task An_ad_that_is_announced_while_its_performer_is_removed_stays_and_so_does_the_performer()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        var gate = new Gate();
        engine.Faults.Next("update", "performers", Fault.HoldBefore(gate));

        var removal = Catalog.RemovePerformerAsync("p1", Token);
        await gate.Reached;
        Assert.Equal(ChangeOutcome.Done, await Catalog.AddAdAsync(Ad(), Token));
        gate.Open();

        Assert.Equal(ChangeOutcome.InUse, await removal);
        Assert.Equal(["a1"], (await Catalog.ListAdIdsAsync(["p1"], Token))["p1"]);
        Assert.NotNull(await Catalog.FindPerformerAsync("p1", Token));
    }

    [Theory]
    [InlineData("insert", "ads")]
    [InlineData("update", "performers")]
    [InlineData("update", "ads")]
    public async Task A_performer_that_is_removed_at_any_step_of_adding_an_ad_has_no_ad_afterwards_or_stays(string command, string collection)
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        var gate = new Gate();
        engine.Faults.Next(command, collection, Fault.HoldBefore(gate));

        var adding = Catalog.AddAdAsync(Ad(), Token);
        await gate.Reached;
        Assert.Equal(ChangeOutcome.Done, await Catalog.RemovePerformerAsync("p1", Token));
        gate.Open();

        Assert.Equal(ChangeOutcome.Missing, await adding);
        Assert.Empty(await Catalog.ListAdsAsync(null, 10, Token));
        Assert.Equal(0, (await engine.RunAsync(new() { { "count", "ads" } }))["n"].ToInt64());
    }

    [Fact]
    public async Task An_ad_that_was_never_settled_is_seen_by_nobody_and_keeps_no_performer()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        using var stuck = new CancellationTokenSource();
        var gate = new Gate();
        engine.Faults.Next("update", "performers", Fault.HoldBefore(gate));
        var adding = Catalog.AddAdAsync(Ad(), stuck.Token);
        await gate.Reached;
        await stuck.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);

        Assert.Null(await Catalog.FindAdAsync("a1", Token));
        Assert.Empty(await Catalog.ListAdsAsync(null, 10, Token));
        Assert.DoesNotContain(await Catalog.ListChangesAsync(null, Token).ToListAsync(Token), change => change.Ad is not null);
        Assert.Equal(ChangeOutcome.Done, await Catalog.RemovePerformerAsync("p1", Token));
        gate.Open();
    }

    [Fact]
    public async Task A_removal_that_reads_from_a_node_that_is_behind_finds_the_ad_all_the_same()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        await using var past = await engine.Gateway.TakeSnapshotAsync(Token);
        await Catalog.AddAdAsync(Ad(), Token);
        engine.Faults.Next("find", "ads", Fault.ReadFrom(past));
        engine.Faults.Next("find", "performers", Fault.ReadFrom(past));

        Assert.Equal(ChangeOutcome.InUse, await Catalog.RemovePerformerAsync("p1", Token));
    }

    [Fact]
    public async Task Of_two_hosts_that_remove_a_performer_one_does()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Catalog.RemovePerformerAsync("p1", Token))));

        Assert.Single(outcomes, ChangeOutcome.Done);
        Assert.Equal(7, outcomes.Count(outcome => outcome == ChangeOutcome.Missing));
    }

    [Fact]
    public async Task Changes_are_listed_by_the_time_of_the_store_with_the_marks_of_what_was_removed()
    {
        var before = await Catalog.ReadSharedClockAsync(Token);
        await engine.AddAdsAsync("p1", "a1", "a2");
        await Catalog.AddPerformerAsync(Performer("p2"), Token);
        await Catalog.ReplaceAdAsync(Ad() with { Name = "New", Version = 2 }, Token);
        await Catalog.RemoveAdAsync("a2", Noon, Token);
        await Catalog.RemovePerformerAsync("p2", Token);

        var since = await Catalog.ListChangesAsync(before, Token).ToListAsync(Token);
        Assert.Equal(["New v2", "Performer p1 v1", "a2 removed", "p2 removed"], since.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(since, await Catalog.ListChangesAsync(null, Token).ToListAsync(Token));
        Assert.Empty(await Catalog.ListChangesAsync(before!.Value.AddHours(1), Token).ToListAsync(Token));
    }

    private static string Text(CatalogChange change) =>
        change.RemovedId is { } id ? $"{id} removed"
        : change.Ad is { } ad ? $"{ad.Name} v{ad.Version}"
        : $"{change.Performer!.Name} v{change.Performer.Version}";

    [Fact]
    public async Task A_removed_performer_leaves_neither_name_nor_address()
    {
        await Catalog.AddPerformerAsync(Performer("p1"), Token);
        await Catalog.AddPerformerAsync(Performer("p2"), Token);
        await Catalog.RemovePerformerAsync("p1", Token);
        await Catalog.RemovePerformerAsync("p2", Token);

        var left = await engine.RunAsync(new() { { "find", "performers" } });

        Assert.DoesNotContain("example.com", left.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("Performer", left.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_longer_than_one_reply_come_whole_and_in_order()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        var ads = Enumerable.Range(0, 2500).Select(number => $"a{number:0000}").ToList();
        await engine.RunAsync(new()
        {
            { "insert", "ads" },
            {
                "documents", new BsonArray(ads.Select(id => new BsonDocument
                {
                    { "_id", id }, { "performerId", "p1" }, { "createdAt", new BsonDateTime(Noon.ToUnixTimeMilliseconds()) },
                }))
            },
        });

        Assert.Equal(ads, (await Catalog.ListAdIdsAsync(["p1"], Token))["p1"]);
    }
}
