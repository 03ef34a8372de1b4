namespace AdServer.Access;

/// <summary>A request that creates something.</summary>
/// <param name="objectId">The identity of what it creates.</param>
/// <param name="answer">What it was answered when it came before.</param>
/// <param name="isRepeat">Whether it came before, and may have created it.</param>
/// <param name="remember">Notes the answer.</param>
/// <param name="end">Lets the next one with the same key in.</param>
internal sealed class IdempotentCall(
    string objectId, KeyAnswer? answer = null, bool isRepeat = false, Func<KeyAnswer, Task>? remember = null, Action? end = null) : IDisposable
{
    public string ObjectId => objectId;

    public KeyAnswer? Answer => answer;

    public bool IsRepeat => isRepeat;

    /// <summary>Notes a success, to be answered again.</summary>
    public Task RememberAsync(KeyAnswer success) => remember?.Invoke(success) ?? Task.CompletedTask;

    public void Dispose() => end?.Invoke();
}
