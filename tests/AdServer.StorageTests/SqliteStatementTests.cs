using AdServer.Common;
using AdServer.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>Values go into the file as they were put, whatever was put before.</summary>
public sealed class SqliteStatementTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-statement-");
    private readonly SqliteSession session;

    public SqliteStatementTests()
    {
        session = SqliteSession.Open(Path.Combine(folder.FullName, "values.db"), readOnly: false);
        session.Execute("CREATE TABLE kept (place INTEGER PRIMARY KEY, value ANY) STRICT; CREATE TABLE rows (number INTEGER PRIMARY KEY, name TEXT NOT NULL, added INTEGER NOT NULL) STRICT");
    }

    public void Dispose()
    {
        session.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_value_is_what_was_put_last_whatever_kinds_come_after_each_other()
    {
        var same = new string("same".ToCharArray());
        (Action<SqliteStatement> Put, string Stored)[] values =
        [
            (into => into.Put((string?)null), "null"), (into => into.Put((long?)null), "null"), (into => into.Put(same), "text:same"), (into => into.Put(same), "text:same"),
            (into => into.Put(new string("same".ToCharArray())), "text:same"), (into => into.Put(string.Empty), "text:"), (into => into.Put(string.Empty), "text:"),
            (into => into.Put(0), "integer:0"), (into => into.Put(0), "integer:0"), (into => into.Put(false), "integer:0"), (into => into.Put((string?)null), "null"),
            (into => into.PutReal(0.5), "real:0.5"), (into => into.Put((long?)null), "null"), (into => into.PutBytes("b"u8), "blob:b"), (into => into.Put(7), "integer:7"),
            (into => into.PutUtf8("u"u8), "text:u"), (into => into.Put(7), "integer:7"), (into => into.Put(same), "text:same"), (into => into.PutReal(7), "real:7.0"),
            (into => into.Put(same), "text:same"), (into => into.Put(UtcDay.Parse("2026-11-21")), "text:2026-11-21"), (into => into.Put(UtcDay.Parse("2026-11-22")), "text:2026-11-22"),
            (into => into.Put(UtcDay.Parse("2026-11-21")), "text:2026-11-21"), (into => into.Put(DateTimeOffset.UnixEpoch), "integer:0"), (into => into.Put(long.MinValue), "integer:-9223372036854775808"),
        ];
        var place = 0;
        foreach (var (put, _) in values)
        {
            using var insert = session.Kept("INSERT INTO kept (place, value) VALUES (?, ?)");
            put(insert.Put(place++));
            insert.Run();
        }

        using var select = session.Once("SELECT iif(value IS NULL, 'null', typeof(value) || ':' || CAST(value AS TEXT)) FROM kept ORDER BY place");
        Assert.Equal(values.Select(value => value.Stored), select.Rows().Select(row => row.Text(0)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRAGMA temp_store=MEMORY")]
    public void A_statement_that_changes_megabytes_and_fails_leaves_no_trace_and_one_that_succeeds_changes_all(string settings)
    {
        session.Execute(
            $"""
            PRAGMA journal_mode=WAL; {settings};
            CREATE TABLE large (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, added INTEGER NOT NULL CHECK (added < 2)) STRICT;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO large SELECT i, printf('%06d%03000d', i, 0), i = 2000 FROM n;
            """);

        session.InTransaction("BEGIN IMMEDIATE", inside =>
        {
            // What the statement changed until its last row is undone, and nothing else of the transaction.
            inside.Execute("INSERT INTO rows VALUES (1, 'before', 1)");
            Assert.Throws<SqliteException>(() => inside.Execute("UPDATE large SET name = name || 'x', added = added + 1"));
            return 0;
        });
        Assert.Equal(1, session.Number("SELECT count(*) FROM rows"));
        Assert.Equal(0, session.Number("SELECT count(*) FROM large WHERE name GLOB '*x'"));
        session.InTransaction("BEGIN IMMEDIATE", inside =>
        {
            inside.Execute("UPDATE large SET name = name || 'x', added = 1");
            return 0;
        });
        Assert.Equal(2000, session.Number("SELECT count(*) FROM large WHERE name GLOB '*x' AND added = 1"));
    }

    [Fact]
    public void A_transaction_whose_end_or_beginning_fails_leaves_no_trace_and_the_next_one_succeeds()
    {
        session.Execute("PRAGMA foreign_keys=ON; CREATE TABLE parts (number INTEGER PRIMARY KEY, whole INTEGER NOT NULL REFERENCES rows DEFERRABLE INITIALLY DEFERRED) STRICT");
        Assert.Throws<SqliteException>(() => Add(1, whole: 7));
        Assert.False(session.IsStuck);
        session.Execute("BEGIN");
        Assert.Throws<SqliteException>(() => session.InTransaction("BEGIN IMMEDIATE", _ => 0));
        session.Execute("ROLLBACK");

        session.Execute("INSERT INTO rows (number, name, added) VALUES (7, 'whole', 1)");
        Assert.Equal(1, Add(2, whole: 7));
        Assert.Equal((2, 1), (session.Number("SELECT number FROM parts"), session.Number("SELECT count(*) FROM parts")));

        int Add(int number, int whole) => session.InTransaction("BEGIN IMMEDIATE", inside =>
        {
            using var insert = inside.Kept("INSERT INTO parts (number, whole) VALUES (?, ?)");
            return insert.Put(number).Put(whole).Run();
        });
    }

    [Fact]
    public void After_a_value_that_was_refused_the_same_statement_puts_what_it_is_given()
    {
        var insertion = new SqliteInsertion("rows", "number, name, added");
        void Insert(params string[] names) =>
            insertion.Run<(int Number, string Name)>(session, [.. names.Index().Select(name => (name.Index, name.Item))], (insert, row) => insert.Put(row.Number).Put(row.Name).Put(5));

        session.Execute("BEGIN");
        Insert("a", "b", "c");
        session.Execute("DELETE FROM rows");
        Assert.ThrowsAny<ArgumentException>(() => Insert("d", "\ud800", "f"));
        Insert("g", "b", "c");

        using var select = session.Once("SELECT name FROM rows ORDER BY number");
        Assert.Equal(["g", "b", "c"], select.Rows().Select(row => row.Text(0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(50)]
    public void Rows_are_inserted_or_added_to_each_once_however_many_they_are(int count)
    {
        var insertion = new SqliteInsertion("rows", "number, name, added", "ON CONFLICT (number) DO UPDATE SET added = added + excluded.added, name = excluded.name");
        int[] numbers = [.. Enumerable.Range(0, count)];

        insertion.Run<int>(session, numbers.AsSpan(0, count / 2), (insert, number) => insert.Put(number).Put($"first {number}").Put(number));
        insertion.Run<int>(session, numbers, (insert, number) => insert.Put(number).Put($"second {number}").Put(100));

        using var select = session.Once("SELECT number, name, added FROM rows ORDER BY number");
        Assert.Equal(
            numbers.Select(number => ((long)number, $"second {number}", number < count / 2 ? number + 100L : 100)),
            select.Rows().Select(row => (row.Int(0), row.Text(1), row.Int(2))));
    }
}
