using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The statements on a table of pairs of packages and ads, up to <see cref="PerRow"/> ads to a row. Pairs come scattered over all packages and
/// ads, so what a second brings changes nearly as many rows as there are; with few large rows that is little to write. What a file holds depends
/// on the number 16,182: it never changes.
/// </summary>
internal sealed class SqlitePairSets
{
    /// <summary>
    /// The ads of a row: the numbers that give its block when divided by this. A multiple of 62, so that each row of <c>delivered_sets</c> in schema 7
    /// went whole into one; the largest of which two full rows are on a page (4,096 bytes).
    /// </summary>
    public const int PerRow = BlocksOfBits * AdsOfBits;

    /// <summary>So many rows of <c>delivered_sets</c> in schema 7 went into one.</summary>
    public const int BlocksOfBits = 261;

    /// <summary>The ads of each of them.</summary>
    public const int AdsOfBits = 62;

    /// <summary>Rows that one read looks at; each takes 2 KB of memory.</summary>
    public const int Reach = 2000;

    private readonly string table;
    private readonly string remedy;
    private readonly string find;
    private readonly string write;
    private readonly string delete;
    private readonly string listBlock;

    private SqlitePairSets(string table, string remedy)
    {
        (this.table, this.remedy) = (table, remedy);
        find = $"SELECT ads FROM {table} WHERE place = ?";
        write = $"INSERT INTO {table} (place, ads) VALUES (?, ?) ON CONFLICT DO UPDATE SET ads = excluded.ads";
        delete = $"DELETE FROM {table} WHERE place = ?";
        listBlock = $"SELECT place, ads FROM {table} WHERE place > ? AND place < ? ORDER BY place LIMIT ?";
        ListText = $"SELECT place, ads FROM {table} WHERE place > ? ORDER BY place LIMIT ?";
    }

    /// <summary>Which packages had an event of which ad.</summary>
    public static SqlitePairSets Seen { get; } = new("package_ads", "the command rebuild, without days, derives it again");

    /// <summary>Which packages were handed which ad.</summary>
    public static SqlitePairSets Delivered { get; } = new("delivered_sets", "a backup has it");

    /// <summary>Rows after a place.</summary>
    public string ListText { get; }

    /// <summary>Adds pairs of live ads; their packages are counted by name from then on. Says in how many rows they are.</summary>
    public int Add(SqliteSession session, IEnumerable<(string Package, string AdId)> pairs, SqliteLiveAds ads, SqlitePackageNumbers packages) =>
        Add(session, pairs.Where(pair => ads.Has(pair.AdId)).Select(pair => (packages.Of(pair.Package), ads.NumberOf(pair.AdId)!.Value)));

    /// <summary>Adds pairs by their numbers; says in how many rows they are. Rows that have them all are not written.</summary>
    public int Add(SqliteSession session, IEnumerable<(long Package, long Ad)> pairs)
    {
        var sorted = pairs.Select(pair => (Place: PairRow.PlaceOf(pair.Ad / PerRow, pair.Package), Ad: (int)(pair.Ad % PerRow))).ToList();
        sorted.Sort();
        var rows = 0;
        for (var next = 0; next < sorted.Count; rows++)
        {
            var (place, isNew) = (sorted[next].Place, false);
            var set = FindToChange(session, place);
            for (; next < sorted.Count && sorted[next].Place == place; next++)
            {
                isNew |= set.Add(sorted[next].Ad);
            }

            if (isNew)
            {
                Write(session, place, set);
            }

            session.Pairs?.Note(this, place, set);
        }

        return rows;
    }

    /// <summary>Deletes all pairs.</summary>
    public void Empty(SqliteSession session)
    {
        session.Execute($"DELETE FROM {table}");
        session.Pairs?.Clear();
    }

    /// <summary>The next rows after a place that hold some ads (a JSON array of their identities), in order, each with those ads only.</summary>
    public PairSight Find(SqliteSession session, string ads, long after, int limit)
    {
        var wanted = ReadBlocks(session, "SELECT number FROM ads WHERE id IN (SELECT value FROM json_each(?))", ads);
        using var select = session.Kept(listBlock);
        var (found, looked) = (new List<PairRow>(), 0);
        foreach (var (block, numbers) in wanted.OrderBy(block => block.Key))
        {
            // A package's number is at least 1.
            var from = Math.Max(after, PairRow.PlaceOf(block, 0));
            foreach (var row in select.Put(from).Put(PairRow.PlaceOf(block + 1, 0)).Put(Reach - looked).Rows().Select(Read))
            {
                looked++;
                row.Ads.Keep(numbers);
                if (row.Ads.Count > 0)
                {
                    found.Add(row);
                }

                if (found.Count == limit || looked == Reach)
                {
                    return new PairSight(found, row.Place, IsEnd: false);
                }
            }
        }

        return new PairSight(found, long.MaxValue, IsEnd: true);
    }

    /// <summary>Takes ads out of rows; a row that holds nothing else goes.</summary>
    public void Clear(SqliteSession session, IEnumerable<PairRow> gone)
    {
        using var remove = session.Kept(delete);
        foreach (var row in gone)
        {
            if (Find(session, row.Place) is not { } set)
            {
                continue;
            }

            set.Remove(row.Ads);
            if (set.Count > 0)
            {
                Write(session, row.Place, set);
            }
            else
            {
                remove.Put(row.Place).Run();
                session.Pairs?.Forget(this, row.Place);
            }
        }
    }

