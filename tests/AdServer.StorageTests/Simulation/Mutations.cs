namespace AdServer.StorageTests.Simulation;

/// <summary>All that was broken on purpose, and must be found.</summary>
internal static class Mutations
{
    public static IReadOnlyList<(Mutation Mutation, WorldKind Kind)> All { get; } =
    [
        .. InBoth.SelectMany(mutation => (IEnumerable<(Mutation, WorldKind)>)[(mutation, WorldKind.Sqlite), (mutation, WorldKind.Mongo)]),
        .. InSqlite.Select(mutation => (mutation, WorldKind.Sqlite)),
        .. InMongo.Select(mutation => (mutation, WorldKind.Mongo)),
    ];

    private static IEnumerable<Mutation> InBoth =>
    [
        new("answered before the commit") { Journal = MutatedJournal.AnswerFirst },
        new("answered although it failed") { Journal = MutatedJournal.HideFailures },
        new("a repeat is a duplicate before the first is committed") { Journal = MutatedJournal.RememberTooEarly },
        new("events lose their flaws on their way to the journal") { Journal = MutatedJournal.LoseFlaws },
        new("events lose on their way to the journal that they are verified") { Journal = MutatedJournal.LoseProofs },
        new("the tail forgets flaws") { Reports = reports => new MutatedStats(reports) { IsBehindWithFlaws = true } },
        new("reports come from a cache") { Reports = reports => new MutatedStats(reports) { IsCached = true } },
    ];

    private static IEnumerable<Mutation> InSqlite =>
    [
        new("what was stored is not published to the seen sets") { Journal = MutatedJournal.TellNobody },
        new("a roll is added without its guards") { SqliteStats = MutatedStats.WithoutGuard },
        new("invalid traffic is added without its guard") { SqliteStats = MutatedStats.WithoutGuardOfFlaws },
        new("no unique index on ids") { Sql = "DROP TABLE event_ids; CREATE TABLE event_ids (event_id TEXT, day TEXT) STRICT" },
        new("a closed roll is another one when it is read again")
        {
            Sql =
                """
                CREATE TRIGGER widen AFTER INSERT ON rolls WHEN new.number > 1
                BEGIN UPDATE rolls SET first_seq = first_seq - 1 WHERE number = new.number; END
                """,
        },
        new("a roll is numbered, but not marked as applied")
        {
            Sql = "CREATE TRIGGER forget AFTER UPDATE OF applied ON rolls BEGIN UPDATE rolls SET applied = 0 WHERE number = new.number; END",
        },
        new("the disk says that it has written, and has not") { Written = all => all * 2 / 3 },
    ];

    private static IEnumerable<Mutation> InMongo =>
    [
        new("a roll is added without its guard") { Rewrite = MutatedCommands.WithoutGuard("through", "daily_ad_stats", "daily_package_stats") },
        new("invalid traffic is added without its guard") { Rewrite = MutatedCommands.WithoutGuard("through", "daily_invalid_stats") },
        new("no unique ids") { Rewrite = MutatedCommands.WithoutUniqueIds },
        new("the commit record comes before the events") { Rewrite = MutatedCommands.CommitFirst },
        new("a commit record replaces what is there") { Rewrite = MutatedCommands.Replace("journal", one => !one["sealed"].AsBoolean) },
        new("a seal replaces a commit record") { Rewrite = MutatedCommands.Replace("journal", one => one["sealed"].AsBoolean) },
        new("a roll is numbered twice") { Rewrite = MutatedCommands.Replace("rolls", _ => true) },
        new("a batch may be in two rolls") { Rewrite = MutatedCommands.WithoutGuard("roll", "journal") },
        new("events are taken over whoever has them") { Rewrite = MutatedCommands.WithoutGuard("batch", "ad_events") },
        new("a roll is marked as applied before it is") { Rewrite = MutatedCommands.MarkFirst },
        new("what was not answered is tried again under another identity") { Journal = MutatedJournal.RetryAsOthers },
        new("events leave the spool before the engine has them")
        {
            Drain = (_, spool, engine) => async cancellation =>
            {
                var slice = await spool.ReadAsync(1000, cancellation);
                await spool.RemoveAsync(slice, cancellation);
                await engine.AppendAsync(slice.Events, cancellation);
            },
        },
    ];
}
