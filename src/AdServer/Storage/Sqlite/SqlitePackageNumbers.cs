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
            if (Find(package) is not { } known)
            {
                SqlitePackageAds.Remember(session, package);
                known = Find(package)!.Value;
            }

            numbers[package] = number = known;
        }

        return number;
    }

    private long? Find(string package)
    {
        using var select = session.Kept("SELECT number FROM packages WHERE name = ?");
        return select.Put(package).Rows().Select(row => (long?)row.Int(0)).SingleOrDefault();
    }
}