    /// <summary>Whether a pair is there.</summary>
    public bool Has(SqliteSession session, string package, string adId)
    {
        using var select = session.Kept("SELECT ads.number, packages.number FROM ads JOIN packages ON packages.name = ? WHERE ads.id = ?");
        return select.Put(package).Put(adId).Rows().Select(row => (Ad: row.Int(0), Package: row.Int(1))).ToList() is [var (ad, number)]
            && Find(session, PairRow.PlaceOf(ad / PerRow, number))?.Contains((int)(ad % PerRow)) == true;
    }

    /// <summary>The rows after a place, in order, as many as it takes for so many pairs, but no more than <see cref="Reach"/>; none after the last.</summary>
    public List<PairRow> List(SqliteSession session, long after, int enough)
    {
        using var select = session.Kept(ListText);
        var (rows, pairs) = (new List<PairRow>(), 0);
        foreach (var row in select.Put(after).Put(Math.Min(enough, Reach)).Rows().Select(Read).TakeWhile(_ => pairs < enough))
        {
            rows.Add(row);
            pairs += row.Ads.Count;
        }

        return rows;
    }

    /// <summary>The same by name, without ads that were removed, and the place of the last of the rows; nothing after the last row.</summary>
    public (long Place, IReadOnlyList<(string Package, string AdId)> Pairs)? ListNamed(SqliteSession session, long after, int enough)
    {
        using var ad = session.Kept("SELECT id FROM ads WHERE number = ? AND removed_at IS NULL");
        using var package = session.Kept("SELECT name FROM packages WHERE number = ?");
        var ids = new Dictionary<long, string?>();
        var (place, pairs) = (after, new List<(string, string)>());
        foreach (var row in List(session, after, enough))
        {
            place = row.Place;
            if (package.Put(row.Package).Rows().Select(found => found.Text(0)).SingleOrDefault() is { } name)
            {
                pairs.AddRange(row.Pairs.Select(pair => IdOf(pair.Ad)).OfType<string>().Select(id => (name, id)));
            }
        }

        return place == after ? null : (place, pairs);

        string? IdOf(long number)
        {
            if (!ids.TryGetValue(number, out var id))
            {
                ids[number] = id = ad.Put(number).Rows().Select(found => found.Text(0)).SingleOrDefault();
            }

            return id;
        }
    }

    /// <summary>How many pairs of live ads there are.</summary>
    public long CountLive(SqliteSession session)
    {
        var live = ReadBlocks(session, "SELECT number FROM ads WHERE removed_at IS NULL", null);
        using var select = session.Kept(ListText);
        return select.Put(-1).Put(long.MaxValue).Rows().Select(Read).Sum(row => live.TryGetValue(row.Block, out var ads) ? (long)row.Ads.CountShared(ads) : 0);
    }

    /// <summary>The ads of a row: whoever changes them writes them again in the same transaction.</summary>
    private NumberSet? Find(SqliteSession session, long place) => session.Pairs?.Find(this, place) ?? FindInFile(session, place);

    /// <summary>The same, or an empty set; the caller's until it asks for the next.</summary>
    private NumberSet FindToChange(SqliteSession session, long place)
    {
        if (session.Pairs?.Find(this, place) is { } known)
        {
            return known;
        }

        var set = session.Pairs?.Blank() ?? new NumberSet();
        using var select = session.Kept(find);
        foreach (var row in select.Put(place).Rows())
        {
            Load(set, place, row.Bytes(0));
        }

        return set;
    }

    private NumberSet? FindInFile(SqliteSession session, long place)
    {
        using var select = session.Kept(find);
        return select.Put(place).Rows().Select(row => ReadAds(place, row.Bytes(0))).SingleOrDefault();
    }

    /// <summary>Writes a row in place of what it was. <see cref="SqlitePairCache"/> is not told: it has the caller's very set, or the caller empties it.</summary>
    public void Write(SqliteSession session, long place, NumberSet set)
    {
        using var insert = session.Kept(write);
        insert.Put(place).PutBytes(set.Write()).Run();
    }

    private PairRow Read(SqliteStatement row) => new(row.Int(0), ReadAds(row.Int(0), row.Bytes(1)));

    private NumberSet ReadAds(long place, ReadOnlySpan<byte> ads)
    {
        var set = new NumberSet();
        Load(set, place, ads);
        return set;
    }

    private void Load(NumberSet set, long place, ReadOnlySpan<byte> ads)
    {
        try
        {
            set.Load(ads);
        }
        catch (InvalidDataException damage)
        {
            throw new StoreUnavailableException($"The store is damaged: the row {place} of {table} cannot be read; {remedy}", damage);
        }
    }

    /// <summary>Ads by their block.</summary>
    private static Dictionary<long, NumberSet> ReadBlocks(SqliteSession session, string sql, string? value)
    {
        using var select = session.Kept(sql);
        var blocks = new Dictionary<long, NumberSet>();
        foreach (var number in (value is null ? select : select.Put(value)).Rows().Select(row => row.Int(0)))
        {
            if (!blocks.TryGetValue(number / PerRow, out var set))
            {
                blocks[number / PerRow] = set = new NumberSet();
            }

            set.Add((int)(number % PerRow));
        }

        return blocks;
    }
}
