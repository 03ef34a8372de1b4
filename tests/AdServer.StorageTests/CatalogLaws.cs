using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1, 2, 6 and 7 for performers and ads: conditional changes, unique addresses, lists in order of creation.</summary>
public abstract class CatalogLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected CatalogLaws(TestEngine engine) => this.engine = engine;

    private ICatalogStore Catalog => engine.Catalog;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Of_a_change_and_a_removal_of_one_version_one_is_made()
    {
        foreach (var round in Enumerable.Range(0, 12))
        {
            var (ad, performer) = (Ad($"a{round}", $"p{round}"), Performer($"q{round}"));
            await engine.AddAdsAsync($"p{round}", $"a{round}");
            await Catalog.AddPerformerAsync(performer, Token);
            var tasks = new[]
            {
                Task.Run(() => Catalog.ReplaceAdAsync(ad with { Name = "New", Version = 2 }, Token)),
                Task.Run(() => Catalog.RemoveAdAsync(ad.Id, 1, Noon, Token)),
                Task.Run(() => Catalog.ReplacePerformerAsync(performer with { Name = "New", Version = 2 }, Token)),
                Task.Run(() => Catalog.RemovePerformerAsync(performer.Id, 1, Token)),
            };
            var made = (await Task.WhenAll(tasks)).Select(outcome => outcome == ChangeOutcome.Done).ToList();

            Assert.True(made[0] != made[1] && made[2] != made[3], string.Join(' ', made));
            Assert.Equal((made[0] ? "New" : null, made[2] ? "New" : null), (
                (await Catalog.FindAdAsync(ad.Id, Token))?.Name, (await Catalog.FindPerformerAsync(performer.Id, Token))?.Name));
        }
    }

    [Fact]
    public async Task A_version_that_has_changed_is_not_removed_and_that_of_now_is()
    {
        await engine.AddAdsAsync("p1", "a1");
        await Catalog.ReplaceAdAsync(Ad() with { Version = 2 }, Token);
        await Catalog.AddPerformerAsync(Performer("p2"), Token);
        await Catalog.ReplacePerformerAsync(Performer("p2") with { Version = 2 }, Token);

        Assert.Equal((ChangeOutcome.Stale, ChangeOutcome.Stale), (await Catalog.RemoveAdAsync("a1", 1, Noon, Token), await Catalog.RemovePerformerAsync("p2", 1, Token)));
        Assert.Equal((ChangeOutcome.Done, ChangeOutcome.Done), (await Catalog.RemoveAdAsync("a1", 2, Noon, Token), await Catalog.RemovePerformerAsync("p2", 2, Token)));
        Assert.Equal((ChangeOutcome.Missing, ChangeOutcome.Missing), (await Catalog.RemoveAdAsync("a1", 2, Noon, Token), await Catalog.RemovePerformerAsync("p2", 2, Token)));
    }

    [Fact]
    public async Task Adding_what_is_there_adds_nothing_and_takes_nothing_back()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await Catalog.ReplaceAdAsync(Ad() with { Name = "New", Version = 2 }, Token);
        await Catalog.RemoveAdAsync("a2", null, Noon, Token);
        var changed = Performer() with { Name = "New", Email = "new@example.com", Version = 2 };
        await Catalog.ReplacePerformerAsync(changed, Token);

        Assert.Equal((ChangeOutcome.Done, ChangeOutcome.Removed), (await Catalog.AddAdAsync(Ad(), Token), await Catalog.AddAdAsync(Ad("a2"), Token)));
        Assert.Equal((changed, true), await Catalog.AddPerformerAsync(Performer(), Token));

        Assert.Equal(["New"], (await Catalog.ListAdsAsync(null, 9, Token)).Select(ad => ad.Name));
        Assert.Equal([changed], await Catalog.ListPerformersAsync(null, 9, Token));
    }

    [Fact]
    public async Task A_performer_is_read_as_it_was_written()
    {
        var written = Performer("p1", "Some.One@Example.COM") with { Name = "Zoë \U0001F600 'quoted'", Version = 7 };

        Assert.Equal((written, true), await Catalog.AddPerformerAsync(written, Token));
        await engine.ReopenAsync();

        Assert.Equal(written, await Catalog.FindPerformerAsync("p1", Token));
        Assert.Equal(written, await Catalog.FindPerformerByEmailAsync("some.one@example.com", Token));
        Assert.Null(await Catalog.FindPerformerAsync("P1", Token));
    }

    [Fact]
    public async Task Of_many_that_add_one_address_all_get_the_same_performer()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            () => Catalog.AddPerformerAsync(Performer($"p{number}", number % 2 == 0 ? "a@b.cc" : "A@B.cc"), Token))));

        Assert.Single(added, one => one.Added);
        Assert.Single(added.Select(one => one.Performer).Distinct());
    }

    [Fact]
    public async Task A_performer_is_changed_only_from_the_version_before()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        await Catalog.AddPerformerAsync(Performer("p2"), Token);
        var changed = Performer(email: "new@example.com") with { Name = "New", UpdatedAt = Noon.AddHours(1), Version = 2 };

        Assert.Equal(ChangeOutcome.Done, await Catalog.ReplacePerformerAsync(changed, Token));
        Assert.Equal(ChangeOutcome.Stale, await Catalog.ReplacePerformerAsync(changed, Token));
        Assert.Equal(ChangeOutcome.EmailTaken, await Catalog.ReplacePerformerAsync(changed with { Version = 3, Email = "P2@example.com" }, Token));
        Assert.Equal(ChangeOutcome.Missing, await Catalog.ReplacePerformerAsync(changed with { Id = "p3" }, Token));
        Assert.Equal(changed, await Catalog.FindPerformerAsync("p1", Token));
    }

    [Fact]
    public async Task A_performer_with_ads_stays_and_one_whose_ads_were_removed_can_go()
    {
        await engine.AddAdsAsync("p1", "a1");

        Assert.Equal(ChangeOutcome.InUse, await Catalog.RemovePerformerAsync("p1", Token));
        await Catalog.RemoveAdAsync("a1", Noon, Token);
        Assert.Equal(ChangeOutcome.Done, await Catalog.RemovePerformerAsync("p1", Token));
        Assert.Equal(ChangeOutcome.Missing, await Catalog.RemovePerformerAsync("p1", Token));
    }

    [Fact]
    public async Task An_ad_is_read_as_it_was_written()
    {
        await Catalog.AddPerformerAsync(Performer(), Token);
        var written = Ad() with
        {
            Name = "Ünï \U0001F600 \"quoted\"",
            Details = new AdDetails("https://example.com/ä?b=1&c='", "http://example.com", Budget.High, 0.1, 1e15 / 3),
            Status = AdStatus.Paused,
            StartsAt = Noon.AddDays(-1),
            EndsAt = Noon.AddDays(400),
            Packages = new PackageRules(["com.example.*", "a\"b"], ["com.example.bad"]),
            Version = 3,
        };

        await Catalog.AddAdAsync(written, Token);
        await Catalog.AddAdAsync(Ad("plain"), Token);
        await engine.ReopenAsync();

        Assert.Equal(written, await Catalog.FindAdAsync("a1", Token));
        Assert.Equal(Ad("plain"), await Catalog.FindAdAsync("plain", Token));
    }

    [Fact]
    public async Task An_ad_of_a_performer_that_has_gone_is_not_added()
    {
        Assert.Equal(ChangeOutcome.Missing, await Catalog.AddAdAsync(Ad(), Token));
        Assert.Null(await Catalog.FindAdAsync("a1", Token));
    }

    [Fact]
    public async Task Of_two_changes_made_from_one_version_the_second_is_stale()
    {
        await engine.AddAdsAsync("p1", "a1");
        var changes = Enumerable.Range(0, 8).Select(number => Ad() with { Name = $"Change {number}", Version = 2 });

        var outcomes = await Task.WhenAll(changes.Select(change => Task.Run(() => Catalog.ReplaceAdAsync(change, Token))));

        Assert.Single(outcomes, ChangeOutcome.Done);
        Assert.Equal(7, outcomes.Count(outcome => outcome == ChangeOutcome.Stale));
        Assert.Equal(ChangeOutcome.Missing, await Catalog.ReplaceAdAsync(Ad("other") with { Version = 2 }, Token));
    }

    [Fact]
    public async Task A_removed_ad_is_in_no_answer_and_is_removed_once()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");

        Assert.Equal(ChangeOutcome.Done, await Catalog.RemoveAdAsync("a1", Noon, Token));
        await engine.ReopenAsync();

        Assert.Equal(ChangeOutcome.Missing, await Catalog.RemoveAdAsync("a1", Noon, Token));
        Assert.Equal(ChangeOutcome.Missing, await Catalog.ReplaceAdAsync(Ad() with { Version = 2 }, Token));
        Assert.Null(await Catalog.FindAdAsync("a1", Token));
        Assert.Equal(["a2"], (await Catalog.ListAdsAsync(null, 10, Token)).Select(ad => ad.Id));
        Assert.Equal(["a2"], (await Catalog.ListAdIdsAsync(["p1"], Token))["p1"]);
    }

    [Fact]
    public async Task Lists_come_in_order_of_creation_part_by_part()
    {
        await Catalog.AddPerformerAsync(Performer("p1", order: 2), Token);
        await Catalog.AddPerformerAsync(Performer("p3", order: 1), Token);
        await Catalog.AddPerformerAsync(Performer("p2", order: 1), Token);
        foreach (var (id, order) in ((string, int)[])[("c", 3), ("b", 1), ("a", 1), ("d", 2)])
        {
            await Catalog.AddAdAsync(Ad(id, order: order), Token);
        }

        var first = await Catalog.ListAdsAsync(null, 3, Token);
        var rest = await Catalog.ListAdsAsync(new ListPlace(first[^1].CreatedAt, first[^1].Id), 3, Token);

        Assert.Equal(["a", "b", "d", "c"], first.Concat(rest).Select(ad => ad.Id));
        Assert.Equal(["p2", "p3", "p1"], (await Catalog.ListPerformersAsync(null, 10, Token)).Select(one => one.Id));
        Assert.Equal(["p3"], (await Catalog.ListPerformersAsync(new ListPlace(Noon.AddMilliseconds(1), "p2"), 1, Token)).Select(one => one.Id));
        Assert.Equal(["a", "b", "d", "c"], (await Catalog.ListAdIdsAsync(["p1", "p2"], Token))["p1"]);
        Assert.False((await Catalog.ListAdIdsAsync(["p2"], Token)).Contains("p2"));
    }

    [Fact]
    public async Task A_full_disk_refuses_a_change_and_reading_goes_on()
    {
        await engine.AddAdsAsync("p1", "a1");

        await engine.FillDiskAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Catalog.AddAdAsync(Ad("a2") with { Name = new string('x', 10_000) }, Token));
        Assert.Single(await Catalog.ListAdsAsync(null, 10, Token));
        await engine.FreeDiskAsync();

        Assert.Equal(ChangeOutcome.Done, await Catalog.AddAdAsync(Ad("a2") with { Name = new string('x', 10_000) }, Token));
    }
}

/// <summary>The laws of the catalogue on SQLite.</summary>
public sealed class SqliteCatalogLaws() : CatalogLaws(new SqliteEngine());
