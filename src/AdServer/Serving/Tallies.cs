namespace AdServer.Serving;

/// <summary>
/// Running totals by small numbers: ads by their slots, packages by their indexes. Counting takes no lock and reads one place in memory, since with
/// many ads each place that it reads is one that the processor does not have at hand.
/// </summary>
internal sealed class Tallies
{
    private const int PerPage = 512;

    private readonly Lock growing = new();

    /// <summary>A page that is there is never replaced: no count is lost.</summary>
    private Tally[]?[] pages = [];

    /// <summary>Those of which the store does not have all, in the order of their numbers, as they are now.</summary>
    public IEnumerable<TallyRead> Changed
    {
        get
        {
            foreach (var page in Volatile.Read(ref pages))
            {
                for (var index = 0; index < page?.Length; index++)
                {
                    if (page[index].IsChanged)
                    {
                        yield return TallyRead.Of(page, index);
                    }
                }
            }
        }
    }

    /// <summary>The total of a number, which is to be named before it is counted.</summary>
    public ref Tally Of(int number)
    {
        var page = Find(number) ?? Add(number / PerPage);
        return ref page[number % PerPage];
    }

    /// <summary>Has the processor fetch the total of a number, and waits for nothing.</summary>
    public void Fetch(int number)
    {
        if (Find(number) is { } page)
        {
            ProcessorCache.Fetch(ref page[number % PerPage]);
        }
    }

    private Tally[]? Find(int number)
    {
        var known = Volatile.Read(ref pages);
        return number / PerPage < known.Length ? Volatile.Read(ref known[number / PerPage]) : null;
    }

    private Tally[] Add(int place)
    {
        lock (growing)
        {
            if (place >= pages.Length)
            {
                var more = pages;
                Array.Resize(ref more, Math.Max(place + 1, pages.Length * 2));
                Volatile.Write(ref pages, more);
            }

            var page = pages[place] ?? new Tally[PerPage];
            Volatile.Write(ref pages[place], page);
            return page;
        }
    }
}

/// <summary>A running total, and how much of it the store has. Lies in an array and is counted there, never copied.</summary>
internal struct Tally
{
    private long count;
    private long fills;
    private long settledCount;
    private long settledFills;

    /// <summary>The ad's identity or the package's name; absent until it is named.</summary>
    public string? Key { get; private set; }

    public readonly bool IsChanged => count != settledCount || fills != settledFills;

    public readonly bool IsNamed => Key is not null;

    /// <summary>Before it is counted: whoever sees a count sees its name. The same for a number whenever it is named.</summary>
    public void Name(string key) => Key ??= key;

    public void Increment() => Interlocked.Increment(ref count);

    public void IncrementFills() => Interlocked.Increment(ref fills);

    /// <summary>Fills are read first: a request is counted before its fill, so there are never more fills than requests.</summary>
    public (long Count, long Fills) Read()
    {
        var filled = Interlocked.Read(ref fills);
        return (Interlocked.Read(ref count), filled);
    }

    /// <summary>The store has these totals. Called by the one who flushes.</summary>
    public void Settle(long counted, long filled) => (settledCount, settledFills) = (counted, filled);
}

/// <summary>A total as it was read.</summary>
/// <param name="Page">Where it lies.</param>
/// <param name="Index">At which place.</param>
/// <param name="Key">The ad's identity or the package's name.</param>
/// <param name="Count">What was counted.</param>
/// <param name="Fills">For how many of them there was an ad; 0 for ads themselves.</param>
internal readonly record struct TallyRead(Tally[] Page, int Index, string Key, long Count, long Fills)
{
    public static TallyRead Of(Tally[] page, int index)
    {
        var (count, fills) = page[index].Read();
        return new TallyRead(page, index, page[index].Key!, count, fills);
    }

    /// <summary>The store has it.</summary>
    public void Settle() => Page[Index].Settle(Count, Fills);
}
