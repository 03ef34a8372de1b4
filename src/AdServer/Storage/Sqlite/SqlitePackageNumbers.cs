namespace AdServer.Storage.Sqlite;

/// <summary>The numbers of packages inside a writing transaction: counts by name whom it is asked about. What it was told the connection remembers.</summary>
internal sealed class SqlitePackageNumbers(SqliteSession session)
{
    /// <summary>The number of a package, which it gets if it has none.</summary>
    public long Of(string package) => session.Numbers?.Package(package) ?? FindOrAdd(package);

    private long FindOrAdd(string package)
    {
        if (Find(package) is not { } number)
        {
            SqlitePackageAds.Remember(session, package);
            number = Find(package)!.Value;
        }

        session.Numbers?.NotePackage(package, number);
        return number;
    }

    private long? Find(string package)
    {
        using var select = session.Kept("SELECT number FROM packages WHERE name = ?");
        return select.Put(package).Rows().Select(row => (long?)row.Int(0)).SingleOrDefault();
    }
}
