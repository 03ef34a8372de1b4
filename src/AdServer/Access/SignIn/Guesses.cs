namespace AdServer.Access.SignIn;

/// <summary>
/// Wrong passwords are counted for an e-mail address together with where they come from, and, much later, for the address alone: so a stranger makes
/// himself wait, and somebody else only with the help of many networks.
/// </summary>
internal sealed class Guesses(TimeProvider clock)
{
    /// <summary>How many wrong passwords from everywhere cost nothing.</summary>
    public const int FreeFromEverywhere = 100;

    private readonly LockOut fromOne = new(clock);
    private readonly LockOut fromEverywhere = new(clock, FreeFromEverywhere);

    /// <summary>Begins a try, as <see cref="LockOut.Begin"/>; the time to wait if it is too early.</summary>
    public TimeSpan? Begin(string emailKey, CallerNetwork network)
    {
        if (fromEverywhere.Begin(emailKey) is { } wait)
        {
            return wait;
        }

        var own = fromOne.Begin(Key(emailKey, network));
        if (own is not null)
        {
            fromEverywhere.GiveBack(emailKey);
        }

        return own;
    }

    /// <summary>The password was right, or was set anew by a link.</summary>
    public void Clear(string emailKey, CallerNetwork network)
    {
        fromOne.Clear(Key(emailKey, network));
        fromEverywhere.Clear(emailKey);
    }

    /// <summary>The password was not looked at, or was somebody's who shares the address: no guess, and no proof either.</summary>
    public void GiveBack(string emailKey, CallerNetwork network)
    {
        fromOne.GiveBack(Key(emailKey, network));
        fromEverywhere.GiveBack(emailKey);
    }

    private static string Key(string emailKey, CallerNetwork network) => $"{emailKey}\n{network.Start:x}/{network.Length}";
}
