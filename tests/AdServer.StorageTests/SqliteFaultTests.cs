using AdServer.Common;
using AdServer.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>Which errors of the engine callers get as a store that is away (law 10).</summary>
public sealed class SqliteFaultTests
{
    [Theory]
    [InlineData(778, "has a disk that fails")]
    [InlineData(1034, "has a disk that fails")]
    [InlineData(1544, "cannot be written")]
    [InlineData(270, "cannot be opened")]
    [InlineData(523, "is damaged")]
    [InlineData(13, "has no room left on its disk")]
    public void A_fault_of_the_disk_is_known_by_its_kind_whatever_its_detail(int code, string words)
    {
        var translated = SqliteFault.Translate(new SqliteException("detail", code, code));

        Assert.Equal($"The store {words} (SQLite error {code})", Assert.IsType<StoreUnavailableException>(translated).Message);
    }

    [Fact]
    public void A_broken_constraint_is_no_fault_of_the_disk()
    {
        var fault = new SqliteException("detail", 2067, 2067);

        Assert.Same(fault, SqliteFault.Translate(fault));
    }
}
