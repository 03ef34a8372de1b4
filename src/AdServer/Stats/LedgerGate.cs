namespace AdServer.Stats;

/// <summary>Lets one verification, rebuild or rating at a time into the store of this host: each reads whole days.</summary>
internal sealed class LedgerGate
{
    private int taken;

    /// <summary>Goes in, until the pass is disposed of; nothing if somebody is in.</summary>
    public IDisposable? TryEnter() => Interlocked.Exchange(ref taken, 1) == 0 ? new Pass(this) : null;

    private sealed class Pass(LedgerGate gate) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref gate.taken, 0);
    }
}
