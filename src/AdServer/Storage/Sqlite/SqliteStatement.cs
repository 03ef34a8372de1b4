using System.Text;
using AdServer.Common;
using SQLitePCL;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// One compiled statement. Values are put in the order of the question marks; columns are read by number. Text goes in and comes out by
/// length, so that it survives exactly, NUL included (the driver's own commands end it there).
/// </summary>
internal sealed class SqliteStatement(sqlite3 connection, sqlite3_stmt handle, bool kept) : IDisposable
{
    private const int OnStack = 512;

    /// <summary>Text that is no Unicode is refused rather than changed.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What was put last for each question mark. The engine keeps values from one run to the next, so one that is put a second time in a row is left alone: of the rows of a roll,
    /// or the events of a commit, that is more than half of them.
    /// </summary>
    private readonly Bound[] bound = new Bound[raw.sqlite3_bind_parameter_count(handle)];

    private int parameters;

    /// <summary>Whether somebody is between getting a kept statement and disposing of it.</summary>
    public bool InUse { get; set; }

    public SqliteStatement Put(string? text)
    {
        ref var last = ref bound[parameters++];
        if (last.Is(text))
        {
            return this;
        }

        last = default;
        Bind(text, parameters);
        last = Bound.Of(text);
        return this;
    }

    /// <summary>Puts text that is UTF-8 already, and not empty.</summary>
    public SqliteStatement PutUtf8(ReadOnlySpan<byte> text) => Check(raw.sqlite3_bind_text(handle, Next(), text));

    /// <summary>Puts bytes as they are; at least one.</summary>
    public SqliteStatement PutBytes(ReadOnlySpan<byte> bytes) => Check(raw.sqlite3_bind_blob(handle, Next(), bytes));

    public SqliteStatement Put(long? number)
    {
        ref var last = ref bound[parameters++];
        if (last.Is(number))
        {
            return this;
        }

        last = default;
        Check(number is { } value ? raw.sqlite3_bind_int64(handle, parameters, value) : raw.sqlite3_bind_null(handle, parameters));
        last = Bound.Of(number);
        return this;
    }

    public SqliteStatement PutReal(double number) => Check(raw.sqlite3_bind_double(handle, Next(), number));

    public SqliteStatement Put(bool yes) => Put(yes ? 1L : 0L);

    /// <summary>Puts an instant as milliseconds since 1970.</summary>
    public SqliteStatement Put(DateTimeOffset? instant) => Put(instant?.ToUnixTimeMilliseconds());

    public SqliteStatement Put(UtcDay day) => Put(day.ToString());

    /// <summary>Runs a statement that gives no rows, once; the next values start from the first question mark again.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run()
    {
        try
        {
            Check(raw.sqlite3_step(handle));
            return raw.sqlite3_changes(connection);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The rows, one after the other: each time this very statement, to read the columns from.</summary>
    public IEnumerable<SqliteStatement> Rows()
    {
        try
        {
            for (var code = raw.sqlite3_step(handle); code != raw.SQLITE_DONE; code = raw.sqlite3_step(handle))
            {
                Check(code);
                yield return this;
            }
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public string Text(int column) => Utf8.GetString(raw.sqlite3_column_blob(handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public ReadOnlySpan<byte> Utf8Text(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>Bytes as they are, until the next row is read.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public long Int(int column) => raw.sqlite3_column_int64(handle, column);

    public double Real(int column) => raw.sqlite3_column_double(handle, column);

    public bool Bool(int column) => Int(column) != 0;

    public DateTimeOffset Instant(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Int(column));

    public DateTimeOffset? InstantOrNull(int column) => IsNull(column) ? null : Instant(column);

    public UtcDay Day(int column) => UtcDay.Parse(Text(column));

    /// <summary>Gives a kept statement back; ends any other.</summary>
    public void Dispose()
    {
        if (kept)
        {
            Reset();
            InUse = false;
        }
        else
        {
            Close();
        }
    }

    public void Close() => handle.Dispose();

    private void Reset()
    {
        // Its code repeats the failure of the last step, which was thrown already.
        _ = raw.sqlite3_reset(handle);
        parameters = 0;
    }

    /// <summary>The next question mark, for a value that is not remembered.</summary>
    private int Next()
    {
        bound[parameters++] = default;
        return parameters;
    }

    private void Bind(string? text, int index)
    {
        if (text is null)
        {
            Check(raw.sqlite3_bind_null(handle, index));
        }
        else if (text.Length == 0)
        {
            // An empty span has no address, which the engine would take for NULL.
            Check(raw.sqlite3_bind_text(handle, index, string.Empty));
        }
        else
        {
            var most = Utf8.GetMaxByteCount(text.Length);
            var buffer = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
            Check(raw.sqlite3_bind_text(handle, index, buffer[..Utf8.GetBytes(text, buffer)]));
        }
    }

    private SqliteStatement Check(int code)
    {
        SqliteFault.ThrowIfFailed(code, connection);
        return this;
    }

    /// <summary>A value that was put: a number, a text, or NULL, which both can be; nothing for any other.</summary>
    private readonly record struct Bound(bool IsNull, string? Text, long? Number)
    {
        public static Bound Of(string? text) => new(text is null, text, null);

        public static Bound Of(long? number) => new(number is null, null, number);

        /// <summary>The very same object: to compare its letters would cost what putting it does.</summary>
        public bool Is(string? text) => text is null ? IsNull : ReferenceEquals(Text, text);

        public bool Is(long? number) => number is null ? IsNull : Number == number;
    }
}
