namespace AdServer.Storage.Sqlite;

/// <summary>
/// The small numbers of live ads and of packages that the writing connection has looked up, kept from one transaction to the next: every roll and
/// every flush of deliveries asks for thousands of the same. Numbers never change; an ad that is removed is forgotten, and a transaction
/// that leaves no trace leaves none here.
/// </summary>
internal sealed class SqliteNumbers
{
    /// <summary>The most names of a kind: some megabytes.</summary>
    private const int Most = 100_000;

    private readonly Dictionary<string, long> ads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> packages = new(StringComparer.Ordinal);

    public long? Ad(string id) => Find(ads, id);

    public long? Package(string name) => Find(packages, name);

    public void NoteAd(string id, long number) => Note(ads, id, number);

    public void NotePackage(string name, long number) => Note(packages, name, number);

    public void ForgetAd(string id) => ads.Remove(id);

    public void Clear()
    {
        ads.Clear();
        packages.Clear();
    }

    private static long? Find(Dictionary<string, long> numbers, string name) => numbers.TryGetValue(name, out var number) ? number : null;

    private static void Note(Dictionary<string, long> numbers, string name, long number)
    {
        if (numbers.Count >= Most)
        {
            numbers.Clear();
        }

        numbers[name] = number;
    }
}
