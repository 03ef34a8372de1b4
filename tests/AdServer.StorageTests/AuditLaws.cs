using AdServer.Access;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Law 16: entries are added, once, and stay as they were written; how they ended is said once, beside them.</summary>
public abstract class AuditLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected AuditLaws(TestEngine engine) => this.engine = engine;

    private IAuditStore Audit => engine.Audit;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task What_is_read_is_what_was_written_also_by_another_server()
    {
        var bare = Entry("e2") with
        {
            At = Noon.AddMilliseconds(1),
            Origin = AuditOrigin.Server,
            ObjectId = null,
            PerformerId = null,
            Before = null,
            After = null,
        };
        var odd = Entry("e1") with { Before = """{"$set":{"a.b":"\u0000 \u202e"}}""", After = """{"name":"‮ 😀"}""" };
        await Audit.AppendAuditAsync(odd, Token);
        await Audit.AppendAuditAsync(bare, Token);
        await Audit.EndAuditAsync("e1", AuditOutcome.Refused, Noon.AddSeconds(3), Token);
        await engine.ReopenAsync();

        Assert.Equal([bare, odd with { Outcome = AuditOutcome.Refused, EndedAt = Noon.AddSeconds(3) }], await ListAsync(new()));
    }

    [Fact]
    public async Task An_entry_that_comes_again_is_added_once_and_its_first_end_stays()
    {
        var entry = Entry("e1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Audit.AppendAuditAsync(entry, Token)));
        await Audit.EndAuditAsync("e1", AuditOutcome.Done, Noon.AddSeconds(1), Token);

        await Audit.AppendAuditAsync(entry with { Action = "ad.other", After = "{}" }, Token);
        await Audit.EndAuditAsync("e1", AuditOutcome.Refused, Noon.AddSeconds(9), Token);

        Assert.Equal([entry with { Outcome = AuditOutcome.Done, EndedAt = Noon.AddSeconds(1) }], await ListAsync(new()));
    }

    [Fact]
    public async Task Entries_are_found_by_object_actor_and_time_the_newest_first()
    {
        var some = Enumerable.Range(0, 24).Select(number => Entry($"e{number:00}") with
        {
            At = Noon.AddMilliseconds(number / 2),
            Origin = Entry("e").Origin with { ActorId = $"t{number % 2}" },
            ObjectKind = number % 3 == 0 ? "token" : "ad",
            ObjectId = $"o{number % 4}",
        }).ToList();
        foreach (var entry in some)
        {
            await Audit.AppendAuditAsync(entry, Token);
        }

        foreach (var (query, isWanted) in new (AuditQuery, Func<AuditEntry, bool>)[]
        {
            (new(), _ => true),
            (new() { ObjectKind = "ad" }, one => one.ObjectKind == "ad"),
            (new() { ObjectKind = "ad", ObjectId = "o1" }, one => one is { ObjectKind: "ad", ObjectId: "o1" }),
            (new() { ActorId = "t1" }, one => one.Origin.ActorId == "t1"),
            (new() { From = Noon.AddMilliseconds(3), Until = Noon.AddMilliseconds(7) }, one => one.At >= Noon.AddMilliseconds(3) && one.At < Noon.AddMilliseconds(7)),
            (
                new() { ObjectKind = "ad", ObjectId = "o2", ActorId = "t0", From = Noon.AddMilliseconds(1), Until = Noon.AddMilliseconds(11) },
                one => one is { ObjectKind: "ad", ObjectId: "o2", Origin.ActorId: "t0" } && one.At >= Noon.AddMilliseconds(1) && one.At < Noon.AddMilliseconds(11)),
            (new() { ObjectKind = "developer" }, _ => false),
        })
        {
            var expected = some.Where(isWanted).OrderByDescending(one => one.At).ThenByDescending(one => one.Id, StringComparer.Ordinal).ToList();

            Assert.Equal(expected, await ListAsync(query with { Limit = 1000 }));
            Assert.Equal(expected, await ListAsync(query with { Limit = 3 }));
        }
    }

    [Fact]
    public async Task A_page_of_large_entries_ends_before_it_is_too_large_and_the_next_goes_on()
    {
        var large = new string('x', AuditPage.MostWeight / 2);
        foreach (var number in Enumerable.Range(0, 5))
        {
            await Audit.AppendAuditAsync(Entry($"e{number}") with { At = Noon.AddMilliseconds(number), Before = null, After = $"\"{large}\"" }, Token);
        }

        var first = await Audit.ListAuditAsync(new AuditQuery { Limit = 100 }, Token);

        Assert.Equal((1, true), (first.Items.Count, first.HasMore));
        Assert.Equal(["e4", "e3", "e2", "e1", "e0"], (await ListAsync(new AuditQuery { Limit = 100 })).Select(entry => entry.Id));
    }

    /// <summary>A plausible entry.</summary>
    internal static AuditEntry Entry(string id) => new()
    {
        Id = id,
        At = Noon,
        Origin = new AuditOrigin("t1", "Nightly report", "administrator", "2001:db8::1", "0HN:1"),
        Action = AuditAction.UpdateAd.Name,
        ObjectKind = "ad",
        ObjectId = "a1",
        PerformerId = "p1",
        Before = """{"name":"Old","version":1}""",
        After = """{"name":"New","version":2}""",
    };

    private async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query)
    {
        var found = new List<AuditEntry>();
        for (var page = await Audit.ListAuditAsync(query, Token); ; page = await Audit.ListAuditAsync(query with { After = found[^1].Place }, Token))
        {
            Assert.InRange(page.Items.Count, page.HasMore ? 1 : 0, query.Limit);
            found.AddRange(page.Items);
            if (!page.HasMore)
            {
                return found;
            }
        }
    }
}
