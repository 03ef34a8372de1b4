namespace AdServer.Common;

/// <summary>Identities that we make ourselves.</summary>
internal static class Ids
{
    /// <summary>A new identity: a version 7 UUID (RFC 9562), so that identities sort by the time they were made.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString();
}
