using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Law 9 on SQLite: what a start does to a file, and which files and settings it refuses in words for people.</summary>
public sealed class SqliteStartTests : IAsyncDisposable
{
    private readonly SqliteEngine engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task A_second_server_on_the_file_is_refused_and_may_start_when_the_first_has_ended()
    {
        await engine.AddAdsAsync("p1", "a1");
        await using (var second = engine.Open(StorageAccess.Serve))
        {
            Assert.Contains("in use by another server", await RefusalAsync(second), StringComparison.Ordinal);
        }

        await engine.StopAsync();
        await using var third = engine.Open(StorageAccess.Serve);
        Assert.Equal(new StorageLocation("sqlite", engine.File), await third.OpenStorageAsync());
    }

    [Fact]
    public async Task A_second_server_is_refused_by_whatever_link_it_names_the_file()
    {
        await engine.AddAdsAsync("p1", "a1");
        var link = $"{Path.GetDirectoryName(engine.File)}-link.db";
        File.CreateSymbolicLink(link, engine.File);
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", link)]).Build();
        await using var second = new ServiceCollection().AddStorage(settings, "/").BuildServiceProvider();

        Assert.Contains("in use by another server", await RefusalAsync(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_of_a_mistyped_path_makes_no_store()
    {
        var path = $"{engine.File}.mistyped";
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", path)]).Build();
        await using var rebuild = new ServiceCollection().AddStorage(settings, "/", StorageAccess.Maintain).BuildServiceProvider();

        Assert.StartsWith($"There is no store at {path}", await RefusalAsync(rebuild), StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_folder_is_no_store()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Path", Path.GetTempPath())]).Build();
        await using var server = new ServiceCollection().AddStorage(settings, "/").BuildServiceProvider();

        Assert.Contains("is a folder", await RefusalAsync(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_whose_reader_has_left_ends()
    {
        using var leaving = new CancellationTokenSource();
        var endless = engine.Database.ReadAsync(
            session =>
            {
                leaving.CancelAfter(TimeSpan.Zero);
                return session.Number("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
            },
            leaving.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        Assert.Equal(1, await engine.Database.ReadAsync(session => session.Number("SELECT 1"), Token));
    }

    [Fact]
    public async Task A_reader_beside_the_server_sees_what_is_committed_and_can_write_nothing()
    {
        await engine.AddAdsAsync("p1", "a1");
        await using var reader = engine.Open(StorageAccess.ReadOnly);
        var catalog = reader.GetRequiredService<ICatalogStore>();

        Assert.NotNull(await catalog.FindAdAsync("a1", Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => catalog.RemoveAdAsync("a1", Noon, Token));
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        Assert.Null(await catalog.FindAdAsync("a1", Token));
    }

    [Fact]
    public async Task A_reader_of_a_file_without_a_server_finds_everything()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.StopAsync();

        await using var reader = engine.Open(StorageAccess.ReadOnly);

        Assert.NotNull(await reader.GetRequiredService<ICatalogStore>().FindAdAsync("a1", Token));
    }

    [Fact]
    public async Task A_reader_of_no_file_is_told_so_and_makes_none()
    {
        await using var reader = engine.Open(StorageAccess.ReadOnly);

        Assert.Contains("There is no store", await RefusalAsync(reader), StringComparison.Ordinal);
        Assert.False(File.Exists(engine.File));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 99", "newer server (schema 99")]
    [InlineData("PRAGMA application_id = 5", "another program")]
    public async Task A_file_that_is_not_ours_to_change_is_refused_and_left_as_it_is(string change, string message)
    {
        await engine.RunAsync(change);
        await engine.StopAsync();

        foreach (var access in Enum.GetValues<StorageAccess>())
        {
            var before = await File.ReadAllBytesAsync(engine.File, Token);
            await using var services = engine.Open(access);
            Assert.Contains(message, await RefusalAsync(services), StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllBytesAsync(engine.File, Token));
        }
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(engine.File)!);
        using (var session = SqliteSession.Open(engine.File, readOnly: false))
        {
            session.Execute("CREATE TABLE theirs (a)");
        }

        var before = await File.ReadAllBytesAsync(engine.File, Token);
        await using var services = engine.Open(StorageAccess.Serve);

        Assert.Contains("another program", await RefusalAsync(services), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(engine.File, Token));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(engine.File)!);
        await File.WriteAllTextAsync(engine.File, new string('x', 5000), Token);
        await using var services = engine.Open(StorageAccess.Serve);

        Assert.Contains("damaged", await RefusalAsync(services), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        await File.WriteAllTextAsync(Path.GetDirectoryName(engine.File)!, "a file where the folder should be", Token);
        await using var services = engine.Open(StorageAccess.Serve);

        Assert.Contains(engine.File, await RefusalAsync(services), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_kind_is_refused_with_the_kinds_there_are()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Kind", "oracle")]).Build();

        var refusal = Assert.Throws<StartException>(() => new ServiceCollection().AddStorage(settings, "/"));

        Assert.Equal("Storage:Kind is 'oracle'. Allowed values: sqlite, mongo.", refusal.Message);
    }

    [Fact]
    public void A_missing_library_is_named_with_the_package_that_has_it()
    {
        var refusal = Assert.Throws<StartException>(() => SqliteLibrary.Find(["libno-such-library.so.0"]));

        Assert.Contains("apt-get install libsqlite3-0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_became_read_only_refuses_writes_and_goes_on_reading()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.RunAsync("PRAGMA query_only = ON");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.AppendAsync(Event(id: "e1")));
        Assert.NotNull(await engine.Catalog.FindAdAsync("a1", Token));
        Assert.Equal(0, (await engine.ReadTotalAsync()).Events.Events);

        await engine.ReopenAsync();
        Assert.Equal([Events.AppendOutcome.Stored], await engine.AppendAsync(Event(id: "e1")));
    }

    [Fact]
    public async Task A_file_of_the_first_schema_keeps_everything_and_counts_late_events_from_then_on()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(id: "rolled"));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(id: "tail"));
        await engine.GoBackAsync(SqliteEngine.BackToTheFirstSchema);

        await engine.ReopenAsync();

        Assert.Equal(2, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Equal([Events.AppendOutcome.Duplicate], await engine.AppendAsync(Event(id: "tail")));
        await engine.AppendAsync(Event() with { Revision = 2 });
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(2, (await engine.ReadTotalAsync(LateLaws.At(Events.DayClosing.ClosedAt(Today)))).Events.Views);
    }

    [Fact]
    public async Task A_file_of_the_fourth_schema_keeps_its_tokens_and_lets_people_sign_in_from_then_on()
    {
        var made = new Access.AccessToken("t1", "name", "hash", Access.Role.Analyst.Name, Noon);
        await engine.Tokens.AddTokenAsync(made, Token);
        await engine.GoBackAsync(SqliteEngine.BackToTheFourthSchema);

        await engine.ReopenAsync();

        Assert.Equal(made with { Packages = [] }, (await engine.Tokens.FindTokenAsync("t1", Token))! with { Packages = [] });
        var credential = CredentialLaws.Full("d1");
        Assert.True(await engine.Credentials.ReplaceCredentialAsync(credential, Token));
        CredentialLaws.AssertSame(credential, await engine.Credentials.FindCredentialAsync(credential.Subject, Token));
    }

    [Fact]
    public async Task A_file_of_the_second_schema_has_no_invalid_traffic_and_counts_it_from_then_on()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(id: "rolled") with { Revision = 1 });
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(id: "tail"));
        await engine.GoBackAsync(SqliteEngine.BackToTheSecondSchema);

        await engine.ReopenAsync();

        Assert.Equal(2, (await engine.ReadTotalAsync(new StatsQuery { Traffic = TrafficChoice.Net })).Events.Views);
        await engine.AppendAsync(Event() with { Flaw = Events.TrafficFlaw.Robot });
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(2, (await engine.ReadTotalAsync(new StatsQuery { Traffic = TrafficChoice.Net })).Events.Views);
    }

    [Fact]
    public async Task A_file_of_the_fourth_schema_has_no_verified_events_and_counts_them_from_then_on()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(id: "rolled") with { Flaw = Events.TrafficFlaw.Robot });
        await engine.RollAllAsync();
        await engine.AppendAsync(Event(id: "tail"));
        await engine.GoBackAsync(SqliteEngine.BackToTheFourthSchema);

        await engine.ReopenAsync();

        Assert.Equal((2, 0), (await CountAsync(TrafficChoice.Gross), await CountAsync(TrafficChoice.Verified)));
        await engine.AppendAsync(Event() with { IsVerified = true });
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal((3, 1), (await CountAsync(TrafficChoice.Gross), await CountAsync(TrafficChoice.Verified)));
        await engine.SigningKeys.AddSigningKeyAsync(SigningKeyLaws.Make(days: 0), Token);
        Assert.Single(await engine.SigningKeys.ListSigningKeysAsync(Token));
    }

    private async Task<long> CountAsync(TrafficChoice traffic) => (await engine.ReadTotalAsync(new StatsQuery { Traffic = traffic })).Events.Views;

    [Fact]
    public async Task What_had_an_event_in_a_file_of_the_second_schema_counts_as_delivered_also_if_it_was_not_rolled_up()
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "gone");
        await engine.AppendAsync(Event("a1", package: "x"), Event("a2", package: "x"), Event("gone", package: "x"));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event("a1", package: "x"), Event("a1", package: "z"), Event("a1", package: "y"), Event("gone", package: "w"));
        await engine.AppendAsync(Event("a2", package: "v") with { IsOtherPackage = true });
        await engine.Catalog.RemoveAdAsync("gone", Noon, Token);
        await engine.GoBackAsync(SqliteEngine.BackToTheSecondSchema);

        await engine.ReopenAsync();

        Assert.Equal(["(other) a2", "x a1", "x a2", "y a1", "z a1"], await DeliveredLaws.ReadAsync(engine));
        var names = await engine.Serving.ReadPackageAdsAsync(Token).Select(set => set.Package).Distinct().ToListAsync(Token);
        Assert.Equal(["x", "z", "y"], names.Take(3));
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_file_of_the_sixth_schema_keeps_its_rows_by_package()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        Events.AdEvent[] events = [Event("a1"), Event("a2"), Event("a1", package: "y"), Event("a1", day: -1)];
        await engine.Journal.AppendAsync(events, Token);
        await engine.RollAllAsync();
        var query = new StatsQuery { GroupBy = [StatsGroup.Package, StatsGroup.Day] };
        var before = await engine.Stats.ReadAsync(query, Token);
        Assert.Equal(3, before.Rows.Count);
        await engine.GoBackAsync(SqliteEngine.BackToTheSixthSchema);

        await engine.ReopenAsync();

        var after = await engine.Stats.ReadAsync(query, Token);
        Assert.Equal(before.Rows, after.Rows);
        await engine.Journal.AppendAsync(events, Token);
        await engine.RollAllAsync();
        Assert.Equal(before.Rows.Select(row => 2 * row.Measures.Events.Views), (await engine.Stats.ReadAsync(query, Token)).Rows.Select(row => row.Measures.Events.Views));
    }

    [Fact]
    public async Task A_file_of_the_sixth_schema_is_migrated_also_if_a_statement_of_it_changes_megabytes()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.RunAsync(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO packages (name) SELECT 'com.example.app' || i FROM n;
            INSERT INTO daily_package_stats SELECT '{Today}', ads.number, packages.number, 1, 0, 0, 0, 0, 0, 0, 0 FROM packages JOIN ads;
            """);
        await engine.GoBackAsync(SqliteEngine.BackToTheSixthSchema);

        await engine.ReopenAsync();

        Assert.Equal(40_000, await engine.Database.ReadAsync(session => session.Number("SELECT sum(views) FROM daily_package_stats"), Token));
    }

    [Fact]
    public async Task The_writing_connection_waits_for_the_disk_and_keeps_what_a_statement_changed_in_memory()
    {
        var (synchronous, temporary) = await engine.Database.WriteAsync(
            SqliteLane.Urgent, session => (session.Number("PRAGMA synchronous"), session.Number("PRAGMA temp_store")), Token);

        Assert.Equal((2, 2), (synchronous, temporary));
    }

    [Fact]
    public async Task A_file_of_the_eighth_schema_keeps_its_totals_of_deliveries_and_requests()
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "gone");
        await engine.Serving.ReplaceDeliveriesAsync(
            "first", [new("a1", Today, 1), new("a2", Today, 2), new("gone", Today, 4)], [new("x", Today, 8, 4), new("y", Today.AddDays(-1), 3, 1)], Token);
        await engine.Serving.ReplaceDeliveriesAsync("second", [new("a1", Today, 16)], [new("x", Today, 1, 1)], Token);
        await engine.Catalog.RemoveAdAsync("gone", Noon, Token);
        await engine.RunAsync(SqliteEngine.BackToTheEighthSchema);

        await engine.ReopenAsync();

        Assert.Equal(["a1 17", "a2 2"], await ReadAsync(StatsGroup.Ad, row => row.Measures.Deliveries));
        Assert.Equal(["x 9", "y 3"], await ReadAsync(StatsGroup.Package, row => row.Measures.Requests));
        // The same process replaces its totals, and adds nothing to them.
        await engine.Serving.ReplaceDeliveriesAsync("second", [new("a1", Today, 20)], [new("x", Today, 2, 2)], Token);
        Assert.Equal(["a1 21", "a2 2"], await ReadAsync(StatsGroup.Ad, row => row.Measures.Deliveries));
        Assert.Equal(["x 10", "y 3"], await ReadAsync(StatsGroup.Package, row => row.Measures.Requests));
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("gone"));

        async Task<List<string>> ReadAsync(StatsGroup group, Func<StatsRow, long> measure) =>
            [.. (await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [group] }, Token)).Rows.Select(row => $"{row.Key.First} {measure(row)}")];
    }

    [Fact]
    public async Task What_a_removed_ad_left_in_a_file_of_the_sixth_schema_is_gone_once_it_is_swept()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1"), Event("a2"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        // As an older server left it in the midst of sweeping.
        await engine.GoBackAsync(SqliteEngine.BackToTheSixthSchema + "DELETE FROM daily_ad_stats WHERE ad_id = 'a1';");

        await engine.ReopenAsync();
        await engine.SweepAllAsync();

        Assert.Equal((0, 1), await engine.Database.ReadAsync(
            session => (session.Number("SELECT count(*) FROM ads WHERE removed_at IS NOT NULL AND swept = 0"), session.Number("SELECT count(*) FROM daily_package_stats")), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData(SqliteEngine.BackToTheFifthSchema)]
    public async Task A_file_of_the_seventh_or_fifth_schema_keeps_what_was_delivered(string back)
    {
        var ads = Enumerable.Range(0, 130).Select(number => $"a{number:000}").ToArray();
        await engine.AddAdsAsync("p1", ads);
        await engine.Delivered.AddDeliveredAdsAsync([new("x", ads), new("y", [ads[0], ads[60], ads[61], ads[62], ads[129]])], Token);
        await engine.GoBackAsync(back);

        await engine.ReopenAsync();

        Assert.Equal([.. ads.Select(ad => $"x {ad}"), "y a000", "y a060", "y a061", "y a062", "y a129"], await DeliveredLaws.ReadAsync(engine));
    }

    [Fact]
    public async Task A_file_of_the_fourth_schema_keeps_its_tokens_and_gets_an_audit_and_idempotency_keys()
    {
        await engine.Tokens.AddTokenAsync(new AccessToken("t1", "Key", "hash", Role.Analyst.Name, Noon), Token);
        await engine.GoBackAsync(SqliteEngine.BackToTheFourthSchema);

        await engine.ReopenAsync();

        Assert.NotNull(await engine.Tokens.FindTokenAsync("t1", Token));
        await engine.Audit.AppendAuditAsync(AuditLaws.Entry("e1"), Token);
        Assert.Equal(["e1"], (await engine.Audit.ListAuditAsync(new AuditQuery(), Token)).Items.Select(entry => entry.Id));
        Assert.True((await engine.Keys.ReserveKeyAsync(IdempotencyLaws.Key("k"), 1, Token))!.Value.IsNew);
    }

    [Fact]
    public async Task A_copy_that_is_refused_leaves_a_file_of_the_first_schema_to_its_servers()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.GoBackAsync(SqliteEngine.BackToTheFirstSchema);
        await engine.StopAsync();

        await using (var target = engine.Open(StorageAccess.CopyTo))
        {
            Assert.Contains("holds data that no copy has put there", await RefusalAsync(target), StringComparison.Ordinal);
        }

        using var session = SqliteSession.Open(engine.File, readOnly: true);
        Assert.Equal(1, session.Number("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_migration_that_fails_half_way_leaves_the_file_as_it_was()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(engine.File)!);
        using (var session = SqliteSession.Open(engine.File, readOnly: false))
        {
            session.Execute("PRAGMA max_page_count = 8");
            Assert.ThrowsAny<Exception>(() => SqliteSchema.Store.Migrate(session));
            Assert.Equal((0, 0), (session.Number("PRAGMA user_version"), session.Number("SELECT count(*) FROM sqlite_schema")));
        }

        await engine.AddAdsAsync("p1", "a1");
        Assert.NotNull(await engine.Catalog.FindAdAsync("a1", Token));
    }

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    public async Task The_writing_connection_is_durable(string setting, string value)
    {
        var found = await engine.Database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var statement = session.Once($"SELECT CAST({setting} AS TEXT) FROM pragma_{setting}");
                return statement.Rows().Select(row => row.Text(0)).Single();
            },
            Token);

        Assert.Equal(value, found);
    }

    private static async Task<string> RefusalAsync(IServiceProvider services) =>
        (await Assert.ThrowsAsync<StartException>(services.OpenStorageAsync)).Message;
}
