namespace AdServer.Storage.Sqlite;

/// <summary>The numbers of packages inside a transaction: remembers what it was told, and counts by name whom it is asked about.</summary>
internal sealed class SqlitePackageNumbers(SqliteSession session)
{
    private readonly Dictionary<string, long> numbers = [];

    /// <summary>The number of a package, which it gets if it has none.</summary>
    public long Of(string package)
    {
        if (!numbers.TryGetValue(package, out var number))
        {
            numbers[package] = number = session.Numbers?.Package(package) ?? FindOrAdd(package);
        }

        return number;
    }

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
