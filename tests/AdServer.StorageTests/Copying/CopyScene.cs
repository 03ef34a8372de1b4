using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Catalog;
using AdServer.Events;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Copying;

/// <summary>A store in which everything stands that a store can hold.</summary>
internal static class CopyScene
{
    /// <summary>Fills an empty store. The last events are in no roll.</summary>
    public static async Task FillAsync(TestEngine engine)
    {
        await FillCatalogAsync(engine);
        await engine.Serving.ReplaceDeliveriesAsync(
            "process-1", [new("plain", Today, 7), new("gone", Today, 3)], [new("zz.first", Today, 9, 7), new("aa.second", Today.AddDays(-40), 2, 0)], Token);
        await engine.Serving.ReplaceDeliveriesAsync("process-2", [new("plain", Today, 5), new("full", Today.AddDays(-9), 1)], [], Token);
        await engine.Delivered.AddDeliveredAdsAsync(
            [new("zz.first", ["plain", "gone", "leaving"]), new("aa.second", ["full", "plain"]), new("only.delivered", ["plain"])], Token);
        await engine.AppendAsync(
            Event("plain", id: "e1"), Event("gone", id: "of-gone"), Event("gone"), Event("plain"), Event("plain"),
            Event("full", EventType.Click, "e2", "com.example.other", day: -3) with { PerformerId = "p2", DeviceId = "device", Revision = 5, Flaw = TrafficFlaw.Repeat, UserAgent = "robot", IsVerified = true });
        await engine.RollAllAsync(4);
        await engine.Catalog.RemoveAdAsync("gone", Noon.AddHours(1), Token);
        await engine.SweepAllAsync();

        await engine.AppendAsync(Event("leaving", id: "of-leaving"), Event("plain", EventType.Skip, package: "odd \u0001 | \U0001F600"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("leaving", Noon.AddHours(2), Token);
        await engine.AppendAsync(
            Event("plain", EventType.Exit, "tail", "mm.last") with { Revision = 30, Flaw = TrafficFlaw.Robot }, Event("plain", watched: 604_800_000) with { IsVerified = true, IsOtherPackage = true, PackageName = "new" });
    }

    /// <summary>
    /// Removes the raw events of an old day; later some came for it: those that are rolled up are still there, and the last are in no roll.
    /// </summary>
    public static async Task RemoveOldAsync(TestEngine engine)
    {
        await engine.AppendAsync(
            Event("plain", id: "old", day: -60), Event("plain", EventType.Click, "old-2", "old.app", -60) with { Revision = 3 }, Event("plain", day: -60),
            Event("full", day: -50) with { PerformerId = "p2" });
        await engine.RollAllAsync();
        await engine.RemoveOldAsync();
        await engine.AppendAsync(Event("plain", id: "late", day: -60), Event("full", EventType.Skip, day: -60) with { PerformerId = "p2" });
        await engine.RollAllAsync();
        await engine.AppendAsync(Event("plain", EventType.Exit, "later", day: -60), Event("plain", EventType.Exit, day: -70));
    }

    /// <summary>Adds events in batches of a thousand.</summary>
    public static async Task AddEventsAsync(TestEngine engine, int thousands)
    {
        foreach (var batch in Enumerable.Range(0, thousands * 1000).Chunk(1000))
        {
            await engine.AppendAsync([.. batch.Select(number => Event(
                "plain", (EventType)(number % 4), number % 3 == 0 ? $"n{number}" : null, $"app{number % 7}", -number % 5, number))]);
        }
    }

    private static async Task FillCatalogAsync(TestEngine engine)
    {
        var (catalog, named) = (engine.Catalog, Performer("p2", "Mixed.Case@Example.com", 5));
        await engine.AddAdsAsync("p1", "plain", "gone", "leaving");
        await catalog.AddPerformerAsync(named, Token);
        await catalog.ReplacePerformerAsync(named with { Name = "Renamed", UpdatedAt = Noon.AddDays(1), Version = 2 }, Token);
        await catalog.AddPerformerAsync(Performer("p3"), Token);
        await catalog.RemovePerformerAsync("p3", Token);
        var full = Ad("full", "p2", 9) with { StartsAt = Noon.AddDays(-1), EndsAt = Noon.AddDays(9) };
        await catalog.AddAdAsync(full, Token);
        await catalog.ReplaceAdAsync(
            full with { Version = 2, Status = AdStatus.Paused, Packages = new(["com.example.*"], ["com.example.kids"]), UpdatedAt = Noon.AddDays(2) }, Token);
        await engine.Access.AddDeveloperAsync(Developer("d1", "One@example.com", 3), Token);
        await engine.Access.AddDeveloperAsync(Developer("d2", "two@example.com"), Token);
        await engine.Tokens.AddTokenAsync(new AccessToken("t1", "Key", "hash of t1", Role.App.Name, Noon) { Packages = ["com.example.*"] }, Token);
        await engine.Tokens.AddTokenAsync(new AccessToken("t2", "Old", "hash of t2", Role.Analyst.Name, Noon) { Scopes = Permissions.ReadStats }, Token);
        await engine.Tokens.RevokeTokenAsync("t2", Noon, Token);
        await engine.Audit.AppendAuditAsync(AuditLaws.Entry("e1"), Token);
        await engine.Audit.EndAuditAsync("e1", AuditOutcome.Done, Noon.AddSeconds(1), Token);
        await engine.Audit.AppendAuditAsync(AuditLaws.Entry("e2") with { ObjectId = null, Before = null, After = null }, Token);
        var credential = CredentialLaws.Full("d1");
        await engine.Credentials.ReplaceCredentialAsync(credential, Token);
        await engine.Credentials.ReplaceCredentialAsync(credential with { Version = 2, Stamp = "second" }, Token);
        await engine.Credentials.ReplaceCredentialAsync(new Credential(new Subject(SubjectKind.Performer, "p1"), 1), Token);
        await engine.Tokens.AddTokenAsync(TokenLaws.Session("s1", credential.Subject), Token);
        await engine.SigningKeys.AddSigningKeyAsync(SigningKeyLaws.Make(days: 0), Token);
        await engine.SigningKeys.AddSigningKeyAsync(SigningKeyLaws.Make(days: 1), Token);
    }
}
