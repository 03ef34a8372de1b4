namespace AdServer.Common;

/// <summary>The bytes that request bodies may hold while they are read. Anybody can send bodies, slowly too: this is what they can take.</summary>
/// <param name="most">The most bytes at once.</param>
internal sealed class BodyBudget(long most)
{
    private long taken;

    /// <summary>Takes bytes if there is room; what was taken is to be given back.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= most)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref taken, -bytes);
}
